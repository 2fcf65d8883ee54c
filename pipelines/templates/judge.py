"""Which blocks of an outline a template takes for text, and whether it is to be believed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipelines.document.makes import HEADINGS
from pipelines.document.makes import tag_of as tag_of_make
from pipelines.learned import LEARNED_BLOCK, LEARNED_LINE
from pipelines.templates.outline import Block, Outline, make_around
from pipelines.templates.refusals import Refusal
from pipelines.templates.selector import Selector, main_ones, tag_of
from pipelines.templates.template import Template

OUTSIDE = "outside the container"
DROPPED = f"{LEARNED_BLOCK}: template"
REPEATED = f"{LEARNED_LINE}: template"
"""Not the bare names: what those took out is judged anew whenever a source's articles are cleaned again."""
_WRITTEN = HEADINGS | {"p", "li", "ul", "ol", "blockquote", "pre", "dl", "dt", "dd", "div", "section"}
"""What authors write with: it has no classes, and what a system inserts has."""
_SHORTEST = 250
"""Characters of a text that a template is believed."""
_SHORTEST_SHARE = 0.15
"""Of the median of the texts that it was learned from."""
_ALIKE = 0.5
"""Of the classes of two makes that they share, from which on one is judged as the other."""
_MOST_UNKNOWN = 0.04
"""Of the text in the container that is made as nothing was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A page as one template sees it."""

    template: Template
    rules: tuple[str | None, ...]
    """Of each block of the outline: None where it is text, else the rule by which it is none."""
    unknown: frozenset[int] = frozenset()
    """Numbers of the blocks in the container that are made as nothing was before, and no text by `rules`."""
    promoted: frozenset[int] = frozenset()
    """Numbers of the blocks that are text, of a make that the extractor leaves out for the most part."""
    refusal: Refusal | None = None
    detail: str | None = None
    """What the refusal was for, in figures."""


def judge(template: Template, outline: Outline) -> Judgement:
    """What a template makes of an outline, in which more containers than when it was learned count no more.

    The first ones count: a second article may follow.
    """
    holders = holders_in(template.container, template.count, outline)
    if not holders:
        return Judgement(
            template=template, rules=(OUTSIDE,) * len(outline.blocks), refusal=Refusal.NO_CONTAINER,
            detail=f"there is no {template.container}",
        )  # fmt: skip
    rules: list[str | None] = []
    kept = unknown = 0
    strange, promoted = set(), set()
    within = inside(outline, holders)
    around = {number for holder in holders for number in outline.above(holder)}
    for number, block in enumerate(outline.blocks):
        if block.node not in within:
            is_text = (
                template.beside  # few have any
                and block.node not in around
                and outline.make_outside(block) in template.beside
            )
            rules.append(None if is_text else OUTSIDE)
            continue
        make = outline.make_within(block, holders)
        rule, known = _rule_of(template, outline, block, make, holders)
        if not known:
            strange.add(number)
        if rule is None and make in template.promoted:
            promoted.add(number)
        unknown += 0 if known or block.linked else block.size
        kept += block.size if rule is None else 0
        rules.append(rule)
    refusal, detail = _refusal(template, kept, unknown)
    return Judgement(
        template=template,
        rules=tuple(rules),
        unknown=frozenset(strange),
        promoted=frozenset(promoted),
        refusal=refusal,
        detail=detail,
    )


def holders_in(selector: Selector, count: int, outline: Outline) -> frozenset[int]:
    """The containers of an outline, at most `count`."""
    places = selector.places_in(outline)
    if len(places) < 2:
        return frozenset(places)
    sizes = outline.sizes(outline.blocks)
    return frozenset(places[n] for n in main_ones([sizes[place] for place in places], count))


def _rule_of(
    template: Template, outline: Outline, block: Block, make: str, holders: frozenset[int]
) -> tuple[str | None, bool]:
    """The rule by which a block in the container is no text, and whether such a block was seen before."""
    known = make in template.makes
    if known:
        rule = template.makes[make]
    elif not block.linked and (
        _is_written(outline, block, holders) or _is_among_text(template, outline, block, make)
    ):
        rule, known = None, True
    elif (like := _nearest(make, template.makes)) is not None:
        rule, known = template.makes[like], True
    else:
        rule = DROPPED
    return (REPEATED if rule is None and block.key in template.lines else rule), known


def _is_among_text(template: Template, outline: Outline, block: Block, make: str) -> bool:
    """Whether a block without classes is a heading or a list item right among the paragraphs."""
    node = outline.nodes[block.node]
    if node.make != tag_of(node) or node.name:
        return False
    return is_set_among(make, template.around_text)


def is_set_among(make: str, around: Collection[str]) -> bool:
    """Whether a make is that of a heading or a list item that stands where these makes are around a block."""
    tag, parent = tag_of_make(make), make_around(make)
    if tag in HEADINGS:
        return parent in around
    outer = make_around(parent)
    # so far up as a make goes
    return tag == "li" and bool(outer) and any(f"{one}<".startswith(f"{outer}<") for one in around)


def _nearest(make: str, makes: Mapping[str, str | None]) -> str | None:
    """The make, of those that have the same tags, that shares most classes with this one; None if none does.

    A system sets a class more for a wide picture, the first paragraph, a column.
    """
    tags, classes = _taken_apart(make)
    if not classes:
        return None
    best, like = _ALIKE, None
    for known in makes:
        other_tags, others = _taken_apart(known)
        if other_tags == tags and others and (share := len(classes & others) / len(classes | others)) >= best:
            best, like = share, known
    return like


@lru_cache(maxsize=8192)
def _taken_apart(make: str) -> tuple[tuple[str, ...], frozenset[tuple[int, str]]]:
    """The tags of a make, from the block up, and its classes, each with how far up it stands."""
    parts = [part.split(".") for part in make.split("<")]
    classes = frozenset((level, name) for level, part in enumerate(parts) for name in part[1:])
    return tuple(part[0] for part in parts), classes


def _refusal(template: Template, kept: int, unknown: int) -> tuple[Refusal | None, str | None]:
    if is_short(template, kept):
        return Refusal.TOO_SHORT, f"{kept} characters of text, where {template.median} are common"
    if unknown > _MOST_UNKNOWN * (kept + unknown):
        return Refusal.UNKNOWN_PARTS, f"{unknown} of {kept + unknown} characters"
    return None, None


def is_short(template: Template, size: int) -> bool:
    """Whether so many characters of text are too few for a template to be believed."""
    return size < max(_SHORTEST, _SHORTEST_SHARE * template.median)


def inside(outline: Outline, holders: frozenset[int]) -> set[int]:
    """The elements in one of `holders`, and these."""
    found: set[int] = set()
    for number, node in enumerate(outline.nodes):  # those around come before those within
        if number in holders or node.parent in found:
            found.add(number)
    return found


def _is_written(outline: Outline, block: Block, holders: frozenset[int]) -> bool:
    """Whether neither a block nor what is around it in the container has classes or an odd tag."""
    for number in outline.above(block.node):
        if number in holders:
            return True
        node = outline.nodes[number]
        if node.make != tag_of(node) or node.name or node.make not in _WRITTEN:
            return False
    return False
