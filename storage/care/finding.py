"""What a check of the archive found."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

OnStep = Callable[[str], None]
"""Told what is being looked at now."""


class Weight(enum.StrEnum):
    """How much a finding matters."""

    DAMAGE = "damage"
    """Something was lost or cannot be read."""
    FAULT = "fault"
    """Something is not as it must be; answers may be wrong or incomplete."""
    NOTE = "note"
    """Worth knowing; nothing is wrong."""


class Repair(enum.StrEnum):
    """What `repair` can put right."""

    WORDS = "the index of words is made anew"
    INDEXES = "the indexes are made anew"
    MISSING_INDEXES = "the missing indexes are made"
    KEYS = "the rows that refer to nothing are let go"
    CHAINS = "copies of copies become copies of the first"
    SHARES = "what is no copy any more has no likeness either"
    RUNS = "the runs that nobody runs are closed"
    HOLDERS = "the processes that are dead are forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be."""

    name: str
    """What was looked at: "file", "words", "keys", "chains", …"""
    weight: Weight
    what: str
    """What was found, with numbers and the first examples."""
    means: str
    """What that does to whoever uses the archive."""
    way_out: str
    """What to do."""
    repair: Repair | None = None
    """What `repair` does about it."""


def some(examples: list[object], count: int) -> str:
    """The first examples, in words: "1, 2, 3 and 40 more"."""
    shown = ", ".join(str(example) for example in examples[:3])
    left = count - min(len(examples), 3)
    return f"{shown} and {left:,} more" if left > 0 else shown
