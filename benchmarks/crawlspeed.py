"""Pages a second of a whole crawl whose sources are known, against trafilatura alone on the same pages.

    python benchmarks/crawlspeed.py --replay REPLAY [--weight 90] [--rounds 3] [--profile]

The sites are the made-up ones, on loopback, without a delay. A first crawl takes in each site's pages and
learns from them (it is the cold one); a second one finds nothing new, and tells what it costs to start; then
each site has as many new pages, which a copy of that archive crawls (warm). trafilatura runs
`bare_extraction(with_metadata=True)` on the new pages in a pool of two warm processes. `--weight`: kB of
script and menus that each page is filled up with, to weigh what real ones do.
A crawl is timed from its first run's begin to its last one's end; its CPU is that of copydesk's processes,
without the start and without the replay's. The replay runs on the same processors.

With `--profile` a further warm crawl is profiled: what the CPU time of the main process goes to.
"""

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from speed import trafilatura_alone
from sqlalchemy import func, select
from streams import SitePage, made_up

from storage.models import Article, Run
from storage.session import open_database
from webreplay import hosts_of, import_hosts, no_delay, replay, start_copydesk

ROOMS: dict[str, tuple[str, ...]] = {
    "fetching (Scrapy, Twisted)": ("/scrapy/", "/twisted/", "/zope/", "/w3lib/", "/parsel/", "/queuelib/"),
    "asyncio and sockets": ("/asyncio/", "selectors.py", "socket.py", "ssl.py"),
    "SQLAlchemy": ("/sqlalchemy/",),
    "work for the workers (pebble, pickle)": ("/pebble/", "/multiprocessing/", "/concurrent/"),
    "copydesk: indexing": ("storage/search/",),
    "copydesk: storage": ("/storage/",),
    "copydesk: crawler": ("/crawler/",),
    "copydesk: pipelines": ("/pipelines/",),
}
_OURS = ("/storage/", "/crawler/", "/pipelines/")


def filled_up(one: SitePage, weight: int) -> SitePage:
    """The page with as much script and menus behind its text as it takes to weigh so many kB."""
    body = one.page.body
    missing = weight * 1000 - len(body)
    if missing <= 0:
        return one
    item = '<li class="menu-item level-%d"><a class="menu-link" href="/section/%d">Section %d</a></li>'
    menu = "".join(item % (n % 4, n, n) for n in range(missing // 4 // len(item)))
    script = "window.state.push({id: 7, views: [1, 2, 3], slot: 'leader', lazy: true});\n" * (missing // 100)
    heavy = f'<div class="site-map"><ul>{menu}</ul></div><script>{script}</script></body>'.encode()
    return replace(one, page=replace(one.page, body=body.replace(b"</body>", heavy)))


def written(pages: Iterable[SitePage], folder: Path) -> list[Path]:
    """A folder for the replay; the pages' files."""
    folder.mkdir()
    files = []
    with (folder / "manifest.jsonl").open("w", encoding="utf-8") as manifest:
        for number, one in enumerate(pages):
            file = folder / f"{number}.html.gz"
            file.write_bytes(gzip.compress(one.page.body, 1))
            url = one.page.url.replace("https://", "http://")
            manifest.write(json.dumps({"url": url, "file": file.name, "title": f"Story {number}"}) + "\n")
            files.append(file)
    return files


def cpu_until_end(process: "subprocess.Popen[bytes]") -> dict[str, float]:
    """Wait for a process group to end; CPU seconds of its main process and of the others."""
    used: dict[int, float] = {}
    while process.poll() is None:
        for one in psutil.process_iter(["pid"]):
            try:
                if os.getpgid(one.pid) == process.pid:
                    times = one.cpu_times()
                    used[one.pid] = times.user + times.system
            except (psutil.Error, ProcessLookupError):
                continue
        time.sleep(0.05)
    main = used.pop(process.pid, 0.0)
    return {"main": main, "workers": sum(used.values())}


def figures(database: Path, cpu: dict[str, float], last: int) -> dict[str, Any]:
    """What the runs after the one with the id `last` came to; `cpu` without the start."""
    with open_database(str(database)) as archive, archive.read() as session:
        rows = session.execute(
            select(Run.started_at, Run.ended_at, Run.counts, Run.state).where(Run.id > last)
        ).all()
        new = session.scalar(select(func.count()).select_from(Article)) or 0
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update({name: n for name, n in (row.counts or {}).items() if isinstance(n, int)})
    pages = counts["fetched"] or 1
    seconds = (max(row.ended_at for row in rows) - min(row.started_at for row in rows)).total_seconds()
    return {
        "pages": pages,
        "articles_stored": new,
        "by_template": counts["by_template"],
        "seconds": round(seconds, 2),
        "pages_per_second": round(pages / seconds, 1),
        "cpu_ms_a_page_main": round(1000 * cpu["main"] / pages, 1),
        "cpu_ms_a_page_workers": round(1000 * cpu["workers"] / pages, 1),
        "states": sorted({str(row.state) for row in rows}),
    }


def last_run(database: Path) -> int:
    with open_database(str(database)) as archive, archive.read() as session:
        return session.scalar(select(func.max(Run.id))) or 0


def first_crawls(replay_program: Path, pages: Path, folder: Path) -> tuple[dict[str, Any], float]:
    """Crawl the sites into a new archive, then once more; figures of the first, CPU seconds of the other."""
    no_delay(folder)
    with replay(replay_program, pages) as server:
        import_hosts(folder, hosts_of(pages), server)
        cpu = cpu_until_end(start_copydesk(folder, "crawl", "--all", server=server))
        idle = cpu_until_end(start_copydesk(folder, "crawl", "--all", server=server))["main"]
    cpu["main"] -= idle
    return figures(folder / "copydesk.sqlite", cpu, 0), idle


def warm_crawl(replay_program: Path, pages: Path, folder: Path, idle: float) -> dict[str, Any]:
    database = folder / "copydesk.sqlite"
    before = last_run(database)
    with replay(replay_program, pages) as server:
        server.control("edition/2")  # else feeds and sitemaps would pass for those that are known
        cpu = cpu_until_end(start_copydesk(folder, "crawl", "--all", server=server))
    cpu["main"] -= idle
    return figures(database, cpu, before)


@contextmanager
def copy_of(folder: Path) -> Iterator[Path]:
    copy = Path(tempfile.mkdtemp()) / "copy"
    shutil.copytree(folder, copy)
    try:
        yield copy
    finally:
        shutil.rmtree(copy.parent)


def profiled(replay_program: Path, pages: Path, folder: Path) -> dict[str, Any]:
    """A warm crawl under the profiler: shares of the main process's CPU time."""
    out = folder / "profile.json"
    program = str(Path(__file__).with_name("profiled.py"))
    with replay(replay_program, pages) as server:
        server.control("edition/2")
        command = [sys.executable, program, str(out), "crawl", "--all"]
        environment = server.environment()
        subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    return digested(json.loads(out.read_text(encoding="utf-8")))


def room_of(file: str) -> str:
    return next((room for room, parts in ROOMS.items() if any(part in file for part in parts)), "other")


def digested(threads: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """By thread and room, own time; the transactions with all they call; our costliest functions."""
    by_thread: defaultdict[str, Counter[str]] = defaultdict(Counter)
    ours: Counter[str] = Counter()
    builtins: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for thread in threads:
        name = thread["thread"].partition("_")[0]
        for row in thread["functions"]:
            place = row["file"]
            if place == "~":
                builtins[row["name"]] += row["own"]
                by_thread[name][f"built in: {row['name']}" if row["own"] > 0.02 else "other"] += row["own"]
                continue
            by_thread[name][room_of(place)] += row["own"]
            if any(part in place for part in _OURS) and "site-packages" not in place:
                label = f"{'/'.join(Path(place).parts[-3:])}:{row['line']} {row['name']} [{name}]"
                whole[label] += row["all"]
                ours[label] += row["own"]
                calls[label] += row["calls"]
    total = sum(sum(rooms.values()) for rooms in by_thread.values())
    return {
        "cpu_seconds_profiled": round(total, 2),
        "by_thread": {
            name: {room: round(own / total, 3) for room, own in rooms.most_common(14) if own / total > 0.004}
            for name, rooms in sorted(by_thread.items(), key=lambda item: -sum(item[1].values()))
            if sum(rooms.values()) / total > 0.01
        },
        "with_what_they_call": {
            label: [round(share / total, 3), calls[label]] for label, share in whole.most_common(60)
        },
        "of_their_own": {
            label: [round(share / total, 3), calls[label]] for label, share in ours.most_common(25)
        },
        "built_in": {label: round(share / total, 3) for label, share in builtins.most_common(25)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--replay", type=Path, required=True, help="the program that replays pages")
    parser.add_argument("--weight", type=int, default=90, help="kB that a page is filled up to (0: as it is)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        old, new = ([filled_up(one, options.weight) for one in made_up(seed)] for seed in (1, 2))
        written(old, folder / "old")
        files = written(new, folder / "new")
        taught = folder / "archive"
        taught.mkdir()
        cold, idle = first_crawls(options.replay, folder / "old", taught)
        result: dict[str, Any] = {
            "sites": len({urlsplit(one.page.url).hostname for one in new}),
            "kb_a_page": round(statistics.median(len(one.page.body) for one in new) / 1000),
            "cold": cold,
            "cpu_seconds_to_start": round(idle, 2),
            "rounds": [],
        }
        print(json.dumps(result["cold"]), file=sys.stderr, flush=True)
        for _ in range(options.rounds):
            alone = trafilatura_alone(files)
            with copy_of(taught) as archive:
                warm = warm_crawl(options.replay, folder / "new", archive, idle)
            beside = {"trafilatura_pages_per_second": round(len(files) / alone, 1)}
            beside["ratio"] = round(warm["pages_per_second"] * alone / len(files), 2)
            result["rounds"].append(warm | beside)
            print(json.dumps(result["rounds"][-1]), file=sys.stderr, flush=True)
        for name in ("pages_per_second", "trafilatura_pages_per_second", "ratio"):
            result[f"median_{name}"] = statistics.median(row[name] for row in result["rounds"])
        if options.profile:
            with copy_of(taught) as archive:
                result["profile"] = profiled(options.replay, folder / "new", archive)
    finally:
        shutil.rmtree(folder)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
