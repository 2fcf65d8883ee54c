"""Decides what a page that is read again says of its article: the same, another form of it, or an edit."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.changes import ChangeKind
from storage.identity import StoredState
from storage.models import Article
from storage.revisions import (
    State,
    has_other_words,
    has_the_same_lines,
    last_states,
    lines_of,
    state_of,
    tells_the_same,
)

TellEdit = Callable[[State, State], str | None]
"""How a later state of an article is another for a reader than an earlier one: "headline" (its title alone),
"text"; None if it is not, whatever counters and spaces differ."""

_WAY = ("read_by", "template")
"""Not the version: what a later one takes out stands among what was removed, as after any other cleaning."""
_ALTERNATING = 4
"""Earlier states among which a page may go to and fro."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What is to be written of a page that was read again."""

    kind: ChangeKind | None = None
    """What to note; None: nothing that a reader would see."""
    edited: bool = False
    """Whether the earlier state is to be kept as a revision."""
    rewritten: bool = False
    """Whether the article takes the form that the page has now."""


def plain_edit(then: State, now: State) -> str | None:
    """A `TellEdit` to which each word and each sign counts."""
    if tells_the_same(then, now):
        return None
    retitled = then.title != now.title
    return ChangeKind.HEADLINE if retitled and has_the_same_lines(then, now) else ChangeKind.TEXT


def difference(
    session: Session,
    existing: StoredState,
    row: Mapping[str, Any],
    corrections: Sequence[str],
    tell_edit: TellEdit,
) -> Difference:
    """What a page whose article would be stored as `row` says of what is stored.

    `corrections`: the lines by which it owns to a mistake. Where the article was fetched from another
    address than the page, they and the form of its text are that address's own.
    """
    own = existing.url == row["url"]
    same = existing.content_hash == row["content_hash"]
    then = None if same and not (own and corrections) else state_of(session, existing.id)
    if then is None:
        return Difference()
    now = State(**{name: row[name] for name in State.__slots__})
    corrected = ChangeKind.CORRECTION if own and not _are_told(corrections, then) else None
    if same:
        return Difference(kind=corrected)
    if _is_another_reading(session, existing, then, now, row):
        # a page that owns to a mistake was edited, however it was read
        is_edit = corrected is not None and not tells_the_same(then, now)
        return _edit(ChangeKind.CORRECTION) if is_edit else Difference(kind=corrected, rewritten=own)
    edit = tell_edit(then, now)
    if edit is None:
        return Difference(kind=corrected, rewritten=own)
    earlier = last_states(session, existing.id, _ALTERNATING)
    if not own:
        # Two addresses of one article may differ a little for good (a print view, a mobile page). What stood
        # there last and comes back from the other address is that address's form, not an edit.
        is_form = bool(earlier) and tells_the_same(earlier[0], now)
        return Difference() if is_form else _edit(ChangeKind(edit))
    if _alternates(earlier, then, now, tell_edit):
        return Difference(rewritten=True)
    return _edit(corrected or ChangeKind(edit))


def _edit(kind: ChangeKind) -> Difference:
    return Difference(kind=kind, edited=True, rewritten=True)


def _are_told(lines: Collection[str], state: State) -> bool:
    """Whether each of these lines stood there already, be it that cleaning took it out."""
    told = {state.title, state.standfirst, *lines_of(state.text), *(out["text"] for out in state.removed)}
    return told.issuperset(lines)


def _alternates(earlier: Sequence[State], then: State, now: State, tell_edit: TellEdit) -> bool:
    """Whether a page goes to and fro between states of which each has been kept.

    Headlines are tried out on readers, and two servers may render one page differently. The way there and
    the way back are noted once; from then on both states are among the revisions, and no further one is made.
    """

    def is_kept(state: State) -> bool:
        return any(tell_edit(kept, state) is None for kept in earlier)

    return is_kept(now) and is_kept(then)


def _is_another_reading(
    session: Session, existing: StoredState, then: State, now: State, row: Mapping[str, Any]
) -> bool:
    """Whether what differs may be how the page was read, and nothing of it need have been edited.

    Other lines were taken out; or later rules read another title or standfirst from a text that is what it
    was; or the page was read another way, and whole lines came or went, but none was written anew.
    """
    if tells_the_same(then, now):
        return True
    columns = (Article.rules_version, Article.read_by, Article.template)
    read = session.execute(select(*columns).where(Article.id == existing.id)).one_or_none()
    if read is None:
        return False
    if read.rules_version < row["rules_version"] and has_the_same_lines(then, now):
        return True
    another_way = any(getattr(read, name) != row[name] for name in _WAY)
    is_kept = read.read_by is not None or read.template is not None
    return is_kept and another_way and not has_other_words(then, now)
