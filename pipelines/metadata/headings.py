"""A page's headings as a reader sees them, piece by piece, and what stands above them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.document.layout import key_of
from pipelines.metadata.head import plain

_MOST = 60
"""Headings that are looked at; the article's own is among the first."""
_MOST_ABOVE = 5
_SEAM = "\0"
# Within a word these change its look only; other elements are often set apart by a style sheet alone.
_TIGHT = frozenset({"em", "i", "b", "strong", "sub", "sup", "mark", "abbr", "font", "u", "s", "small", "wbr"})
_SEAM_BEFORE_MARK = re.compile(rf"(?<!{_SEAM}){_SEAM}++(?=[:;,.!?…»”’)\]])")
_TRAIL_TAGS = frozenset({"nav", "li", "aside", "footer"})
_ARTICLE_TAGS = frozenset({"article", "main", "body", "html"})
# What designers of many countries call the line above a headline.
_KICKER_NAME = re.compile(
    r"kicker|eyebrow|overline|over-?title|supra-?titl|super-?title|pre-?title|ante-?titulo|anteti|cintillo"
    r"|sur-?titre|occhiello|dachzeile|roof-?line|top-?line|spitzmarke|bovenkop|vignett|headline-?intro",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """An h1 or h2."""

    element: HtmlElement
    level: int
    text: str
    pieces: tuple[str, ...]
    """The texts of its text nodes, none empty."""
    letters: tuple[str, ...]
    """The letters and digits of each piece, case folded; see `key_of`."""


def read_headings(tree: HtmlElement, titles: Iterable[str]) -> list[Heading]:
    """The h1 elements, and the h2 elements that end in one of `titles`, in page order; none without text."""
    keys = tuple(key for title in titles if (key := key_of(title)))
    found = []
    for count, element in enumerate(tree.iter("h1", "h2")):
        if count >= _MOST:
            break
        if element.tag == "h1" or (keys and key_of("".join(element.itertext())).endswith(keys)):
            pieces = tuple(piece for node in element.itertext() if (piece := plain(node)))
            if pieces:
                found.append(
                    Heading(
                        element=element,
                        level=int(str(element.tag)[1]),
                        text=heading_text(element),
                        pieces=pieces,
                        letters=tuple(map(key_of, pieces)),
                    )
                )
    return found


def heading_text(element: HtmlElement) -> str:
    """An element's text; where elements meet there is a space, if they do not meet within a word."""
    joined = "".join(_texts(element, 0))
    return plain(_SEAM_BEFORE_MARK.sub("", joined).replace(_SEAM, " "))


def _texts(element: HtmlElement, depth: int) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        seam = "" if child.tag in _TIGHT else _SEAM
        yield seam
        if depth < 20:
            yield from _texts(child, depth + 1)
        yield seam
        yield child.tail or ""


def in_trail(element: HtmlElement) -> bool:
    """Whether it stands in a navigation, a list or an aside: a heading that search engines are to see."""
    for count, parent in enumerate((element, *element.iterancestors())):
        if parent.tag in _TRAIL_TAGS or "breadcrumb" in (parent.get("class") or "").lower():
            return True
        if parent.tag in _ARTICLE_TAGS or count > _MOST_ABOVE:
            return False
    return False


def line_above(element: HtmlElement) -> str:
    """The text of what stands right above a heading, if it is called a kicker or both are in one hgroup.

    https://html.spec.whatwg.org/multipage/sections.html#the-hgroup-element
    """
    here: HtmlElement | None = element
    for _ in range(3):
        if here is None or here.tag in _ARTICLE_TAGS:
            return ""
        before = here.getprevious()
        while before is not None and not plain("".join(before.itertext())):
            before = before.getprevious()
        if before is not None:
            parent = here.getparent()
            grouped = parent is not None and parent.tag == "hgroup" and before.tag == "p"
            return heading_text(before) if grouped or _is_called_kicker(before) else ""
        here = here.getparent()
    return ""


def _is_called_kicker(element: HtmlElement) -> bool:
    names = (f"{e.get('class') or ''} {e.get('id') or ''}" for e in (element, *element[:2]))
    return any(_KICKER_NAME.search(name) for name in names)
