"""How the states of an article are shown, and what differs between two of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.cli.terminal import console, counted, show_table, styled
from crawler.cli.times import shown_time
from pipelines.differences import Fate, Stretch, word_diff, words_changed
from storage.changes import StoredChange
from storage.stored import StoredArticle, StoredRevision

if TYPE_CHECKING:
    from rich.text import Text

_STYLES = {Fate.SAME: "", Fate.REMOVED: "red strike", Fate.ADDED: "green"}
_MARKS = {Fate.SAME: ("", ""), Fate.REMOVED: ("[-", "-]"), Fate.ADDED: ("{+", "+}")}
"""As `git diff --word-diff` has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedState:
    """An article as it stood at one time."""

    number: int
    """1 is the oldest."""
    title: str
    standfirst: str | None
    authors: tuple[str, ...]
    text: str
    fetched_at: datetime
    """When it was last seen to stand so."""
    replaced_at: datetime | None
    """When another was seen in its place; None if it still stands."""


def states_of(article: StoredArticle, revisions: Sequence[StoredRevision]) -> list[NumberedState]:
    """Every state of an article, the oldest first; the last is the present one."""
    names = [name for name in NumberedState.__slots__ if name not in ("number", "replaced_at")]
    earlier = [
        NumberedState(
            number=each.number, replaced_at=each.replaced_at, **{name: getattr(each, name) for name in names}
        )
        for each in revisions
    ]
    number = earlier[-1].number + 1 if earlier else 1
    present = {name: getattr(article, name) for name in names}
    return [*earlier, NumberedState(number=number, replaced_at=None, **present)]


def differences(then: NumberedState, now: NumberedState) -> dict[str, list[Stretch]]:
    """What differs between two states, in the parts of which an article is made."""
    return {
        "title": word_diff(then.title, now.title),
        "standfirst": word_diff(then.standfirst or "", now.standfirst or ""),
        "authors": word_diff(", ".join(then.authors), ", ".join(now.authors)),
        "text": word_diff(then.text, now.text),
    }


def diff_as_json(article_id: int, then: NumberedState, now: NumberedState) -> dict[str, Any]:
    """The same for a program: of each part its stretches, in order."""
    parts = {
        part: [{"fate": str(stretch.fate), "text": stretch.text} for stretch in stretches]
        for part, stretches in differences(then, now).items()
    }
    return {"id": article_id, "from": _as_json(then), "to": _as_json(now), **parts}


def _as_json(state: NumberedState) -> dict[str, Any]:
    return {"number": state.number, "fetched_at": state.fetched_at, "replaced_at": state.replaced_at}


def show_diff(article_id: int, then: NumberedState, now: NumberedState) -> None:
    """What was removed struck and red, what was added green; in a pipe between [- -] and {+ +}.

    Of the text, the paragraphs that differ.
    """
    out, parts = console(), differences(then, now)
    added, removed = _count(parts)
    head = f"#{article_id}, state {then.number} ({shown_time(then.fetched_at)}) to {now.number}"
    out.print(styled(f"{head} ({shown_time(now.fetched_at)}): +{added:,} −{removed:,} words", "dim"))
    out.print(_marked(parts["title"], plain=not out.is_terminal), soft_wrap=True)
    for part in ("standfirst", "authors"):
        if _differs(parts[part]):
            out.print()
            label = styled(f"{part}: ", "dim")
            out.print(label.append(_marked(parts[part], plain=not out.is_terminal)), soft_wrap=True)
    same = 0
    for line in [*_by_line(parts["text"]), None]:
        if line is not None and not _differs(line):
            same += bool("".join(stretch.text for stretch in line).strip())
            continue
        if same:
            out.print()
            out.print(styled(f"({counted(same, 'paragraph')} unchanged)", "dim"))
            same = 0
        if line is not None:
            out.print()
            out.print(_marked(line, plain=not out.is_terminal), soft_wrap=True)


def _differs(stretches: Iterable[Stretch]) -> bool:
    return any(stretch.fate is not Fate.SAME for stretch in stretches)


def _count(parts: Mapping[str, Sequence[Stretch]]) -> tuple[int, int]:
    counts = [words_changed(stretches) for stretches in parts.values()]
    return sum(added for added, _ in counts), sum(removed for _, removed in counts)


def _by_line(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    line: list[Stretch] = []
    for stretch in stretches:
        first, *further = stretch.text.split("\n")
        line.append(Stretch(fate=stretch.fate, text=first))
        for text in further:
            yield [part for part in line if part.text]
            line = [Stretch(fate=stretch.fate, text=text)]
    yield [part for part in line if part.text]


def _marked(stretches: Iterable[Stretch], *, plain: bool) -> "Text":
    shown = styled("")
    for stretch in stretches:
        before, after = _MARKS[stretch.fate] if plain else ("", "")
        shown.append(styled(f"{before}{stretch.text}{after}", _STYLES[stretch.fate]))
    return shown


def show_states(
    states: Sequence[NumberedState], changes: Iterable[StoredChange], first_seen_at: datetime
) -> None:
    """Each state of an article: its number, from when to when it stood, what was changed then, its title."""
    kinds = {change.revision: str(change.kind) for change in changes if change.revision is not None}
    rows = []
    for place, state in enumerate(states):
        what, words = "first seen", ""
        if place:
            added, removed = _count(differences(states[place - 1], state))
            what, words = kinds.get(states[place - 1].number, "text"), f"+{added:,} −{removed:,}"
        # A state is first seen when the one before it is replaced.
        begun = states[place - 1].replaced_at if place else first_seen_at
        until = shown_time(state.replaced_at) if state.replaced_at else "now"
        rows.append((str(state.number), shown_time(begun), until, what, words, state.title))
    show_table(["state", "from", "until", "change", "words", "title"], rows)


def change_line(change: StoredChange) -> str:
    """A change as a line for a person; it begins with its cursor."""
    was = f" (was: {change.title_before})" if change.title_before is not None else ""
    parts = (
        f"{change.cursor:<7}",
        shown_time(change.at),
        f"{change.kind:<10}",
        f"#{change.article_id}",
        change.source or change.url,
        change.title + was,
    )
    return "  ".join(parts)
