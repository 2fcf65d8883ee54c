"""Pointers to other stories that are known by how they are made, read through whole pages."""

from collections.abc import Callable

import pytest

from pipelines.article import Reading

Build = Callable[..., str]
Read = Callable[..., Reading]

ONE = '<a href="/old-road">Old road to be widened next year</a>'
OTHER = '<a href="/ferry">Ferry runs again despite the storm</a>'
CARD = '<div><a href="/ferry"><img src="/f.jpg" alt=""><h4>Ferry runs again despite the storm</h4></a></div>'

MADE = [
    "<p>{label}: " + ONE + "</p>",
    "<p><strong>{label}</strong> " + ONE + "</p>",
    "<p><strong>{label}:</strong> " + ONE + "</p>",
    "<blockquote><p>{label}: " + ONE + "</p></blockquote>",
    "<div><span>{label}</span> " + ONE + "</div>",
    "<p>{label}&nbsp; Old road to be widened next year</p>",
    "<h3>{label}</h3><p>" + ONE + "</p>",
    "<h3>{label}</h3><ul><li>" + ONE + "</li><li>" + OTHER + "</li></ul>",
    "<p><b>{label}</b></p><ul><li>" + ONE + "</li></ul>",
    "<p><b>{label}:</b></p><p>" + ONE + "</p><p>" + OTHER + "</p>",
    "<p><strong>{label}</strong><br>" + ONE + "<br>" + OTHER + "</p>",
    "<section><h3>{label}</h3>" + CARD + CARD + "</section>",
    "<amp-layout><div>{label}</div><div>" + ONE + "</div></amp-layout>",
]
LABELS = ["Dig deeper", "Was bisher geschah", "Писали раньше", "פעם כתבנו", "ก่อนหน้านี้", "以前の話"]
"""None of them is in words/see_also.toml."""


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("made", MADE)
def test_a_pointer_goes_in_any_language(
    page: Build, read: Read, paragraphs: list[str], made: str, label: str
) -> None:
    for document in (page(made.format(label=label)), page(after=made.format(label=label))):
        article = read(document).article
        assert article is not None
        assert article.text.split("\n") == paragraphs


@pytest.mark.parametrize(
    "middle",
    [
        # sentences, with a link or a label in them
        f"<p>Halloran: “{ONE}, and nobody asked us.”</p>",
        f"<p>The council decided in May: {ONE}.</p>",
        f"<p><strong>Marrow</strong> {ONE} after all, the council said.</p>",
        "<p><strong>Halloran:</strong> Nobody has asked us about the second pier of the bridge.</p>",
        '<p>Web: <a href="https://bridge.example/">https://bridge.example/report/of/the/committee</a></p>',
        '<p>Author: <a href="/people/1">Ines Halloran</a></p>',
        # a heading with its section, though a link stands under it first
        f"<h3>One</h3><p>The first pier has cracks.</p><h3>Two</h3><p>{ONE}</p><p>The second pier leans.</p>",
        # a hard space that is the writer's own
        "<p>About 4&nbsp;000 people live on the other side of the river and work on this one.</p>",
    ],
)
def test_what_is_no_pointer_stays(page: Build, read: Read, middle: str) -> None:
    with_it = read(page(middle)).article
    assert with_it is not None
    assert not [line for line in with_it.removed if line.rule.startswith("pointer")]


def test_an_article_that_is_a_list_of_labelled_links_keeps_them(page: Build, read: Read) -> None:
    items = [
        f'<p>Paper {letter}: <a href="/{letter}">What the paper {letter} writes of the bridge today</a></p>'
        for letter in "ABCDEFGH"
    ]
    article = read(page(*items)).article
    assert article is not None
    assert "What the paper C writes" in article.text
