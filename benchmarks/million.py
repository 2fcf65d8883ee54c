"""An archive of a million articles: how fast it is filed, how large it becomes, how quickly it answers.

    python benchmarks/million.py fill URL [--articles N]     files made-up articles, and goes on where it was
    python benchmarks/million.py load URL [--articles N]     the same rows, but looks for no copies
    python benchmarks/million.py ask URL                     searches, and times each kind of query
    python benchmarks/million.py tell URL                    export, status, explain, stories, as commands

URL is an SQLite file or the address of an empty PostgreSQL database.
"""

import argparse
import gc
import json
import multiprocessing
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from madeup import BEGIN, EVERY, SOURCES, MadeUp, Press

from pipelines.article import Reading
from pipelines.store import Visited, file_visits
from storage import Archive, open_archive
from storage.articles import _row_of as row_of
from storage.candidates import Candidate, add_pages
from storage.models import Article, Band, Change, Page, PageState, Source, Visit
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source

GROUP = 50
"""Articles filed in one transaction, as a crawl does where much comes in."""
CHUNK = 500
PRESS = Press()


def make(numbers: range) -> list[MadeUp]:
    return [PRESS(number) for number in numbers]


def fill(url: str, articles: int) -> None:
    with open_database(url) as database:
        source_ids = _sources(database)
        with database.read() as session:
            begin = session.scalar(sa.select(sa.func.max(Article.id))) or 0
        chunks = [range(at, min(at + CHUNK, articles)) for at in range(begin, articles, CHUNK)]
        total, counts = Stopwatch(), dict.fromkeys(("duplicate", "missed", "wrong"), 0)
        with multiprocessing.Pool(1) as pool:
            for chunk, made in zip(chunks, pool.imap(make, chunks), strict=True):
                for at in range(0, len(made), GROUP):
                    _file(database, made[at : at + GROUP], source_ids, total, counts)
                if chunk.stop % 10_000 == 0:
                    told = {"articles": chunk.stop, **total.lap(10_000), **counts, "bytes": _size(database)}
                    print(json.dumps(told), flush=True)
                if chunk.stop % 100_000 == 0:
                    _analyze(database)


def load(url: str, articles: int) -> None:
    """Fill in what lies between two measurements: every number becomes the id of its article."""
    with open_database(url) as database:
        source_ids = _sources(database)
        with database.read() as session:
            begin = session.scalar(sa.select(sa.func.max(Article.id))) or 0
            pages = (session.scalar(sa.select(sa.func.max(Page.id))) or 0) - begin
        chunks = [range(at, min(at + CHUNK, articles)) for at in range(begin, articles, CHUNK)]
        began = time.monotonic()
        with multiprocessing.Pool(1) as pool:
            for chunk, made in zip(chunks, pool.imap(make, chunks), strict=True):
                rows = [_row(n + 1, one, source_ids) for n, one in zip(chunk, made, strict=True)]
                with database.write() as session:
                    for model, part in _tables(rows, pages).items():
                        session.execute(sa.insert(model.__table__), part)
                if chunk.stop % 10_000 == 0:
                    pace = round(1000 * (time.monotonic() - began) / (chunk.stop - begin), 3)
                    told = {"articles": chunk.stop, "ms_to_load": pace, "bytes": _size(database)}
                    print(json.dumps(told), flush=True)
        _analyze(database)


def _row(number: int, one: MadeUp, source_ids: list[int]) -> dict[str, Any]:
    article, at = one.article, (one.article.published_at or BEGIN) + timedelta(minutes=5)
    copy = (
        {} if one.copy_of is None else {"duplicate_of": one.copy_of + 1, "similarity": 1.0, "coverage": 1.0}
    )
    return {
        "bands": article.fingerprint.bands,
        "duplicate_of": None,
        "similarity": None,
        "coverage": None,
        **row_of(article, at),
        **copy,
        "id": number,
        "source_id": source_ids[one.source],
        "first_seen_at": at,
    }


def _tables(rows: list[dict[str, Any]], shift: int) -> dict[Any, list[dict[str, Any]]]:
    """What filing writes of these articles, table by table; `shift`: from an article's id to its page's."""
    bands = [{"key": key, "article_id": row["id"]} for row in rows for key in set(row.pop("bands"))]
    numbered = [(row["id"], row["first_seen_at"], row) for row in rows]
    pages = [
        {
            "id": n + shift,
            "source_id": row["source_id"],
            "url": row["url"],
            "state": PageState.STORED,
            "found_at": at,
        }
        | {"visited_at": at, "article_id": n, "attempts": 0, "priority": 0}
        for n, at, row in numbered
    ]
    visits = [
        {"page_id": n + shift, "at": at, "status": 200, "size": 60_000, "milliseconds": 80, "outcome": "new"}
        for n, at, _ in numbered
    ]
    changes = [{"article_id": n, "at": at, "kind": "new"} for n, at, _ in numbered]
    return {Article: rows, Page: pages, Visit: visits, Change: changes, Band: sorted(bands, key=_key)}


def _key(band: dict[str, Any]) -> int:
    return int(band["key"])


class Stopwatch:
    """Seconds spent in the frontier and in filing: by the clock, and of this process's processor."""

    def __init__(self) -> None:
        self.finding = self.filing = self.cpu = 0.0

    def lap(self, articles: int) -> dict[str, float]:
        told = {
            "ms_to_file": round(1000 * self.filing / articles, 3),
            "cpu_ms_to_file": round(1000 * self.cpu / articles, 3),
            "ms_to_find": round(1000 * self.finding / articles, 3),
        }
        self.finding = self.filing = self.cpu = 0.0
        return told


def _file(
    database: Database,
    made: Sequence[MadeUp],
    source_ids: list[int],
    total: Stopwatch,
    counts: dict[str, int],
) -> None:
    now = max(one.article.published_at or BEGIN for one in made) + timedelta(minutes=5)
    began = time.perf_counter()
    with database.write() as session:
        for one in made:
            source_id = source_ids[one.source]
            add_pages(session, source_id, None, [Candidate(url=one.article.url)], now)
        urls = [one.article.url for one in made]
        pages = {
            row.url: row.id for row in session.execute(sa.select(Page.url, Page.id).where(Page.url.in_(urls)))
        }
    total.finding += time.perf_counter() - began
    visits = [
        Visited(
            page_id=pages[one.article.url],
            source_id=source_ids[one.source],
            run_id=None,
            at=now,
            status=200,
            size=60_000,
            milliseconds=80,
            reading=Reading(article=one.article),
        )
        for one in made
    ]
    began, cpu = time.perf_counter(), time.process_time()
    with database.write() as session:
        filed = file_visits(session, visits)
    total.filing += time.perf_counter() - began
    total.cpu += time.process_time() - cpu
    for one, result in zip(made, filed, strict=True):
        found = result.outcome == "duplicate"
        counts["duplicate"] += found
        counts["missed"] += one.copy_of is not None and not found
        counts["wrong"] += one.copy_of is None and found


def _sources(database: Database) -> list[int]:
    with database.write() as session:
        known = {row.name: row.id for row in session.execute(sa.select(Source.name, Source.id))}
        for number in range(SOURCES):
            name, url = f"source {number}", f"https://source{number}.example/"
            if name not in known:
                known[name] = add_source(session, SourceDraft(name=name, url=url), BEGIN).id
    return [known[f"source {number}"] for number in range(SOURCES)]


def _analyze(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))


def _size(database: Database) -> int:
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            return int(connection.scalar(sa.text("SELECT pg_database_size(current_database())")))
        pages = connection.scalar(sa.text("PRAGMA page_count")) * connection.scalar(
            sa.text("PRAGMA page_size")
        )
        return int(pages)


def queries(articles: int, draw: random.Random) -> dict[str, Callable[[], tuple[str, dict[str, Any]]]]:
    """Each kind of query, and what makes one."""
    english, chinese = PRESS.languages["en"], PRESS.languages["zh"]

    def word(first: int, last: int) -> str:
        return english.words[draw.randrange(first, last)]

    def phrase(first: int, last: int) -> str:
        return f'"{english.phrases[draw.randrange(first, last)]}"'

    def when() -> dict[str, Any]:
        begin = BEGIN + EVERY * draw.randrange(articles)
        return {"since": begin, "until": begin + timedelta(days=30)}

    def source() -> dict[str, Any]:
        return {"source": f"source {draw.randrange(SOURCES)}"}

    asked: dict[str, Callable[[], tuple[str, dict[str, Any]]]] = {
        "rare word": lambda: (word(60_000, 149_000), {}),
        "word of 1 in 100": lambda: (word(1_500, 4_000), {}),
        "word of 1 in 20": lambda: (word(300, 800), {}),
        "common word": lambda: (word(0, 60), {}),
        "two common words": lambda: (f"{word(0, 60)} {word(0, 60)}", {}),
        "common and rare word": lambda: (f"{word(0, 60)} {word(20_000, 60_000)}", {}),
        "three middling words": lambda: (f"{word(100, 900)} {word(100, 900)} {word(100, 900)}", {}),
        "rare phrase": lambda: (phrase(3_000, 29_000), {}),
        "common phrase": lambda: (phrase(0, 60), {}),
        "either of two": lambda: (f"{word(20, 900)} OR {word(900, 20_000)}", {}),
        "one without another": lambda: (f"{word(100, 2_000)} -{word(0, 60)}", {}),
        "beginning of a word": lambda: (f"{word(3_000, 60_000)[:6]}*", {}),
        "in the title": lambda: (f"title:{word(0, 900)}", {}),
        "author": lambda: (f"author:{english.names[draw.randrange(60)]} {word(0, 900)}", {}),
        "two letters of Chinese": lambda: (f"{''.join(draw.choices(chinese.words[:300], k=2))}", {}),
        "four letters of Chinese": lambda: ("".join(draw.choices(chinese.words[:60], k=4)), {}),
    }
    filtered = ("rare word", "word of 1 in 100", "common word", "two common words", "common phrase")
    for kind in filtered:
        asked[f"{kind}, one source"] = lambda kind=kind: (asked[kind]()[0], source())  # type: ignore[misc]
        asked[f"{kind}, one month"] = lambda kind=kind: (asked[kind]()[0], when())  # type: ignore[misc]
        asked[f"{kind}, language"] = lambda kind=kind: (asked[kind]()[0], {"language": "en"})  # type: ignore[misc]
    return asked


def ask(url: str, times: int, sort: str) -> None:
    everything: list[float] = []
    with open_archive(url) as archive:
        articles = _count(archive)
        archive.search("warm", limit=10)
        asked = queries(articles, random.Random(5))
        gc.collect()
        gc.freeze()  # a user's process has no vocabularies to look through
        for kind, make_query in asked.items():
            took, hits = [], 0
            for _ in range(times):
                query, filters = make_query()
                began = time.perf_counter()
                hits += len(archive.search(query, limit=10, sort=sort, **filters))  # type: ignore[arg-type]
                took.append(1000 * (time.perf_counter() - began))
            everything += took
            print(_line(kind, took), f"{hits / times:6.1f} hits")
    print(_line("all", everything))


def _line(kind: str, took: list[float]) -> str:
    return f"{kind:40} p50 {_share(took, 50):7.1f}  p95 {_share(took, 95):7.1f} ms"


def _share(took: list[float], percent: int) -> float:
    return statistics.quantiles(took, n=100, method="inclusive")[percent - 1]


def _count(archive: Archive) -> int:
    with archive._database.read() as session:
        return session.scalar(sa.select(sa.func.max(Article.id))) or 1


def tell(url: str) -> None:
    last = PRESS(1_000).article.url
    for name, words in {
        "status": ["status"],
        "explain": ["explain", last],
        "explain, by number": ["explain", "500000"],
        "stories": ["stories"],
        "search": ["search", PRESS.languages["en"].words[30_000]],
        "db info": ["db", "info"],
        "export, JSON Lines": ["export", "--all-copies", "-o", "{folder}/all.jsonl"],
        "export, CSV": ["export", "--all-copies", "-o", "{folder}/all.csv"],
        "export, Parquet": ["export", "--all-copies", "-o", "{folder}/all.parquet"],
        "export, as of": ["export", "--as-of", str(BEGIN.year + 3), "-o", "{folder}/then.jsonl"],
    }.items():
        with tempfile.TemporaryDirectory() as folder:
            times, peak, code = _command(url, [word.replace("{folder}", folder) for word in words])
            made = sum(path.stat().st_size for path in Path(folder).iterdir())
        print(
            f"{name:24} {times:8.2f} s  peak {peak / 1e6:6.0f} MB  {made / 1e6:8.1f} MB written  exit {code}"
        )


def _command(url: str, words: list[str]) -> tuple[float, float, int]:
    """Seconds, bytes of memory at the peak, and exit status of a command."""
    command = [str(Path(sys.executable).with_name("copydesk")), "--db", url, *words]
    began, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        # What the system tells of it when it has ended counts the memory of this process too.
        peak = max(peak, _peak_of(process.pid))
        time.sleep(0.01)
    return time.perf_counter() - began, peak, process.returncode


def _peak_of(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("work", choices=("fill", "load", "ask", "tell"))
    parser.add_argument("url")
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=30, help="queries of each kind")
    parser.add_argument("--sort", default="relevance")
    options = parser.parse_args()
    match options.work:
        case "fill":
            fill(options.url, options.articles)
        case "load":
            load(options.url, options.articles)
        case "ask":
            ask(options.url, options.times, options.sort)
        case _:
            tell(options.url)


if __name__ == "__main__":
    main()
