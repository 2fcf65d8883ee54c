"""A container is found alike in an outline and in a document, by a name that can be written down."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled import outlined
from lxml import html as lxml_html

from pipelines.templates.outline import make_of_node, name_of
from pipelines.templates.selector import Selector, Step, main_ones, selectors_of


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("div.body", Selector(Step("div", ".body"))),
        ("div#body", Selector(Step("div", "#body"))),
        ("div", Selector(Step("div"))),
        ("main#content > div", Selector(Step("div"), Step("main", "#content"))),
        ("main.a > div", Selector(Step("div"), Step("main", ".a"))),
        ("div.text-[#fff]", Selector(Step("div", ".text-[#fff]"))),
        ("div#a.b", Selector(Step("div", "#a.b"))),
        ("div.[&>p]:mt-0", Selector(Step("div", ".[&>p]:mt-0"))),
    ],
)
def test_what_is_written_is_read(text: str, selector: Selector) -> None:
    assert str(selector) == text
    assert Selector.read(text) == selector


@pytest.mark.parametrize(
    ("text", "body", "found"),
    [
        ("div.body", '<div class="x body wide">1</div>', ["1"]),
        ("div.body", '<div class="bodywork">1</div><p class="body">2</p>', []),
        ("ul.x", '<ul class="x">1<ul class="x">2</ul></ul><ul class="x">3</ul>', ["1", "3"]),
        ("div#story-0", '<div id="story-817">1</div>', ["1"]),
        ("div.s-0-x", '<div class="s-12-x">1</div><div class="s-12-y">2</div>', ["1"]),
        ("div.0", '<div class="7">1</div><div class="x">2</div>', ["1"]),
        ("div#a", '<div class="a">1</div>', []),
        ("div.a > div", '<div class="a"><div>1</div><div class="b">2</div></div><div>3</div>', ["1"]),
        ("div#a > p", '<div id="a"><div><p>1</p></div></div><div id="a"><p>2</p></div>', ["2"]),
        ("div", "<div>1</div>", ["1"]),
        ("div.o'brien", '''<div class="o'brien">1</div>''', ["1"]),
    ],
)  # fmt: skip
def test_elements_of_a_document_and_of_its_outline_are_the_same(
    text: str, body: str, found: list[str]
) -> None:
    selector = Selector.read(text)
    tree = lxml_html.document_fromstring(f"<html><body>{body}</body></html>")
    assert [element.text for element in selector.elements_in(tree)] == found
    outline, _ = outlined(body)
    assert len(selector.places_in(outline)) == len(found)


names = st.text("ab0#.>: é'\"", max_size=5)


@settings(max_examples=150, deadline=None)
@given(attributes=st.lists(st.tuples(names, names), min_size=1, max_size=4))
def test_each_name_of_an_element_finds_it_in_the_document(attributes: list[tuple[str, str]]) -> None:
    tree = lxml_html.document_fromstring("<html><body><div></div></body></html>")
    element = tree.find(".//div")
    assert element is not None
    for classes, name in attributes:
        inner = lxml_html.Element("div", {"class": classes, "id": name})
        element.append(inner)
        element = inner
    element.text = "text"
    markup = lxml_html.tostring(tree.find(".//div"), encoding="unicode")
    outline, _ = outlined(markup)
    deepest = len(outline.nodes) - 1
    assert outline.nodes[deepest].make == make_of_node(element)
    assert outline.nodes[deepest].name == name_of(element)
    for selector in selectors_of(outline, deepest):
        assert Selector.read(str(selector)) == selector
        around = {element, *element.iterancestors()}
        [place] = selector.elements_in(tree)
        assert place in around
        assert len(selector.places_in(outline)) == 1


def test_no_more_names_of_an_element_are_tried_than_a_dozen() -> None:
    classes = " ".join(f"{letter}{other}" for letter in "abcdef" for other in "abcdef")
    outline, _ = outlined(f'<div class="{classes}">text</div>')
    assert len(list(selectors_of(outline, 0))) == 12


@pytest.mark.parametrize(
    ("sizes", "count", "found"),
    [
        ([], 1, []),
        ([500], 1, [0]),
        ([500, 400], 1, [0]),
        ([500, 400], 2, [0, 1]),
        ([50, 400, 500], 1, [1]),
        ([100, 500], 2, [0, 1]),
        ([0, 0], 2, []),
    ],
)
def test_the_first_containers_that_have_text_are_the_main_ones(
    sizes: list[int], count: int, found: list[int]
) -> None:
    assert main_ones(sizes, count) == found
