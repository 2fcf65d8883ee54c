"""Who wrote it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml.html import HtmlElement

from pipelines.metadata.authors import Byline, choose_byline
from pipelines.metadata.head import read_head

SITES = ["The Marrow Post", "marrowpost.example", "marrowpost"]


def _authors(
    tree: Callable[[str], HtmlElement], author: Any = None, meta: str = "", body: str = ""
) -> tuple[str, ...]:
    data = json.dumps({"@type": "NewsArticle", "headline": "x", "author": author})
    root = tree(
        f'<html><head><script type="application/ld+json">{data}</script>{meta}</head>'
        f"<body><article>{body}<p>Text</p></article></body></html>"
    )
    return choose_byline(read_head(root), root, SITES).authors


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
        ("Ines Halloran und Tomás Ruiz, dpa", ["Ines Halloran", "Tomás Ruiz"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Halloran, Ines", ["Halloran, Ines"]),
        ("Halloran, Ines; Ruiz, Tomás", ["Halloran, Ines", "Ruiz, Tomás"]),
        ("Anna Desk and Bob Press", ["Anna Desk", "Bob Press"]),
        # what stands around a name
        ("Ines Halloran For The Mail On Sunday", ["Ines Halloran"]),
        ("Erstellt von Ines Halloran", ["Ines Halloran"]),
        ("Ines Halloran im Gespräch", ["Ines Halloran"]),
        ("Ines Halloran im Gespräch mit Tomás Ruiz", ["Ines Halloran", "Tomás Ruiz"]),
        ("Auteur : Ines Halloran", ["Ines Halloran"]),
        # what is no name
        *((name, []) for name in ("red", "gto", "kj", "Foreign Desk", "Staff Report", "News Bureau")),
        *((name, []) for name in ("NACHRICHTEN", "Marrowpost online")),
        (["MARROWPOST.example", "Ines Halloran"], ["Ines Halloran"]),
        ("By Ines Halloran", ["Ines Halloran"]),
        ("Von Ines Halloran", ["Ines Halloran"]),
        ("Ines Halloran, Senior Reporter", ["Ines Halloran"]),
        ("https://www.facebook.com/post", []),
        ("desk@marrowpost.example", []),
        ("admin", []),
        ("About the Author", []),
        ("105092", []),
        (None, []),
        # a newsroom is nobody
        *((name, []) for name in ("Staff", "Post Staff", "Redaktion", "Redacción", "News Desk", "編集部")),
        *(
            (name, [])
            for name in ("The Marrow Post Newsroom", "Von der Redaktion", "Редакция", "Marrow Web Desk")
        ),
        # titles go, and capitals where that is safe
        ("Dr. Ines Halloran", ["Ines Halloran"]),
        ("Prof. Dr. Ines Halloran", ["Ines Halloran"]),
        ("INES HALLORAN", ["Ines Halloran"]),
        ("JO MCDONALD", ["JO MCDONALD"]),
        ("AYŞE YILDIZ", ["AYŞE YILDIZ"]),
        # an agency, where no person is named
        ("Reuters", ["Reuters"]),
        (["Ines Halloran", "Reuters"], ["Ines Halloran"]),
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


@pytest.mark.parametrize(
    ("author", "credit"),
    [
        ("Reuters", "Reuters"),
        (["Ines Halloran", "dpa"], "Deutsche Presse-Agentur"),
        ({"@type": "Organization", "name": "Continental Dispatch"}, "Continental Dispatch"),
        ({"@type": "Organization", "name": "The Marrow Post"}, None),
        ("Ines Halloran", None),
    ],
)
def test_an_agency_is_the_credit(tree: Callable[[str], HtmlElement], author: Any, credit: str | None) -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "x", "author": author})
    root = tree(f'<html><body><script type="application/ld+json">{data}</script><p>Text</p></body></html>')
    assert choose_byline(read_head(root), root, SITES).credit == credit


LONG = "The harbour bridge will stay closed for at least three weeks, the port authority said on Monday. " * 2


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (f"<h1>Bridge closed</h1><p>By Ines Halloran</p><p>{LONG}</p>", ["Ines Halloran"]),
        (f"<h1>Brücke zu</h1><p>Von Max von der Heide</p><p>{LONG}</p>", ["Max von der Heide"]),
        (f"<h1>Pont fermé</h1><p>Par Inès Dupont et Luc Roy</p><p>{LONG}</p>", ["Inès Dupont", "Luc Roy"]),
        (f"<h1>Bridge</h1><p>{LONG}</p><li><b>Autor/in</b> Max Mustermann</li>", ["Max Mustermann"]),
        (f"<h1>Bridge</h1><p>{LONG}</p><p style='text-align:right'><b>Lê Phương</b></p>", ["Lê Phương"]),
        # no names
        (f"<h1>Bridge closed</h1><p>By the sea</p><p>{LONG}</p>", []),
        (f"<h1>Bridge closed</h1><p>By Monday the town will know</p><p>{LONG}</p>", []),
        (f"<h1>Bridge closed</h1><p>{LONG}</p><p>By Ines Halloran</p>", []),
        (
            f"<h1>Bridge</h1><p>{LONG}</p><b>Author</b><i>Latest Posts</i><b>Author</b><i>Ines Halloran</i>",
            [],
        ),
        (f"<h1>Bridge</h1><p>By The Marrow Post</p><p>{LONG}</p>", []),
    ],
)
def test_a_byline_that_nothing_marks(tree: Callable[[str], HtmlElement], body: str, names: list[str]) -> None:
    root = tree(f"<html><body>{body}</body></html>")
    assert choose_byline(read_head(root), root, SITES) == Byline(authors=tuple(names))


def test_a_name_fits_the_address_in_the_meta_tag(tree: Callable[[str], HtmlElement]) -> None:
    meta = '<meta name="author" content="i.halloran@marrowpost.example">'
    assert _authors(tree, meta=meta, body="<span>Ivo Ruiz</span><span>Ines Halloran</span>") == (
        "Ines Halloran",
    )


def test_an_author_is_found_by_reference(tree: Callable[[str], HtmlElement]) -> None:
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "headline": "x", "author": {"@id": "#ines"}},
            {"@type": "Person", "@id": "#ines", "name": "Ines Halloran"},
        ]
    }
    root = tree(f'<html><body><script type="application/ld+json">{json.dumps(graph)}</script></body></html>')
    assert choose_byline(read_head(root), root, SITES).authors == ("Ines Halloran",)
