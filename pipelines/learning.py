"""What a source repeats from article to article: lines, and kinds of block."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.lines import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What is known of a source. Picklable: it travels to the worker processes."""

    version: int
    lines: frozenset[str]
    """Keys of lines it repeats; see `line_key`."""
    makes: frozenset[str]
    """Makes of blocks that never hold a part of an article; see pipelines/makes.py."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An article to learn from, as extracted, with what the other rules took out."""

    title: str
    day: date
    """When it was published, else first seen."""
    story: str
    """Equal for copies of one article, which count once."""
    lines: Sequence[Line]


LEARNED_LINE = "learned line"
LEARNED_BLOCK = "learned block"
_DIGITS = re.compile(r"\d+")


def line_key(text: str) -> str:
    """What two lines must have in common to be the same: letters, case folded, and where there are digits."""
    return re.sub(r"[^\w]+", "", _DIGITS.sub("0", text)).casefold()


def learn(samples: Iterable[Sample], version: int = 1) -> Learned:
    """What the source of these articles repeats; their order does not matter."""
    return Learned(version=version, lines=frozenset(), makes=frozenset())


def mark_learned(lines: Sequence[Line], learned: Learned) -> None:
    """Take out what the source is known to repeat."""
