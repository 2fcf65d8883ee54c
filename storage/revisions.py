"""Keeps the earlier states of articles, and decides what makes one: an edit, not another cleaning."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from storage.insert import table_of
from storage.models import Article, Revision, UtcDateTime

_KEPT = ("title", "standfirst", "authors", "modified_at", "text", "removed", "content_hash", "fetched_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a reader sees of an article, and what cleaning took out of it."""

    title: str
    standfirst: str | None
    text: str
    removed: Sequence[Mapping[str, Any]]
    """[{"text", "rule", "at"}]"""
    content_hash: str


_STATE = State.__slots__


def keep_revision(session: Session, article_id: int, now: datetime) -> int:
    """Copy an article as it stands to a revision of it, replaced `now`; the revision's number."""
    articles, revisions = table_of(Article), table_of(Revision)
    number = select(func.coalesce(func.max(Revision.number), 0) + 1).where(Revision.article_id == article_id)
    state = select(
        articles.c.id,
        number.scalar_subquery(),
        literal(now, UtcDateTime()),
        *(articles.c[name] for name in _KEPT),
    ).where(articles.c.id == article_id)
    statement = insert(revisions).from_select(["article_id", "number", "replaced_at", *_KEPT], state)
    kept: int = session.scalars(statement.returning(revisions.c.number)).one()
    return kept


def state_of(session: Session, article_id: int) -> State | None:
    """An article as it stands; None if there is none."""
    columns = [getattr(Article, name) for name in _STATE]
    row = session.execute(select(*columns).where(Article.id == article_id)).one_or_none()
    return None if row is None else State(**row._mapping)


def last_states(session: Session, article_id: int, limit: int) -> list[State]:
    """An article's earlier states, the last first; so many at most."""
    columns = [getattr(Revision, name) for name in _STATE]
    found = select(*columns).where(Revision.article_id == article_id).order_by(Revision.number.desc())
    return [State(**row._mapping) for row in session.execute(found.limit(limit))]


def content_hash(title: str, standfirst: str | None, text: str) -> str:
    """SHA-256, hexadecimal, of what a reader sees."""
    told = "\0".join((title, standfirst or "", text))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def tells_the_same(then: State, now: State) -> bool:
    """Whether two states differ at most in which of their lines cleaning took out.

    Each line kept in one only must be among those removed from the other, and those kept in both must stand
    in the same order.
    """
    if then.content_hash == now.content_hash:
        return True
    if (then.title, then.standfirst or "") != (now.title, now.standfirst or ""):
        return False
    return has_the_same_lines(then, now)


def has_the_same_lines(then: State, now: State) -> bool:
    """The same of their texts alone, whatever title and standfirst they have."""
    kept_then, kept_now = lines_of(then.text), lines_of(now.text)
    gone = Counter(kept_then) - Counter(kept_now)
    come = Counter(kept_now) - Counter(kept_then)
    if not (gone <= _removed(now) and come <= _removed(then)):
        return False
    moved = gone.keys() | come.keys()
    return [line for line in kept_then if line not in moved] == [
        line for line in kept_now if line not in moved
    ]


_MOST_COMPARED = 10_000
"""Pairs of lines, at some 15 µs each."""


def has_other_words(then: State, now: State) -> bool:
    """Whether title or standfirst differ, or a line was written anew: most of its words are those of another.

    Of two ways to read one page each takes whole lines that the other leaves, and parts them elsewhere; but
    none changes a word within a line.
    """
    if (then.title, then.standfirst or "") != (now.title, now.standfirst or ""):
        return True
    gone = _missing(then, now)
    come = _missing(now, then)
    if len(gone) * len(come) > _MOST_COMPARED:
        return True  # no two ways to read one page differ by so much
    return any(_is_rewritten(words, other) for words in gone for other in come)


def _missing(here: State, there: State) -> list[Counter[str]]:
    """The words of each line kept here whose letters stand nowhere there, kept or taken out."""
    letters = _letters("".join([there.text, *(passage["text"] for passage in there.removed)]))
    return [Counter(line.casefold().split()) for line in lines_of(here.text) if _letters(line) not in letters]


def _is_rewritten(words: Counter[str], other: Counter[str]) -> bool:
    return 2 * (words & other).total() > max(words.total(), other.total())


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def lines_of(text: str) -> list[str]:
    """The lines of an article's text."""
    return text.split("\n") if text else []


def _removed(state: State) -> Counter[str]:
    return Counter(passage["text"] for passage in state.removed)
