"""Crawls a replay of real pages twice: what was stored, how the crawler behaved, what it cost.

    python benchmarks/crawl.py --replay REPLAY --pages PAGES [--hosts 60] [--db URL] [--keep FOLDER]

Prints a JSON object. Pages that were not stored are listed with their reasons, to be checked by hand.
"""

import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from pipelines.metadata.canonical import canonical_url
from storage.models import Page
from storage.session import open_database
from webreplay import Replay, arguments, hosts_of, import_hosts, no_delay, replay, start_copydesk, watch


def crawl(folder: Path, server: Replay, database: list[str]) -> dict[str, Any]:
    """One `copydesk crawl --all`, with its time, its memory and what the replay saw of it."""
    server.control("reset")
    began = time.monotonic()
    process = start_copydesk(folder, *database, "crawl", "--all", server=server)
    memory = watch(process)
    stats = server.control("stats")
    paths = Counter(
        {f"{h}{path}": n for h, stat in stats["hosts"].items() for path, n in stat["paths"].items()}
    )
    twice = {address: n for address, n in paths.items() if n > 1}
    return {
        "exit": process.returncode,
        "seconds": round(time.monotonic() - began, 1),
        "peak_memory_mb": {name: size // 1024 for name, size in memory.items()},
        "requests": stats["total"]["requests"],
        "not_modified": stats["total"]["not_modified"],
        "robots_violations": stats["total"]["robots_violations"],
        "most_at_once_per_host": stats["total"]["max_active_per_host"],
        "addresses_asked_twice": dict(list(twice.items())[:20]),
        "published": stats["total"]["published"],
    }


def pages_met(folder: Path, url: str, pages: Path, hosts: set[str]) -> dict[str, Any]:
    """Each published page's state in the archive."""
    with open_database(url if "://" in url else str(folder / url)) as database, database.read() as session:
        known = {p.url: p for p in session.scalars(select(Page))}
    states: Counter[str] = Counter()
    other: list[str] = []
    for line in (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        address = (json.loads(line).get("url") or "").strip()
        parts = urlsplit(address)
        host = parts.netloc.lower().encode("idna").decode()
        if host not in hosts or (parts.path in ("", "/") and not parts.query):
            continue
        plain = canonical_url(f"http://{address.split('://', 1)[1]}")
        page = known.get(plain or "") or known.get((plain or "").rstrip("/"))
        state = page.state if page else "missing"
        states[state] += 1
        if state != "stored":
            other.append(f"{state}: {page.reason if page else ''}: {address}")
    return {"states": dict(states), "not_stored": other}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--db", default="copydesk.sqlite")
    parser.add_argument("--keep", type=Path, help="a folder for the archive and the logs, kept afterwards")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    no_delay(folder)
    database = ["--db", options.db]
    with replay(options.replay, options.pages, "--hosts", str(options.hosts)) as server:
        hosts = hosts_of(options.pages)
        if options.hosts:
            hosts = sorted(h for h in hosts if server.serves(h))
        began = time.monotonic()
        told = import_hosts(folder, hosts, server, database)
        result: dict[str, Any] = {"import_seconds": round(time.monotonic() - began, 1), "import": told[-300:]}
        result["first_crawl"] = crawl(folder, server, database)
        result["second_crawl"] = crawl(folder, server, database)
    result["pages"] = pages_met(folder, options.db, options.pages, set(hosts))
    json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
    print()
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
