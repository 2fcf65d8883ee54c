"""Who wrote it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml.html import HtmlElement

from pipelines.authors import choose_authors
from pipelines.head import read_head

SITES = ["The Marrow Post", "marrowpost.example", "marrowpost"]


def _authors(
    tree: Callable[[str], HtmlElement], author: Any = None, meta: str = "", body: str = ""
) -> tuple[str, ...]:
    data = json.dumps({"@type": "NewsArticle", "headline": "x", "author": author})
    root = tree(
        f'<html><head><script type="application/ld+json">{data}</script>{meta}</head>'
        f"<body><article>{body}<p>Text</p></article></body></html>"
    )
    return choose_authors(read_head(root), root, SITES)


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"@type": "Person", "name": "Ines Halloran"}, ["Ines Halloran"]),
        ([{"name": "Ines Halloran"}, {"name": "Tomás Ruiz"}], ["Ines Halloran", "Tomás Ruiz"]),
        ("Ines Halloran", ["Ines Halloran"]),
        (["Ines Halloran", "Tomás Ruiz"], ["Ines Halloran", "Tomás Ruiz"]),
        ({"@type": "Person", "givenName": "Ines", "familyName": "Halloran"}, ["Ines Halloran"]),
        # several in one name
        ("Ines Halloran, Tomás Ruiz and Li Wei", ["Ines Halloran", "Tomás Ruiz", "Li Wei"]),
        ("Ines Halloran und Tomás Ruiz, dpa", ["Ines Halloran", "Tomás Ruiz", "dpa"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Halloran, Ines", ["Halloran, Ines"]),
        # what is no name
        ("By Ines Halloran", ["Ines Halloran"]),
        ("Von Ines Halloran", ["Ines Halloran"]),
        ("Ines Halloran, Senior Reporter", ["Ines Halloran"]),
        ("https://www.facebook.com/post", []),
        ("desk@marrowpost.example", []),
        ("admin", []),
        ("About the Author", []),
        ("105092", []),
        (None, []),
        # the site, where no person is named
        ({"@type": "Organization", "name": "The Marrow Post"}, ["The Marrow Post"]),
        ([{"name": "The Marrow Post"}, {"name": "Ines Halloran"}], ["Ines Halloran"]),
    ],
)
def test_names_in_json_ld(tree: Callable[[str], HtmlElement], author: Any, names: list[str]) -> None:
    assert _authors(tree, author) == tuple(names)


@pytest.mark.parametrize(
    ("meta", "names"),
    [
        ('<meta name="author" content="Ines Halloran">', ["Ines Halloran"]),
        ('<meta property="article:author" content="https://example.com/ines">', []),
        (
            '<meta name="parsely-author" content="Ines Halloran"><meta name="author" content="x@y.zz">',
            ["Ines Halloran"],
        ),
        ('<meta name="author" content="The Marrow Post, Marrow, Ireland">', []),
    ],
)
def test_names_in_meta_tags(tree: Callable[[str], HtmlElement], meta: str, names: list[str]) -> None:
    assert _authors(tree, meta=meta) == tuple(names)


def test_a_meta_tag_with_more_names_beats_json_ld(tree: Callable[[str], HtmlElement]) -> None:
    meta = '<meta name="author" content="Ines Halloran, Tomás Ruiz">'
    assert _authors(tree, "Ines Halloran", meta) == ("Ines Halloran", "Tomás Ruiz")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ('<p class="byline">By Ines Halloran</p>', ["Ines Halloran"]),
        (
            '<div class="author-box"><a rel="author" href="/ines">Ines Halloran</a><span>Editor</span></div>',
            ["Ines Halloran"],
        ),
        ('<span itemprop="author">Ines Halloran</span>', ["Ines Halloran"]),
        (
            '<p class="byline">By <b>Ines Halloran</b> and <b>Tomás Ruiz</b></p>',
            ["Ines Halloran", "Tomás Ruiz"],
        ),
        ('<p class="comment-author">Angry Reader</p>', []),
        ('<div class="related"><p class="byline">Tomás Ruiz</p></div>', []),
        ('<p class="byline">12 March, updated at noon</p>', []),
        ('<p class="author">' + "A very long text about nobody in particular. " * 10 + "</p>", []),
    ],
)
def test_names_in_the_byline(tree: Callable[[str], HtmlElement], body: str, names: list[str]) -> None:
    assert _authors(tree, body=body) == tuple(names)


def test_the_byline_is_read_where_json_ld_only_names_the_site(tree: Callable[[str], HtmlElement]) -> None:
    body = '<p class="byline">By Ines Halloran</p>'
    assert _authors(tree, {"name": "The Marrow Post"}, body=body) == ("Ines Halloran",)


def test_an_author_is_found_by_reference(tree: Callable[[str], HtmlElement]) -> None:
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "headline": "x", "author": {"@id": "#ines"}},
            {"@type": "Person", "@id": "#ines", "name": "Ines Halloran"},
        ]
    }
    root = tree(f'<html><body><script type="application/ld+json">{json.dumps(graph)}</script></body></html>')
    assert choose_authors(read_head(root), root, SITES) == ("Ines Halloran",)
