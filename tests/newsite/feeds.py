"""Feeds as publishers write them: RSS 2.0, Atom and JSON Feed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

_RSS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry of any feed."""

    url: str
    title: str
    published: datetime
    updated: datetime | None = None
    summary: str = ""
    """HTML."""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    guid: str | None = None


def rss(
    title: str, root: str, entries: Iterable[FeedEntry], *, language: str = "en", lead: str = ""
) -> bytes:
    """RSS 2.0 in UTF-8. `lead`: an element of the channel ahead of its items."""
    head = (
        f"<channel>\n<title>{escape(title)}</title>\n<link>{root}/</link>\n"
        f"<description>{escape(title)}</description>\n<language>{language}</language>\n{lead}"
    )
    return f"{_RSS_HEAD}{head}{''.join(map(_rss_item, entries))}</channel>\n</rss>\n".encode()


def _rss_item(entry: FeedEntry) -> str:
    authors = "".join(f"<dc:creator><![CDATA[{name}]]></dc:creator>\n" for name in entry.authors)
    tags = "".join(f"<category><![CDATA[{tag}]]></category>\n" for tag in entry.tags)
    return (
        f"<item>\n<title>{escape(entry.title)}</title>\n<link>{escape(entry.url)}</link>\n{authors}"
        f"<pubDate>{format_datetime(entry.published)}</pubDate>\n{tags}"
        f'<guid isPermaLink="false">{escape(entry.guid or entry.url)}</guid>\n'
        f"<description><![CDATA[{entry.summary}]]></description>\n</item>\n"
    )


def atom(
    title: str, root: str, self_url: str, entries: Iterable[FeedEntry], *, language: str = "en"
) -> bytes:
    """Atom 1.0 (RFC 4287) in UTF-8."""
    rows = list(entries)
    newest = max((entry.updated or entry.published for entry in rows), default=None)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">\n'
        f'<title>{escape(title)}</title>\n<link rel="alternate" type="text/html" href="{root}/"/>\n'
        f'<link rel="self" type="application/atom+xml" href="{escape(self_url)}"/>\n<id>{root}/</id>\n'
        f"<updated>{newest.isoformat() if newest else ''}</updated>\n"
        f"{''.join(map(_atom_entry, rows))}</feed>\n"
    ).encode()


def _atom_entry(entry: FeedEntry) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>\n" for name in entry.authors)
    tags = "".join(f'<category term="{escape(tag)}"/>\n' for tag in entry.tags)
    return (
        f'<entry>\n<title type="html">{escape(escape(entry.title))}</title>\n'
        f'<link rel="alternate" type="text/html" href="{escape(entry.url)}"/>\n'
        f"<id>{escape(entry.guid or entry.url)}</id>\n<published>{entry.published.isoformat()}</published>\n"
        f"<updated>{(entry.updated or entry.published).isoformat()}</updated>\n{authors}{tags}"
        f'<summary type="html">{escape(entry.summary)}</summary>\n</entry>\n'
    )


def json_feed(
    title: str, root: str, self_url: str, entries: Iterable[FeedEntry], *, language: str = "en"
) -> bytes:
    """JSON Feed 1.1 in UTF-8."""
    items = [
        {
            "id": entry.guid or entry.url,
            "url": entry.url,
            "title": entry.title,
            "content_html": entry.summary,
            "date_published": entry.published.isoformat(),
            "date_modified": (entry.updated or entry.published).isoformat(),
            "authors": [{"name": name} for name in entry.authors],
            "tags": list(entry.tags),
        }
        for entry in entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": f"{root}/",
        "feed_url": self_url,
        "language": language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()
