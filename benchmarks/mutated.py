"""Reads a hundred thousand torn pages by the pool of workers, as a crawl does, and counts what came of it.

    python benchmarks/mutated.py --pages PAGES --keep FOLDER [--count 100000] [--processes 1] [--wall 20]
    python benchmarks/mutated.py --pages PAGES --keep FOLDER --seed 4711     # one page again, alone

PAGES is a folder with manifest.jsonl and the pages. The seed of a torn page is its number: it says which
page, which mutations (mutations.py), and what the header says. FOLDER/state.json holds the figures so far:
the run goes on from there. FOLDER/findings.jsonl has a line for each page that broke a promise (promises.py),
could not be filed, was "unreadable", hung, or killed its worker. Prints a JSON object; exits with 1 if there
is a fault."""

import argparse
import asyncio
import gzip
import json
import random
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from mutations import MAX_BYTES, Mutated, mutated
from planted import stories
from promises import article_faults

from crawler.workers import Reader, WorkerPool
from pipelines.article import Reading, Rejection
from pipelines.cleaning import Cleaning
from pipelines.extract import read_page
from pipelines.fingerprint import resemblance
from pipelines.page import Page
from storage.articles import file_article
from storage.errors import CannotStore
from storage.session import Database, open_database

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CAP = 20.0
"""Seconds of CPU that a page may take, and of the clock where `--wall` says nothing else."""
BATCH = 200
SLOWEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A reading, and what it took in the worker."""

    reading: Reading
    seconds: float
    """Of CPU."""
    peak_mb: int
    """The worker's memory at its highest until now."""

    @property
    def rejection(self) -> Rejection | None:
        """What the pool looks at."""
        return self.reading.rejection


def timed(page: Page, cleaning: Cleaning) -> Timed:
    began = time.process_time()
    reading = read_page(page, cleaning)
    seconds = time.process_time() - began
    return Timed(
        reading=reading, seconds=seconds, peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    )


class Pages:
    """The pages that are torn."""

    def __init__(self, folder: Path, largest: int) -> None:
        read = [(gzip.decompress(story.file.read_bytes()), story) for story in stories(folder)]
        self.pages = sorted((pair for pair in read if len(pair[0]) <= largest), key=lambda pair: len(pair[0]))

    def torn(self, seed: int) -> tuple[str, Mutated]:
        chance = random.Random(seed)
        # The smallest of some: more pages an hour, and the large ones come too.
        number = min(chance.randrange(len(self.pages)) for _ in range(5))
        body, story = self.pages[number]
        url = story.url
        if not url.startswith("http"):  # of some only a name is known
            url = f"https://paper.example/news/{number}-story.html"
        return url, mutated(body, chance.choice(self.pages)[0], seed)


class Figures:
    """What was counted so far."""

    def __init__(self, folder: Path) -> None:
        self.state, self.findings = folder / "state.json", folder / "findings.jsonl"
        told = json.loads(self.state.read_text()) if self.state.exists() else {}
        self.next: int = told.get("next", 0)
        self.outcomes = Counter[str](told.get("outcomes", {}))
        self.faults = Counter[str](told.get("faults", {}))
        self.slowest: list[list[Any]] = told.get("slowest", [])
        self.seconds: float = told.get("cpu_seconds", 0.0)
        self.took: float = told.get("seconds", 0.0)
        self.peak_mb: int = told.get("peak_worker_mb", 0)

    def told(self) -> dict[str, Any]:
        return {
            "next": self.next,
            "outcomes": dict(self.outcomes.most_common()),
            "faults": dict(self.faults.most_common()),
            "slowest": self.slowest,
            "cpu_seconds": round(self.seconds, 1),
            "seconds": round(self.took, 1),
            "peak_worker_mb": self.peak_mb,
        }

    def note(
        self, seed: int, page: Mutated, timed: Timed | None, reading: Reading, faults: list[str]
    ) -> None:
        self.outcomes[str(reading.rejection or "article")] += 1
        if timed is not None:
            self.seconds += timed.seconds
            faults = [*faults, *([f"over the cap: {timed.seconds:.1f} s"] if timed.seconds > CAP else [])]
            self.peak_mb = max(self.peak_mb, timed.peak_mb)
            self.slowest.append([round(timed.seconds, 2), seed, len(page.body), *page.names])
            self.slowest = sorted(self.slowest, reverse=True)[:SLOWEST]
        for fault in faults:
            self.faults[fault.partition(":")[0]] += 1
            row = {"seed": seed, "fault": fault, "bytes": len(page.body), "mutations": page.names}
            with self.findings.open("a", encoding="utf-8") as out:
                out.write(json.dumps(row) + "\n")

    def save(self) -> None:
        fresh = self.state.with_suffix(".new")
        fresh.write_text(json.dumps(self.told(), indent=1))
        fresh.replace(self.state)


def faults_of(reading: Reading, database: Database) -> list[str]:
    if reading.article is None:
        told = str(reading.rejection)
        bad = told in ("unreadable", "timeout", "worker died", "None")
        return [f"{told}: {reading.detail}"] if bad else []
    faults = article_faults(reading.article)
    with database.write() as session:
        try:
            file_article(session, None, reading.article, NOW, resemblance)
        except CannotStore as error:
            faults.append(f"cannot be filed: {error}")
        session.rollback()
    return faults


async def read_all(pages: Pages, figures: Figures, database: Database, options: argparse.Namespace) -> None:
    reader = cast("Reader", timed)
    began, already = time.monotonic(), figures.took

    async def one(seed: int, room: asyncio.Semaphore) -> None:
        async with room:
            url, page = pages.torn(seed)
            answer: Any = await pool.read(
                Page(url=url, body=page.body, content_type=page.content_type, seen_at=NOW)
            )
        reading = answer.reading if isinstance(answer, Timed) else answer
        figures.note(
            seed, page, answer if isinstance(answer, Timed) else None, reading, faults_of(reading, database)
        )

    async with WorkerPool(options.processes, page_timeout=options.wall, reader=reader) as pool:
        while figures.next < options.count:
            end = min(options.count, figures.next + BATCH)
            room = asyncio.Semaphore(2 * options.processes)
            await asyncio.gather(*(one(seed, room) for seed in range(figures.next, end)))
            figures.next, figures.took = end, already + time.monotonic() - began
            figures.save()
            if end % (5 * BATCH) == 0:
                slow = figures.slowest[0][0] if figures.slowest else 0
                print(
                    f"{end:,} pages, {figures.took:,.0f} s, slowest {slow} s, {figures.peak_mb} MB,"
                    f" faults {dict(figures.faults)}",
                    file=sys.stderr,
                    flush=True,
                )


def read_one(pages: Pages, seed: int, database: Database, keep: Path) -> None:
    url, page = pages.torn(seed)
    (keep / f"{seed}.html").write_bytes(page.body)
    print(f"{url} {len(page.body):,} bytes as {page.content_type}, {', '.join(page.names)}")
    began = time.process_time()
    reading = read_page(Page(url=url, body=page.body, content_type=page.content_type, seen_at=NOW))
    article = reading.article
    print(
        f"{time.process_time() - began:.2f} s",
        reading.rejection or "article",
        reading.detail or "",
        article and article.title,
    )
    print(*faults_of(reading, database), sep="\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--wall", type=float, default=CAP, help="seconds until a page is given up; more on a busy machine"
    )
    parser.add_argument("--largest", type=int, default=MAX_BYTES, help="leave out pages of more bytes")
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    pages = Pages(options.pages, options.largest)
    with open_database(str(options.keep / "archive.sqlite")) as database:
        if options.seed is not None:
            read_one(pages, options.seed, database, options.keep)
            return 0
        figures = Figures(options.keep)
        asyncio.run(read_all(pages, figures, database, options))
    json.dump(figures.told(), sys.stdout, indent=1)
    print()
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
