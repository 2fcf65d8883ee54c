"""What became of the blocks of a source's pages, by their makes: which a template takes for text."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from pipelines.article import ArticleKind
from pipelines.cleaning import family_of
from pipelines.document.makes import LINKED, tag_of
from pipelines.templates.agreement import ASIDES, agreement_with
from pipelines.templates.judge import DROPPED, holders_in, inside, is_set_among
from pipelines.templates.labels import LEFT_OUT, Labels
from pipelines.templates.outline import make_around
from pipelines.templates.places import learn_places
from pipelines.templates.selector import MOST_CONTAINERS, Selector
from pipelines.templates.template import Template

_KNOWN = 10
"""Articles from which on a line must stand on three pages, on two days, to be one that is repeated."""
_BESIDE = 0.8
_BESIDE_PAGES = 0.5
_MOST_BESIDE = 3
_PROSE = 80
"""Characters of a block, on average, that is prose."""
_MOST_OUTSIDE = 200
_MOST_MAKES = 200
_MOST_TEXTS = 10
_MOST_LINES = 500


@dataclass(slots=True)
class _Make:
    """What is known of the blocks of one make."""

    pages: set[int] = field(default_factory=set)
    blocks: int = 0
    size: int = 0
    kept: int = 0
    fresh: int = 0
    """Characters of blocks that stand on no other page."""
    kept_fresh: int = 0
    between: int = 0
    """Blocks that have text of the article before and behind them."""
    rules: Counter[str] = field(default_factory=Counter)


def template_of(selector: Selector, held: Sequence[Labels], kind: ArticleKind) -> Template:
    everywhere = [holders_in(selector, MOST_CONTAINERS, labels.outline) for labels in held]
    count = max(_needed(labels, found) for labels, found in zip(held, everywhere, strict=True))
    places = [holders_in(selector, count, labels.outline) for labels in held]
    inside: defaultdict[str, _Make] = defaultdict(_Make)
    beside: defaultdict[str, _Make] = defaultdict(_Make)
    above: Counter[str] = Counter()
    repeated = _repeated(held)
    lines: Counter[int] = Counter()
    for page, (labels, found) in enumerate(zip(held, places, strict=True)):
        outline, holders = labels.outline, found
        within = _within(labels, holders)
        around = {number for holder in holders for number in outline.above(holder)}
        text = [number for _, number in labels.kept() if number in within]
        seen = False
        for number, (block, rule) in enumerate(zip(outline.blocks, labels.rules, strict=True)):
            seen = seen or number in within
            if rule in ASIDES:
                continue
            if number in within:
                make = outline.make_within(block, holders)
                _count(inside[make], page, block.size, rule, fresh=block.key not in repeated)
                inside[make].between += bool(text) and text[0] < number < text[-1]
                if block.key in repeated:
                    lines[block.key] += 1 if rule is not None else -1
            elif block.node not in around:
                make = outline.make_outside(block)
                _count(beside[make], page, block.size, rule, fresh=True)
                above[make] += -1 if seen else 1
    makes = {make: _verdict(inside[make]) for make in _most_common(inside, _MOST_MAKES)}
    promoted = _promoted({make: inside[make] for make in makes}, makes)
    texts = [make for make in _most_common(beside, len(beside)) if _is_beside(make, beside[make], len(held))]
    texts = texts[:_MOST_TEXTS]
    template = Template(
        number=0,
        version=1,
        kind=kind,
        container=selector,
        count=count,
        makes=makes | promoted,
        promoted=frozenset(promoted),
        lines=frozenset(key for key, times in _ranked(lines)[:_MOST_LINES] if times > 0 and key),
        beside={make: above[make] > 0 for make in sorted(texts)},
        outside=frozenset(
            sorted(make for make, one in beside.items() if tag_of(make) == "p" and _is_outside(one))[
                :_MOST_OUTSIDE
            ]
        ),
        learned_from=len(held),
        median=int(median(labels.size for labels in held)),
        agreement=0.0,
        places=learn_places(labels.places for labels in held),
    )
    agreements = (agreement_with(template, labels) for labels in held)
    return replace(template, agreement=median([one for one in agreements if one is not None] or [0.0]))


def _needed(labels: Labels, places: frozenset[int]) -> int:
    """How many of the containers on a page have text of the article in them."""
    nodes = (block.node for block, _ in labels.kept())
    return len({above for node in nodes for above in labels.outline.above(node) if above in places})


def _most_common(makes: Mapping[str, _Make], most: int) -> list[str]:
    """The makes that stand on most pages."""
    return sorted(makes, key=lambda make: (-len(makes[make].pages), -makes[make].size, make))[:most]


def _within(labels: Labels, holders: frozenset[int]) -> frozenset[int]:
    """The numbers of the blocks in one of these elements."""
    elements = inside(labels.outline, holders)
    return frozenset(number for number, block in enumerate(labels.outline.blocks) if block.node in elements)


def _count(make: _Make, page: int, size: int, rule: str | None, *, fresh: bool) -> None:
    make.pages.add(page)
    make.blocks += 1
    make.size += size
    make.fresh += size if fresh else 0
    if rule is None:
        make.kept += size
        make.kept_fresh += size if fresh else 0
    elif rule != LEFT_OUT:
        make.rules[rule] += 1


def _repeated(held: Sequence[Labels]) -> frozenset[int]:
    """Keys of lines that stand on several pages, on several days once many are known."""
    pages: defaultdict[int, set[int]] = defaultdict(set)
    for page, labels in enumerate(held):
        for block in labels.outline.blocks:
            if block.key:
                pages[block.key].add(page)
    known = len(held) >= _KNOWN
    return frozenset(
        key
        for key, found in pages.items()
        if len(found) >= (3 if known else 2) and (not known or len({held[page].day for page in found}) > 1)
    )


def _verdict(make: _Make) -> str | None:
    """None for text, else the rule: that by which most of it was taken out, if one did."""
    kept, size = (make.kept_fresh, make.fresh) if make.fresh else (make.kept, make.size)
    if kept > 0.5 * size:
        return None
    families = Counter[str]()
    for rule, times in make.rules.items():
        families[family_of(rule)] += times
    family = next((name for name, times in families.items() if times > 0.5 * make.blocks), None)
    # by the whole name: rules are kept and restored by it
    own = [(times, rule) for rule, times in make.rules.items() if family_of(rule) == family]
    return max(own)[1] if own else DROPPED


def _promoted(makes: dict[str, _Make], verdicts: dict[str, str | None]) -> dict[str, None]:
    """Makes of prose that extraction left out beside the text it took: the first paragraph, a drop cap.

    And those of headings and list items among it: they are lost where it takes the paragraphs alone.
    """
    held = Counter[tuple[str, str]]()
    for make, one in makes.items():
        if verdicts[make] is None:
            held[_tag_and_parent(make)] += one.kept
    largest = {beside for beside, size in held.items() if size >= 0.25 * sum(held.values())}
    left_out = {
        make: one
        for make, one in makes.items()
        if verdicts[make] == DROPPED
        and not make.startswith(LINKED)
        and not one.rules
        and one.fresh >= 0.9 * one.size
    }
    return {
        make: None
        for make, one in left_out.items()
        if (_tag_and_parent(make) in largest and one.size >= _PROSE * one.blocks)
        or (one.between == one.blocks and is_set_among(make, {parent for _, parent in largest}))
    }


def _tag_and_parent(make: str) -> tuple[str, str]:
    return tag_of(make), make_around(make)


def _ranked(lines: Counter[int]) -> list[tuple[int, int]]:
    return sorted(lines.items(), key=lambda item: (-item[1], item[0]))


def _is_beside(name: str, make: _Make, pages: int) -> bool:
    return (
        not name.startswith(LINKED)
        and len(make.pages) >= max(2, _BESIDE_PAGES * pages)
        and make.kept >= _BESIDE * make.size
        and make.blocks <= _MOST_BESIDE * len(make.pages)
    )


def _is_outside(make: _Make) -> bool:
    """Whether blocks outside the container are none of the text, as far as they are known."""
    return make.kept <= (1 - _BESIDE) * make.size
