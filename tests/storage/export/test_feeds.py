"""Feeds: valid, read back by a feed reader, and about the same entries each time."""

from typing import Any, Literal
from xml.etree.ElementTree import fromstring

import feedparser
import pytest

from storage.export import KEYS
from storage.export.feeds import ATOM, Feed, feed_of

FEED = Feed(title="Harbour <news> & more", about="harbour", url="https://me.example/harbour.xml")
NEWER: dict[str, Any] = dict.fromkeys(KEYS) | {
    "url": "https://gazette.example/2?a=1&b=2",
    "canonical_url": "https://gazette.example/2",
    "title": "Wall <b>& tide</b> \x1b[2J",
    "authors": ["Ann", "Bob"],
    "source": "Gazette",
    "published_at": "2026-03-02T09:30:00+01:00",
    "changed_at": "2026-03-04T10:00:00+00:00",
    "first_seen_at": "2026-03-03T05:06:07+00:00",
    "language": "en",
    "standfirst": "It is <to be> rebuilt.",
    "text": "One & one.\n<script>alert(1)</script>",
    "tags": ["harbour", "tide"],
}
OLDER: dict[str, Any] = NEWER | {
    "url": "https://gazette.example/1",
    "canonical_url": "https://gazette.example/1",
    "title": "Older",
    "authors": [],
    "published_at": None,
    "changed_at": None,
    "first_seen_at": "2026-03-01T00:00:00+00:00",
    "standfirst": None,
    "text": "word " * 200,
}
FORMS: list[Literal["atom", "rss"]] = ["atom", "rss"]


@pytest.mark.parametrize("form", FORMS)
def test_feed_reader_finds_what_was_written(form: Literal["atom", "rss"]) -> None:
    read = feedparser.parse(feed_of(form, FEED, [NEWER, OLDER]))
    assert not read.bozo
    assert read.version == {"atom": "atom10", "rss": "rss20"}[form]
    assert read.feed.title in ("Harbour <news> & more", "Harbour &lt;news&gt; &amp; more")
    assert {"rel": "self", "href": FEED.url}.items() <= read.feed.links[-1].items()
    newer, older = read.entries
    assert (newer.id, newer.link) == (NEWER["canonical_url"], NEWER["url"])
    assert "\x1b" not in newer.title
    assert newer.published_parsed[:5] == (2026, 3, 2, 8, 30)
    assert older.published_parsed[:3] == (2026, 3, 1)
    assert [tag.term for tag in newer.tags] == ["harbour", "tide"]
    assert "<script>" not in newer.content[0].value
    assert "<p>One &amp; one.</p>" in newer.content[0].value
    assert newer.content[0].value.endswith("&lt;/p&gt;") is False
    assert older.summary.endswith("word …")
    assert len(older.summary) < 410


def test_atom_says_what_the_standard_wants() -> None:
    root = fromstring(feed_of("atom", FEED, [NEWER, OLDER]))  # noqa: S314 - our own
    assert root.findtext(f"{{{ATOM}}}id") == FEED.url
    assert root.findtext(f"{{{ATOM}}}updated") == "2026-03-04T10:00:00+00:00"
    newer, older = root.findall(f"{{{ATOM}}}entry")
    assert newer.findtext(f"{{{ATOM}}}title") == "Wall <b>& tide</b> \ufffd[2J"
    assert newer.findtext(f"{{{ATOM}}}updated") == "2026-03-04T10:00:00+00:00"
    assert [one.text for one in newer.findall(f"{{{ATOM}}}author/{{{ATOM}}}name")] == ["Ann", "Bob"]
    assert [one.text for one in older.findall(f"{{{ATOM}}}author/{{{ATOM}}}name")] == ["Gazette"]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("港" * 401, "港" * 400 + "…"),
        ("（新华社） " + "港" * 500, "（新华社） " + "港" * 394 + "…"),
        ("港" * 400, "港" * 400),
    ],
)
def test_text_without_spaces_has_a_summary(text: str, summary: str) -> None:
    root = fromstring(feed_of("atom", FEED, [OLDER | {"text": text}]))  # noqa: S314 - our own
    assert root.findtext(f"{{{ATOM}}}entry/{{{ATOM}}}summary") == summary


@pytest.mark.parametrize("form", FORMS)
def test_empty_feed_is_one_and_the_same_each_time(form: Literal["atom", "rss"]) -> None:
    feed = Feed(title="Nothing", about="nothing")
    assert feed_of(form, feed, []) == feed_of(form, feed, [])
    read = feedparser.parse(feed_of(form, feed, []))
    assert not read.bozo
    assert read.entries == []
    assert feed.id.startswith("urn:uuid:")
    assert feed.id != Feed(title="Nothing", about="something").id


@pytest.mark.parametrize("form", FORMS)
def test_nothing_in_a_feed_acts(form: Literal["atom", "rss"]) -> None:
    hostile = NEWER | {
        "url": "javascript:alert(1)",
        "canonical_url": "javascript:alert(2)",
        "title": "<script>alert(1)</script> a < b \x9b2J\u202e]]>",
        "authors": ["<img src=x onerror=alert(1)>"],
        "tags": ["<svg/onload=alert(1)>"],
        "language": 'en"\x1b',
        "text": "]]><script>alert(1)</script>\x9b\u2028",
    }
    written = feed_of(form, FEED, [hostile]).decode()
    assert not {"\x1b", "\x9b", "\u202e", "\u2028"} & set(written)
    root = fromstring(written)  # noqa: S314  written here
    links = [each for each in root.iter() if each.tag.endswith("link") and each.get("rel") != "self"]
    assert not any("javascript" in (each.get("href") or each.text or "") for each in links)
    if form == "rss":
        assert root.find("channel/item/guid").get("isPermaLink") == "false"  # type: ignore[union-attr]
        told = [each.text or "" for item in root.iter("item") for each in item]
        assert not any("<script" in text or "<img" in text or "<svg" in text for text in told)
