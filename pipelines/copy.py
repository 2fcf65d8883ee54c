"""The raw copy of an article: a page that was opened, and what was read of it, by whichever way."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.article import Image
from pipelines.asides import Taken
from pipelines.cleaning import Cleaning
from pipelines.document.layout import Layout
from pipelines.lines import Line
from pipelines.metadata.head import Head
from pipelines.metadata.record import Metadata
from pipelines.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A page that was decoded and parsed."""

    page: Page
    tree: HtmlElement
    head: Head
    cleaning: Cleaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What was read of a page, to be cleaned and judged."""

    opened: Opened
    lines: list[Line]
    """In page order; those that a rule took out have it."""
    layout: Layout
    container: HtmlElement | None
    """The element that holds the text."""
    metadata: Metadata
    images: tuple[Image, ...]
    taken: Sequence[Taken]
    """What stood in the text and is none of it, known by its make."""

    @property
    def own_titles(self) -> list[str]:
        return [title for title in (self.metadata.title, self.opened.head.title) if title]
