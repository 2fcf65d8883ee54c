"""A page's bytes in, an article or the reason why it is none out."""

import logging
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date

from lxml.etree import LxmlError
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from pipelines.article import TEMPLATE, Article, Image, Reading, Rejection
from pipelines.asides import STAYING, Taken, asides_in, take_out, within
from pipelines.boilerplate import (
    ancestors_of,
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
from pipelines.cleaning import DEFAULT, RULES_VERSION, Cleaning, put_back
from pipelines.completion import add_missed_paragraphs, add_standfirst, container_of
from pipelines.corrections import corrections_in
from pipelines.document.decode import decode
from pipelines.document.layout import Layout, key_of, read_layout
from pipelines.document.parse import MOST_LETTERS, TooDeep, parse, strip_unseen
from pipelines.document.scriptdata import is_stub, script_text
from pipelines.document.tables import unwrap_layout_tables
from pipelines.fingerprint import fingerprint
from pipelines.images import images_of, mark_captions
from pipelines.impostors import verdict_on_bytes, verdict_on_document
from pipelines.kinds import kind_of
from pipelines.language import language_of
from pipelines.learned import mark_learned
from pipelines.lines import Line, insert, lines_of, removed_of, text_of_lines
from pipelines.metadata.agencies import credited_agency
from pipelines.metadata.canonical import believed_canonical
from pipelines.metadata.head import Head, plain, read_head
from pipelines.metadata.record import Metadata, read_metadata
from pipelines.metadata.rights import reservations_in
from pipelines.page import Page
from pipelines.pointers import mark_pointers
from pipelines.second_article import mark_second_article
from pipelines.teasers import mark_teasers
from pipelines.templates.correct import correct
from pipelines.templates.judge import words_in_common
from pipelines.templates.labels import covered, label
from pipelines.templates.outline import outline_of
from pipelines.templates.places import told_by
from pipelines.templates.reading import Fit, Misfit, fit
from pipelines.templates.refusals import Refusal
from pipelines.templates.template import AGREE
from pipelines.validate import verdict_on_text

# It reports what it gives up on; here that is a verdict, which the caller gets.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_LEAST_SHARE = 0.1
_MOST_SHARE = 1.2
"""Of the letters on a page that are no link text, those that a main text has; see `_main_text`."""
_MOST_COMPARED = 10_000
"""Elements of a page on which extractors are compared: one takes time with the square of the blocks."""
_PROSE = 60
"""Characters of a line from which on it is no navigation."""


class _GaveUp(Exception):
    """The extractor broke on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A page that was decoded and parsed."""

    page: Page
    tree: HtmlElement
    head: Head
    cleaning: Cleaning


def read_page(page: Page, cleaning: Cleaning = DEFAULT) -> Reading:
    """Read a page. Never raises for bad input: a page that cannot be read comes back as a rejection."""
    if verdict := verdict_on_bytes(page):
        return verdict
    try:
        return _read(page, cleaning)
    except TooDeep as error:
        return Reading(rejection=Rejection.TOO_DEEP, detail=str(error))
    except RecursionError:
        return Reading(rejection=Rejection.TOO_DEEP, detail="nested too deep to be read")
    except MemoryError:
        return Reading(rejection=Rejection.OUT_OF_MEMORY)
    except (_GaveUp, LxmlError) as error:
        return Reading(rejection=Rejection.UNREADABLE, detail=f"{type(error).__name__}: {error}"[:200])


def _read(page: Page, cleaning: Cleaning) -> Reading:
    tree = parse(decode(page.body, page.content_type))
    if tree is None:
        return Reading(rejection=Rejection.EMPTY, detail="there is no element in the document")
    head = read_head(tree)
    strip_unseen(tree)
    unwrap_layout_tables(tree)
    opened = _Opened(page=page, tree=tree, head=head, cleaning=cleaning)
    found = fit(cleaning.templates, tree, head) if cleaning.templates else None
    fast = _by_template(opened, found) if isinstance(found, Fit) else found
    if isinstance(fast, Article):
        return _audited(opened, fast) if cleaning.audit else Reading(article=fast)
    return _by_extractor(opened, refused=fast.refusal if fast else None)


def _by_template(opened: _Opened, found: Fit) -> Article | Misfit:
    """The article as a template has it; it leaves the document as it is."""
    lines, template = found.lines, found.template
    places = template.places.in_document(opened.tree) if template.places else None
    metadata = read_metadata(opened.tree, opened.page, opened.head, places)
    images = images_of(opened.tree, found.container, opened.page.url)
    _mark_lines(lines, opened, metadata, found.container, images, found.layout)
    for line in within(found.taken, lines, found.container):
        insert(lines, line)
    _mark_added(lines, opened, metadata)
    read = _Read(lines=lines, metadata=metadata, images=images, layout=found.layout, taken=found.taken)
    article = _finished(opened, read)
    if article.rejection is not None or article.article is None:
        return Misfit(refusal=Refusal.TOO_SHORT, detail=article.detail)
    if article.article.kind is not template.kind:
        return Misfit(refusal=Refusal.ANOTHER_KIND, detail=str(article.article.kind))
    return replace(
        article.article, read_by=TEMPLATE, template=template.number, template_version=template.version
    )


def _audited(opened: _Opened, fast: Article) -> Reading:
    """What both ways give: the template's article, unless the extractor has another one."""
    slow = _by_extractor(replace(opened, cleaning=replace(opened.cleaning, templates=None)))
    if slow.article is None:
        return slow
    agreement = words_in_common(fast.text, slow.article.text)
    if agreement < AGREE:
        slow = replace(slow, article=replace(slow.article, refused=Refusal.AUDIT))
        return replace(slow, audit=agreement)
    return replace(slow, article=fast, audit=agreement)


def _by_extractor(opened: _Opened, refused: Refusal | None = None) -> Reading:
    page, tree, head, cleaning = opened.page, opened.tree, opened.head, opened.cleaning
    layout = read_layout(tree)
    if len(layout.letters) > MOST_LETTERS:
        raise TooDeep(f"{len(layout.letters):,} letters of text")
    if verdict := verdict_on_document(page, tree, head, layout):
        return verdict
    outlined = outline_of(layout, tree.iter("body")) if cleaning.teach or cleaning.templates else None
    metadata = read_metadata(tree, page, head)
    taken = take_out(asides_in(tree, layout, head), layout)
    lines = lines_of(_main_text(opened, layout), layout)
    container = container_of(lines)
    images = images_of(tree, container, page.url)
    _mark_lines(lines, opened, metadata, container, images, layout)
    for line in within(taken, lines, container):
        insert(lines, line)
    add_missed_paragraphs(lines, layout, container, [line for block in taken for line in block.lines])
    add_standfirst(lines, layout, metadata.standfirst, ancestors_of(container))
    _mark_added(lines, opened, metadata)
    became = covered(lines)
    template = correct(lines, *outlined, cleaning.templates) if outlined and cleaning.templates else None
    if template is not None:
        _mark_added(lines, opened, metadata)
    reading = _finished(
        opened, _Read(lines=lines, metadata=metadata, images=images, layout=layout, taken=taken)
    )
    if reading.article is None:
        return reading
    article = replace(reading.article, refused=refused)
    if template is not None:
        article = replace(article, template=template.number, template_version=template.version)
    labels = None
    if outlined and cleaning.teach:
        labels = label(
            *outlined,
            became,
            kind=article.kind,
            story=article.fingerprint.text_hash,
            day=_day_of(article),
            places=told_by(metadata.found_in),
        )
    return Reading(article=article, labels=labels)


def _day_of(article: Article) -> date | None:
    return article.published_at.date() if article.published_at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read of a page, either way, before the last rules."""

    lines: list[Line]
    metadata: Metadata
    images: tuple[Image, ...]
    layout: Layout
    taken: Sequence[Taken]


def _finished(opened: _Opened, read: _Read) -> Reading:
    """The article that was read, or why it is none."""
    page, head, cleaning, metadata = opened.page, opened.head, opened.cleaning, read.metadata
    lines = read.lines
    # last: what was learned must not change which lines there are
    _mark_learned(lines, opened)
    kind = kind_of(head, opened.tree, lines, read.images, {block.aside.rule for block in read.taken})
    lines = _from_scripts(opened, metadata, lines) or lines
    put_back(lines, cleaning.keep | STAYING)
    dated = metadata.published is not None and metadata.published.origin != "guess"
    if verdict := verdict_on_text(page, head, read.layout, lines, dated=dated):
        return verdict
    return Reading(article=replace(_article(opened, metadata, lines), kind=kind, images=read.images))


def _main_text(opened: _Opened, layout: Layout) -> str:
    """The main text as trafilatura sees it, a line a paragraph; empty if there is none. It works on a copy.

    First without its comparison with other extractors, which takes a third of its time and matters on one
    page in forty: where the text found is next to nothing of what the page has, or is mostly links.
    """
    text = _extracted(opened.tree, fast=True)
    unlinked = len(layout.letters) * (1 - layout.linked_share())
    found = len(key_of(text))
    odd = found < _LEAST_SHARE * unlinked or found > _MOST_SHARE * unlinked
    if odd and opened.tree.xpath("count(//*)") <= _MOST_COMPARED:
        text = _extracted(opened.tree, fast=False)
    if any(len(line) >= _PROSE for line in text.split("\n")):
        return text
    return _extracted(_nameless(opened.tree), fast=True) or text


def _nameless(tree: HtmlElement) -> HtmlElement:
    """A copy without classes and ids: an article in a "comment" column is dropped for its name otherwise."""
    nameless = deepcopy(tree)
    for element in nameless.iter():
        element.attrib.pop("class", None)
        element.attrib.pop("id", None)
    return nameless


def _extracted(tree: HtmlElement, *, fast: bool) -> str:
    try:
        document = bare_extraction(tree, include_comments=False, fast=fast)
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # a bug in the extractor that this page brings out costs this page
        raise _GaveUp(f"{type(error).__name__}: {error}") from error
    return document.text or "" if isinstance(document, Document) else ""


def _mark_lines(
    lines: list[Line],
    opened: _Opened,
    metadata: Metadata,
    container: HtmlElement | None,
    images: Sequence[Image],
    layout: Layout,
) -> None:
    """Mark what is no part of the article."""
    head = opened.head
    mark_headline(lines, _titles(head, metadata))
    mark_top(lines, metadata.authors)
    mark_captions(lines, images)
    mark_see_also(lines)
    mark_named(lines, container)
    mark_links(lines)
    mark_pointers(lines, layout)
    mark_calls(lines)
    if head.claims_article:
        mark_teasers(lines, opened.page.url)
    mark_second_article(lines, _own_titles(head, metadata))
    mark_outside(lines, container)
    mark_tail(lines)
    mark_biographies(lines, metadata.authors, metadata.title)
    mark_tail(lines)


def _mark_added(lines: list[Line], opened: _Opened, metadata: Metadata) -> None:
    """Judge what was put in as the rest was."""
    mark_see_also(lines)
    mark_calls(lines)
    mark_second_article(lines, _own_titles(opened.head, metadata))


def _own_titles(head: Head, metadata: Metadata) -> list[str]:
    return [title for title in (metadata.title, head.title) if title]


def _mark_learned(lines: Sequence[Line], opened: _Opened) -> None:
    if opened.cleaning.learned:
        mark_learned(lines, opened.cleaning.learned)
        mark_tail(lines)


def _titles(head: Head, metadata: Metadata) -> list[str]:
    titles = (metadata.title, head.title, *head.headings, head.meta("og:title"), head.said("headline"))
    return [plain(title) for title in titles if title]


def _from_scripts(opened: _Opened, metadata: Metadata, lines: Sequence[Line]) -> list[Line]:
    """The lines of the article from script data, if the document has next to none of it; else none."""
    shown = text_of_lines(lines)
    if not is_stub(shown, opened.head):
        return []
    found = [Line(text) for text in script_text(opened.page, opened.head, metadata.title, shown)]
    mark_headline(found, _titles(opened.head, metadata))
    mark_top(found, metadata.authors)
    mark_see_also(found)
    mark_calls(found)
    mark_tail(found)
    _mark_learned(found, opened)
    return found


def _article(opened: _Opened, metadata: Metadata, lines: Sequence[Line]) -> Article:
    page, text = opened.page, text_of_lines(lines)
    published = metadata.published
    title = metadata.title or text.partition("\n")[0][:120]
    return Article(
        url=page.url,
        canonical_url=_canonical(page, metadata),
        title=title,
        text=text,
        kicker=metadata.kicker,
        standfirst=metadata.standfirst,
        authors=metadata.authors,
        published_at=published.when if published else None,
        modified_at=metadata.modified_at,
        date_precision=("minute" if published.has_time else "day") if published else None,
        date_from=published.origin if published else None,
        date_confidence=metadata.date_confidence,
        date_flag=metadata.date_flag,
        dates=metadata.dates,
        language=language_of(opened.head, opened.tree.get("lang") or opened.tree.get("xml:lang"), text),
        image=metadata.image,
        section=metadata.section,
        tags=metadata.tags,
        credit=metadata.credit or credited_agency(text, [line.text for line in lines]),
        access=metadata.access,
        reservations=tuple(dict.fromkeys([*page.reserved, *reservations_in(opened.head, page.headers)])),
        removed=removed_of(lines),
        corrections=corrections_in([title, metadata.standfirst, *(line.text for line in lines)]),
        makes=tuple(line.make for line in lines),
        rules_version=RULES_VERSION,
        learned_version=opened.cleaning.learned.version if opened.cleaning.learned else None,
        fingerprint=fingerprint(text),
    )


def _canonical(page: Page, metadata: Metadata) -> str:
    try:
        return believed_canonical(page.url, metadata.canonicals, page.site_url)
    except ValueError:  # a page from a file may have no address, or one that is no http(s) address
        return page.url
