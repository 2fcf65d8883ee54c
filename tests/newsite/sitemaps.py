"""Sitemaps as publishers write them: plain, of news, and indexes of others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_NEWS_NAMESPACE = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class MapEntry:
    """One address in a sitemap, or one sitemap in an index."""

    url: str
    modified: datetime | None = None
    title: str | None = None
    """In a news sitemap, with `published`."""
    published: datetime | None = None


def sitemap(entries: Iterable[MapEntry]) -> bytes:
    """A sitemap by sitemaps.org's protocol, in UTF-8."""
    rows = "".join(f"<url><loc>{escape(entry.url)}</loc>{_lastmod(entry)}</url>\n" for entry in entries)
    return f"{_HEAD}<urlset {_NAMESPACE}>\n{rows}</urlset>\n".encode()


def sitemap_index(entries: Iterable[MapEntry]) -> bytes:
    rows = "".join(
        f"<sitemap><loc>{escape(entry.url)}</loc>{_lastmod(entry)}</sitemap>\n" for entry in entries
    )
    return f"{_HEAD}<sitemapindex {_NAMESPACE}>\n{rows}</sitemapindex>\n".encode()


def news_sitemap(name: str, language: str, entries: Iterable[MapEntry]) -> bytes:
    """A sitemap with Google's news namespace: the title and date of each article."""
    about = f"<news:name>{escape(name)}</news:name><news:language>{language}</news:language>"
    rows = "".join(
        f"<url>\n<loc>{escape(entry.url)}</loc>{_lastmod(entry)}\n"
        f"<news:news><news:publication>{about}</news:publication>"
        f"<news:publication_date>{_iso(entry.published)}</news:publication_date>"
        f"<news:title>{escape(entry.title or '')}</news:title></news:news>\n</url>\n"
        for entry in entries
    )
    return f"{_HEAD}<urlset {_NAMESPACE} {_NEWS_NAMESPACE}>\n{rows}</urlset>\n".encode()


def _iso(when: datetime | None) -> str:
    return when.isoformat() if when else ""


def _lastmod(entry: MapEntry) -> str:
    return f"<lastmod>{entry.modified.isoformat()}</lastmod>" if entry.modified else ""
