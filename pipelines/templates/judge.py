"""Which blocks of an outline a template takes for text, and whether it is to be believed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.document.makes import HEADINGS
from pipelines.fingerprint import words_of
from pipelines.learned import LEARNED_BLOCK, LEARNED_LINE
from pipelines.templates.outline import Block, Outline
from pipelines.templates.refusals import Refusal
from pipelines.templates.selector import tag_of
from pipelines.templates.template import Template

OUTSIDE = "outside the container"
_WRITTEN = HEADINGS | {"p", "li", "ul", "ol", "blockquote", "pre", "dl", "dt", "dd", "div", "section"}
"""What authors write with: it has no classes, and what a system inserts has."""
AGREE = 0.9
"""Of two readings of one page, from which on they are taken for the same."""
_SHORTEST = 250
"""Characters of a text that a template is believed."""
_SHORTEST_SHARE = 0.15
"""Of the median of the texts that it was learned from."""
_MOST_UNKNOWN = 0.1
"""Of the text in the container that is made as nothing was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A page as one template sees it."""

    template: Template
    rules: tuple[str | None, ...]
    """Of each block of the outline: None where it is text, else the rule by which it is none."""
    refusal: Refusal | None = None
    detail: str | None = None
    """What the refusal was for, in figures."""


def judge(template: Template, outline: Outline) -> Judgement:
    """What a template makes of an outline, in which more containers than when it was learned count no more.

    The first ones count: a second article may follow.
    """
    holders = frozenset(template.container.places_in(outline)[: template.count])
    if not holders:
        return Judgement(
            template=template, rules=(OUTSIDE,) * len(outline.blocks), refusal=Refusal.NO_CONTAINER,
            detail=f"there is no {template.container}",
        )  # fmt: skip
    rules: list[str | None] = []
    kept = unknown = 0
    inside = _inside(outline, holders)
    for block in outline.blocks:
        if block.node not in inside:
            rules.append(None if make_outside(outline, block) in template.beside else OUTSIDE)
            continue
        make = outline.make_within(block, holders)
        if make in template.makes:
            rule = template.makes[make]
        elif not block.linked and _is_written(outline, block, holders):
            rule = None
        else:
            rule = LEARNED_BLOCK
            unknown += 0 if block.linked else block.size
        if rule is None and block.key in template.lines:
            rule = LEARNED_LINE
        rules.append(rule)
        kept += block.size if rule is None else 0
    refusal, detail = _refusal(template, kept, unknown)
    return Judgement(template=template, rules=tuple(rules), refusal=refusal, detail=detail)


def _refusal(template: Template, kept: int, unknown: int) -> tuple[Refusal | None, str | None]:
    if kept < max(_SHORTEST, _SHORTEST_SHARE * template.median):
        return Refusal.TOO_SHORT, f"{kept} characters of text, where {template.median} are common"
    if unknown > _MOST_UNKNOWN * (kept + unknown):
        return Refusal.UNKNOWN_PARTS, f"{unknown} of {kept + unknown} characters"
    return None, None


def _inside(outline: Outline, holders: frozenset[int]) -> set[int]:
    """The elements in one of `holders`, and these."""
    inside: set[int] = set()
    for number, node in enumerate(outline.nodes):  # those around come before those within
        if number in holders or node.parent in inside:
            inside.add(number)
    return inside


def make_outside(outline: Outline, block: Block) -> str:
    """How a block is made that stands in no container."""
    return outline.make_within(block, frozenset())


def _is_written(outline: Outline, block: Block, holders: frozenset[int]) -> bool:
    """Whether neither a block nor what is around it in the container has classes or an odd tag."""
    for number in outline.above(block.node):
        if number in holders:
            return True
        node = outline.nodes[number]
        if node.make != tag_of(node) or node.name or node.make not in _WRITTEN:
            return False
    return False


def agreement(rules: Sequence[str | None], others: Sequence[str | None], blocks: Sequence[Block]) -> float:
    """The F1 of the characters that two readings of the same blocks take for text, 0 to 1."""
    both = one = other = 0
    for rule, second, block in zip(rules, others, blocks, strict=True):
        size = block.size
        one += size if rule is None else 0
        other += size if second is None else 0
        both += size if rule is None and second is None else 0
    return 2 * both / (one + other) if one + other else 1.0


def words_in_common(text: str, other: str) -> float:
    """The F1 of the words of two texts, each counted as often as it stands, 0 to 1."""
    one, two = Counter(words_of(text)), Counter(words_of(other))
    total = one.total() + two.total()
    return 2 * (one & two).total() / total if total else 1.0
