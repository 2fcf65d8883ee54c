"""Many sources on loopback, each visited at even distances: what a visit costs, and whether it comes in time.

    python benchmarks/thousand.py [--sources 1000] [--every 60] [--minutes 10] [--engine sqlite]

At 15 minutes an hour is four visits of each source; with `--every 60` time runs 15 times as fast, and an hour
takes four minutes. Each paper publishes a story every `--story` visits. Prints a JSON object: the CPU time of
all processes per visit once every source is known, memory over time, and by how much visits came late.
"""

import argparse
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import func, select

from storage.models import Article, Run, RunState
from storage.session import open_database
from webreplay import Replay, copydesk, database_of, free_port, memory_of_group, start_copydesk


def cpu_of_group(group: int) -> float:
    """CPU seconds that a process group has used, the workers that have ended included."""
    used = 0.0
    for process in psutil.process_iter(["pid"]):
        try:
            if os.getpgid(process.pid) == group:
                times = process.cpu_times()
                used += times.user + times.system
                used += (times.children_user + times.children_system) if process.pid == group else 0
        except (psutil.Error, ProcessLookupError):
            continue
    return used


def prepare(folder: Path, url: str, options: argparse.Namespace, server: Replay) -> None:
    settings = f'database = "{url}"\n[crawl]\ndelay = 0\n[schedule]\nshortest = "5 s"\n'
    (folder / "copydesk.toml").write_text(settings, encoding="utf-8")
    sources = "".join(
        f'[[source]]\nurl = "http://paper{n}.example/"\nschedule = "every {options.every} s"\n'
        f'seeds = [{{ kind = "feed", url = "http://paper{n}.example/feed" }}]\n'
        for n in range(options.sources)
    )
    (folder / "sources.toml").write_text(sources, encoding="utf-8")
    done = copydesk(folder, "sources", "import", "sources.toml", server=server)
    if done.returncode:
        sys.exit(done.stderr)


def visits(url: str, since: datetime, every: float) -> dict[str, Any]:
    """The runs that began since then: how many, how late, how they ended."""
    with open_database(url) as database, database.read() as session:
        rows = session.execute(
            select(Run.source_id, Run.started_at)
            .where(Run.started_at > since)
            .order_by(Run.source_id, Run.id)
        ).all()
        failed = session.scalar(select(func.count()).select_from(Run).where(Run.state == RunState.FAILED))
        articles = session.scalar(select(func.count()).select_from(Article))
    late = [
        max((after.started_at - before.started_at).total_seconds() - every, 0.0)
        for before, after in itertools.pairwise(rows)
        if before.source_id == after.source_id
    ]
    return {
        "visits": len(rows),
        "failed_runs": failed,
        "articles": articles,
        "late_seconds": {
            "median": round(statistics.median(late), 2),
            "p99": round(statistics.quantiles(late, n=100)[98], 2),
            "longest": round(max(late), 2),
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--every", type=int, default=60, help="seconds between two visits of a source")
    parser.add_argument("--story", type=int, default=4, help="visits from a paper's story to its next")
    parser.add_argument("--minutes", type=float, default=10, help="how long, once every source is known")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    folder, port = Path(tempfile.mkdtemp()), free_port()
    publishers = [sys.executable, str(Path(__file__).with_name("manyfeeds.py")), str(port)]
    publishers += ["--every", str(options.every * options.story)]
    with subprocess.Popen(publishers) as papers, database_of(options.engine, folder) as url:
        server = Replay(port)
        prepare(folder, url, options, server)
        process = start_copydesk(folder, "run", server=server)
        try:
            settle(url, options.sources)
            result = measure(process.pid, url, options)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            papers.kill()
    json.dump(result, sys.stdout, indent=1)
    print()
    return 0


def settle(url: str, sources: int) -> None:
    """Wait until every source was crawled once."""
    while True:
        time.sleep(5)
        with open_database(url) as database, database.read() as session:
            if (session.scalar(select(func.count(Run.source_id.distinct()))) or 0) >= sources:
                break
    time.sleep(30)


def measure(group: int, url: str, options: argparse.Namespace) -> dict[str, Any]:
    began, since, cpu = time.monotonic(), datetime.now(UTC), cpu_of_group(group)
    memory = []
    while time.monotonic() - began < 60 * options.minutes:
        time.sleep(10)
        parts = memory_of_group(group)
        memory.append(
            {
                "minute": round((time.monotonic() - began) / 60, 1),
                "main_mb": round(parts.get(group, 0) / 1000),
                "all_mb": round(sum(parts.values()) / 1000),
            }
        )
    used = cpu_of_group(group) - cpu
    result = visits(url, since, options.every)
    return {
        "sources": options.sources,
        "every_seconds": options.every,
        "faster_than_15_minutes": round(900 / options.every, 1),
        "minutes": options.minutes,
        **result,
        "cpu_seconds": round(used, 1),
        "cpu_ms_per_visit": round(1000 * used / result["visits"], 1),
        "cpu_share_of_a_core": round(used / (60 * options.minutes), 3),
        "memory": [memory[0], *memory[5::6]],
    }


if __name__ == "__main__":
    sys.exit(main())
