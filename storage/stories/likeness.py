"""What two texts are to each other, as the pipelines tell it, without importing them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

SameText = Callable[[str, str], float]
"""The share of shingles that two texts have in common, 0 to 1."""

ALIKE = 0.8
"""From here on `plain_likeness` takes two texts for one story."""


class Likeness(Protocol):
    """What a second text is to a first one."""

    @property
    def relation(self) -> str:
        """ "copy", "update" or "other"."""

    @property
    def of_first(self) -> float:
        """Share of the first text's words that stand in the second, 0 to 1."""

    @property
    def of_second(self) -> float:
        """Share of the second text's words that stand in the first, 0 to 1."""

    @property
    def contradictory(self) -> bool:
        """Whether facts in what they share contradict each other."""

    @property
    def rewritten(self) -> bool:
        """Whether the longer of the two has another lead, and is longer by a good deal."""

    @property
    def developed(self) -> bool:
        """Whether besides that the shorter has a lead of its own, and the longer passages behind its lead."""


CompareTexts = Callable[[str, str], Likeness]
"""What the second of two texts is to the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plain:
    relation: str
    of_first: float
    of_second: float
    contradictory: bool = False
    rewritten: bool = False
    developed: bool = False


def plain_likeness(same_text: SameText) -> CompareTexts:
    """A `CompareTexts` that knows only how much two texts have in common: from ALIKE on they are copies."""

    def compare(one: str, other: str) -> Likeness:
        share = same_text(one, other)
        return _Plain(relation="copy" if share >= ALIKE else "other", of_first=share, of_second=share)

    return compare
