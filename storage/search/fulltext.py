"""Asks the full-text index of either engine which articles meet a condition."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.insert import is_postgresql
from storage.search.marks import cover
from storage.search.query import And, Node, Not, Or, Span, Term

_NO_WORD = "§nothing"
_LONG = "§x"
"""Of articles so long that PostgreSQL has lost the places of some of their words; see v0005_search.py."""
_LAST_HOUR = 24 * 3_652_060  # the year 9999


_ON_SQLITE = text(
    # CROSS JOIN: the index of words first. INDEXED BY: the rows themselves are some kilobytes each.
    "SELECT coalesce(a.published_at, a.first_seen_at), a.id, a.duplicate_of"
    " FROM articles_fts CROSS JOIN articles AS a INDEXED BY articles_fts_dates"
    " ON a.id = articles_fts.rowid WHERE articles_fts MATCH :asked LIMIT :most"
)
_WITHOUT = text(
    "SELECT coalesce(published_at, first_seen_at) AT TIME ZONE 'UTC', id, duplicate_of, false"
    " FROM articles WHERE words @@ CAST(:asked AS tsquery) LIMIT :most"
)
_WITH_DOUBT = text(
    "SELECT coalesce(published_at, first_seen_at) AT TIME ZONE 'UTC', id, duplicate_of,"
    " words @@ CAST(:long AS tsquery)"
    " FROM articles WHERE words @@ CAST(:asked AS tsquery) LIMIT :most"
)


class Match(NamedTuple):
    """An article that the index names; a tuple, for there are thousands."""

    date: datetime
    """When it was published, or else first seen. In UTC, without saying so."""
    id: int
    duplicate_of: int | None
    doubtful: bool
    """The words are there; whether side by side, only the text can say."""

    @property
    def story(self) -> int:
        """The original of its story."""
        return self.id if self.duplicate_of is None else self.duplicate_of


def find(session: Session, node: Node, most: int) -> list[Match]:
    """The articles that meet `node`, in no order; not more than `most`."""
    if is_postgresql(session):
        return _on_postgresql(session, node, most)
    found = session.execute(_ON_SQLITE, {"asked": for_sqlite(node), "most": most})
    read = datetime.fromisoformat
    # Every time there is UTC, though another program may have written that behind it.
    return [Match(read(date).replace(tzinfo=None), number, of, False) for date, number, of in found.all()]


def _on_postgresql(session: Session, node: Node, most: int) -> list[Match]:
    # The planner may hold that a common word is found soonest by reading every article. JIT takes a tenth
    # of a second to save a hundredth.
    session.execute(text("SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"))
    asked = {"asked": for_postgresql(node), "most": most}
    if _has_phrase(node):
        found = session.execute(_WITH_DOUBT, asked | {"long": f"'{_LONG}'"})
    else:
        found = session.execute(_WITHOUT, asked)
    return [Match._make(row) for row in found.all()]


def for_sqlite(node: Node) -> str:
    """The condition in FTS5's query language: https://sqlite.org/fts5.html#full_text_query_syntax"""
    match node:
        case Term(words=words, prefix=prefix):
            return f'"{" ".join(words)}"' + (" *" if prefix else "")
        case Span():
            return for_sqlite(_stretches(node))
        case And(parts=parts):
            wanted = " AND ".join(for_sqlite(part) for part in parts if not isinstance(part, Not))
            unwanted = " OR ".join(for_sqlite(part.part) for part in parts if isinstance(part, Not))
            return f"(({wanted}) NOT ({unwanted}))" if unwanted else f"({wanted})"
        case Or(parts=parts):
            return f"({' OR '.join(map(for_sqlite, parts))})" if parts else f'"{_NO_WORD}"'
        case Not():
            raise ValueError("what is left out stands beside what is looked for")


def for_postgresql(node: Node, *, wide: bool = True) -> str:
    """The condition as a tsquery.

    With `wide`, it is met too by a long article that has all words of a phrase anywhere: PostgreSQL may not
    know their places. What is left out must be certain.
    """
    match node:
        case Term(words=words, prefix=prefix):
            quoted = [f"'{word}'" for word in words]
            quoted[-1] += ":*" if prefix else ""
            phrase = " <-> ".join(quoted)
            return (
                f"({phrase} | '{_LONG}' & {' & '.join(quoted)})"
                if wide and len(quoted) > 1
                else f"({phrase})"
            )
        case Span():
            return for_postgresql(_stretches(node))
        case And(parts=parts) | Or(parts=parts):
            joined = " & " if isinstance(node, And) else " | "
            return (
                f"({joined.join(for_postgresql(part, wide=wide) for part in parts)})"
                if parts
                else f"'{_NO_WORD}'"
            )
        case Not(part=part):
            return f"!{for_postgresql(part, wide=not wide)}"


def _stretches(span: Span) -> Or:
    since, until = span.since or 0, _LAST_HOUR if span.until is None else span.until
    return Or(parts=tuple(Term(words=(mark,)) for mark in cover(since, until)))


def _has_phrase(node: Node) -> bool:
    match node:
        case Term(words=words):
            return len(words) > 1
        case And(parts=parts) | Or(parts=parts):
            return any(map(_has_phrase, parts))
        case Not(part=part):
            return _has_phrase(part)
        case _:
            return False
