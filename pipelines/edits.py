"""Tells an edit of an article from what changes by itself: counters, clocks, labels, typography, cleaning.

What makes an edit, and what none, stands in docs/decisions/0041-a-second-look.md.
"""

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from pipelines.counters import without_counters
from pipelines.typography import plain_line


class Edit(enum.StrEnum):
    """What an editor changed."""

    HEADLINE = "headline"
    """The title, and in the text nothing."""
    TEXT = "text"


class State(Protocol):
    """An article as it stood at one time."""

    @property
    def title(self) -> str: ...
    @property
    def standfirst(self) -> str | None: ...
    @property
    def text(self) -> str: ...
    @property
    def removed(self) -> Sequence[Mapping[str, Any]]:
        """What cleaning took out of it: [{"text", …}]"""


def edit_between(then: State, now: State) -> Edit | None:
    """What an editor changed from one state to a later one; None if it was nobody.

    A title and a standfirst may differ in their typography alone; a text also in lines that cleaning takes
    out of one state and not of the other, in counters and labels, and in where a paragraph ends.
    """
    if not _is_same_text(then, now):
        return Edit.TEXT
    if plain_line(then.title) != plain_line(now.title):
        return Edit.HEADLINE
    return None if plain_line(then.standfirst or "") == plain_line(now.standfirst or "") else Edit.TEXT


def _is_same_text(then: State, now: State) -> bool:
    before, after = _lines(then.text.split("\n")), _lines(now.text.split("\n"))
    if before == after:
        return True
    if len(before) != len(after) and _run_on(before) == _run_on(after):
        return True
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    if not (gone <= _taken_out(now) and come <= _taken_out(then)):
        return False
    moved = gone.keys() | come.keys()
    return [line for line in before if line not in moved] == [line for line in after if line not in moved]


def _lines(lines: Iterable[str]) -> list[str]:
    plain = (plain_line(without_counters(line)) for line in lines)
    return [line for line in plain if line]


def _run_on(lines: Iterable[str]) -> str:
    """The words without what parts them: in Japanese, two paragraphs that become one get no space between."""
    return "".join(lines).replace(" ", "")


def _taken_out(state: State) -> Counter[str]:
    return Counter(_lines(passage["text"] for passage in state.removed))
