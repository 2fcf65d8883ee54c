"""Crawls a replay of real pages in peace and with faults: what is stored after how many crawls, at what cost.

    python benchmarks/faultyweb.py --replay REPLAY --pages PAGES [--hosts 60] [--editions 6] [--chaos 0.3]
                                   [--stall 40] [--crawls 3] [--delay 0.5] [--peace] [--keep FOLDER]

Each edition is crawled by `copydesk crawl --all` until all that it published is stored, at most `--crawls`
times. A share of `--chaos` of the page requests fails: 500, 503 and 429 with Retry-After, resets, bodies cut
short, answers that stall for longer than a fetch waits. Prints a JSON object: for each edition the pages that
are missing after each crawl, the requests and the shortest gap between two of one host, as the server saw
them, and of the pages missing in the end what `copydesk explain` says. Exits with 1 if one is missing."""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from day import Editions, editions
from sqlalchemy import select

from pipelines.metadata.canonical import canonical_url
from storage.models import Page, PageState
from storage.session import open_database
from webreplay import (
    Replay,
    arguments,
    copydesk,
    hosts_of,
    import_hosts,
    replay,
    start_copydesk,
    watch,
)


def missing(folder: Path, published: list[str]) -> dict[str, str]:
    """The pages that are not stored, and what became of them."""
    with open_database(str(folder / "copydesk.sqlite")) as database, database.read() as session:
        known = {p.url: p for p in session.scalars(select(Page))}
    found = {}
    for address in published:
        page = known.get(canonical_url(address) or address)
        if page is None or page.state is not PageState.STORED:
            found[address] = f"{page.state}: {page.reason}" if page else "never found"
    return found


def one_edition(folder: Path, server: Replay, published: list[str], most: int) -> dict[str, Any]:
    """Crawl until all is stored, or as often as may be."""
    crawls: list[dict[str, Any]] = []
    left: dict[str, str] = {}
    while len(crawls) < most:
        before, began = server.control("stats")["total"]["requests"], time.monotonic()
        process = start_copydesk(folder, "crawl", "--all", server=server)
        watch(process)
        left = missing(folder, published)
        crawls.append(
            {
                "missing": len(left),
                "seconds": round(time.monotonic() - began, 1),
                "requests": server.control("stats")["total"]["requests"] - before,
                "exit": process.returncode,
            }
        )
        if not left:
            break
    return {"published": len(published), "crawls": crawls, "missing": left}


def gaps(stats: dict[str, Any], delay: float) -> dict[str, Any]:
    shortest = {host: stat["min_gap"] for host, stat in stats["hosts"].items() if stat["min_gap"] is not None}
    host = min(shortest, key=shortest.__getitem__, default="")
    return {
        "asked_for": delay,
        "shortest": round(shortest[host], 3) if host else None,
        "of": host,
        "hosts_below": sum(gap < delay - 0.005 for gap in shortest.values()),
        "most_at_once": stats["total"]["max_active_per_host"],
    }


def close_together(log: Path, delay: float) -> list[str]:
    """Requests to one host that came within the delay, by what the replay wrote down when it answered."""
    last: dict[str, dict[str, Any]] = {}
    found = []
    for row in map(json.loads, log.read_text(encoding="utf-8").splitlines()):
        before = last.get(row["host"])
        last[row["host"]] = row
        if before and row["t"] - before["t"] < delay - 0.005:
            one, two = (f"{r['path']} ({r['fault'] or r['status']})" for r in (before, row))
            found.append(f"{row['t'] - before['t']:.3f} s: {row['host']} {one}, {two}")
    return found[:30]


def crawl_all(
    options: argparse.Namespace, folder: Path, tags: Editions | None, more: list[str]
) -> dict[str, Any]:
    """Every edition, one after the other, with a replay of its own."""
    said = ["--hosts", str(options.hosts), "--editions", str(options.editions), *more]
    if tags is not None:
        said += ["--log", str(folder / "requests.jsonl")]
    with replay(options.replay, options.pages, *said) as server:
        hosts = [host for host in hosts_of(options.pages) if not options.hosts or server.serves(host)]
        if tags is None:
            return {"tags": editions(server, options.pages, set(hosts), options.editions)}
        config = f"[crawl]\ndelay = {options.delay}\n{options.config}\n"
        (folder / "copydesk.toml").write_text(config, encoding="utf-8")
        import_hosts(folder, hosts, server)
        server.control("reset")
        told = []
        for number in range(options.editions):
            server.control(f"edition/{number + 1}")
            published = [address for address, states in tags.items() if states[number]]
            told.append(one_edition(folder, server, published, options.crawls))
            print(json.dumps(told[-1] | {"missing": len(told[-1]["missing"])}), file=sys.stderr, flush=True)
        stats = server.control("stats")
        left = told[-1]["missing"]
        faults: dict[str, int] = {}
        for stat in stats["hosts"].values():
            for fault, count in stat["faults"].items():
                faults[fault] = faults.get(fault, 0) + count
        return {
            "hosts": len(hosts),
            "published": told[-1]["published"],
            "missing_in_the_end": left,
            "most_crawls": max(len(one["crawls"]) for one in told),
            "requests": stats["total"]["requests"],
            "faults": faults,
            "gap": gaps(stats, options.delay),
            "close_together": close_together(folder / "requests.jsonl", options.delay),
            "robots_violations": stats["total"]["robots_violations"],
            "editions": [[crawl["missing"] for crawl in one["crawls"]] for one in told],
            "requests_by_crawl": [[crawl["requests"] for crawl in one["crawls"]] for one in told],
            "seconds": round(sum(crawl["seconds"] for one in told for crawl in one["crawls"]), 1),
            "explain": {address: copydesk(folder, "explain", address).stdout for address in list(left)[:3]},
        }


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--editions", type=int, default=6)
    parser.add_argument("--chaos", type=float, default=0.3)
    parser.add_argument("--stall", type=float, default=40)
    parser.add_argument("--seed", default="1", help="of the faults")
    parser.add_argument("--crawls", type=int, default=3)
    parser.add_argument("--delay", type=float, default=0.5, help="seconds between two requests to a host")
    parser.add_argument("--config", default="", help="more lines for [crawl] of copydesk.toml")
    parser.add_argument("--peace", action="store_true", help="also without faults, to compare")
    parser.add_argument("--keep", type=Path, help="a folder for the archives and the logs, kept afterwards")
    options = parser.parse_args()
    base = options.keep or Path(tempfile.mkdtemp())
    tags = crawl_all(options, base, None, [])["tags"]
    result: dict[str, Any] = {}
    faulty = ["--chaos", str(options.chaos), "--stall", str(options.stall), "--seed", options.seed]
    for name, more in ([("peace", [])] if options.peace else []) + [("faults", faulty)]:
        folder = base / name
        folder.mkdir(parents=True)
        result[name] = crawl_all(options, folder, tags, more)
    if options.peace:
        result["times_the_requests"] = round(result["faults"]["requests"] / result["peace"]["requests"], 2)
    json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
    print()
    if not options.keep:
        shutil.rmtree(base)
    return 1 if result["faults"]["missing_in_the_end"] else 0


if __name__ == "__main__":
    sys.exit(main())
