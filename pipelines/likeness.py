"""Tells a copy of a text from an update of it, and from another text of the same make.

Agency copy is cut, headed anew and given a local lead; what is kept is kept word for word. Two reports filled
into one form (matches, weather, markets, courts) share whole sentences too, but the facts in them differ:
where one has a number or a name the other has another one. So texts are laid side by side, and it is counted
how many words of each stand in the other, and how many facts in shared sentences agree or contradict.
See docs/decisions/0047.
"""

import enum
from dataclasses import dataclass
from functools import lru_cache

from pipelines.side_by_side import PASSAGE, Evidence, lay_side_by_side, may_be_alike
from pipelines.wording import Wording, wording_of

MOST_WORDS = 12_000
"""Of longer texts only so many words are compared."""
_EXTENDED = 0.87
"""A text that is so much of another one's length, or more, has had nothing added to speak of."""


class Relation(enum.StrEnum):
    """What one text is to another."""

    COPY = "copy"
    """The same story, cut, added to or edited by a desk."""
    UPDATE = "update"
    """The same story at another time: figures in it have changed, and much was written anew or added."""
    OTHER = "other"
    """Another story, though it may share sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What two texts have in common, and what that makes of them."""

    relation: Relation
    of_first: float
    """Share of the first text's words that stand in the second, 0 to 1."""
    of_second: float
    """Share of the second text's words that stand in the first, 0 to 1."""
    facts: int
    """Numbers and names in what they share."""
    contradictions: int
    """Places where one has a number or a name, and the other has another."""
    rewritten: bool
    """Whether the longer has another lead than the shorter, and passages that the shorter has not."""

    developed: bool
    """Whether besides that the shorter has a lead of its own, and the longer passages behind its lead."""

    @property
    def contradictory(self) -> bool:
        """Whether so many facts contradict each other that it cannot be by chance."""
        return self.contradictions * 4 > self.facts


def compare(one: str, other: str) -> Likeness:
    """What the text `other` is to `one`; the same the other way round."""
    first, second = _wording(one), _wording(other)
    turned = len(first) > len(second)
    shorter, longer = (second, first) if turned else (first, second)
    seen = lay_side_by_side(shorter, longer) if may_be_alike(shorter, longer) else Evidence()
    head = seen.deep * len(longer)
    is_longer = head >= PASSAGE and 0 < seen.ratio < _EXTENDED
    behind = seen.own_passages - head
    return Likeness(
        relation=judge(seen),
        of_first=seen.of_longer if turned else seen.of_shorter,
        of_second=seen.of_shorter if turned else seen.of_longer,
        facts=seen.numbers + seen.names,
        contradictions=seen.other_numbers + seen.other_names,
        rewritten=is_longer,
        developed=is_longer and seen.own_head >= PASSAGE and behind >= 0.1 * len(longer),
    )


@lru_cache(maxsize=4)  # one text is compared with several
def _wording(text: str) -> Wording:
    return wording_of(text, MOST_WORDS)


def judge(seen: Evidence) -> Relation:
    """What the longer text is to the shorter; each rule's reasons stand in docs/decisions/0047."""
    if seen.words < 15 or seen.of_shorter < 0.5:
        return Relation.OTHER
    if _is_a_part(seen) or _has_another_body(seen):
        return Relation.OTHER
    if _is_of_one_form(seen):
        is_running = seen.names >= 3 and seen.other_names * 4 <= seen.names and seen.ratio < 0.93
        return Relation.UPDATE if is_running and _is_updated(seen) else Relation.OTHER
    return Relation.UPDATE if _is_updated(seen) else Relation.COPY


def _is_of_one_form(seen: Evidence) -> bool:
    """Whether the facts in what two texts share contradict each other too often for a copy."""
    numbers = seen.numbers + seen.other_numbers
    if seen.other_labels >= 2 or (seen.other_numbers >= 2 and seen.other_numbers >= 0.4 * numbers):
        return True
    facts = numbers + 0.5 * (seen.names + seen.other_names)
    other = seen.other_numbers + 0.5 * seen.other_names
    return other >= (2 if facts > 3 else 1) and other >= 0.25 * facts


def _is_a_part(seen: Evidence) -> bool:
    """Whether what they share is but a part of the longer text, and not how it begins."""
    return seen.ratio < 0.12 or (seen.deep > 0.25 and seen.ratio < 0.36)


def _has_another_body(seen: Evidence) -> bool:
    """Whether each has a text of its own, and background, a quotation or a frame in common."""
    shorter = seen.words / seen.of_shorter
    own = shorter - seen.words
    if seen.of_shorter < 0.6 and not (seen.deep < 0.05 and seen.own_head > 0.5 * own):
        return True  # so little may be shared only where a lead stands before a cut text
    if seen.of_shorter < 0.66 and seen.own_head >= 25 and seen.deep > 0.05:
        return True
    if seen.deep > 0.4 and (seen.of_shorter < 0.75 or (seen.of_shorter < 0.9 and seen.own_head >= 15)):
        return True
    if seen.replaced > max(45, 0.2 * shorter) and seen.of_shorter < 0.85:
        return True
    return seen.replaced_in_all > 0.35 * shorter


def _is_updated(seen: Evidence) -> bool:
    """Whether figures have changed and passages were added or written anew."""
    longer = seen.words / seen.of_longer
    if not seen.changed_figures or seen.own_passages < 0.1 * longer:
        return False
    return seen.changed_figures >= 2 or seen.ratio < 0.93
