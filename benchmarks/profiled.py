"""Runs copydesk with a profile of each thread of its main process, by CPU time: what crawlspeed.py starts.

    python benchmarks/profiled.py FILE crawl --all

FILE gets a JSON object at the end: of each thread its CPU seconds, and its functions with how often they were
called, the CPU seconds of their own and with all that they called. A profile costs time itself: the shares
count, not the seconds.
"""

import cProfile
import json
import pstats
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

_profiles: list[tuple[str, cProfile.Profile]] = []
_run = threading.Thread.run


def _profiled_run(thread: threading.Thread) -> None:
    profile = cProfile.Profile(time.thread_time)
    _profiles.append((thread.name, profile))
    profile.enable()
    try:
        _run(thread)
    finally:
        profile.disable()


def _rows(profile: cProfile.Profile) -> list[dict[str, Any]]:
    try:
        stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    except TypeError:  # a thread that was never told to run
        return []
    return [
        {"file": file, "line": line, "name": name, "calls": calls, "own": own, "all": whole}
        for (file, line, name), (_, calls, own, whole, _) in stats.items()
    ]


def main() -> None:
    target, sys.argv = Path(sys.argv[1]), ["copydesk", *sys.argv[2:]]
    from crawler.cli import main as copydesk

    for name in (
        "crawler.crawl",
        "crawler.desk",
        "crawler.discover",
        "crawler.cli.crawling",
        "storage.search.words",
    ):
        import_module(name)  # what it takes to start is not what is asked
    threading.Thread.run = _profiled_run  # type: ignore[method-assign]
    profile = cProfile.Profile(time.thread_time)
    _profiles.append(("main", profile))
    profile.enable()
    try:
        copydesk()
    finally:
        profile.disable()
        found = [{"thread": name, "functions": _rows(one)} for name, one in list(_profiles)]
        target.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
