"""One target of benchmarks/fuzz.py, a process by itself: reads what atheris makes, and keeps findings.

    python benchmarks/fuzzed.py TARGET FINDINGS [libFuzzer's options] CORPUS

An input that raises, breaks a promise (promises.py) or takes too long is kept in FINDINGS under the name of
what it did, once, and the run goes on; what stops the process (a hang, a crash, memory) libFuzzer keeps
itself. COPYDESK_FUZZ_DATABASES names the archives to search, parted by spaces."""

import hashlib
import math
import os
import random
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import atheris
from mutations import once

with atheris.instrument_imports(
    include=[
        "pipelines",
        "storage.search",
        "storage.rows",
        "crawler.discovery",
        "crawler.robots",
        "feedparser",
        "protego",
        "trafilatura.core",
        "trafilatura.main_extractor",
        "trafilatura.xml",
    ],
    enable_loader_override=False,
):
    from crawler.discovery.autodetect import seeds_in_page
    from crawler.discovery.candidates import absolute, candidate
    from crawler.discovery.feeds import NotAFeed, read_feed
    from crawler.discovery.sections import read_section
    from crawler.discovery.sitemaps import MAX_ADDRESSES, NotASitemap, read_sitemap
    from crawler.robots import read_robots
    from pipelines.extract import read_page
    from pipelines.fingerprint import resemblance
    from pipelines.metadata.canonical import believed_canonical, canonical_url
    from pipelines.page import Page
    from storage.search.asking import asked_for
    from storage.search.fulltext import find
    from storage.search.grammar import read_query
    from storage.search.hits import search

from promises import address_faults, article_faults, candidate_faults

from storage.articles import file_article
from storage.errors import BadQuery, CannotStore
from storage.filters import ArticleFilter
from storage.session import Database, open_database

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SLOW = {
    "extract": 10.0,
    "feed": 3.0,
    "sitemap": 3.0,
    "front": 3.0,
    "canonical": 0.5,
    "query": 2.0,
    "robots": 2.0,
}
"""Seconds of CPU, instrumented (three times what they are otherwise), from which on an input is a finding."""
KINDS = (
    "text/html; charset=utf-8",
    None,
    "text/html",
    "text/html; charset=windows-1251",
    "application/xml",
    "text/xml; charset=x",
)
PAGE = "https://www.paper.example/news/2024/05/06/bridge-closed-12345.html"

_DATABASES: list[Database] = []


class Broken(Exception):
    """A promise was not kept."""


def keep(faults: Sequence[str]) -> None:
    if faults:
        raise Broken(faults[0])


def extract(data: bytes) -> None:
    """The first byte chooses the header's content type."""
    kind = KINDS[data[0] % len(KINDS)] if data else None
    reading = read_page(
        Page(url=PAGE, body=data[1:], content_type=kind, seen_at=NOW, site_url="https://www.paper.example/")
    )
    if reading.article is None:
        if reading.rejection is None:
            raise Broken("neither an article nor a reason")
        if reading.rejection == "unreadable":
            raise Broken(f"unreadable, {(reading.detail or '')[:30]}: {reading.detail}")
        return
    keep(article_faults(reading.article))
    with _DATABASES[0].write() as session:
        try:
            file_article(session, None, reading.article, NOW, resemblance)
        except CannotStore as error:
            raise Broken(f"cannot be filed: {error}") from error
        session.rollback()


def feed(data: bytes) -> None:
    kind = KINDS[data[0] % len(KINDS)] if data else None
    try:
        found = read_feed(data[1:], "https://paper.example/feed.xml", kind)
    except NotAFeed:
        return
    for one in found:
        keep(candidate_faults(one))


def sitemap(data: bytes) -> None:
    try:
        read = read_sitemap(data, "https://paper.example/sitemap.xml")
    except NotASitemap:
        return
    for one in read.candidates:
        keep(candidate_faults(one))
    for child in read.children:
        if not child.lower().startswith(("http://", "https://")):
            raise Broken("a sitemap's child that is not http(s)")
    if len(read.candidates) + len(read.children) > MAX_ADDRESSES:
        raise Broken("more addresses than are read")


def front(data: bytes) -> None:
    """A front page: its stories, and the seeds that it names."""
    kind = KINDS[data[0] % len(KINDS)] if data else None
    for one in read_section(data[1:], "https://paper.example/", kind):
        keep(candidate_faults(one))
    for address in seeds_in_page(data[1:], "https://paper.example/", kind):
        if not address.lower().startswith(("http://", "https://")):
            raise Broken("a seed that is not http(s)")


def canonical(data: bytes) -> None:
    """Lines: the address, then what a page declares."""
    address, *declared = data.decode("utf-8", "surrogateescape" if len(data) % 2 else "replace").split("\n")
    url = canonical_url(address)
    if url is not None:
        keep(address_faults(url))
        keep(address_faults(believed_canonical(address, declared, PAGE)))
    keep(address_faults(believed_canonical(PAGE, [address, *declared])))
    resolved = absolute(address, PAGE)
    if resolved is not None and not resolved.lower().startswith(("http://", "https://")):
        raise Broken("an address that is not http(s)")
    if found := candidate(address, PAGE, title=declared[0] if declared else None):
        keep(candidate_faults(found))


def query(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape" if len(data) % 2 else "replace")
    try:
        read_query(text, NOW, lambda name: 1)
    except BadQuery as error:
        str(error)
    found = []
    for database in _DATABASES:
        with database.read() as session:
            try:
                search(session, text, ArticleFilter(), 2, now=NOW)
                asked = asked_for(session, text, ArticleFilter(), NOW)
                found.append(
                    str(sorted(match.id for match in find(session, asked.node, 1000) if not match.doubtful))
                )
            except BadQuery as error:
                found.append(str(error))
    if len(set(found)) > 1:
        raise Broken("the engines find different articles")


def robots(data: bytes) -> None:
    """The first line is an address that is asked for, the rest the file."""
    line, _, body = data.partition(b"\n")
    rules = read_robots(200, body)
    for url in (
        PAGE,
        "https://paper.example/" + line.decode("utf-8", "replace"),
        "https://paper.example/?" + "a" * 300,
    ):
        rules.allows(url)
    if not (0 <= rules.crawl_delay < math.inf):
        raise Broken(f"a delay of {rules.crawl_delay}")
    for address in rules.sitemaps:
        address.encode()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "extract": extract,
    "feed": feed,
    "sitemap": sitemap,
    "front": front,
    "canonical": canonical,
    "query": query,
    "robots": robots,
}

TOKENS = {
    "canonical": (
        "http:// https:// HTTPS:// javascript: data: // /// \\ @ user:pw@ :80 :443 :65536 : [::1] [ ] "
        "% %2f %2E%2e "
        "%00 %zz %E4%F6 .. /../ ./ # ? & ; = ?utm_source=x &fbclid= ;jsessionid=1 /amp /amp/ "
        ".amp.html m. amp. mobile. "
        "www.google.com/amp/s/ paper-example.cdn.ampproject.org/c/s/ xn-- xn--a ä 。 ． ｅ İ ß ı \u200b "
        "\u202e "
        "\u0301 \ud800 \t \n \r \0 127.0.0.1 0x7f.1 2130706433 co.uk localhost . -- _ ~ + index.html "
        "/en /de/ ?page=2 |"
    ),
    "query": (
        '" “ ” « ( ) （ ） - -- OR AND NOT NEAR * ^ + : title: author: source: lang: kind: before: '
        "after: body: text: "
        "2024 2024-05 2024-02-30 7d 36h 9999999999d 0000 9999 en zh-Hant article video paper bridge "
        "東京 한국 ไทย é "
        "e\u0301 ß ﬁ § §x §nothing ' ; \\ % _ & | ! <-> :* {} [] \0 \ud800 \u200d \U0001f600 ٣ ² 0 -1 "
        "1e309 'a' \"a"
    ),
    "robots": (
        "User-agent: * copydesk Copydesk Disallow: Allow: / /* $ /*$ /**/*/*/ % %2f %zz ? ?* "
        "Crawl-delay: Request-rate: "
        "1/5 Visit-time: Sitemap: http://paper.example/sitemap.xml # nan inf -1 1e400 9999999999999 "
        "0.5 é \ufeff \0 "
        "\r \n \n\n : :: :* aaaa* /news/ /news/* .html$ Noindex: Host:"
    ),
}
"""Parted by spaces."""


def mutator(name: str) -> Callable[[bytes, int, int], bytes]:
    """How inputs are changed: half by libFuzzer, half by pieces that mean something to the target."""
    tokens = [token.encode("utf-8", "surrogatepass") for token in TOKENS.get(name, "").split(" ") if token]

    def change(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        if not tokens:
            head = 1 if name in ("extract", "front", "feed") else 0
            return (data[:head] + once(data[head:], data[head:], seed, most - head))[:most]
        for _ in range(chance.choice((1, 1, 2, 5))):
            start = chance.randrange(len(data) + 1)
            end = min(len(data), start + chance.choice((0, 0, 1, 5)))
            data = data[:start] + chance.choice(tokens) * chance.choice((1, 1, 1, 1, 3, 50)) + data[end:]
        return data[:most]

    return change


class Judge:
    """Runs the target, and keeps what it finds once for each kind."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.seen = {file.name for file in folder.iterdir()}
        self.count, self.slowest = 0, 0.0

    def __call__(self, data: bytes) -> None:
        self.count += 1
        began = time.process_time()
        try:
            TARGETS[self.name](data)
        except Exception as error:  # noqa: BLE001  whatever rises is what is looked for
            self.found(data, error)
        took = time.process_time() - began
        if took > self.slowest:
            self.slowest = took
            print(f"SLOWEST {self.name} {took:.2f} s, {len(data)} bytes", flush=True)
            if took > SLOW[self.name]:
                (self.folder / f"slow-{int(took)}s").write_bytes(data)

    def found(self, data: bytes, error: Exception) -> None:
        frames = traceback.extract_tb(error.__traceback__)[-2:]
        said = str(error).partition(":")[0] if isinstance(error, Broken) else ""
        sign = f"{type(error).__name__} {said[:60]} " + " ".join(
            f"{Path(f.filename).stem}:{f.lineno}" for f in frames
        )
        name = f"{type(error).__name__}-{hashlib.sha1(sign.encode('utf-8', 'replace')).hexdigest()[:8]}"  # noqa: S324
        if name not in self.seen:
            self.seen.add(name)
            (self.folder / name).write_bytes(data)
            told = "".join(traceback.format_exception(error)[-6:])
            (self.folder / f"{name}.txt").write_text(told, encoding="utf-8", errors="backslashreplace")
            print(f"FOUND {self.name} {name} {sign}".encode("ascii", "backslashreplace").decode(), flush=True)


def main() -> None:
    name, folder, *options = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    _DATABASES.extend(map(open_database, os.environ["COPYDESK_FUZZ_DATABASES"].split()))
    judge = Judge(name, Path(folder))
    if options and options[0] == "--replay":
        for file in options[1:]:
            TARGETS[name](Path(file).read_bytes())
        return
    atheris.Setup([sys.argv[0], *options], judge, custom_mutator=mutator(name))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
