"""Kills a crawl with all its workers at random moments, runs it again, and compares with one left in peace.

    python benchmarks/kill.py --replay REPLAY --pages PAGES --hosts 60 [--kills 20]

Crawls are killed (SIGKILL to the process group) and started again until the kills are used up; a crawl that
ends in spite of them is checked, and a fresh one begun. Prints a JSON object; exits with 1 if anything was
lost, doubled or damaged.
"""

import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from webreplay import Replay, arguments, hosts_of, import_hosts, kill_group, no_delay, replay, start_copydesk

Archive = dict[str, Any]


def contents(folder: Path) -> Archive:
    """What an archive holds, in a form that two archives can be compared by."""
    with sqlite3.connect(folder / "copydesk.sqlite") as archive:
        return {
            "integrity": archive.execute("PRAGMA integrity_check").fetchone()[0],
            "pages": dict(archive.execute("SELECT url, state FROM pages")),
            "articles": dict(archive.execute("SELECT canonical_url, text_hash FROM articles")),
            "rows": archive.execute("SELECT count(*) FROM articles").fetchone()[0],
            "indexed": archive.execute("SELECT count(*) FROM articles_fts_docsize").fetchone()[0],
            "revisions": archive.execute("SELECT count(*) FROM revisions").fetchone()[0],
        }


def fresh(hosts: list[str], server: Replay) -> Path:
    folder = Path(tempfile.mkdtemp())
    no_delay(folder)
    import_hosts(folder, hosts, server)
    return folder


def crawl(folder: Path, server: Replay, seconds: float | None = None) -> bool:
    """Crawl to the end (True), or kill after so many seconds (False)."""
    process = start_copydesk(folder, "crawl", "--all", server=server)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        kill_group(process)
        return False
    return True


def differences(archive: Archive, peace: Archive) -> list[str]:
    """What is lost, doubled or damaged in an archive, against one whose crawl was left in peace."""
    found = []
    if archive["integrity"] != "ok":
        found.append(f"damaged: {archive['integrity']}")
    for kind in ("pages", "articles"):
        ours, theirs = archive[kind], peace[kind]
        unlike = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
        found += [f"{kind}: {key}: {theirs.get(key)} in peace, {ours.get(key)} killed" for key in unlike]
    if archive["rows"] != len(archive["articles"]) or archive["indexed"] != archive["rows"]:
        found.append(f"rows {archive['rows']}, searchable {archive['indexed']}")
    if archive["revisions"]:
        found.append(f"{archive['revisions']} revisions of pages that never changed")
    return found


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with replay(options.replay, options.pages, "--hosts", str(options.hosts)) as server:
        hosts = [host for host in hosts_of(options.pages) if server.serves(host)]
        left_alone = fresh(hosts, server)
        began = time.monotonic()
        crawl(left_alone, server)
        whole = time.monotonic() - began
        peace = contents(left_alone)
        killed_at: list[float] = []
        checked: list[dict[str, Any]] = []
        while len(killed_at) < options.kills:
            folder = fresh(hosts, server)
            kills = 0
            while len(killed_at) < options.kills:
                moment = chance.uniform(0.5, max(3.0, whole / 2))
                if crawl(folder, server, moment):
                    break
                killed_at.append(round(moment, 2))
                kills += 1
            crawl(folder, server)
            checked.append({"kills": kills, "differences": differences(contents(folder), peace)[:20]})
    wrong = sum(len(one["differences"]) for one in checked)
    result = {
        "hosts": len(hosts),
        "articles": len(peace["articles"]),
        "seconds_in_peace": round(whole, 1),
        "killed_after_seconds": killed_at,
        "archives": checked,
        "wrong": wrong,
    }
    json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
    print()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
