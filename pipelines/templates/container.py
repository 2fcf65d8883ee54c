"""Finds the element that holds the articles of a source: told by one of its names, or by its tag."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from pipelines.completion import PARAGRAPHS
from pipelines.templates.labels import Labels
from pipelines.templates.selector import (
    MOST_CONTAINERS,
    Selector,
    main_ones,
    selectors_of,
    tag_of,
)

_HELD = 0.9
"""Of an article's text that its container must hold."""
_NEARLY_AS_MANY = 0.9
"""Of the pages on which some element does so."""
_LEAST = 0.2
"""Of an article's text in an element that may be one of several containers."""
_MOST_LIKELY = 40
"""Elements of a page, of those that hold much of its text, that may be the container: the innermost."""


Holding = tuple[Selector, float, int]
"""A selector, the share of text in what it holds on a page, and how deep that stands."""


@dataclass(slots=True)
class _Candidate:
    """A selector, and how it does on the pages of a source."""

    held: list[int] = field(default_factory=list)
    """Numbers of the pages whose text it holds."""
    purity: list[float] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)


def choose_container(pages: Mapping[int, Sequence[Holding]]) -> tuple[Selector | None, list[int]]:
    """The selector that holds the text of most pages, the purest, then the deepest; and those pages' numbers.

    `pages`: what `holding` gives for each.
    """
    candidates: defaultdict[Selector, _Candidate] = defaultdict(_Candidate)
    for number, found in pages.items():
        for selector, purity, depth in found:
            candidate = candidates[selector]
            candidate.held.append(number)
            candidate.purity.append(purity)
            candidate.depth.append(depth)
    most = max((len(c.held) for c in candidates.values()), default=0)
    fitting = {selector: c for selector, c in candidates.items() if len(c.held) >= _NEARLY_AS_MANY * most}
    best = max(fitting, key=lambda selector: (_worth(fitting[selector]), selector), default=None)
    return best, fitting[best].held if best else []


def _worth(candidate: _Candidate) -> tuple[float, float]:
    return round(20 * median(candidate.purity)) / 20, median(candidate.depth)


def holding(labels: Labels) -> list[Holding]:
    """The selectors that hold a page's text."""
    outline = labels.outline
    everything = outline.sizes(outline.blocks)
    text = outline.sizes(block for block, _ in labels.kept())
    least = max(1, _LEAST * labels.size)
    likely = [n for n, size in enumerate(text) if size >= least and _may_hold(labels, n)]
    nearest = sorted(likely, reverse=True)[:_MOST_LIKELY]  # an element's number is higher than its parent's
    found = []
    for selector in sorted({selector for n in nearest for selector in selectors_of(outline, n)}):
        places = selector.places_in(outline)
        places = [places[n] for n in main_ones([everything[n] for n in places], MOST_CONTAINERS)]
        inside = sum(text[place] for place in places)
        if inside >= _HELD * labels.size:
            depth = max(sum(1 for _ in outline.above(place)) for place in places)
            found.append((selector, inside / sum(everything[place] for place in places), depth))
    return found


def _may_hold(labels: Labels, number: int) -> bool:
    """Whether an element may be a container: never a paragraph itself."""
    return tag_of(labels.outline.nodes[number]) not in PARAGRAPHS
