"""Reads a page by the templates of its source, and finds out whether they fit it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from pipelines.asides import Taken, asides_in, take_out
from pipelines.document.layout import Layout, key_of, read_layout_within
from pipelines.document.makes import own_make
from pipelines.lines import Line, line_at, tidy
from pipelines.metadata.head import Head
from pipelines.templates.judge import OUTSIDE, Judgement, judge
from pipelines.templates.outline import LEVELS, Run, outline_of
from pipelines.templates.refusals import Refusal
from pipelines.templates.template import Template, Templates

_PROSE = 80
"""Characters of a paragraph outside the container that is looked at."""
_MOST_OUTSIDE = 0.25
"""Of the text in the container that may stand outside it in paragraphs that are made as nothing was before."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """That no template fits a page, and why: of the one that is the most used, or that got furthest."""

    refusal: Refusal
    detail: str | None = None


def fit(templates: Templates, tree: HtmlElement, head: Head) -> Fit | Misfit:
    """What the first of the templates that fits makes of a document; `templates` has at least one."""
    misfit: Misfit | None = None
    for template in templates.templates:
        found = _fit_one(template, tree, head)
        if isinstance(found, Fit):
            return found
        if misfit is None or misfit.refusal is Refusal.NO_CONTAINER:
            misfit = found
    return misfit or Misfit(refusal=Refusal.NO_CONTAINER)


def _fit_one(template: Template, tree: HtmlElement, head: Head) -> Fit | Misfit:
    containers = list(islice(template.container.elements_in(tree), template.count))
    if not containers:
        return Misfit(refusal=Refusal.NO_CONTAINER, detail=f"there is no {template.container}")
    above, below = _beside(template, tree, containers)
    layout = read_layout_within([*above, *containers, *below])
    taken = [one for container in containers for one in _asides(container, layout, head)]
    outline, runs = outline_of(layout, _numbers_of(taken))
    judged = judge(template, outline)
    if judged.refusal is not None:
        return Misfit(refusal=judged.refusal, detail=judged.detail)
    outside = list(_unknown_outside(template, tree, containers))
    lines = [*_lines_of(judged, runs), *outside]
    if misfit := _misfit(lines, outside, head):
        return misfit
    return Fit(template=template, layout=layout, container=containers[0], lines=lines, taken=taken)


def _asides(container: HtmlElement, layout: Layout, head: Head) -> list[Taken]:
    found = asides_in(container, layout, head)
    return take_out(found, layout, drop=False)


def _numbers_of(taken: Iterable[Taken]) -> frozenset[int]:
    """The text nodes of what was taken out."""
    places = (line.place for one in taken for line in one.lines)
    return frozenset(n for place in places if place for n in range(place.first, place.last + 1))


def _misfit(lines: Iterable[Line], outside: Iterable[Line], head: Head) -> Misfit | None:
    kept = sum(len(line.text) for line in lines if line.rule is None)
    beside = sum(len(line.text) for line in outside)
    if beside > _MOST_OUTSIDE * kept:
        return Misfit(refusal=Refusal.TEXT_OUTSIDE, detail=f"{beside} characters, beside {kept}")
    stated = len(key_of(head.said("articleBody") or ""))
    if stated > _CONTRADICTS * kept:
        return Misfit(refusal=Refusal.CONTRADICTED, detail=f"its data has {stated} letters, the text {kept}")
    return None


def _lines_of(judged: Judgement, runs: Iterable[Run]) -> Iterator[Line]:
    for run, rule in zip(runs, judged.rules, strict=True):
        line = line_at(run.text, run.place)
        line.rule = rule
        yield line


def _beside(
    template: Template, tree: HtmlElement, containers: list[HtmlElement]
) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """The blocks outside the containers that are text, above and below."""
    above: list[HtmlElement] = []
    below: list[HtmlElement] = []
    inside = (
        {element for container in containers for element in container.iter()} if template.beside else set()
    )
    for make, stands_above in template.beside.items():
        tag = make.partition("<")[0].partition(".")[0]
        found = (e for e in tree.iter(tag) if e not in inside and make_of_outside(e) == make)
        (above if stands_above else below).extend(islice(found, 3))
    return above, below


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


def make_of_outside(element: HtmlElement) -> str:
    """How a block outside the containers is made, as pipelines/templates/outline.py has it of outlines."""
    above = (element, *islice(element.iterancestors(), LEVELS - 1))
    return "<".join(own_make(e) for e in above if e.tag not in ("body", "html"))
