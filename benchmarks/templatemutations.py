"""Changes to a page that its template should refuse, or that should do it no harm: for templatemutated.py."""

from collections.abc import Callable, Sequence
from copy import deepcopy

from lxml.html import HtmlElement, fragment_fromstring

Mutation = Callable[[HtmlElement, Sequence[HtmlElement], HtmlElement], None]
"""Changes a document, given the elements of its paragraphs, and another article."""


def _around(elements: Sequence[HtmlElement]) -> HtmlElement:
    """The smallest element around all of these."""
    common = list(elements[0].iterancestors())
    for element in elements[1:]:
        above = set(element.iterancestors())
        common = [one for one in common if one in above]
    return common[0]


def _rename(tree: HtmlElement, elements: Sequence[HtmlElement], other: HtmlElement) -> None:
    for element in tree.iter():
        if classes := element.get("class"):
            element.set("class", " ".join(f"x{name}x" for name in classes.split()))


def _wrap(tree: HtmlElement, elements: Sequence[HtmlElement], other: HtmlElement) -> None:
    for element in elements:
        _move(element, fragment_fromstring('<div class="newly-set"></div>'), in_place=True)


def _move(element: HtmlElement, into: HtmlElement, *, in_place: bool = False) -> None:
    """Move an element, without what follows it, into another, which may take its place."""
    around, tail = element.getparent(), element.tail
    element.tail = None
    if in_place and around is not None:
        around.replace(element, into)
        into.tail = tail
    else:
        element.drop_tree()
    into.append(element)


def _move_half(tree: HtmlElement, elements: Sequence[HtmlElement], other: HtmlElement) -> None:
    block = fragment_fromstring('<div class="newly-made"></div>')
    _around(elements).addnext(block)
    for element in elements[len(elements) // 2 :]:
        _move(element, block)


def _append(tree: HtmlElement, elements: Sequence[HtmlElement], other: HtmlElement) -> None:
    whole(elements).addnext(deepcopy(other))


def whole(elements: Sequence[HtmlElement]) -> HtmlElement:
    """The element that holds these paragraphs and their headline; what holds the paragraphs, if none does."""
    around = _around(elements)
    for element in (around, *around.iterancestors()):
        if element.tag not in ("body", "html") and next(element.iter("h1"), None) is not None:
            return element
    return around


def _cut(tree: HtmlElement, elements: Sequence[HtmlElement], other: HtmlElement) -> None:
    around = _around(elements)
    inside = list(around.iter())
    for element in inside[inside.index(elements[1]) + 1 :]:
        if element.getparent() is not None and elements[1] not in element.iterancestors():
            element.drop_tree()
    wall = "<p>This article is for subscribers. Subscribe now to continue reading.</p>"
    elements[1].addnext(fragment_fromstring(f'<div class="reader-wall">{wall}</div>'))


CUT = "cut to two paragraphs"
MUTATIONS: dict[str, Mutation] = {
    "classes renamed": _rename,
    "each paragraph in a new div": _wrap,
    "half of it moved to a new block": _move_half,
    "another article behind it": _append,
    CUT: _cut,
}
