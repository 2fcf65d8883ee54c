"""Tells what a body is by what it begins with: servers' Content-Type of feeds and sitemaps is often wrong."""

import codecs
import enum
import re

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_NO_ELEMENT = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_ROOT = re.compile(
    r"<(?:!doctype\s+)?(?:[\w.-]+:)?(rss|rdf|feed|urlset|sitemapindex|html|head|body)\b", re.IGNORECASE
)
_BEGINNING = 64_000
"""Bytes in which the root element has to come: some begin with a licence, or with a server's warnings."""


class BodyKind(enum.Enum):
    """What a body is, at a glance: nothing is parsed for it."""

    FEED = enum.auto()
    """RSS, RDF or Atom."""
    SITEMAP = enum.auto()
    JSON = enum.auto()
    ADDRESSES = enum.auto()
    """Plain text, an address a line."""
    HTML = enum.auto()
    OTHER = enum.auto()


_KINDS = {
    "rss": BodyKind.FEED,
    "rdf": BodyKind.FEED,
    "feed": BodyKind.FEED,
    "urlset": BodyKind.SITEMAP,
    "sitemapindex": BodyKind.SITEMAP,
}


def glance(body: bytes) -> BodyKind:
    """What `body` (not gzipped) is, by the first element known to us in its first 64,000 bytes."""
    beginning = body[:_BEGINNING]
    encoding = next((name for mark, name in _MARKS.items() if beginning.startswith(mark)), "latin-1")
    text = beginning.decode(encoding, "replace").lstrip("\ufeff \t\r\n\0")
    if text.startswith("{"):
        return BodyKind.JSON
    if text[:8].lower().startswith(("http://", "https://")):
        return BodyKind.ADDRESSES
    root = _ROOT.search(_NO_ELEMENT.sub("", text))
    return _KINDS.get(root[1].lower(), BodyKind.HTML) if root else BodyKind.OTHER
