"""Another article that follows on the same page: endless scroll, or a second story below the first."""

from collections.abc import Sequence
from itertools import chain

from lxml.html import HtmlElement

from pipelines.boilerplate import repeats
from pipelines.document.makes import own_make
from pipelines.lines import Line, kept

SECOND_ARTICLE = "second article"
_HEADLINES = ("h1", "h2")
_ANY = frozenset({"div", "section", "td", "tr", "tbody"})
"""Elements without a class, which tell nothing."""
_ENOUGH = 250
"""Characters of an article behind which another may begin."""


def mark_second_article(lines: Sequence[Line], titles: Sequence[str]) -> None:
    """Take out what stands in an element that is made like the article's own and has a headline of its own.

    The article's own is the element around its headline and its text. Headlines are h1, or stand in elements
    that say they are articles: a h2 is as often the heading of a section.
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
            if heading is not None and not _is_headline(heading, titles):
                found.append(sibling)
    return found
