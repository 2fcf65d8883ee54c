"""How fast `copydesk export` writes a large archive out, and the memory that it takes.

    python benchmarks/export.py [URL] [--articles N]

fills an archive (an SQLite file in a temporary folder, or the empty database that the URL names) with
articles of some 3 kB, every tenth a copy of the one before it and every twentieth changed since; then
exports it by several command lines, each in a process of its own. Memory is the most that was resident.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from storage.insert import table_of
from storage.models import Article, Source
from storage.session import Database, open_database

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SOURCES = 200
WORDS = (
    "Die Hafenmauer von Skerrow soll bis zum Frühjahr erneuert werden, “as soon as possible”, said she. " * 30
)
RUN = r"""
import pathlib, re, sys, time
from crawler.cli import run
begun = time.perf_counter()
status = run(sys.argv[1:])
peak = re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())[1]
print(status, time.perf_counter() - begun, time.process_time(), peak)
"""
COMMANDS = {
    "JSON Lines": ["-o", "out.jsonl"],
    "JSON Lines, gzip": ["-o", "out.jsonl.gz"],
    "CSV": ["-o", "out.csv"],
    "Parquet": ["-o", "out.parquet"],
    "without text": ["--columns", "id,title,url,published_at", "-o", "out.jsonl"],
    "one language": ["--lang", "de", "-o", "out.jsonl"],
    "as of a date": ["--as-of", "2026-03-05", "-o", "then.jsonl"],
    "as of a date, one source": ["--as-of", "2026-03-05", "--source", "source 7", "-o", "then.jsonl"],
}


def articles(count: int) -> Iterator[dict[str, Any]]:
    for n in range(1, count + 1):
        copy = n % 10 == 0
        yield {
            "id": n,
            "source_id": n % SOURCES + 1,
            "url": f"https://s{n % SOURCES}.example/2026/03/04/story-{n}",
            "canonical_url": f"https://s{n % SOURCES}.example/2026/03/04/story-{n}",
            "title": f"Story {n}: “the harbour wall”",
            "standfirst": "It is to be rebuilt by the spring.",
            "authors": ["Ann Writer", "Émile Autre"],
            "published_at": NOW - timedelta(minutes=n),
            "published_offset": 60,
            "language": "de" if n % 4 == 0 else "en",
            "text": f"{n} {WORDS}",
            "image": f"https://s.example/{n}.jpg",
            "images": [{"url": f"https://s.example/{n}.jpg", "caption": "The wall", "credit": None}],
            "section": "News",
            "tags": ["harbour", "council"],
            "removed": [],
            "text_hash": f"{n:064}",
            "content_hash": f"{n:064}",
            "fetched_at": NOW,
            "first_seen_at": NOW,
            "duplicate_of": n - 1 if copy else None,
            "similarity": 0.9375 if copy else None,
        }


def fill(database: Database, count: int) -> None:
    with database.write() as session:
        sources = [
            {"id": n, "name": f"source {n}", "url": f"https://s{n}.example/", "created_at": NOW}
            for n in range(1, SOURCES + 1)
        ]
        session.execute(insert(table_of(Source)), sources)
    rows = articles(count)
    while part := list(islice(rows, 5_000)):
        with database.write() as session:
            session.execute(insert(table_of(Article)), part)
    with database.write() as session:
        session.execute(text("UPDATE articles SET section = 'Other', tags = '[]' WHERE id % 20 = 0"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--articles", type=int, default=200_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.url or f"{folder}/archive.sqlite"
        begun = time.perf_counter()
        with open_database(url) as database:
            fill(database, asked.articles)
        print(f"{asked.articles:,} articles in {url}, filled in {time.perf_counter() - begun:.0f} s")
        for name, arguments in COMMANDS.items():
            command = [sys.executable, "-c", RUN, "--db", url, "export", *arguments]
            done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
            status, seconds, cpu, peak = done.stdout.split()
            if status != "0":
                print(f"{name:26} {done.stderr.strip()}")
                continue
            told = int(done.stderr.split(" article")[0].split()[-1].replace(",", ""))
            size = Path(folder, arguments[-1]).stat().st_size
            rate, of_cpu = told / float(seconds), told / float(cpu)
            print(f"{name:26} {told:>9,} rows {rate:>7,.0f} rows/s, {of_cpu:>7,.0f} a second of CPU,", end="")
            print(f" {size / 1e6:>6,.0f} MB, {int(peak) / 1024:>4.0f} MB of memory", flush=True)


if __name__ == "__main__":
    main()
