"""What a page names as feeds and sitemaps, and what a body turns out to be."""

import gzip

import pytest

from crawler.discovery.autodetect import WELL_KNOWN_PATHS, kind_of, seeds_in_page
from storage.models import SeedKind

URL = "https://paper.example/"


@pytest.mark.parametrize(
    ("html", "address"),
    [
        (
            '<link rel="alternate" type="application/rss+xml" href="/news.xml">',
            "https://paper.example/news.xml",
        ),
        (
            '<link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="a">',
            "https://paper.example/a",
        ),
        (
            '<link rel="alternate" type="application/feed+json" href="/f.json">',
            "https://paper.example/f.json",
        ),
        (
            '<link rel="alternate" type="application/rss+xml" href="https://x.example/1">',
            "https://x.example/1",
        ),
        ('<link rel="sitemap" href="/map.xml">', "https://paper.example/map.xml"),
        ('<a href="/rss/">RSS</a>', "https://paper.example/rss/"),
        ('<a href="/feed?type=top&amp;n=5#x">Feed</a>', "https://paper.example/feed?type=top&n=5"),
        ('<a href="https://feeds.paper.example/top.rss">Top</a>', "https://feeds.paper.example/top.rss"),
        ('<a href="/services/news-rss.php">RSS</a>', "https://paper.example/services/news-rss.php"),
    ],
)
def test_a_page_names_its_feeds_and_sitemaps(html: str, address: str) -> None:
    assert seeds_in_page(html.encode(), URL) == (address,)


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="alternate" hreflang="de" href="/de/">',
        '<link rel="alternate" type="application/json" href="/wp-json/">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed">',
        '<link rel="stylesheet" type="text/css" href="/feed.css">',
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">',
        '<a href="/comments/rss.xml">Comments</a>',
        '<a href="https://other.example/feed">Feed</a>',
        '<a href="/feeding-the-swans">Swans</a>',
        '<a href="/blogs/live-feed">Live</a>',
        "",
    ],
)
def test_what_is_no_feed_of_stories_is_not_named(html: str) -> None:
    assert seeds_in_page(html.encode(), URL) == ()


def test_declared_feeds_come_first_and_each_once() -> None:
    declared = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    html = f'<a href="/rss">1</a><a href="/rss#2">2</a>{declared}'
    assert seeds_in_page(html.encode(), URL) == ("https://paper.example/feed", "https://paper.example/rss")


NEWS = b'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/a</loc><news:news/></url></urlset>'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<rss><channel><item><link>https://paper.example/a</link></item></channel></rss>", SeedKind.FEED),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"/>', SeedKind.FEED),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', SeedKind.FEED),
        (b"<urlset><url><loc>/a</loc></url></urlset>", SeedKind.SITEMAP),
        (b"<sitemapindex><sitemap><loc>/a.xml</loc></sitemap></sitemapindex>", SeedKind.SITEMAP),
        (b"https://paper.example/a\n", SeedKind.SITEMAP),
        (NEWS, SeedKind.NEWS_SITEMAP),
        (gzip.compress(NEWS), SeedKind.NEWS_SITEMAP),
        (b"<!DOCTYPE html><html><a href='/2024/05/06/harbour'>Harbour wall to be rebuilt</a></html>", None),
        (b"<rss><channel><title>Cut", None),
        (b'{"error": "not found"}', None),
        (b"Not found", None),
        (b"", None),
    ],
)
def test_a_body_counts_only_if_it_parses(body: bytes, kind: SeedKind | None) -> None:
    assert kind_of(body, URL, "text/xml") is kind


def test_the_well_known_paths_are_few_and_absolute() -> None:
    assert 0 < len(WELL_KNOWN_PATHS) <= 12
    assert all(path.startswith("/") for path in WELL_KNOWN_PATHS)
