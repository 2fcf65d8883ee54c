"""A page's bytes in, an article or the reason why it is none out."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

from lxml.etree import LxmlError
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from pipelines.article import TEMPLATE, Article, Reading, Rejection
from pipelines.asides import asides_in, take_out, within
from pipelines.boilerplate import ancestors_of
from pipelines.cleaning import DEFAULT, Cleaning
from pipelines.completion import add_missed_paragraphs, add_standfirst, container_of
from pipelines.copy import Copy, Opened
from pipelines.document.decode import decode
from pipelines.document.layout import Layout, key_of, read_layout
from pipelines.document.parse import MOST_LETTERS, TooDeep, parse, strip_unseen
from pipelines.document.tables import unwrap_layout_tables
from pipelines.finish import finish
from pipelines.images import images_of
from pipelines.impostors import verdict_on_bytes, verdict_on_document
from pipelines.lines import insert, lines_of
from pipelines.metadata.head import read_head
from pipelines.metadata.record import Metadata, read_metadata
from pipelines.page import Page
from pipelines.rules import apply_rules, apply_rules_to_added
from pipelines.templates.agreement import words_in_common
from pipelines.templates.correct import correct, correcting
from pipelines.templates.labels import covered, label
from pipelines.templates.outline import Outline, Run, outline_of
from pipelines.templates.places import told_by
from pipelines.templates.reading import Fit, Misfit, fit
from pipelines.templates.refusals import Refusal
from pipelines.templates.template import AGREE, Template

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
    opened = Opened(page=page, tree=tree, head=head, cleaning=cleaning)
    found = None
    if cleaning.templates and cleaning.fast:
        # an error page may be made as the articles are; one that calls itself an article passes, as ever
        if not head.claims_article and (verdict := verdict_on_document(page, tree, head, read_layout(tree))):
            return verdict
        found = fit(cleaning.templates, tree, head)
    fast = _by_template(opened, found) if isinstance(found, Fit) else found
    if isinstance(fast, Article) and isinstance(found, Fit):
        return _audited(opened, fast, found) if cleaning.audit else Reading(article=fast)
    if cleaning.only_fast:
        return Reading()
    return _by_extractor(opened, refused=fast.refusal if isinstance(fast, Misfit) else None)


def _by_template(opened: Opened, found: Fit) -> Article | Misfit:
    """The article as a template has it; it leaves the document as it is."""
    template = found.template
    places = template.places.in_document(opened.tree) if template.places else None
    copy = Copy(
        opened=opened,
        lines=found.lines,
        layout=found.layout,
        container=found.container,
        metadata=read_metadata(opened.tree, opened.page, opened.head, places),
        images=images_of(opened.tree, found.container, opened.page.url),
        taken=found.taken,
    )
    apply_rules(copy)
    for line in within(copy.taken, copy.lines, copy.container):
        insert(copy.lines, line)
    apply_rules_to_added(copy)
    reading = finish(copy)
    if reading.article is None:
        return Misfit(refusal=Refusal.TOO_SHORT, detail=reading.detail)
    if reading.article.kind is not template.kind:
        return Misfit(refusal=Refusal.ANOTHER_KIND, detail=str(reading.article.kind))
    return replace(
        reading.article, read_by=TEMPLATE, template=template.number, template_version=template.version
    )


def _audited(opened: Opened, fast: Article, found: Fit) -> Reading:
    """What both ways give: the template's article, unless the extractor has another one."""
    slow = _by_extractor(replace(opened, cleaning=replace(opened.cleaning, templates=None)))
    if slow.article is None:
        return replace(slow, audit=0.0)
    known = found.promoted - set(slow.article.text.split("\n"))
    text = "\n".join(line for line in fast.text.split("\n") if line not in known)
    agreement = words_in_common(text, slow.article.text)
    if agreement < AGREE:
        slow = replace(slow, article=replace(slow.article, refused=Refusal.AUDIT))
        return replace(slow, audit=agreement)
    return replace(slow, article=fast, audit=agreement)


def _by_extractor(opened: Opened, refused: Refusal | None = None) -> Reading:
    tree, head, cleaning = opened.tree, opened.head, opened.cleaning
    layout = read_layout(tree)
    if len(layout.letters) > MOST_LETTERS:
        raise TooDeep(f"{len(layout.letters):,} letters of text")
    if verdict := verdict_on_document(opened.page, tree, head, layout):
        return verdict
    templates = correcting(cleaning.templates, tree) if cleaning.templates else []
    outlined = outline_of(layout) if cleaning.teach or templates else None
    copy = _copy_of(opened, layout)
    became = covered(copy.lines)
    reading = _corrected(copy, *outlined, templates) if outlined and templates else None
    reading = reading or finish(copy)
    if reading.article is None:
        return reading
    article = replace(reading.article, refused=refused)
    labels = _labels(outlined, became, article, copy.metadata) if outlined and cleaning.teach else None
    return Reading(article=article, labels=labels)


def _corrected(
    copy: Copy, outline: Outline, runs: Sequence[Run], templates: Iterable[Template]
) -> Reading | None:
    """The article with what these templates say of it.

    None if that is nothing, or leaves no article, or is said of pages of another kind.
    """
    copy = replace(copy, lines=[replace(line) for line in copy.lines])
    template = correct(copy.lines, outline, runs, templates)
    if template is None:
        return None
    apply_rules_to_added(copy)
    article = finish(copy).article
    if article is None or article.kind is not template.kind:
        return None
    return Reading(article=replace(article, template=template.number, template_version=template.version))


def _copy_of(opened: Opened, layout: Layout) -> Copy:
    """What the extractor and the rules make of a page; what it is not to see is taken out of the tree."""
    tree, head = opened.tree, opened.head
    metadata = read_metadata(tree, opened.page, head)
    taken = take_out(asides_in(tree, layout, head), layout)
    lines = lines_of(_main_text(tree, layout), layout)
    container = container_of(lines)
    copy = Copy(
        opened=opened,
        lines=lines,
        layout=layout,
        container=container,
        metadata=metadata,
        images=images_of(tree, container, opened.page.url),
        taken=taken,
    )
    apply_rules(copy)
    for line in within(taken, lines, container):
        insert(lines, line)
    add_missed_paragraphs(lines, layout, container, [line for block in taken for line in block.lines])
    add_standfirst(lines, layout, metadata.standfirst, ancestors_of(container))
    apply_rules_to_added(copy)
    return copy


def _labels(
    outlined: tuple[Outline, list[Run]],
    became: Mapping[int, str | None],
    article: Article,
    metadata: Metadata,
) -> bytes | None:
    return label(
        *outlined,
        became,
        kind=article.kind,
        story=article.fingerprint.text_hash,
        day=article.published_at.date() if article.published_at else None,
        places=told_by(metadata.found_in),
    )


def _main_text(tree: HtmlElement, layout: Layout) -> str:
    """The main text as trafilatura sees it, a line a paragraph; empty if there is none. It works on a copy.

    First without its comparison with other extractors, which takes a third of its time and matters on one
    page in forty: where the text found is next to nothing of what the page has, or is mostly links.
    """
    text = _extracted(tree, fast=True)
    unlinked = len(layout.letters) * (1 - layout.linked_share())
    found = len(key_of(text))
    odd = found < _LEAST_SHARE * unlinked or found > _MOST_SHARE * unlinked
    if odd and tree.xpath("count(//*)") <= _MOST_COMPARED:
        text = _extracted(tree, fast=False)
    if any(len(line) >= _PROSE for line in text.split("\n")):
        return text
    return _extracted(_nameless(tree), fast=True) or text


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
