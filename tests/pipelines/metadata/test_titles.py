"""The article's title, without the site's name."""

from collections.abc import Callable
from time import perf_counter

import pytest
from lxml.html import HtmlElement

from pipelines.metadata.head import read_head
from pipelines.metadata.titles import Headline, choose_headline

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


def _headline(root: HtmlElement, hint: str | None = None) -> Headline:
    return choose_headline(read_head(root), root, SITES, hint)


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
        # what a heading shows whole is the title's own, though it has the site's name in it
        (
            dict.fromkeys(("h1", "og", "title", "ld"), "Minister sues – The Marrow Post pays"),
            "Minister sues – The Marrow Post pays",
        ),
        # a rubric is no headline, whether or not the other titles have it too
        ({"h1": "Sections", "title": f"{TITLE} | The Marrow Post"}, TITLE),
        ({"h1": "Outdoornews24", "title": f"{TITLE} - Outdoornews24"}, TITLE),
        ({"h1": "Submissions", "title": "Submissions - A Review of the Coast"}, "Submissions"),
        ({"h1": "Bridge closed", "title": "The Marrow Post Online"}, "Bridge closed"),
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
    assert _headline(tree(_page(**said))).title == expected


def test_the_heading_s_quotation_marks_are_kept(tree: Callable[[str], HtmlElement]) -> None:
    page = _page(h1="‘Nobody’ told us of the cracks", og='"Nobody" told us of the cracks')
    assert _headline(tree(page)).title == "‘Nobody’ told us of the cracks"


def test_the_feed_s_title_is_the_last_resort(tree: Callable[[str], HtmlElement]) -> None:
    assert _headline(tree(_page()), f" {TITLE} ").title == TITLE
    assert _headline(tree(_page(title="Other")), TITLE).title == "Other"


LIST = "A: B | C | D and what else we know"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        # an h1 in a trail of links is for search engines; the heading of the article is another
        (
            {"og": "Bridge news of the day", "title": "Bridge news of the day", "ld": TITLE},
            f"<ol><li><h1>Bridge news of the day</h1></li></ol><h2>{TITLE}</h2>",
            TITLE,
        ),
        # separators that the heading shows are the title's own
        ({"og": LIST, "title": "A: B | C", "ld": LIST}, f"<h1>{LIST}</h1>", LIST),
        # one that is cut off is passed over
        ({"og": "Harbour bridge closed for thr…", "title": TITLE}, f"<h1>{TITLE}</h1>", TITLE),
        ({"ld": "Harbour bridge closed for thr", "title": TITLE}, f"<h1>{TITLE}</h1>", TITLE),
        ({"og": f"{TITLE} : 31.10.2023, 10.19"}, f"<h1>{TITLE}</h1>", TITLE),
        # an ellipsis of the title's own stays
        (
            {"og": "And then there were none…", "title": "x"},
            "<h1>And then there were none…</h1>",
            "And then there were none…",
        ),
    ],
)
def test_what_the_page_shows_decides(
    tree: Callable[[str], HtmlElement], head: dict[str, str], body: str, title: str
) -> None:
    page = _page(**head).replace("<h1></h1>", body)
    assert _headline(tree(page)).title == title


K = "Floods in the north"


@pytest.mark.parametrize(
    ("head", "body", "title", "kicker"),
    [
        # a piece of the heading
        ({"og": TITLE}, f"<h1><span>{K}</span><span>{TITLE}</span></h1>", TITLE, K),
        ({"og": f"{K}: {TITLE}", "ld": TITLE}, f"<h1><span>{K}</span> {TITLE}</h1>", TITLE, K),
        # the other way round in the meta tags
        ({"og": f"{TITLE} - {K}"}, f"<h1><span>{K}</span><span>{TITLE}</span></h1>", TITLE, K),
        # above the heading, by its name or its group
        ({"og": TITLE}, f'<p class="article__kicker">{K}</p><h1>{TITLE}</h1>', TITLE, K),
        ({"og": TITLE}, f'<div class="overline">{K}</div><div><h1>{TITLE}</h1></div>', TITLE, K),
        ({"og": TITLE}, f"<hgroup><p>{K}</p><h1>{TITLE}</h1></hgroup>", TITLE, K),
        # glued to the headline elsewhere
        ({"og": TITLE, "ld": f"{K}: {TITLE}"}, f"<h1>{TITLE}</h1>", TITLE, K),
        ({"og": TITLE, "ld": f"{K} | {TITLE}"}, f"<h1>{TITLE}</h1>", TITLE, K),
        # where all have it, it is the title's
        ({"og": f"{K}: {TITLE}"}, f"<h1><i>{K}</i>: {TITLE}</h1>", f"{K}: {TITLE}", None),
        # what is none: the site, a date, a mere neighbour, the start of a comments' heading
        ({"og": TITLE}, f'<p class="kicker">The Marrow Post</p><h1>{TITLE}</h1>', TITLE, None),
        ({"og": TITLE}, f'<p class="kicker">5 March 2024</p><h1>{TITLE}</h1>', TITLE, None),
        ({"og": TITLE}, f"<p>{K}</p><h1>{TITLE}</h1>", TITLE, None),
        ({"og": TITLE}, f"<h1>{TITLE}</h1><h2>12 thoughts on <i>{TITLE}</i></h2>", TITLE, None),
    ],
)
def test_the_kicker_is_apart(
    tree: Callable[[str], HtmlElement], head: dict[str, str], body: str, title: str, kicker: str | None
) -> None:
    page = _page(**head).replace("<h1></h1>", body)
    assert _headline(tree(page)) == Headline(title=title, kicker=kicker)


def test_many_headings_and_long_titles_take_no_time(tree: Callable[[str], HtmlElement]) -> None:
    long = "bridge - road | " * 2_000
    page = _page(og=long, title=long, ld=long).replace("<h1></h1>", f"<h1>{long}</h1>" * 50)
    started = perf_counter()
    assert _headline(tree(page)).title
    assert perf_counter() - started < 5


def test_a_title_of_many_separators_takes_no_time(tree: Callable[[str], HtmlElement]) -> None:
    long = " - ".join(f"word{number}" for number in range(20_000))
    page = tree(_page(og=long, h1=TITLE))
    started = perf_counter()
    assert len(_headline(page).title) <= 500
    assert perf_counter() - started < 1
