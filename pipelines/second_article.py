"""Another article that follows on the same page: endless scroll, or a second story below the first."""

import re
from collections.abc import Sequence
from itertools import chain

from lxml.html import HtmlElement

from pipelines.boilerplate import names_of, repeats
from pipelines.document.makes import own_make
from pipelines.lines import Line, kept

SECOND_ARTICLE = "second article"
_HEADLINES = ("h1", "h2")
_ANY = frozenset({"div", "section", "td", "tr", "tbody"})
"""Elements without a class, which tell nothing."""
_SIGNS = frozenset({"data-url", "data-href", "data-permalink", "data-canonical", "itemtype", "itemid"})
"""Attributes that give an element an address or a type of its own."""
_BYLINES = frozenset({"byline", "author", "authors"})
_NUMBERED = re.compile(r"\W*(?:\d|[ivxlc]+[.):]\s)", re.IGNORECASE)
"""How an item of a list begins: "1. The quay", "#3", "IV. The winter"."""
_ENOUGH = 250
"""Characters of an article behind which another may begin."""


def mark_second_article(lines: Sequence[Line], titles: Sequence[str]) -> None:
    """Take out what stands in an element that is made like the article's own and has a headline of its own.

    The article's own is the element around its headline and its text. Headlines are h1, or stand in elements
    that say they are articles: a h2 is as often the heading of a section. And the other one has a sign of an
    article of its own, or it is the next part or item of this one.
    """
    placed = [line for line in kept(lines) if line.place]
    if not placed or placed[0].place is None:
        return
    first = placed[0].place.elements[0]
    own = _own_element(first, titles)
    if own is None:
        return
    element, tag = own
    others: list[HtmlElement] = []
    for around in (element, *element.iterancestors()):
        if around.tag in ("body", "html"):
            break
        others += _like(around, tag, titles)
    following = set(chain.from_iterable(other.iter() for other in others))
    behind = [line for line in placed if line.place and line.place.elements[0] in following]
    if (
        following
        and sum(len(line.text) for line in placed) - sum(len(line.text) for line in behind) >= _ENOUGH
    ):
        for line in behind:
            line.rule = SECOND_ARTICLE


def _own_element(first: HtmlElement, titles: Sequence[str]) -> tuple[HtmlElement, str] | None:
    """The smallest element around the text's beginning and a headline above it, and the headline's tag."""
    around = [first, *first.iterancestors()]
    known = set(around)
    for heading in around[-1].iter(*_HEADLINES):
        if _is_headline(heading, titles):
            shared = next(element for element in (heading, *heading.iterancestors()) if element in known)
            is_one = heading.tag == "h1" or shared.tag == "article"
            return (shared, str(heading.tag)) if is_one else None
    return None


def _is_headline(heading: HtmlElement, titles: Sequence[str]) -> bool:
    text = " ".join("".join(heading.itertext()).split())
    return bool(text) and any(repeats(text, title) for title in titles)


def _like(element: HtmlElement, tag: str, titles: Sequence[str]) -> list[HtmlElement]:
    """What follows an element, is made like it, and has a headline that is not the page's."""
    make = own_make(element)
    found = []
    for sibling in element.itersiblings():
        if make not in _ANY and isinstance(sibling.tag, str) and own_make(sibling) == make:
            heading = next(sibling.iter(tag), None)
            if heading is None or _is_headline(heading, titles) or _is_numbered(heading):
                continue
            if sibling.tag == "article" or _has_sign(sibling, heading):
                found.append(sibling)
    return found


def _is_numbered(heading: HtmlElement) -> bool:
    return _NUMBERED.match("".join(heading.itertext()).strip()) is not None


def _has_sign(element: HtmlElement, heading: HtmlElement) -> bool:
    """Whether an element has a time, a byline or an address of its own, or its headline is a link."""
    if not _SIGNS.isdisjoint(element.keys()) or next(element.iter("time"), None) is not None:
        return True
    if next(heading.iter("a"), None) is not None or next(heading.iterancestors("a"), None) is not None:
        return True
    return any(not _BYLINES.isdisjoint(names_of(part)) for part in element.iter("*"))
