"""Fuzzes, guided by coverage, what reads pages, feeds, sitemaps, addresses, queries and robots.txt.

    pip install atheris    # in an environment of its own, beside requirements.lock; Python 3.11 to 3.13
    python benchmarks/fuzz.py --pages PAGES --folder FOLDER [--minutes 10] [--target feed …] [--no-postgresql]

PAGES is a folder with manifest.jsonl and the pages. FOLDER keeps for each target the corpus, from which a
later run goes on, the findings and the log. Each target runs for so many minutes, one after the other; an
input may take 25 seconds and 2 GB. Prints a JSON object; exits with 1 if there is a finding. To run one input
alone: python benchmarks/fuzzed.py TARGET FINDINGS --replay FILE"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

from madeup import Press

from pipelines.fingerprint import resemblance
from storage.articles import file_article
from storage.session import open_database
from storage.sources import SourceDraft, add_source, list_sources
from webreplay import database_of

LONGEST = {
    "extract": 20_000,
    "feed": 12_000,
    "sitemap": 12_000,
    "front": 20_000,
    "canonical": 600,
    "query": 400,
    "robots": 3_000,
}
"""Bytes of an input. Long ones are slow, and find no more: benchmarks/mutated.py reads whole pages."""
CAP_SECONDS, CAP_MB = 25, 2048
_NOISE = re.compile(
    rb"<script(?![^>]*json)\b.*?</script>|<style\b.*?</style>|<svg\b.*?</svg>|<!--.*?-->",
    re.DOTALL | re.IGNORECASE,
)
_FROM = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
Rows = list[dict[str, Any]]


def pages_of(folder: Path, rows: Rows) -> Iterator[bytes]:
    """Some of the pages, without what no reader sees, cut."""
    for row in rows[::5]:
        body = re.sub(rb"\s+", b" ", _NOISE.sub(b"", gzip.decompress((folder / row["file"]).read_bytes())))
        yield b"\0" + body[: LONGEST["extract"] - 1]


def feeds_of(rows: Rows) -> Iterator[bytes]:
    for number in range(0, len(rows), 4):
        some = rows[number : number + 4]
        when = _FROM + timedelta(hours=number)
        titles = [escape(row["title"] or f"Story & more {number}") for row in some]
        links = [escape(row["url"]) for row in some]
        yield (
            b"\0"
            + (
                '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Paper</title>'
                + "".join(
                    f"<item><title><![CDATA[{t}]]></title><link>{u}</link><guid isPermaLink='true'>{u}</guid>"
                    f"<pubDate>{format_datetime(when)}</pubDate></item>"
                    for t, u in zip(titles, links, strict=True)
                )
                + "</channel></rss>"
            ).encode()
        )
        yield (
            b"\0"
            + (
                '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://paper.example/">'
                + "".join(
                    f'<entry><title type="html">{escape(t)}</title><link rel="alternate" href="{u}"/>'
                    f"<id>{u}</id>"
                    f"<updated>{when.isoformat()}</updated></entry>"
                    for t, u in zip(titles, links, strict=True)
                )
                + "</feed>"
            ).encode()
        )
        items = [
            {"id": r["url"], "url": r["url"], "title": r["title"], "date_published": when.isoformat()}
            for r in some
        ]
        yield b"\0" + json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
        yield b"\0" + (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            + "".join(
                f"<item><title>{t}</title><link>{u}</link><dc:date>{when:%Y-%m-%d}</dc:date></item>"
                for t, u in zip(titles, links, strict=True)
            )
            + "</rdf:RDF>"
        ).encode("utf-16" if number % 3 == 0 else "utf-8")


def sitemaps_of(rows: Rows) -> Iterator[bytes]:
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    for number in range(0, len(rows), 4):
        some = [escape(row["url"]) for row in rows[number : number + 4]]
        when = (_FROM + timedelta(hours=number)).isoformat()
        plain = "".join(f"<url><loc>{u}</loc><lastmod>{when}</lastmod></url>" for u in some)
        yield f'<?xml version="1.0"?><urlset xmlns="{space}">{plain}</urlset>'.encode()
        news = "".join(
            f"<url><loc>{u}</loc><n:news><n:publication_date>{when}</n:publication_date>"
            "<n:title>A title</n:title></n:news></url>"
            for u in some
        )
        body = f'<urlset xmlns="{space}" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{news}</urlset>'.encode()
        yield gzip.compress(body) if number % 8 else body
        yield f'<sitemapindex xmlns="{space}">{plain.replace("url>", "sitemap>")}</sitemapindex>'.encode()
        yield "\n".join(some).encode()


def addresses_of(rows: Rows) -> Iterator[bytes]:
    for row in rows:
        yield row["url"].encode()
        yield f"{row['url']}?utm_source=feed&amp;id=1#top\n{row['url']}\n/".encode()


def queries_of(rows: Rows) -> Iterator[bytes]:
    forms = (
        '"{0}" -{1}',
        "title:{0} OR {1}*",
        "({0} {1}) author:{2}",
        "{0} after:2024 before:2024-05-06 lang:en",
        "{0} {1} {2}",
    )
    for number, row in enumerate(rows):
        words = ((row["title"] or "") + " harbour bridge closed").split()
        yield forms[number % len(forms)].format(*words[:3]).encode()
    yield from (
        word.encode() for article in map(Press(1), range(40)) for word in article.article.title.split()[:2]
    )


def robots_of(rows: Rows) -> Iterator[bytes]:
    for number, row in enumerate(rows):
        path = "/" + row["url"].split("/", 3)[-1]
        yield (
            f"{path[1:]}\nUser-agent: {'*' if number % 2 else 'copydesk'}\nDisallow: {path}\n"
            f"Allow: {path[: len(path) // 2]}*$\nCrawl-delay: {number % 7}\n\n"
            "User-agent: other\nDisallow: /\nSitemap: https://paper.example/sitemap.xml\n"
        ).encode()


def plant(pages: Path, folder: Path) -> None:
    """Make the corpora that are not there yet."""
    rows = [json.loads(line) for line in (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.get("url")]
    seeds = {
        "extract": pages_of(pages, rows),
        "feed": feeds_of(rows),
        "sitemap": sitemaps_of(rows),
        "front": pages_of(pages, rows[1:]),
        "canonical": addresses_of(rows),
        "query": queries_of(rows),
        "robots": robots_of(rows[:200]),
    }
    for name, bodies in seeds.items():
        corpus = folder / name / "corpus"
        if not corpus.exists():
            corpus.mkdir(parents=True)
            for number, body in enumerate(islice(bodies, 1400)):
                (corpus / f"seed{number}").write_bytes(body)


def fill(url: str) -> None:
    """Put articles into an archive, to be searched, if there are none."""
    with open_database(url) as database, database.write() as session:
        if list_sources(session):
            return
        source = add_source(session, SourceDraft(name="Paper", url="https://paper.example/"), _FROM).id
        for made in map(Press(1), range(60)):
            file_article(session, source, made.article, _FROM, resemblance)


def fuzz(name: str, folder: Path, seconds: float, databases: list[str]) -> dict[str, Any]:
    """Run a target for so long, again whenever something stopped it."""
    place, end = folder / name, time.monotonic() + seconds
    runs, features = 0, 0
    with (place / "log").open("ab") as log:
        while (left := end - time.monotonic()) > 1 and runs < 50:
            runs += 1
            options = (
                f"-max_total_time={int(left)}",
                f"-timeout={CAP_SECONDS}",
                f"-rss_limit_mb={CAP_MB}",
                f"-max_len={LONGEST[name]}",
                f"-artifact_prefix={place}/findings/",
                "-len_control=0",
                "-use_value_profile=0",
                f"-seed={1000 + runs}",
            )
            command = [
                sys.executable,
                str(Path(__file__).with_name("fuzzed.py")),
                name,
                str(place / "findings"),
                *options,
            ]
            environment = os.environ | {"COPYDESK_FUZZ_DATABASES": " ".join(databases)}
            subprocess.run(
                [*command, str(place / "corpus")], stdout=log, stderr=log, env=environment, check=False
            )
    text = (place / "log").read_text("utf-8", "replace")
    executed = sum(
        int(number)
        for number in re.findall(
            r"^Done (\d+) runs|^stat::number_of_executed_units: *(\d+)", text, re.MULTILINE
        )
        for number in number
        if number
    )
    features = max(map(int, re.findall(r"\bft: (\d+)", text)), default=0)
    slowest = max(map(float, re.findall(r"^SLOWEST \w+ ([\d.]+)", text, re.MULTILINE)), default=0.0)
    found = sorted(file.name for file in (place / "findings").iterdir() if file.suffix != ".txt")
    return {
        "inputs": executed,
        "features": features,
        "slowest_seconds_instrumented": slowest,
        "starts": runs,
        "findings": found,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--target", action="append", choices=list(LONGEST), help="one or more; else all")
    parser.add_argument("--no-postgresql", action="store_true", help="search on SQLite alone")
    options = parser.parse_args()
    plant(options.pages, options.folder)
    with ExitStack() as stack:
        databases = [str(options.folder / "archive.sqlite")]
        if not options.no_postgresql:
            databases.append(stack.enter_context(database_of("postgresql", options.folder)))
        for url in databases:
            fill(url)
        told = {}
        for name in options.target or LONGEST:
            told[name] = fuzz(name, options.folder, 60 * options.minutes, databases)
            print(json.dumps({name: told[name]}), file=sys.stderr, flush=True)
    json.dump(told, sys.stdout, indent=1)
    print()
    return 1 if any(one["findings"] for one in told.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
