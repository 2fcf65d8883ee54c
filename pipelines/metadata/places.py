"""Where a document is searched for what its head does not state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lxml.etree import XPath
from lxml.html import HtmlElement


class Field(StrEnum):
    """What is looked for in the body of a page where its head lacks it."""

    AUTHORS = "authors"
    PUBLISHED = "published"
    TIME = "time"
    """The time of day of the publication: a search goes on where there is a day alone."""
    MODIFIED = "modified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What is known of the pages of a source. A whole document is searched for what it usually has alone."""

    usual: frozenset[Field]
    """Fields that most of its pages have, wherever."""
    find: Callable[[Field], Sequence[HtmlElement]]
    """The elements of the document that have a field on other pages of the source, in page order."""


class Marks:
    """What marks an element as one that may have a field: its attributes."""

    def __init__(self, condition: str) -> None:
        """`condition`: predicates of XPath, as "[@pubdate]"."""
        self._everywhere = XPath(f"//*{condition}")
        self._here = XPath(f"self::*{condition}")

    def elements(self, tree: HtmlElement, among: Sequence[HtmlElement] | None = None) -> list[HtmlElement]:
        """The elements so marked, in page order: of the document, or of these."""
        found = self._everywhere(tree) if among is None else [e for e in among if self._here(e)]
        return (
            [element for element in found if isinstance(element, HtmlElement)]
            if isinstance(found, list)
            else []
        )
