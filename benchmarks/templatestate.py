"""What is kept of 10,000 sources' templates: its size on disk, in memory, and the time to load and learn it.

    python benchmarks/templatestate.py [--pages PAGES] [--sources 10000] [--shapes 40] [--json]

An archive (an SQLite file in a temporary folder) gets as many sources as wanted, each with templates and as
many samples as are kept. They are learned from a few sites: the made-up ones, or, with PAGES (a folder with
manifest.jsonl), sites made of a real page each, whose paragraphs are written anew, left out and doubled from
page to page. Among the sources, templates differ in the names of their classes, and samples not at all.

A crawl holds the templates of its own source while it runs, so the main process has those of all crawls under
way (crawl.crawls_at_once); a worker keeps those of the sources it read last. Memory of the main process is
what tracemalloc counts, that of a worker is its resident memory. Times are CPU, but for telling a worker.
What it takes to learn all anew, when the code that learns changes, is extrapolated from some sources.
"""

import argparse
import gzip
import json
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
import tracemalloc
from asyncio import run
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import psutil
from lxml.html import fromstring, tostring
from sqlalchemy import func, insert, select, text
from streams import by_site, made_up

from crawler.config import CrawlConfig
from crawler.workers import WorkerPool
from pipelines.article import Reading, Rejection
from pipelines.cleaning import Cleaning
from pipelines.extract import read_page
from pipelines.page import Page
from pipelines.source_templates import known_templates, learn_from
from pipelines.templates.labels import Labels
from pipelines.templates.learn import learn_templates
from pipelines.templates.template import Templates
from storage.models import Sample, Source
from storage.models import Templates as TemplatesTable
from storage.session import Database, open_database
from storage.templates import MOST_OF_OTHER_KINDS, MOST_SAMPLES, samples_of

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SAMPLES = MOST_SAMPLES + MOST_OF_OTHER_KINDS
IN_A_WORKER = 200
"""Sources whose knowledge a worker keeps."""
_CLASS = re.compile(r"(?<=[.#])(?=\w)")
_TABLES = ("templates", "template_samples", "uq_template_samples_source_id_story")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the pages of a site are made: what was learned of them, and from what."""

    templates: dict[str, Any]
    samples: tuple[bytes, ...]


def shape_of(pages: Sequence[Page]) -> Shape | None:
    """The shape of a site with these pages; None if they teach nothing."""
    readings = [read_page(page, Cleaning(teach=True)) for page in pages]
    labels = [reading.labels for reading in readings if reading.labels is not None]
    templates = learn_templates(map(Labels.from_bytes, labels))
    if len(labels) < len(pages) / 2 or not templates.templates:
        return None
    samples = tuple(labels[number % len(labels)] for number in range(SAMPLES))
    return Shape(templates=templates.to_json(), samples=samples)


def rewritten(number: int, page: Page) -> Page:
    """A page made like another one, with other words, and paragraphs more and less."""
    chance = random.Random(number)
    tree = fromstring(page.body.decode("utf-8", "replace"))
    for paragraph in tree.xpath("//body//p"):
        words = (paragraph.text or "").split()
        chance.shuffle(words)
        paragraph.text = " ".join(words)
        parent = paragraph.getparent()
        if chance.random() < 0.15 and not len(paragraph):
            parent.insert(parent.index(paragraph), fromstring(tostring(paragraph, encoding="unicode")))
        elif chance.random() < 0.15 and not (paragraph.tail or "").strip():
            parent.remove(paragraph)
    return replace(page, url=f"{page.url}?{number}", body=tostring(tree, encoding="utf-8"))


def shape_of_real(page: Page) -> Shape | None:
    try:
        return shape_of([rewritten(number, page) for number in range(SAMPLES)])
    except (AttributeError, ValueError):  # no page that lxml.html can write again
        return None


def real_pages(pages: Path) -> Iterator[Page]:
    """Pages of different hosts, in an order of no meaning."""
    rows = [json.loads(line) for line in (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    random.Random(1).shuffle(rows)
    for row in rows:
        if row.get("url"):
            body = gzip.decompress((pages / row["file"]).read_bytes())
            yield Page(url=row["url"].strip(), body=body, content_type="text/html; charset=utf-8")


def shapes(pages: Path | None, most: int) -> list[Shape]:
    with ProcessPoolExecutor(2) as pool:
        if pages is not None:
            found = list(pool.map(shape_of_real, islice(real_pages(pages), most)))
        else:
            sites = [[one.page for one in site] for site in by_site(made_up()).values()]
            found = list(pool.map(shape_of, sites))
    return [shape for shape in found if shape is not None]


def varied(templates: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The same templates with other names of classes."""
    mark = f"{number:x}"[-3:]
    rename = partial(_CLASS.sub, f"{chr(103 + number % 20)}{mark}")
    return {
        **templates,
        "templates": [
            {
                **one,
                "makes": {rename(make): rule for make, rule in one["makes"].items()},
                "beside": {rename(make): above for make, above in one["beside"].items()},
                "outside": [rename(make) for make in one["outside"]],
                "lines": [(line * 31 + number) % 2**62 for line in one["lines"]],
            }
            for one in templates["templates"]
        ],
    }


def fill(database: Database, known: Sequence[Shape], sources: int) -> None:
    use = {"fast": 400, "refused": {"another kind": 12}, "last": [""] * 20, "audits": [0.99] * 20}
    for start in range(0, sources, 200):
        numbers = range(start + 1, min(start + 200, sources) + 1)
        with database.write() as session:
            session.execute(
                insert(Source),
                [
                    {"id": n, "name": f"source {n}", "url": f"https://s{n}.example/", "created_at": NOW}
                    for n in numbers
                ],
            )
            rows = [
                {
                    "source_id": n,
                    "version": 7,
                    "known": varied(known[n % len(known)].templates, n),
                    "learned_at": NOW,
                    "use": use,
                    "off": False,
                }
                for n in numbers
            ]
            session.execute(insert(TemplatesTable), rows)
            samples = [
                {
                    "source_id": n,
                    "story": f"{n:032x}{number:032x}",
                    "kind": "article" if number < MOST_SAMPLES else "live blog",
                    "taken_at": NOW,
                    "labels": labels,
                }
                for n in numbers
                for number, labels in enumerate(known[n % len(known)].samples)
            ]
            session.execute(insert(Sample), samples)


def sizes(database: Database, sources: int) -> dict[str, float]:
    """kB a source of each table, with its index."""
    with database.read() as session:
        pages = {
            name: session.scalar(text("SELECT sum(pgsize) FROM dbstat WHERE name = :name"), {"name": name})
            or 0
            for name in _TABLES
        }
        sample = session.scalar(select(func.avg(func.length(Sample.labels)))) or 0
        known = session.scalar(text("SELECT avg(length(known)) FROM templates")) or 0
    kept = pages["template_samples"] + pages["uq_template_samples_source_id_story"]
    return {
        "templates_kb_a_source": round(pages["templates"] / sources / 1000, 1),
        "samples_kb_a_source": round(kept / sources / 1000, 1),
        "all_mb": round(sum(pages.values()) / 1e6, 1),
        "bytes_of_a_sample": round(sample),
        "bytes_of_templates_as_json": round(known),
    }


def loading(database: Database, sources: int) -> dict[str, float]:
    """Reading each source's templates once, as a crawl's begin does, and what one set takes in memory."""
    began = time.process_time()
    with database.read() as session:
        for number in range(1, sources + 1):
            known_templates(session, number)
    seconds = time.process_time() - began
    some = min(sources, 500)
    with database.read() as session:
        known_templates(session, 1)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        held = [known_templates(session, number) for number in range(1, some + 1)]
        session.expire_all()
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    of_one = grown / len(held)
    at_once = CrawlConfig().crawls_at_once
    return {
        "seconds_to_load_all": round(seconds, 2),
        "ms_to_load_one": round(1000 * seconds / sources, 3),
        "kb_in_memory_a_source": round(of_one / 1000, 1),
        "crawls_at_once": at_once,
        "mb_main_process": round(at_once * of_one / 1e6, 2),
        "mb_if_all_were_held": round(sources * of_one / 1e6),
    }


def tell_memory(page: Page, cleaning: Cleaning) -> Reading:
    """What a worker answers here instead of reading a page: its resident memory."""
    return Reading(rejection=Rejection.STUB, detail=str(psutil.Process().memory_info().rss))


async def in_a_worker(database: Database, sources: int) -> dict[str, float]:
    """A worker's memory until it keeps as many sources as it ever does, and when it is told of more."""
    wanted = min(sources, IN_A_WORKER + 50)
    page = Page(url="https://s.example/", body=b"<p>x", content_type="text/html; charset=utf-8")
    with database.read() as session:
        known = {n: known_templates(session, n).templates for n in range(1, wanted + 1)}
    memory, seconds = [], []
    async with WorkerPool(processes=1, pages_per_worker=10_000, reader=tell_memory) as workers:
        await workers.read(page)
        for number, templates in known.items():
            began = time.perf_counter()
            reading = await workers.read(page, Cleaning(templates=templates), number)
            seconds.append(time.perf_counter() - began)
            memory.append(int(reading.detail or 0) / 1e6)
        again = time.perf_counter()
        await workers.read(page, Cleaning(templates=known[wanted]), wanted)
        again = time.perf_counter() - again
    return {
        "mb_worker_of_one_source": round(memory[0], 1),
        "mb_worker_of_200_sources": round(memory[min(IN_A_WORKER, wanted) - 1], 1),
        "mb_worker_of_250_sources": round(memory[-1], 1),
        "kb_a_source": round(1000 * (memory[min(IN_A_WORKER, wanted) - 1] - memory[0]) / IN_A_WORKER, 1),
        "ms_to_tell_a_worker": round(1000 * statistics.median(seconds), 2),
        "ms_when_it_knows": round(1000 * again, 2),
    }


def learning(database: Database, sources: int, some: int) -> dict[str, float]:
    """Learning sources anew from all of their samples, as after a change of the code."""
    took = []
    with database.read() as session:
        for number in range(1, min(sources, some) + 1):
            began = time.process_time()
            learn_from(samples_of(session, number), Templates(code_version=0))
            took.append(time.process_time() - began)
    return {
        "samples_a_source": SAMPLES,
        "ms_to_learn_one_anew": round(1000 * statistics.median(took), 1),
        "ms_to_learn_one_anew_p95": round(1000 * sorted(took)[int(0.95 * len(took))], 1),
        "learned_of": len(took),
        "minutes_to_learn_all_anew_one_process": round(sources * statistics.fmean(took) / 60, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=Path, help="folder with manifest.jsonl and the pages")
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--shapes", type=int, default=40, help="real pages that sites are made of")
    parser.add_argument("--learned", type=int, default=200, help="sources that are learned anew")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        known = shapes(options.pages, options.shapes)
        print(f"{len(known)} shapes", file=sys.stderr, flush=True)
        with open_database(str(folder / "copydesk.sqlite")) as database:
            fill(database, known, options.sources)
            print("filled", file=sys.stderr, flush=True)
            result: dict[str, Any] = {
                "sources": options.sources,
                "shapes": len(known),
                "of": "real pages, written anew" if options.pages else "made-up sites",
                "disk": sizes(database, options.sources),
                "loading": loading(database, options.sources),
                "worker": run(in_a_worker(database, options.sources)),
                "learning": learning(database, options.sources, options.learned),
            }
    finally:
        shutil.rmtree(folder)
    if options.json:
        print(json.dumps(result, indent=1))
        return
    for name, value in result.items():
        if isinstance(value, dict):
            print(name)
            for key, figure in value.items():
                print(f"  {key.replace('_', ' '):42}{figure:>12}")
        else:
            print(f"{name:44}{value:>12}")


if __name__ == "__main__":
    main()
