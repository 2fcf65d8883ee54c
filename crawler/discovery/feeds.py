"""Reads RSS, Atom and JSON Feed: a broken feed gives what can be read of it."""

import io
import json
import re
from calendar import timegm
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it has no annotations
from feedparser import CharacterEncodingOverride
from w3lib.encoding import http_content_type_encoding

from crawler.discovery.ampersands import mend_ampersands
from crawler.discovery.bodies import BodyKind, glance
from crawler.discovery.candidates import candidate, newest_first
from crawler.discovery.dates import parse_date, utc
from storage.candidates import Candidate

MAX_ENTRIES = 5000
"""Stories read of a feed; those behind them are left out. The largest feeds of news have some hundred."""
_ENTRY_ENDS = re.compile(rb"</(?:\w{1,20}:)?(?:item|entry)\s{0,9}>", re.IGNORECASE)
_OPEN = {b"<rss": b"</channel></rss>", b"<feed": b"</feed>"}
"""What stands open behind an entry, by the root; of RDF nothing need be closed for its items to be read."""


class NotAFeed(Exception):
    """The body is no feed, or so broken that nothing can be read of it; the message says what it is."""


def read_feed(body: bytes, url: str, content_type: str | None = None) -> list[Candidate]:
    """The stories that a feed names, newest first; those without a date last, in the feed's order.

    `url`: the feed's own address, for relative links. `content_type`: its header, for the charset.
    A feed in good order that names no story gives an empty list. Raises NotAFeed.
    """
    match glance(body):
        case BodyKind.JSON:
            return newest_first(_json_candidates(body, url))
        case BodyKind.FEED:
            return newest_first(_xml_candidates(body, url, content_type))
        case BodyKind.HTML:
            raise NotAFeed("an HTML page, not a feed")
        case BodyKind.SITEMAP:
            raise NotAFeed("a sitemap, not a feed")
    raise NotAFeed("not a feed" if body.strip() else "an empty body, not a feed")


def _xml_candidates(body: bytes, url: str, content_type: str | None) -> Iterator[Candidate]:
    # Of the header only the charset counts: feeds come as text/html, and RFC 3023 reads text/xml as US-ASCII.
    charset = http_content_type_encoding(content_type)
    media_type = f"application/xml; charset={charset}" if charset else "application/xml"
    # Only links, titles and dates are used: cleaning the descriptions would cost four fifths of the time.
    try:
        parsed = feedparser.parse(
            io.BytesIO(b"".join(mend_ampersands([_beginning(body.lstrip(b"\0\t\r\n "))]))),
            response_headers={"content-location": url, "content-type": media_type},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        # a bug in the parser that this feed brings out costs this feed
        raise NotAFeed(f"a broken feed that cannot be read: {error}") from error
    if (
        parsed.bozo
        and not parsed.entries
        and not isinstance(parsed.bozo_exception, CharacterEncodingOverride)
    ):
        raise NotAFeed(f"a broken feed of which nothing can be read: {parsed.bozo_exception}")
    for entry in parsed.entries:
        published, updated = _moment(entry, "published"), _moment(entry, "updated")
        found = candidate(
            _link(entry),
            url,
            title=entry.get("title"),
            # Atom asks only for <updated>; without it nothing would say which of its stories are new.
            published_at=published or updated,
            modified_at=updated,
        )
        if found:
            yield found


def _beginning(body: bytes) -> bytes:
    """A feed without what follows its first MAX_ENTRIES stories: feedparser takes 20 s for 60,000."""
    last = next(islice(_ENTRY_ENDS.finditer(body), MAX_ENTRIES - 1, None), None)
    if last is None:
        return body
    closing = next((end for root, end in _OPEN.items() if root in body[:64_000].lower()), b"")
    return body[: last.end()] + closing


def _link(entry: Any) -> str:
    """The address of an entry's story: the publisher's own, where a counting service stands before it."""
    for key in ("feedburner_origlink", "pheedo_origlink", "link"):
        if entry.get(key):
            return str(entry[key])
    for link in entry.get("links", ()):
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return str(link["href"])
    guid = str(entry.get("id", ""))
    return guid if guid.lower().startswith(("http://", "https://")) else ""


def _moment(entry: Any, key: str) -> datetime | None:
    # `in` first: asked for `updated`, feedparser gives `published` in its place
    if f"{key}_parsed" in entry and (parsed := entry[f"{key}_parsed"]):
        with suppress(ValueError, OverflowError):
            return utc(datetime.fromtimestamp(timegm(parsed), UTC))
    return parse_date(str(entry[key])) if key in entry else None


def _json_candidates(body: bytes, url: str) -> Iterator[Candidate]:
    """https://www.jsonfeed.org/version/1.1/"""
    try:
        feed = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"JSON that cannot be read: {error}") from error
    items = feed.get("items")
    if not isinstance(items, list) or "jsonfeed.org/version" not in str(feed.get("version")):
        raise NotAFeed("JSON, but not a JSON Feed")
    for item in islice(items, MAX_ENTRIES):
        if isinstance(item, dict) and (found := _json_candidate(item, url)):
            yield found


def _json_candidate(item: dict[str, Any], url: str) -> Candidate | None:
    texts = {key: value for key, value in item.items() if isinstance(value, str)}
    guid = texts.get("id", "")
    href = texts.get("url") or (guid if guid.startswith("http") else "") or texts.get("external_url", "")
    modified = parse_date(texts.get("date_modified"))
    return candidate(
        href,
        url,
        title=texts.get("title"),
        published_at=parse_date(texts.get("date_published")) or modified,
        modified_at=modified,
    )
