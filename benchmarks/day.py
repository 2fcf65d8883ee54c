"""A day in minutes: editions of replayed pages appear while `copydesk run` keeps their sources fresh.

    python benchmarks/day.py --replay REPLAY --pages PAGES [--hosts 60] [--editions 6] [--edition-seconds 60]

Every source is visited every `--every`. What each edition changes is asked of the replay beforehand, by the
ETag of each page. Prints a JSON object: what is published and not stored, pages that were fetched more often
than they changed, edits that are no revision and revisions that are no edit, the share of 304, and what a
source costs when nothing changes. Exits with 1 if anything is lost or false.
"""

import json
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from pipelines.metadata.canonical import canonical_url
from storage.models import Article, Page, PageState, Revision
from storage.session import Database, open_database
from webreplay import (
    Replay,
    arguments,
    copydesk,
    database_of,
    hosts_of,
    replay,
    start_copydesk,
)

Editions = dict[str, list[str | None]]
"""By address, the ETag of a page in each edition; None while it is not published."""


def addresses(pages: Path, hosts: set[str]) -> Iterator[str]:
    for line in (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        parts = urlsplit((json.loads(line).get("url") or "").strip())
        host = parts.netloc.lower().encode("idna").decode() if parts.netloc else ""
        if host in hosts and (parts.path not in ("", "/") or parts.query):
            yield f"http://{host}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


def etag(server: Replay, address: str) -> str | None:
    """What the replay calls the state of a page now; None where there is none."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": server.proxy}))
    safe = urllib.request.quote(address, safe="/:@!$&'()*+,;=~?%")
    try:
        with opener.open(urllib.request.Request(safe, method="HEAD")) as answer:
            tag: str | None = answer.headers["ETag"]
            return tag
    except urllib.error.HTTPError:
        return None


def editions(server: Replay, pages: Path, hosts: set[str], count: int) -> Editions:
    found: Editions = {address: [] for address in addresses(pages, hosts)}
    for edition in range(1, count + 1):
        server.control(f"edition/{edition}")
        for address, tags in found.items():
            tags.append(etag(server, address))
    server.control("edition/1")
    server.control("reset")
    return found


@contextmanager
def running(folder: Path, server: Replay) -> Iterator[None]:
    process = start_copydesk(folder, "run", server=server)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def settle(server: Replay, seconds: float) -> None:
    """Wait so long, and then for as long as bodies are still being fetched."""
    time.sleep(seconds)
    bodies = -1
    while bodies != (bodies := bodies_sent(server)):
        time.sleep(5)


def bodies_sent(server: Replay) -> int:
    total = server.control("stats")["total"]
    return int(total["requests"] - total["not_modified"])


def check(database: Database, stats: dict[str, Any], tags: Editions) -> dict[str, Any]:
    """What the archive holds, against what was published."""
    with database.read() as session:
        rows = session.execute(select(Page.url, Page.state, Page.reason, Page.article_id)).all()
        revised = set(session.scalars(select(Revision.article_id)))
        articles = session.scalar(select(func.count()).select_from(Article))
    pages = {row.url: row for row in rows}
    published = [address for address, states in tags.items() if states[-1]]
    edited = {a for a in published if len({tag for tag in tags[a] if tag}) > 1}
    missing, unrevised, wrongly = {}, [], []
    fetched: Counter[str] = Counter()
    for address in published:
        row = pages.get(canonical_url(address) or address)
        if row is None or row.state is not PageState.STORED:
            missing[address] = f"{row.state}: {row.reason}" if row else "never found"
        elif row.article_id in revised and address not in edited:
            wrongly.append(address)
        elif row.article_id not in revised and address in edited:
            unrevised.append(address)
        parts = urlsplit(address)
        asked = stats["hosts"].get(parts.netloc, {}).get("paths", {})
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        fetched[address] = asked.get(path, 0)
    too_often = {
        address: count
        for address, count in fetched.items()
        if count > max(len({tag for tag in tags[address] if tag}), 1)
    }
    return {
        "published": len(published),
        "stored": len(published) - len(missing),
        "not_stored": missing,
        "edited": len(edited),
        "edited_without_revision": unrevised,
        "revised_without_edit": wrongly,
        "fetched_more_often_than_changed": too_often,
        "articles": articles,
    }


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--editions", type=int, default=6)
    parser.add_argument("--edition-seconds", type=float, default=60)
    parser.add_argument("--every", default="10 s", help="how often each source is visited")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    more = ("--hosts", str(options.hosts), "--editions", str(options.editions))
    with (
        replay(options.replay, options.pages, *more) as server,
        database_of(options.engine, folder) as url,
    ):
        hosts = [host for host in hosts_of(options.pages) if server.serves(host)]
        tags = editions(server, options.pages, set(hosts), options.editions)
        prepare(folder, url, hosts, options.every, server)
        with running(folder, server):
            for edition in range(1, options.editions + 1):
                server.control(f"edition/{edition}")
                settle(server, options.edition_seconds)
            busy = server.control("stats")
            quiet = in_peace(server, len(hosts), options.edition_seconds)
        with open_database(url) as database:
            result = check(database, busy, tags)
    total = busy["total"]
    result |= {
        "hosts": len(hosts),
        "every": options.every,
        "requests": total["requests"],
        "share_304": round(total["not_modified"] / total["requests"], 4),
        "robots_violations": total["robots_violations"],
        "most_at_once_per_host": total["max_active_per_host"],
        "in_peace": quiet,
    }
    json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
    print()
    wrong = ("revised_without_edit", "edited_without_revision", "fetched_more_often_than_changed")
    return 1 if any(result[key] for key in wrong) else 0


def prepare(folder: Path, url: str, hosts: list[str], every: str, server: Replay) -> None:
    """An archive whose sources are the hosts, and settings for loopback."""
    settings = f"""
        database = "{url}"
        [crawl]
        delay = 0
        [schedule]
        shortest = "5 s"
        sitemaps = "{every}"
    """
    (folder / "copydesk.toml").write_text(settings, encoding="utf-8")
    sources = "".join(f'[[source]]\nurl = "http://{host}/"\nschedule = "every {every}"\n' for host in hosts)
    (folder / "sources.toml").write_text(sources, encoding="utf-8")
    done = copydesk(folder, "sources", "import", "sources.toml", server=server)
    if done.returncode:
        sys.exit(done.stderr)


def in_peace(server: Replay, hosts: int, seconds: float) -> dict[str, float]:
    """What is asked while nothing changes."""
    before = server.control("stats")["total"]
    time.sleep(seconds)
    after = server.control("stats")["total"]
    asked = after["requests"] - before["requests"]
    return {
        "seconds": seconds,
        "requests": asked,
        "requests_per_source_and_hour": round(asked / hosts / seconds * 3600, 1),
        "share_304": round((after["not_modified"] - before["not_modified"]) / max(asked, 1), 4),
    }


if __name__ == "__main__":
    sys.exit(main())
