"""Where each stretch of a page's text stands."""

from collections.abc import Callable

import pytest
from lxml.html import HtmlElement

from pipelines.document.layout import block_of, key_of, read_layout
from pipelines.lines import Line, insert, lines_of, removed_of, text_of_lines, tidy

Parsed = Callable[[str], HtmlElement]
PAGE = """<div id="a"><p>One <b>bold</b> word.</p><p>Two<br>lines</p></div>
<ul id="b"><li><a href="/x">Only <i>a</i> link</a></li><li>Half <a href="/y">link</a></li></ul>
<a name="top">No link</a><p>One bold word, again.</p><script>One bold</script>"""


@pytest.mark.parametrize(
    ("line", "block", "linked"),
    [
        ("One bold word.", "p", 0.0),
        ("- Only a link", "li", 1.0),
        ("Half link", "li", 0.5),
        ("lines", "p", 0.0),
        ("No link", "body", 0.0),
        # extraction changes spaces, marks and case: letters are compared
        ("ONE  bold; word,\xa0again", "p", 0.0),
    ],
)
def test_a_line_is_found_where_it_stands(tree: Parsed, line: str, block: str, linked: float) -> None:
    place = read_layout(tree(PAGE)).find(line)
    assert place is not None
    assert block_of(place.elements[0]).tag == block
    assert place.linked == pytest.approx(linked)


@pytest.mark.parametrize("line", ["", "—", "Nowhere to be found", "ines"])
def test_what_is_not_there_has_no_place(tree: Parsed, line: str) -> None:
    assert read_layout(tree(PAGE)).find(line) is None


def test_a_repeated_line_is_sought_from_the_last_one_on(tree: Parsed) -> None:
    layout = read_layout(tree("<p>The same words</p><p>Between</p><p>The same words</p>"))
    places = [layout.find("The same words"), layout.find("Between"), layout.find("The same words")]
    numbers = [place.first for place in places if place]
    assert numbers == [0, 1, 2]


def test_the_share_of_links_on_a_page(tree: Parsed) -> None:
    layout = read_layout(tree('<p>half</p><p><a href="/x">link</a></p>'))
    assert layout.linked_share() == 0.5
    assert read_layout(tree("<p>...</p>")).linked_share() == 0.0


def test_a_very_deep_page_is_no_matter(tree: Parsed) -> None:
    layout = read_layout(tree("<span>" * 1_500 + "deep"))
    assert layout.linked_share() == 0.0
    assert layout.find("deep") is not None


def test_letters_are_what_is_compared() -> None:
    assert key_of("Häfen & Brücken – 2_024!") == "häfenbrücken2024"


def test_a_line_is_put_in_its_place(tree: Parsed) -> None:
    layout = read_layout(tree("<p>First words</p><p>Second words</p><p>Third words</p>"))
    lines = lines_of("First words\nThird words", layout)
    insert(lines, Line("Second words", layout.find("Second words")))
    assert text_of_lines(lines) == "First words\nSecond words\nThird words"
    lines[1].rule = "call"
    assert text_of_lines(lines) == "First words\nThird words"
    assert [(item.text, item.rule) for item in removed_of(lines)] == [("Second words", "call")]


def test_invisible_characters_and_runs_of_space_go() -> None:
    assert tidy(" Ha\xadfen\u200b  brücke\n\tist\u2060 zu\ufeff ") == "Hafen brücke ist zu"
    assert tidy("می\u200cرود") == "می\u200cرود"
