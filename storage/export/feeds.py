"""Writes the newest articles as a feed that readers can follow: Atom (RFC 4287) or RSS 2.0."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any, Literal
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from storage.shown import referenced

ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_CREATOR = "http://purl.org/dc/elements/1.1/"
_XML = "http://www.w3.org/XML/1998/namespace"
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold: https://www.w3.org/TR/xml/#charsets"""
_TAG = re.compile("<(?=[A-Za-z/!?])")
_SUMMARY = 400
"""Characters of a first paragraph that stand for an article without a standfirst."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed says of itself."""

    title: str
    about: str
    """What is in it, as a text that is the same each time the same is asked for: its id is made of it."""
    url: str | None = None
    """Where it will be served from."""

    @property
    def id(self) -> str:
        """Its own, for good: where it is served from, else a URN by RFC 4122."""
        return self.url or uuid.uuid5(uuid.NAMESPACE_URL, f"copydesk:{self.about}").urn


def feed_of(form: Literal["atom", "rss"], feed: Feed, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The feed of these rows of `export_rows`, which come newest first, as UTF-8.

    Each entry is known by the article's canonical address, and says when it was last changed.
    """
    register_namespace("", ATOM) if form == "atom" else register_namespace("atom", ATOM)
    register_namespace("content", _CONTENT)
    register_namespace("dc", _CREATOR)
    root = _atom(feed, rows) if form == "atom" else _rss(feed, rows)
    indent(root)
    told = tostring(root, encoding="unicode")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{referenced(told)}\n".encode()


def _atom(feed: Feed, rows: Iterable[Mapping[str, Any]]) -> Element:
    rows = list(rows)
    root = Element(f"{{{ATOM}}}feed")
    _add(root, "title", feed.title)
    _add(root, "id", feed.id)
    _add(root, "updated", max(map(_changed, rows), default=_NEVER).isoformat())
    _add(root, "generator", "copydesk")
    if feed.url:
        _add(root, "link", rel="self", href=feed.url, type="application/atom+xml")
    # RFC 4287, 4.2.1: a feed whose entries may have no author needs one itself.
    _add(_add(root, "author"), "name", feed.title)
    for row in rows:
        _atom_entry(_add(root, "entry"), row)
    return root


def _atom_entry(entry: Element, row: Mapping[str, Any]) -> None:
    _add(entry, "title", row["title"])
    _add(entry, "id", row["canonical_url"])
    if _is_web(row["url"]):
        _add(entry, "link", rel="alternate", href=row["url"])
    _add(entry, "updated", _changed(row).isoformat())
    _add(entry, "published", _published(row).isoformat())
    for author in row["authors"] or [row["source"]]:
        if author:
            _add(_add(entry, "author"), "name", author)
    for tag in row["tags"]:
        _add(entry, "category", term=tag)
    _add(entry, "summary", _summary(row))
    content = _add(entry, "content", _html(row["text"]), type="html")
    if row["language"]:
        content.set(f"{{{_XML}}}lang", _fit(row["language"]))


def _rss(feed: Feed, rows: Iterable[Mapping[str, Any]]) -> Element:
    rows = list(rows)
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _plain(channel, "title", feed.title)
    _plain(channel, "link", feed.id)
    _plain(channel, "description", feed.about)
    _plain(channel, "lastBuildDate", format_datetime(max(map(_changed, rows), default=_NEVER)))
    if feed.url:
        _add(channel, "link", rel="self", href=feed.url, type="application/rss+xml")
    for row in rows:
        item = SubElement(channel, "item")
        _plain(item, "title", _no_markup(row["title"]))
        if _is_web(row["url"]):
            _plain(item, "link", row["url"])
        permanent = _is_web(row["canonical_url"])
        _plain(item, "guid", row["canonical_url"]).set("isPermaLink", str(permanent).lower())
        _plain(item, "pubDate", format_datetime(_published(row)))
        for author in row["authors"]:
            _plain(item, f"{{{_CREATOR}}}creator", _no_markup(author))
        for tag in row["tags"]:
            _plain(item, "category", _no_markup(tag))
        _plain(item, "description", escape(_summary(row), quote=False))
        _plain(item, f"{{{_CONTENT}}}encoded", _html(row["text"]))
    return root


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    child = SubElement(parent, f"{{{ATOM}}}{name}", {key: _fit(value) for key, value in attributes.items()})
    child.text = _fit(text) if text is not None else None
    return child


def _plain(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = _fit(text)
    return child


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)


def _is_web(url: str) -> bool:
    """Whether it is one to follow: `javascript:` and the like are not."""
    return url.startswith(("http://", "https://"))


def _no_markup(text: str) -> str:
    """A text where RSS does not say whether it is one or HTML, and readers take it for either."""
    return _TAG.sub("&lt;", text)


def _html(text: str) -> str:
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in text.split("\n") if line.strip())


def _summary(row: Mapping[str, Any]) -> str:
    told: str = row["standfirst"] or row["text"].partition("\n")[0]
    if len(told) <= _SUMMARY:
        return told
    # Many languages put no space between words: there it is cut where it is.
    words = told[:_SUMMARY].rpartition(" ")[0]
    return f"{words} …" if len(words) > _SUMMARY // 2 else f"{told[:_SUMMARY]}…"


def _published(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["published_at"] or row["first_seen_at"])


def _changed(row: Mapping[str, Any]) -> datetime:
    """The last time that something in it was other: RFC 4287, 4.2.15."""
    times = [row[name] for name in ("changed_at", "modified_at", "published_at") if row[name]]
    return max((datetime.fromisoformat(time) for time in times), default=_published(row))
