"""What a page says of its article besides the text."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml.html import HtmlElement

from pipelines.metadata.record import Metadata, read_metadata
from pipelines.page import Page

URL = "https://www.marrowpost.example/news/harbour-bridge"


@pytest.fixture
def metadata(tree: Callable[[str], HtmlElement]) -> Callable[..., Metadata]:
    def of(head: str = "", body: str = "<p>x</p>", ld: Any = None, **page: Any) -> Metadata:
        data = f'<script type="application/ld+json">{json.dumps(ld)}</script>' if ld else ""
        root = tree(f'<html lang="en"><head>{head}{data}</head><body>{body}</body></html>')
        return read_metadata(root, Page(**{"url": URL, "body": b"", **page}))

    return of


ARTICLE = {"@type": "NewsArticle", "headline": "Bridge closed"}


@pytest.mark.parametrize(
    ("said", "iso", "origin"),
    [
        (
            {"ld": ARTICLE | {"datePublished": "2024-03-05T10:15:30+01:00"}},
            "2024-03-05T10:15:30+01:00",
            "json-ld",
        ),
        (
            {"head": '<meta property="article:published_time" content="2024-03-05T09:15Z">'},
            "2024-03-05T09:15:00+00:00",
            "meta",
        ),
        (
            {"body": '<time datetime="2024-03-05T10:15+01:00">today</time>'},
            "2024-03-05T10:15:00+01:00",
            "time",
        ),
        (
            {"body": '<p itemprop="datePublished" content="2024-03-05T10:15Z">x</p>'},
            "2024-03-05T10:15:00+00:00",
            "itemprop",
        ),
        ({"body": '<p class="post-date">5 March 2024, 10:15</p>'}, "2024-03-05T10:15:00+00:00", "text"),
        ({"url": "https://x.example/2024/03/05/bridge"}, "2024-03-05T00:00:00+00:00", "url"),
        # a teaser's date is not the article's
        (
            {
                "body": '<aside><time datetime="2020-01-01T08:00Z">x</time></aside>'
                '<time datetime="2024-03-05T10:15Z">y</time>'
            },
            "2024-03-05T10:15:00+00:00",
            "time",
        ),
    ],
)
def test_the_date_is_found(metadata: Callable[..., Metadata], said: Any, iso: str, origin: str) -> None:
    published = metadata(**said).published
    assert published is not None
    assert (published.when.isoformat(), published.origin) == (iso, origin)


def test_the_feed_s_date_completes_the_page_s_day(metadata: Callable[..., Metadata]) -> None:
    hint = datetime(2024, 3, 5, 10, 15, tzinfo=UTC)
    page = metadata(ld=ARTICLE | {"datePublished": "2024-03-05"}, hint_published_at=hint)
    assert page.published is not None
    assert page.published.when == hint
    other = metadata(ld=ARTICLE | {"datePublished": "2024-03-01"}, hint_published_at=hint)
    assert other.published is not None
    assert not other.published.has_time


def test_a_modification_is_not_before_the_publication(metadata: Callable[..., Metadata]) -> None:
    published = {"datePublished": "2024-03-05T10:15Z"}
    assert metadata(ld=ARTICLE | published | {"dateModified": "2024-03-05T09:00Z"}).modified_at is None
    later = metadata(ld=ARTICLE | published | {"dateModified": "2024-03-05T12:00Z"})
    assert later.modified_at == datetime(2024, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "standfirst"),
    [
        (
            '<meta property="og:description" content="Divers found cracks in two of its piers.">',
            "Divers found cracks in two of its piers.",
        ),
        ('<meta name="description" content="Divers found cracks in two of …">', None),
        (
            (
                '<meta property="og:description" content="Divers found cracks in ...">'
                '<meta name="description" content="Divers found cracks in two piers.">'
            ),
            "Divers found cracks in two piers.",
        ),
        ('<meta name="description" content="News">', None),
        ("", None),
    ],
)
def test_the_standfirst_is_a_whole_description(
    metadata: Callable[..., Metadata], head: str, standfirst: str | None
) -> None:
    assert metadata(head).standfirst == standfirst


@pytest.mark.parametrize(
    ("said", "image"),
    [
        (
            {"head": '<meta property="og:image" content="/img/bridge.jpg">'},
            "https://www.marrowpost.example/img/bridge.jpg",
        ),
        (
            {"ld": ARTICLE | {"image": {"@type": "ImageObject", "url": "https://i.example/b.jpg"}}},
            "https://i.example/b.jpg",
        ),
        ({"ld": ARTICLE | {"image": ["https://i.example/c.jpg"]}}, "https://i.example/c.jpg"),
        ({"head": '<meta property="og:image" content="data:image/png;base64,AA">'}, None),
        ({"head": '<meta property="og:image" content="http://[::1">'}, None),
        ({}, None),
    ],
)
def test_the_image_is_an_address(metadata: Callable[..., Metadata], said: Any, image: str | None) -> None:
    assert metadata(**said).image == image


CRUMBS = {
    "@type": "BreadcrumbList",
    "itemListElement": [
        {"@type": "ListItem", "position": 1, "name": "Home"},
        {"@type": "ListItem", "position": 2, "item": {"@id": "/harbour", "name": "Harbour"}},
        {"@type": "ListItem", "position": 3, "name": "Bridge closed"},
    ],
}


@pytest.mark.parametrize(
    ("said", "section"),
    [
        ({"ld": ARTICLE | {"articleSection": "Harbour"}}, "Harbour"),
        ({"ld": ARTICLE | {"articleSection": ["Harbour", "Local"]}}, "Harbour"),
        ({"head": '<meta property="article:section" content="Harbour &amp;amp; Sea">'}, "Harbour & Sea"),
        ({"ld": [ARTICLE, CRUMBS]}, "Harbour"),
        (
            {
                "head": '<meta property="og:site_name" content="Post">'
                '<meta property="article:section" content="Post">'
            },
            None,
        ),
    ],
)
def test_the_section(metadata: Callable[..., Metadata], said: Any, section: str | None) -> None:
    assert metadata(**said).section == section


@pytest.mark.parametrize(
    ("said", "tags"),
    [
        (
            {
                "head": '<meta property="article:tag" content="bridge">'
                '<meta property="article:tag" content="harbour">'
            },
            ["bridge", "harbour"],
        ),
        (
            {"ld": ARTICLE | {"keywords": ["bridge", "Bridge", "Type:story", "harbour"]}},
            ["bridge", "harbour"],
        ),
        ({"ld": ARTICLE | {"keywords": "bridge, harbour,  "}}, ["bridge", "harbour"]),
        ({"head": '<meta name="news_keywords" content="bridge;harbour wall">'}, ["bridge", "harbour wall"]),
        ({"body": '<a rel="tag" href="/t/bridge">#bridge</a>'}, ["bridge"]),
        ({}, []),
    ],
)
def test_the_tags(metadata: Callable[..., Metadata], said: Any, tags: list[str]) -> None:
    assert metadata(**said).tags == tuple(tags)


def test_the_page_s_own_address(metadata: Callable[..., Metadata]) -> None:
    head = '<meta property="og:url" content="/b"><link rel="canonical" href="/a">'
    assert metadata(head).canonicals == ("/a", "/b")


def test_a_page_without_an_address_has_metadata_too(metadata: Callable[..., Metadata]) -> None:
    for url in ("", "page.html", "http://[::1"):
        assert metadata("<title>Bridge closed</title>", url=url).title == "Bridge closed"


def test_every_date_is_kept_with_its_origin(metadata: Callable[..., Metadata]) -> None:
    page = metadata(
        '<meta name="article:published:time" content="2024-03-05T09:15Z">',
        body='<time datetime="2024-03-05">today</time>',
        ld=ARTICLE | {"datePublished": "2024-03-05T10:15+01:00", "dateModified": "2024-03-05T11:00Z"},
        hint_published_at=datetime(2024, 3, 5, 9, 20, tzinfo=UTC),
        seen_at=datetime(2024, 3, 5, 12, 0, tzinfo=UTC),
    )
    kept = [(date.event, date.origin, date.precision) for date in page.dates]
    assert kept == [
        ("published", "json-ld", "minute"),
        ("published", "time", "day"),
        ("published", "feed", "minute"),
        ("modified", "json-ld", "minute"),
    ]
    assert (page.date_confidence, page.date_flag) == ("high", None)


def test_a_title_may_end_in_the_day(metadata: Callable[..., Metadata]) -> None:
    published = metadata("<title>Bridge closed | Europe | 28.04.2023</title>").published
    assert published is not None
    assert (published.when.date().isoformat(), published.origin) == ("2023-04-28", "text")


@pytest.mark.parametrize(
    ("description", "standfirst"),
    [
        # it goes on in the text of the page
        ("Divers found cracks in two of its piers, said the head of", None),
        # it is the title
        ("Harbour bridge closed for three weeks", None),
        ("<p>Divers found <b>cracks</b> in it.</p>", "Divers found cracks in it."),
        ("Divers found cracks in its piers", "Divers found cracks in its piers"),
    ],
)
def test_a_standfirst_is_whole_and_no_title(
    metadata: Callable[..., Metadata], description: str, standfirst: str | None
) -> None:
    body = (
        "<h1>Harbour bridge closed for three weeks</h1>"
        "<p>Divers found cracks in two of its piers, said the head of the port authority.</p>"
    )
    content = description.replace("<", "&lt;").replace(">", "&gt;")
    assert metadata(f'<meta name="description" content="{content}">', body).standfirst == standfirst


@pytest.mark.parametrize(
    ("section", "expected"),
    [("World,Europe", "World"), ("Home", None), ("Arts, Culture", "Arts, Culture"), ("A1, B2, C3", "A1")],
)
def test_a_section_is_one_and_no_home(
    metadata: Callable[..., Metadata], section: str, expected: str | None
) -> None:
    assert metadata(ld=ARTICLE | {"articleSection": section}).section == expected


def test_a_logo_is_no_image(metadata: Callable[..., Metadata]) -> None:
    head = '<meta property="og:image" content="https://i.example/site-logo.png">'
    assert metadata(head).image is None
    assert (
        metadata(head, ld=ARTICLE | {"image": "https://i.example/b.jpg"}).image == "https://i.example/b.jpg"
    )
