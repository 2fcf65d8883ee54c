"""The article's title, without the site's name."""

from collections.abc import Callable

import pytest
from lxml.html import HtmlElement

from pipelines.head import read_head
from pipelines.titles import choose_title

SITES = ["The Marrow Post", "marrowpost.example"]
TITLE = "Harbour bridge closed for three weeks"


def _page(h1: str = "", og: str = "", title: str = "", ld: str = "") -> str:
    data = (
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{ld}"}}</script>'
        if ld
        else ""
    )
    meta = f"<meta property='og:title' content='{og}'>" if og else ""
    return (
        f"<html><head><title>{title}</title>{meta}{data}</head><body><h1>{h1}</h1><p>text</p></body></html>"
    )


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ({"title": TITLE}, TITLE),
        # the site's name goes, on either side and behind any separator
        ({"title": f"{TITLE} | The Marrow Post"}, TITLE),
        ({"title": f"{TITLE} - The Marrow Post"}, TITLE),
        ({"title": f"{TITLE} – The Marrow Post Online"}, TITLE),
        ({"title": f"The Marrow Post: {TITLE}"}, f"The Marrow Post: {TITLE}"),
        ({"title": f"The Marrow Post | {TITLE}"}, TITLE),
        ({"title": f"{TITLE} | marrowpost.example"}, TITLE),
        # what another title ends before is no part of it
        ({"h1": TITLE, "og": f"{TITLE} | Local | 05.03.2024"}, TITLE),
        ({"h1": TITLE, "title": f"{TITLE} — News of the Coast"}, TITLE),
        # but a separator of the title's own stays
        (
            {"title": "Bridge closed - and nobody knows for how long"},
            "Bridge closed - and nobody knows for how long",
        ),
        (
            {"h1": "Bridge", "og": "Bridge: what we know of the cracks"},
            "Bridge: what we know of the cracks",
        ),
        # an editor's og:title beats the heading; a search engine's does not beat heading and JSON-LD
        (
            {"h1": "Port: Bridge closed", "og": "Cracks close the bridge", "title": "Port: Bridge closed"},
            None,
        ),
        ({"h1": TITLE, "ld": TITLE, "og": "Marrow bridge news", "title": "Marrow bridge news"}, TITLE),
        # a heading that is not about the article is passed over
        ({"h1": "The Marrow Post", "title": f"{TITLE} | The Marrow Post"}, TITLE),
        # markup, entities, soft hyphens and spaces
        ({"og": "Bridge &amp;amp; road"}, "Bridge & road"),
        ({"h1": "Har\xadbour  bridge\n closed"}, "Harbour bridge closed"),
        ({"h1": "<span>Bridge</span> closed"}, "Bridge closed"),
        ({}, ""),
    ],
)
def test_a_title_is_chosen(
    tree: Callable[[str], HtmlElement], said: dict[str, str], title: str | None
) -> None:
    expected = said["og"] if title is None else title
    assert choose_title(read_head(tree(_page(**said))), SITES) == expected


def test_the_heading_s_quotation_marks_are_kept(tree: Callable[[str], HtmlElement]) -> None:
    page = _page(h1="‘Nobody’ told us of the cracks", og='"Nobody" told us of the cracks')
    assert choose_title(read_head(tree(page)), SITES) == "‘Nobody’ told us of the cracks"


def test_the_feed_s_title_is_the_last_resort(tree: Callable[[str], HtmlElement]) -> None:
    assert choose_title(read_head(tree(_page())), SITES, hint=f" {TITLE} ") == TITLE
    assert choose_title(read_head(tree(_page(title="Other"))), SITES, hint=TITLE) == "Other"
