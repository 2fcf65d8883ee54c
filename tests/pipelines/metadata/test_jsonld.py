"""What pages say in JSON-LD, also where it is broken."""

import json
from collections.abc import Callable

import pytest
from lxml.html import HtmlElement

from pipelines.metadata.jsonld import article_node, read_jsonld, text_of, types_of

Parsed = Callable[[str], HtmlElement]
ARTICLE = {"@type": "NewsArticle", "headline": "Bridge closed", "datePublished": "2024-03-05"}


def _scripts(*texts: str) -> str:
    return "".join(f'<script type="application/ld+json">{text}</script>' for text in texts) + "<p>x</p>"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ARTICLE),
        json.dumps([{"@type": "WebSite"}, ARTICLE]),
        json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, ARTICLE]}),
        json.dumps({"@type": "WebPage", "mainEntity": ARTICLE}),
        f"//<![CDATA[\n{json.dumps(ARTICLE)}\n//]]>",
        f"<!-- {json.dumps(ARTICLE)} -->",
        json.dumps(ARTICLE) + ";",
        '{"@type": "NewsArticle", "headline": "Bridge closed",}',
        '{"@type": "NewsArticle", "headline": "Bridge closed", "description": "one\ntwo\tthree"}',
        '/* made by hand */ {"@type": ["Thing", "schema:NewsArticle"], "headline": "Bridge closed"}',
    ],
)
def test_the_article_is_found(tree: Parsed, text: str) -> None:
    article = article_node(read_jsonld(tree(_scripts(text))))
    assert article is not None
    assert article["headline"] == "Bridge closed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        '"text"',
        "[[[[",
        "[" * 100_000,
        '{"@graph":' * 5_000,
        '{"headline": "no type"}',
        "NaN",
    ],
)
def test_what_is_broken_is_passed_over(tree: Parsed, text: str) -> None:
    article = article_node(read_jsonld(tree(_scripts(text, json.dumps(ARTICLE)))))
    assert article == ARTICLE
    assert read_jsonld(tree(_scripts(text))) == []


def test_the_fullest_article_is_the_page_s_own(tree: Parsed) -> None:
    teaser = {"@type": "Article", "headline": "Another story"}
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", **ARTICLE, "author": "X"}]}
    assert article_node(read_jsonld(tree(_scripts(json.dumps([teaser, listed, ARTICLE]))))) == ARTICLE


def test_types_lose_their_prefix() -> None:
    assert types_of({"@type": ["http://schema.org/NewsArticle", "schema:Report", "Thing", 3]}) == {
        "NewsArticle",
        "Report",
        "Thing",
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" a ", "a"),
        ("", None),
        (None, None),
        (3, None),
        ({"name": "b"}, "b"),
        ({"url": "u", "name": "n"}, "u"),
        ([{"x": 1}, {"name": "c"}], "c"),
        ({"@value": "d"}, "d"),
        ({"name": {"@value": "e"}}, "e"),
    ],
)
def test_a_text_is_taken_from_any_form(value: object, text: str | None) -> None:
    assert text_of(value, "url") == text
