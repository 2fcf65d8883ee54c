"""The rules that take out of an article's lines what is none of its text, in their order."""

from collections.abc import Sequence

from pipelines.boilerplate import (
    mark_biographies,
    mark_calls,
    mark_headline,
    mark_links,
    mark_named,
    mark_outside,
    mark_see_also,
    mark_tail,
    mark_top,
)
from pipelines.copy import Copy
from pipelines.document.scriptdata import is_stub, script_text
from pipelines.images import mark_captions
from pipelines.learned import mark_learned
from pipelines.lines import Line, text_of_lines
from pipelines.metadata.head import plain
from pipelines.pointers import mark_pointers
from pipelines.second_article import mark_second_article
from pipelines.teasers import mark_teasers


def apply_rules(copy: Copy) -> None:
    """Mark what is no part of the article."""
    lines, metadata, head = copy.lines, copy.metadata, copy.opened.head
    mark_headline(lines, _titles(copy))
    mark_top(lines, metadata.authors)
    mark_captions(lines, copy.images)
    mark_see_also(lines)
    mark_named(lines, copy.container)
    mark_links(lines)
    mark_pointers(lines, copy.layout)
    mark_calls(lines)
    if head.claims_article:
        mark_teasers(lines, copy.opened.page.url)
    mark_second_article(lines, copy.own_titles)
    mark_outside(lines, copy.container)
    mark_tail(lines)
    mark_biographies(lines, metadata.authors, metadata.title)
    mark_tail(lines)


def apply_rules_to_added(copy: Copy) -> None:
    """Judge what was put in as the rest was."""
    mark_see_also(copy.lines)
    mark_calls(copy.lines)
    mark_second_article(copy.lines, copy.own_titles)


def apply_learned(lines: Sequence[Line], copy: Copy) -> None:
    """Mark what the source repeats, and then its end. Last: it must not change which lines there are."""
    if copy.opened.cleaning.learned:
        mark_learned(lines, copy.opened.cleaning.learned)
        mark_tail(lines)


def lines_from_scripts(copy: Copy) -> list[Line]:
    """The lines of the article from script data, if the document has next to none of it; else none."""
    page, head = copy.opened.page, copy.opened.head
    shown = text_of_lines(copy.lines)
    if not is_stub(shown, head):
        return []
    found = [Line(text) for text in script_text(page, head, copy.metadata.title, shown)]
    mark_headline(found, _titles(copy))
    mark_top(found, copy.metadata.authors)
    mark_see_also(found)
    mark_calls(found)
    mark_tail(found)
    apply_learned(found, copy)
    return found


def _titles(copy: Copy) -> list[str]:
    head = copy.opened.head
    titles = (copy.metadata.title, head.title, *head.headings, head.meta("og:title"), head.said("headline"))
    return [plain(title) for title in titles if title]
