"""Reads sitemaps as a stream: plain, gzipped, indexes, news sitemaps, and plain lists of addresses.

https://www.sitemaps.org/protocol.html
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, islice
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml import etree

from crawler.discovery.ampersands import mend_ampersands
from crawler.discovery.bodies import BodyKind, glance
from crawler.discovery.candidates import absolute, candidate, newest_first
from crawler.discovery.dates import parse_date
from crawler.discovery.unpacking import unpacked
from storage.candidates import Candidate

MAX_ADDRESSES = 50_000
"""The protocol's own limit; what comes after it is left out."""

_UNDATED = datetime.min.replace(tzinfo=UTC)
# Named so by the software that writes them (WordPress and its plugins, Drupal): they hold no articles.
_NO_ARTICLES = re.compile(
    r"(?:^|[-_.])(?:categor(?:y|ies)|post[-_]tag|tags?|taxonom(?:y|ies)|authors?|users?|images?|videos?)(?=[-_.\d])",
    re.IGNORECASE,
)
_DATE_IN_ADDRESS = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_/.]?(\d\d?))?(?:[-_/.]?(\d\d?))?(?!\d)")


class NotASitemap(Exception):
    """The body is no sitemap, or nothing can be read of it; the message says what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapReading:
    """What stands in a sitemap, newest first."""

    candidates: list[Candidate]
    children: tuple[str, ...] = ()
    """The sitemaps that an index names, as they are written there; without those that hold no articles."""
    changed: Mapping[str, datetime] = field(default_factory=dict)
    """When each of `children` was changed, where the index says so."""
    is_news: bool = False
    """Whether it has titles and publication dates of Google's news namespace."""


def read_sitemap(body: bytes, url: str, limit: int = MAX_ADDRESSES) -> SitemapReading:
    """Read a sitemap, whatever its kind. `url`: its own address, for relative ones; `limit`: most candidates.

    At most 50 MB unpacked and 50,000 addresses are read; broken XML gives what can be read; nothing outside
    the body is ever loaded. A sitemap in good order that names nothing gives an empty reading.
    Raises NotASitemap.
    """
    chunks = unpacked(body)
    beginning = next(chunks, b"")
    match glance(beginning):
        case BodyKind.SITEMAP:
            return _reading(_xml_entries(chain([beginning], chunks)), url, limit)
        case BodyKind.ADDRESSES:
            return _reading(_text_entries(chain([beginning], chunks)), url, limit)
        case BodyKind.HTML:
            raise NotASitemap("an HTML page, not a sitemap")
        case BodyKind.FEED:
            raise NotASitemap("a feed, not a sitemap")
    raise NotASitemap("not a sitemap" if beginning.strip() else "an empty body, not a sitemap")


class _Entry(NamedTuple):
    """One <url> or <sitemap> as it stands there."""

    address: str
    is_sitemap: bool = False
    modified: str | None = None
    is_news: bool = False
    title: str | None = None
    published: str | None = None


def _reading(entries: Iterable[_Entry], url: str, limit: int) -> SitemapReading:
    kept = list(islice(entries, MAX_ADDRESSES))
    pages = [entry for entry in kept if not entry.is_sitemap]
    # The same time on every address is when the sitemap was written: it says nothing of the pages.
    if len(pages) > 2 and len({entry.modified for entry in pages}) == 1:
        pages = [entry._replace(modified=None) for entry in pages]
    # Sorted before the addresses are made canonical, which takes most of the time: only `limit` of them are.
    dated = sorted(((entry, _moment(entry)) for entry in pages), key=lambda pair: pair[1], reverse=True)
    found = (made for entry, _ in dated if (made := _candidate(entry, url)))
    children = _children([entry for entry in kept if entry.is_sitemap], url)
    return SitemapReading(
        candidates=newest_first(islice(found, limit)),
        children=tuple(children),
        changed={child: changed for child, changed in children.items() if changed > _UNDATED},
        is_news=any(entry.is_news for entry in pages),
    )


def _moment(entry: _Entry) -> datetime:
    return parse_date(entry.published) or parse_date(entry.modified) or _UNDATED


def _candidate(entry: _Entry, url: str) -> Candidate | None:
    return candidate(
        entry.address,
        url,
        title=entry.title,
        published_at=parse_date(entry.published),
        modified_at=parse_date(entry.modified),
    )


def _children(entries: Sequence[_Entry], url: str) -> dict[str, datetime]:
    """The sitemaps of an index: those of news first, then the newest by date, or by their name."""
    found: dict[str, tuple[bool, datetime, list[int]]] = {}
    for entry in entries:
        address = absolute(entry.address, url)
        if address is None or address == url:
            continue
        parts = urlsplit(address)
        name = parts.path.rstrip("/").rpartition("/")[2]
        if not _NO_ARTICLES.search(name):
            dates = _DATE_IN_ADDRESS.findall(f"{parts.path} {parts.query}")
            newest = max(([int(number or 0) for number in date] for date in dates), default=[])
            found.setdefault(address, ("news" in name.lower(), _moment(entry), newest))
    return {child: found[child][1] for child in sorted(found, key=found.__getitem__, reverse=True)}


def _text_entries(chunks: Iterable[bytes]) -> Iterator[_Entry]:
    text = b"".join(chunks).decode("utf-8-sig", "replace")
    return (_Entry(address=line) for line in text.split("\n") if line.lstrip().startswith("http"))


def _xml_entries(chunks: Iterable[bytes]) -> Iterator[_Entry]:
    """The entries of a sitemap or an index, one after the other; the tree is let go as they come."""
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    some = False
    for chunk in mend_ampersands(chunks):
        parser.feed(chunk)
        for _, element in parser.read_events():
            try:
                yield _entry(element)
                some = True
            except ValueError:  # what was mended is no text, or no name: that entry is lost
                pass
            element.clear()
            if (parent := element.getparent()) is not None:
                while parent[0] is not element:
                    del parent[0]
    if not some and parser.feed_error_log:
        raise NotASitemap(
            f"a broken sitemap of which nothing can be read: {parser.feed_error_log[0].message}"
        )


def _entry(element: etree._Element) -> _Entry:
    texts = {_name(child): (child.text or "").strip() for child in reversed(element)}
    news = next((child for child in element if _name(child) == "news:news"), None)
    if news is not None:
        texts |= {_name(child): (child.text or "").strip() for child in news}
    return _Entry(
        address=texts.get("loc", ""),
        is_sitemap=str(element.tag).rpartition("}")[2] == "sitemap",
        modified=texts.get("lastmod"),
        is_news=news is not None or "news:title" in texts,
        title=texts.get("news:title"),
        published=texts.get("news:publication_date"),
    )


def _name(element: etree._Element) -> str:
    """A child's name, "loc" or "news:title"; many write a wrong namespace, or none."""
    if not isinstance(element.tag, str):  # an entity that was not resolved
        return ""
    namespace, _, name = element.tag.rpartition("}")
    return f"news:{name}" if "sitemap-news" in namespace else name
