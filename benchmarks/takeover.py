"""Kills and stops services at random moments while editions appear, and counts what is lost, doubled or late.

    python benchmarks/takeover.py --replay REPLAY --pages PAGES --hosts 30 [--blows 20] [--engine postgresql]

Two `copydesk run` work on one archive. At random moments the one that has the schedule is killed (SIGKILL to
its process group) or stopped (SIGTERM), and a fresh one is started in its place; the editions of the replay
appear meanwhile. Prints a JSON object; exits with 1 if anything is lost, doubled or damaged.
"""

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from day import check, editions, prepare, settle
from sqlalchemy import func, select, text

from storage.leases import SCHEDULER, holder_of
from storage.models import Article, Page, Run, RunState
from storage.session import Database, open_database
from webreplay import Replay, arguments, database_of, hosts_of, kill_group, replay, start_copydesk

Service = subprocess.Popen[bytes]


def keeper(database: Database) -> int | None:
    """The number of the process that has the schedule."""
    with database.read() as session:
        who = holder_of(session, SCHEDULER)
        return who.pid if who else None


def await_keeper(database: Database, services: list[Service], other_than: int | None) -> float:
    """Seconds until one of the services has the schedule."""
    began = time.monotonic()
    wanted = {service.pid for service in services} - {other_than}
    while keeper(database) not in wanted:
        if time.monotonic() - began > 120:
            sys.exit("nobody takes over")
        time.sleep(0.02)
    return time.monotonic() - began


def strike(database: Database, services: list[Service], chance: random.Random) -> dict[str, Any]:
    """Kill or stop the one that has the schedule; how long the other took to have it."""
    pid = keeper(database)
    struck = next(service for service in services if service.pid == pid)
    kind = chance.choice(["SIGKILL", "SIGTERM"])
    services.remove(struck)
    began = time.monotonic()
    if kind == "SIGKILL":
        os.killpg(struck.pid, signal.SIGKILL)
    else:
        struck.send_signal(signal.SIGTERM)
    await_keeper(database, services, pid)
    took = time.monotonic() - began
    status = struck.wait(90)
    return {"blow": kind, "takeover_seconds": round(took, 2), "exit": status}


def damage(database: Database) -> list[str]:
    """What should never be."""
    found = []
    with database.read() as session:
        if session.get_bind().dialect.name == "sqlite":
            verdict = session.scalar(text("PRAGMA integrity_check"))
            found += [] if verdict == "ok" else [f"damaged: {verdict}"]
        articles = session.scalar(select(func.count()).select_from(Article))
        one_page = session.scalar(select(func.count(Page.article_id.distinct())))
        if articles != one_page:
            found.append(f"{articles} articles, {one_page} of them with a page")
        running = session.scalar(select(func.count()).select_from(Run).where(Run.state == RunState.RUNNING))
        if running:
            found.append(f"{running} runs were never ended")
    return found


def blows(
    folder: Path, server: Replay, database: Database, options: Any, chance: random.Random
) -> list[dict[str, Any]]:
    """Blow upon blow, while one edition after the other appears."""
    services = [start_copydesk(folder, "run", server=server) for _ in range(2)]
    try:
        await_keeper(database, services, None)
        told = []
        for number in range(options.blows):
            edition = 1 + number * options.editions // options.blows
            server.control(f"edition/{edition}")
            time.sleep(chance.uniform(0.5, 8.0))
            told.append(strike(database, services, chance))
            services.append(start_copydesk(folder, "run", server=server))
        server.control(f"edition/{options.editions}")
        settle(server, 60)
        for service in services:
            service.send_signal(signal.SIGTERM)
        for service in services:
            service.wait(90)
        return told
    finally:
        for service in services:
            if service.poll() is None:
                kill_group(service)


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--blows", type=int, default=20)
    parser.add_argument("--editions", type=int, default=4)
    parser.add_argument("--every", default="5 s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    folder = Path(tempfile.mkdtemp())
    more = ("--hosts", str(options.hosts), "--editions", str(options.editions))
    with (
        replay(options.replay, options.pages, *more) as server,
        database_of(options.engine, folder) as url,
    ):
        hosts = [host for host in hosts_of(options.pages) if server.serves(host)]
        tags = editions(server, options.pages, set(hosts), options.editions)
        prepare(folder, url, hosts, options.every, server)
        with open_database(url) as database:
            struck = blows(folder, server, database, options, chance)
            stats = server.control("stats")
            result = check(database, stats, tags) | {"damage": damage(database)}
    by_kind = {
        kind: [one["takeover_seconds"] for one in struck if one["blow"] == kind]
        for kind in ("SIGKILL", "SIGTERM")
    }
    result["fetched_again_after_a_blow"] = result.pop("fetched_more_often_than_changed")
    result |= {
        "engine": options.engine,
        "hosts": len(hosts),
        "blows": len(struck),
        "takeover_seconds": {
            kind: {"count": len(took), "median": statistics.median(took), "longest": max(took)}
            for kind, took in by_kind.items()
            if took
        },
        "exit_after_sigterm": sorted({one["exit"] for one in struck if one["blow"] == "SIGTERM"}),
        "most_at_once_per_host": stats["total"]["max_active_per_host"],
        "robots_violations": stats["total"]["robots_violations"],
    }
    json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
    print()
    return 1 if result["damage"] or result["revised_without_edit"] or result["edited_without_revision"] else 0


if __name__ == "__main__":
    sys.exit(main())
