"""How a block of a page is made: its tag and classes, and those of the two elements around it.

Content systems give one make to all paragraphs, another to all promotions: what is learned of one line of a
make holds for the others.
"""

import re
from functools import lru_cache

from lxml.html import HtmlElement

from pipelines.document.layout import Place, block_of

LINKED = "a:"
"""Begins the make of a line that is mostly link text."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MOSTLY = 0.5
_LONGEST = 80
"""Characters of a class attribute that are looked at; utility classes run to thousands."""
_DIGITS = re.compile(r"\d+")


def make_of(block: HtmlElement) -> str:
    """The make of a block: "p.par<div.body<article", digits as 0."""
    makes = [own_make(block)]
    makes += [own_make(parent) for parent, _ in zip(block.iterancestors(), range(2), strict=False)]
    return "<".join(makes)


def make_at(place: Place) -> str:
    """The make of the block in which a stretch of text begins, marked if it is mostly link text."""
    return (LINKED if place.linked > _MOSTLY else "") + make_of(block_of(place.elements[0]))


def tag_of(make: str) -> str:
    """The tag of the block itself."""
    return make.removeprefix(LINKED).partition("<")[0].partition(".")[0]


def is_telling(make: str) -> bool:
    """Whether a make says something: a bare div in a bare div is made like half of any page."""
    return tag_of(make) in ("p", "li", "blockquote") or "." in make


def own_make(element: HtmlElement) -> str:
    """An element's own part of a make: "article.story"."""
    return _made(str(element.tag), (element.get("class") or "")[:_LONGEST])


@lru_cache(maxsize=4096)
def _made(tag: str, classes: str) -> str:
    names = ".".join(_DIGITS.sub("0", classes).replace("<", "").split())
    return f"{tag}.{names}" if names else tag
