"""How long `copydesk status` and the judgement of one source take in a large archive.

    python benchmarks/status.py [URL]

fills an archive (an SQLite file in a temporary folder, or the empty database that the URL names) with
10,000 sources, a million articles and pages, and 300,000 runs; one of the sources has a tenth of all.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from storage.facts import source_facts
from storage.health import archive_figures, source_health
from storage.models import Article, Page, PageState, Run, RunState, Seed, SeedKind, Source, Visit
from storage.session import Database, open_database

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SOURCES, ARTICLES, RUNS = 10_000, 1_000_000, 300_000
LARGE = 1
"""The source that has every tenth article and run."""
TEXT = "The harbour wall of Skerrow is to be rebuilt by the spring, the council said. " * 12


def source_of(number: int) -> int:
    return LARGE if number % 10 == 0 else number % SOURCES + 1


def at(number: int, of: int) -> datetime:
    return NOW - timedelta(days=365) * (1 - number / of)


def sources() -> Iterator[dict[str, Any]]:
    for n in range(1, SOURCES + 1):
        yield {
            "id": n,
            "name": f"source {n}",
            "url": f"https://s{n}.example/",
            "enabled": True,
            "created_at": at(0, 1),
            "last_run_at": NOW,
            "health": "failing" if n % 100 == 0 else "well",
            "health_since": NOW,
        }


def seeds() -> Iterator[dict[str, Any]]:
    for n in range(1, 3 * SOURCES):
        yield {
            "id": n,
            "source_id": n % SOURCES + 1,
            "url": f"https://s.example/feed/{n}",
            "kind": SeedKind.FEED,
        }


def runs() -> Iterator[dict[str, Any]]:
    counts = {"found": 3, "fetched": 3, "new": 3, "rejected": {"stub": 1}, "failed": {}, "seeds_fetched": 1}
    for n in range(1, RUNS + 1):
        yield {
            "id": n,
            "source_id": source_of(n),
            "started_at": at(n, RUNS),
            "ended_at": at(n, RUNS),
            "state": RunState.DONE,
            "counts": counts,
        }


def articles() -> Iterator[dict[str, Any]]:
    for n in range(1, ARTICLES + 1):
        url = f"https://s.example/{n}/a-story-of-the-harbour-wall"
        yield {
            "id": n, "source_id": source_of(n), "url": url, "canonical_url": url, "title": f"Story {n}",
            "authors": ["Ann Writer"], "text": TEXT, "tags": [], "removed": [], "text_hash": str(n),
            "content_hash": str(n), "fetched_at": NOW, "first_seen_at": at(n, ARTICLES),
        }  # fmt: skip


def pages() -> Iterator[dict[str, Any]]:
    for n in range(1, ARTICLES + 1):
        yield {
            "id": n,
            "source_id": source_of(n),
            "url": f"https://s.example/{n}/a-story-of-the-harbour-wall",
            "state": PageState.STORED,
            "found_at": at(n, ARTICLES),
            "due_at": NOW + timedelta(hours=n % 100 - 1) if n % 5 == 0 else None,
            "attempts": 0,
            "article_id": n,
        }


def visits() -> Iterator[dict[str, Any]]:
    """As many visits of each run as its source has articles for a run."""
    for n in range(1, ARTICLES + 1):
        run = n * RUNS // ARTICLES
        yield {
            "id": n,
            "page_id": n,
            "run_id": run - (run - source_of(n)) % 10 if source_of(n) != LARGE else run - run % 10 or None,
            "at": at(n, ARTICLES),
            "status": 200,
            "outcome": "new",
        }


def fill(database: Database) -> None:
    tables = (
        (Source, sources),
        (Seed, seeds),
        (Run, runs),
        (Article, articles),
        (Page, pages),
        (Visit, visits),
    )
    with database.write() as session:
        _quiet_triggers(session)
    for model, rows in tables:
        began, left = time.monotonic(), rows()
        while part := list(islice(left, 20_000)):
            with database.write() as session:
                for row in part:
                    if row.get("run_id") is not None and row["run_id"] < 1:
                        row["run_id"] = None
                session.execute(insert(model.__table__), part)
        print(f"{model.__tablename__}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def _quiet_triggers(session: Session) -> None:
    """The full-text index is of no interest here, and dear to fill."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE articles DISABLE TRIGGER USER"))
        return
    names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    for name in names:
        session.execute(text(f"DROP TRIGGER {name}"))


def measure(database: Database, name: str, work: Callable[[Session], Any]) -> None:
    times = []
    for _ in range(5):
        with database.read() as session:
            began = time.perf_counter()
            work(session)
            times.append(time.perf_counter() - began)
    print(f"{name}: {1000 * times[0]:.1f} ms at first, then {1000 * min(times):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--filled", action="store_true", help="it was filled before")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_database(options.url or f"{folder}/archive.sqlite") as database,
    ):
        if not options.filled:
            fill(database)
        _measure_all(database)


def _measure_all(database: Database) -> None:
    measure(database, "every source", lambda session: source_health(session, NOW))
    measure(database, "figures", lambda session: archive_figures(session, NOW))
    for source_id, name in ((LARGE, "a large source"), (SOURCES // 2, "another source")):
        measure(database, f"facts of {name}", partial(source_facts, source_id=source_id))


if __name__ == "__main__":
    main()
