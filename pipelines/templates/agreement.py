"""How far two readings of one page agree, and a template with the way in which a page was read without it."""

from collections import Counter
from collections.abc import Sequence

from pipelines.asides import EMBEDDED_POST, FACT_BOX, LIVE_POST, TABLE
from pipelines.fingerprint import words_of
from pipelines.templates.judge import is_short, judge
from pipelines.templates.labels import LEFT_OUT, Labels
from pipelines.templates.outline import Block
from pipelines.templates.template import Template

ASIDES = frozenset({EMBEDDED_POST, FACT_BOX, LIVE_POST, TABLE})
"""Rules that know a block wherever it stands, and apply to what a template reads as well."""


def agreement_with(template: Template, labels: Labels) -> float | None:
    """How far a template reads a page as it was read without one; 0 where it refuses it.

    None for a page with so little text that any template would refuse it.
    """
    if is_short(template, labels.size):
        return None
    judged = judge(template, labels.outline)
    if judged.refusal is not None:
        return 0.0
    known = [None if rule in ASIDES else rule for rule in labels.rules]
    rules = [
        other if rule in ASIDES or (rule == LEFT_OUT and number in judged.promoted) else own
        for number, (rule, own, other) in enumerate(zip(labels.rules, judged.rules, known, strict=True))
    ]
    return agreement(rules, known, labels.outline.blocks)


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
