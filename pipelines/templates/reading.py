"""Reads a page by the templates of its source, and finds out whether they fit it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.etree import XPath
from lxml.html import HtmlElement

from pipelines.asides import Taken, asides_in, take_out
from pipelines.boilerplate import is_named
from pipelines.document.layout import Layout, block_of, key_of, read_layout_within
from pipelines.document.makes import tag_of
from pipelines.document.parse import MOST_LETTERS, TooDeep
from pipelines.lines import Line, line_at, tidy
from pipelines.metadata.head import DESCRIPTIONS, Head, plain
from pipelines.templates.judge import OUTSIDE, Judgement, judge
from pipelines.templates.outline import Run, make_of_outside, outline_of
from pipelines.templates.refusals import Refusal
from pipelines.templates.selector import main_ones
from pipelines.templates.template import Template, Templates

_PROSE = 80
"""Characters of a paragraph outside the container that is looked at."""
_SHORTEST_STATED = 25
_COMPARED = 100
"""Letters of a description that must stand in the block that shows it: it may be cut."""
_MOST_STATED = 20
"""Times that the beginning of the description may stand on a page: each costs a look at what is around it."""
_BEGINS = re.compile(r"[\w ,-]{8,40}")
_TIMES = XPath("count(descendant::text()[contains(., $begin)])")
_ABOVE = XPath("preceding::text()[not(ancestor::head) and contains(., $begin)]")
_MOST_BESIDE = 3
"""Blocks of one make outside the containers that are read."""
_MOST_OUTSIDE = 0.05
"""Of the text in the container that may stand outside it in paragraphs that are made as none was before."""
_CONTRADICTS = 1.5
"""Times the letters of the text that the page's own data may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A page that a template fits. The document is as it was."""

    template: Template
    layout: Layout
    """Of the containers, and of what else is read."""
    container: HtmlElement
    """The first one."""
    lines: list[Line]
    """In page order; those that are none of the text have a rule."""
    taken: list[Taken]
    """What stands in the containers and is known by its make, whatever the source."""
    promoted: frozenset[str]
    """Texts of lines that the extractor is known to leave out on the pages of this source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """That no template fits a page, and why: of the one that is the most used, or that got furthest."""

    refusal: Refusal
    detail: str | None = None


def fit(templates: Templates, tree: HtmlElement, head: Head) -> Fit | Misfit | None:
    """What the first of the templates that fits makes of a document; None if none is ready to read one."""
    misfit: Misfit | None = None
    for template in templates.templates:
        if not template.is_ready:
            continue
        found = _fit_one(template, tree, head)
        if isinstance(found, Fit):
            return found
        if misfit is None or misfit.refusal is Refusal.NO_CONTAINER:
            misfit = found
    return misfit


def _fit_one(template: Template, tree: HtmlElement, head: Head) -> Fit | Misfit:
    found = template.container.elements_in(tree)
    containers = _main_ones(found, template.count)
    if not containers:
        return Misfit(refusal=Refusal.NO_CONTAINER, detail=f"there is no {template.container}")
    above, below = _beside(template, tree, containers)
    stated = _stated_above(tree, containers[0], head)
    if stated is not None and _is_apart(stated, [*above, *containers, *below]):
        above.append(stated)
    roots = [*above, *containers, *below]
    layout = read_layout_within(roots)
    if len(layout.letters) > MOST_LETTERS:
        raise TooDeep(f"{len(layout.letters):,} letters of text")
    taken = [one for container in containers for one in _asides(container, layout, head)]
    outline, runs = outline_of(layout, _numbers_of(taken), keyed=bool(template.lines))
    judged = judge(template, outline)
    if judged.refusal is not None:
        return Misfit(refusal=judged.refusal, detail=judged.detail)
    outside = list(_unknown_outside(template, tree, found))
    lines = [*_lines_of(judged, runs, stated), *outside]
    if misfit := _misfit(lines, outside, head):
        return misfit
    promoted = frozenset(lines[number].text for number in judged.promoted)
    return Fit(
        template=template,
        layout=layout,
        container=containers[0],
        lines=lines,
        taken=taken,
        promoted=promoted,
    )


def _asides(container: HtmlElement, layout: Layout, head: Head) -> list[Taken]:
    found = asides_in(container, layout, head)
    return take_out(found, layout, drop=False)


def _numbers_of(taken: Iterable[Taken]) -> frozenset[int]:
    """The text nodes of what was taken out."""
    places = (line.place for one in taken for line in one.lines)
    return frozenset(n for place in places if place for n in range(place.first, place.last + 1))


def _misfit(lines: Sequence[Line], outside: Iterable[Line], head: Head) -> Misfit | None:
    kept = sum(len(line.text) for line in lines if line.rule is None)
    beside = sum(len(line.text) for line in outside)
    if beside > _MOST_OUTSIDE * kept:
        return Misfit(refusal=Refusal.TEXT_OUTSIDE, detail=f"{beside} characters, beside {kept}")
    if stated := len(key_of(head.said("articleBody") or "")):
        letters = sum(len(key_of(line.text)) for line in lines if line.rule is None)
        if stated > _CONTRADICTS * letters:
            detail = f"its data has {stated} letters, the text {letters}"
            return Misfit(refusal=Refusal.CONTRADICTED, detail=detail)
    return None


def _main_ones(found: list[HtmlElement], count: int) -> list[HtmlElement]:
    if len(found) < 2:
        return found
    sizes = [len("".join(element.itertext())) for element in found]
    return [found[number] for number in main_ones(sizes, count)]


def _lines_of(judged: Judgement, runs: Iterable[Run], stated: HtmlElement | None) -> Iterator[Line]:
    for run, rule in zip(runs, judged.rules, strict=True):
        place = run.place
        block = block_of(place.elements[0])
        # as the extractor writes the items of a list
        line = line_at(f"- {run.text}" if block.tag == "li" else run.text, place)
        is_stated = block is stated
        line.rule = None if is_stated else rule
        yield line


def _stated_above(tree: HtmlElement, container: HtmlElement, head: Head) -> HtmlElement | None:
    """The block above the container that shows the description that the page gives of itself, if one does."""
    stated = next((text for name in DESCRIPTIONS if (text := head.meta(name))), None) or ""
    key = key_of(stated)
    if len(key) < _SHORTEST_STATED:
        return None
    begin = _BEGINS.match(plain(stated))
    times = _TIMES(tree, begin=begin[0]) if begin else 0
    if begin is None or not isinstance(times, float) or times > _MOST_STATED:
        return None
    texts = _ABOVE(container, begin=begin[0])
    for text in texts if isinstance(texts, list) else ():
        block = block_of(text.getparent())
        shown = key_of("".join(block.itertext()))
        if key[:_COMPARED] in shown and len(shown) < 2 * len(key) and not is_named(block, frozenset()):
            return block
    return None


def _beside(
    template: Template, tree: HtmlElement, containers: list[HtmlElement]
) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """The blocks outside the containers that are text, above and below."""
    above: list[HtmlElement] = []
    below: list[HtmlElement] = []
    known = list(containers)
    for make, stands_above in template.beside.items():
        alike = (element for element in tree.iter(tag_of(make)) if make_of_outside(element) == make)
        for element in islice((one for one in alike if _is_apart(one, containers)), _MOST_BESIDE):
            if _is_apart(element, known):
                known.append(element)
                (above if stands_above else below).append(element)
    return above, below


def _is_apart(element: HtmlElement, others: Sequence[HtmlElement]) -> bool:
    """Whether an element neither is one of the others nor stands in one, and has none of them in it."""
    around = {element, *element.iterancestors()}
    return not any(other in around or element in other.iterancestors() for other in others)


def _unknown_outside(template: Template, tree: HtmlElement, containers: list[HtmlElement]) -> Iterator[Line]:
    """Paragraphs outside the containers that are made as nothing was where the template was learned."""
    inside = {paragraph for container in containers for paragraph in container.iter("p")}
    for paragraph in tree.iter("p"):
        if paragraph in inside:
            continue
        make = make_of_outside(paragraph)
        if make in template.outside or make in template.beside:
            continue
        text = tidy("".join(paragraph.itertext()))
        linked = sum(len("".join(link.itertext())) for link in paragraph.iter("a"))
        if len(text) >= _PROSE and linked < 0.5 * len(text):
            yield Line(text, make=make, rule=OUTSIDE)
