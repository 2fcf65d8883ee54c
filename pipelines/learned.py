"""What is known of a source: the lines and the kinds of block it repeats, and how they are taken out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.document.layout import key_of
from pipelines.document.makes import HEADINGS
from pipelines.lines import Line, kept

LEARNED_LINE = "learned line"
LEARNED_BLOCK = "learned block"
_MOST = 0.4
"""Of an article's text that is taken out by what was learned; where it would be more, nothing is."""
_FEWEST_LETTERS = 4
"""A shorter line ("* * *", "–30–") is a mark between paragraphs."""
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What is known of a source. Picklable: it travels to the worker processes."""

    version: int
    """Raised each time the source is found to repeat something else."""
    lines: frozenset[str]
    """Keys of lines; see `line_key`."""
    makes: frozenset[str]
    """Makes of blocks that hold no part of an article; see pipelines/document/makes.py."""


def line_key(text: str) -> str:
    """What two lines must have in common to be the same: the letters, case folded, and where digits stand.

    Empty for a line of too few letters to be told by them.
    """
    key = key_of(_DIGITS.sub("0", text))
    return key if len(key.replace("0", "")) >= _FEWEST_LETTERS else ""


def mark_learned(lines: Sequence[Line], learned: Learned) -> None:
    """Take out what the source is known to repeat, and headings at the end under which nothing is left."""
    remaining = kept(lines)
    found = [(line, rule) for line in remaining if (rule := _rule_for(line, learned))]
    size = sum(len(line.text) for line in remaining)
    if not found or sum(len(line.text) for line, _ in found) > _MOST * size:
        return
    for line, rule in found:
        line.rule = rule
    if found[-1][0] is remaining[-1]:
        _mark_last_headings(remaining)


def _rule_for(line: Line, learned: Learned) -> str | None:
    if line_key(line.text) in learned.lines:
        return LEARNED_LINE
    return LEARNED_BLOCK if line.make in learned.makes else None


def _mark_last_headings(remaining: Sequence[Line]) -> None:
    for line in reversed(kept(remaining)):
        if line.tag not in HEADINGS:
            return
        line.rule = LEARNED_LINE
