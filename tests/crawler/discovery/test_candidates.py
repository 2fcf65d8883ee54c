"""What a seed says of a story becomes a candidate, or none."""

from datetime import UTC, datetime

import pytest

from crawler.discovery.candidates import candidate, newest_first, plain
from storage.candidates import Candidate

FEED = "https://paper.example/news/feed.xml"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("https://paper.example/a/story", "https://paper.example/a/story"),
        ("/a/story", "https://paper.example/a/story"),
        ("story", "https://paper.example/news/story"),
        ("//other.example/story", "https://other.example/story"),
        ("www.other.example/story", "https://www.other.example/story"),
        (" \n https://paper.example/story \t", "https://paper.example/story"),
        ("https://paper.example/s?a=1&amp;b=2", "https://paper.example/s?a=1&b=2"),
        ("https://paper.example/s?a=1&#038;b=2", "https://paper.example/s?a=1&b=2"),
        ("https://paper.example/s?a=1&copy=2", "https://paper.example/s?a=1&copy=2"),
        ("https://PAPER.example:443/story?utm_source=rss#top", "https://paper.example/story"),
    ],
)
def test_an_address_comes_out_absolute_and_canonical(href: str, url: str) -> None:
    found = candidate(href, FEED)
    assert found is not None
    assert found.url == url


@pytest.mark.parametrize(
    "href",
    [
        "",
        "#top",
        "mailto:desk@paper.example",
        "javascript:void(0)",
        "ftp://paper.example/story",
        "file:///etc/passwd",
        "http://[broken",
        "https://user:password@paper.example/story",
        "/",
        "https://other.example",
    ],
)
def test_what_can_be_no_article_is_no_candidate(href: str) -> None:
    assert candidate(href, FEED) is None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Harbour reopens", "Harbour reopens"),
        ("  Harbour\n reopens ", "Harbour reopens"),
        ("<b>Har</b>bour<br/>reopens", "Harbour reopens"),
        ("Fish &amp; chips &#8217;n&rsquo; more", "Fish & chips ’n’ more"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("<img src=x>", None),
        ("x" * 5000, "x" * 1000),
    ],
)
def test_a_title_is_plain_text(title: str, text: str | None) -> None:
    assert plain(title) == text


def test_the_newest_come_first_and_each_once() -> None:
    def dated(url: str, day: int | None, modified: int | None = None) -> Candidate:
        moments = [datetime(2024, 5, n, tzinfo=UTC) if n else None for n in (day, modified)]
        return Candidate(url=url, published_at=moments[0], modified_at=moments[1])

    given = [
        dated("a", None),
        dated("b", 3),
        dated("c", None, 9),
        dated("b", 5),
        dated("d", 4),
        dated("e", None),
    ]
    assert [found.url for found in newest_first(given)] == ["c", "d", "b", "a", "e"]
