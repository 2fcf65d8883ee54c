"""A page's bytes in, an article or the reason why it is none out."""

import json
import pickle
import random
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.article import Reading, Rejection
from pipelines.extract import read_page
from pipelines.page import Page

URL = "https://www.marrowpost.example/2024/03/05/harbour-bridge-closed"
DATA = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Harbour bridge closed for three weeks",
    "description": "Divers found cracks in two of its piers.",
    "datePublished": "2024-03-05T10:15:00+01:00",
    "dateModified": "2024-03-05T12:30:00+01:00",
    "author": [{"@type": "Person", "name": "Ines Halloran"}, {"@type": "Person", "name": "Tomás Ruiz"}],
    "publisher": {"@type": "Organization", "name": "The Marrow Post"},
    "articleSection": "Harbour",
    "keywords": ["bridge", "harbour"],
    "image": "https://img.marrowpost.example/bridge.jpg",
}


def test_a_page_becomes_an_article(page: Callable[..., str], paragraphs: list[str]) -> None:
    head = (
        f'<script type="application/ld+json">{json.dumps(DATA)}</script>'
        '<link rel="canonical" href="/2024/03/05/harbour-bridge-closed?utm_source=x">'
    )
    body = page(head=head, after="<p>(dpa)</p>").encode()
    reading = read_page(
        Page(url=f"{URL}?utm_source=feed", body=body, content_type="text/html; charset=utf-8")
    )
    assert (reading.rejection, reading.detail) == (None, None)
    article = reading.article
    assert article is not None
    assert article.url == f"{URL}?utm_source=feed"
    assert article.canonical_url == URL
    assert article.title == "Harbour bridge closed for three weeks"
    assert article.text.split("\n")[: len(paragraphs)] == paragraphs
    assert article.standfirst == "Divers found cracks in two of its piers."
    assert article.authors == ("Ines Halloran", "Tomás Ruiz")
    assert article.published_at == datetime(2024, 3, 5, 10, 15, tzinfo=timezone(timedelta(hours=1)))
    assert article.published_at.utcoffset() == timedelta(hours=1)
    assert article.modified_at == datetime(2024, 3, 5, 11, 30, tzinfo=UTC)
    assert (article.date_precision, article.date_from) == ("minute", "json-ld")
    assert article.language == "en"
    assert article.image == "https://img.marrowpost.example/bridge.jpg"
    assert (article.section, article.tags) == ("Harbour", ("bridge", "harbour"))
    assert article.fingerprint.bands
    assert pickle.loads(pickle.dumps(reading)) == reading  # noqa: S301 - it travels between processes


def test_reading_a_page_twice_gives_the_same(page: Callable[..., str]) -> None:
    pages = [
        Page(url=f"{URL}-{n}", body=page(f"<p>Paragraph {n} of its own kind.</p>").encode()) for n in range(8)
    ]
    once = [read_page(p) for p in pages]
    assert [read_page(p) for p in pages for _ in range(3)][::3] == once


def test_the_feed_s_hints_fill_what_the_page_leaves_out(paragraphs: list[str]) -> None:
    body = "<html><body>" + "".join(f"<p>{text}</p>" for text in paragraphs) + "</body></html>"
    hint = datetime(2024, 3, 5, 10, 15, tzinfo=UTC)
    page = Page(
        url="https://x.example/a", body=body.encode(), hint_title="Bridge closed", hint_published_at=hint
    )
    article = read_page(page).article
    assert article is not None
    assert (article.title, article.published_at, article.date_from) == ("Bridge closed", hint, "feed")


@pytest.mark.parametrize("url", ["", "page.html", "http://[::1", "file:///tmp/page.html"])
def test_a_page_from_nowhere_can_be_read(page: Callable[..., str], url: str) -> None:
    article = read_page(Page(url=url, body=page().encode())).article
    assert article is not None
    assert article.canonical_url == url


# ---- bad input: never an exception, and never for long


P = "<p>The port authority said on Monday that the bridge would stay closed for at least three weeks.</p>"
TOO_DEEP, STUB = Rejection.TOO_DEEP, Rejection.STUB


@pytest.mark.parametrize(
    ("name", "body", "rejection"),
    [
        ("nested 50,000 deep", b"<html><body>" + b"<div>" * 50_000 + P.encode() * 9, TOO_DEEP),
        ("deep behind the article", b"<html><body>" + P.encode() * 9 + b"<b>" * 50_000, TOO_DEEP),
        ("tags that are never closed", b"<html><body>" + b"<font>" * 1_500 + P.encode() * 9, None),
        ("lists in lists", b"<html><body>" + b"<ul><li>item " * 900 + P.encode() * 9, None),
        ("quotes in quotes", b"<html><body>" + b"<blockquote>" * 1_900 + P.encode() * 9, None),
        ("10 MB of paragraphs", b"<html><body>" + P.encode() * 100_000, TOO_DEEP),
        ("10 MB in a paragraph", b"<html><body><p>" + b"word and word. " * 700_000, TOO_DEEP),
        ("10 MB of links", b"<html><body>" + b"<a href='/x'>link</a> " * 450_000, TOO_DEEP),
        (
            "10 MB of script",
            b"<html><body><script>" + b"a=1;" * 2_500_000 + b"</script>" + P.encode() * 9,
            None,
        ),
        (
            "10 MB of one attribute",
            b"<html><body><p class='" + b"x " * 5_000_000 + b"'>" + P.encode() * 9,
            None,
        ),
        ("brackets", b"<html><body>" + P.encode() * 9 + b"a<b" * 1_000_000, None),
        (
            "JSON-LD without end",
            b'<html><script type="application/ld+json">' + b"[" * 1_000_000 + b"</script>" + P.encode() * 9,
            None,
        ),
        ("NULs", P.encode().replace(b" ", b" \x00") * 9, None),
        ("surrogates", "".join([P, "<p>\ud800\udfff</p>"] * 9).encode("utf-8", "surrogatepass"), None),
        (
            "an entity bomb",
            b"<!DOCTYPE x [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><html><body>&b;" + P.encode() * 9,
            None,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_page_breaks_the_reader_or_holds_it_up(
    name: str, body: bytes, rejection: Rejection | None
) -> None:
    start = perf_counter()
    reading = read_page(Page(url=URL, body=body, content_type="text/html"))
    assert perf_counter() - start < 10
    assert reading.rejection is rejection, reading.detail


def test_random_bytes_are_judged_in_time() -> None:
    body = random.Random(3).randbytes(10_000_000)
    start = perf_counter()
    assert read_page(Page(url=URL, body=body, content_type="text/html")).article is None
    assert perf_counter() - start < 10


TAGS = re.findall(
    r"\S+",
    """<p> </p> <div> </div> <a> </a> <h1> </h1> <ul><li> </ul> <table><tr><td> </table> <br> <!-- -->
    <script>
    </script> <title> </title> <svg> <blockquote> <pre> <figure><figcaption> <form> <span &nbsp; &#0; <body>
    </html> <meta <time""",
)
PIECES = [
    *TAGS,
    P,
    "\x00",
    "See also: ",
    "By Ines Halloran ",
    "<time datetime='2024-03-05T10:15Z'>",
    "<div class='newsletter byline'>",
    "<a href='/x'>",
    '<script type="application/ld+json">{"@type": "Article", "author": [{}], "datePublished": 3}</script>',
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=60),
    st.sampled_from([None, "text/html; charset=utf-8", "text/html; charset=utf-16"]),
)
def test_any_soup_gives_a_reading(pieces: list[str], content_type: str | None) -> None:
    body = "".join(pieces).encode("utf-8", "surrogatepass")
    reading = read_page(Page(url=URL, body=body, content_type=content_type))
    assert (reading.article is None) == (reading.rejection is not None)
    if reading.article is not None:
        reading.article.text.encode("utf-8")
        assert reading.article.text.strip()


def test_a_bug_in_the_extractor_costs_the_page(
    monkeypatch: pytest.MonkeyPatch, read: Callable[..., Reading], page: Callable[..., str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'tag'")

    monkeypatch.setattr(sys.modules["pipelines.extract"], "bare_extraction", broken)
    reading = read(page())
    assert reading.rejection is Rejection.UNREADABLE
    assert reading.detail == "_GaveUp: AttributeError: 'NoneType' object has no attribute 'tag'"
