"""Tells from an article itself whether it meets a condition, as the index would."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, bindparam, func, select
from sqlalchemy.orm import Session

from storage.filters import date_of
from storage.insert import is_postgresql
from storage.models import Article
from storage.reservations import is_named
from storage.search.marks import MARK, hour_of, marks_of
from storage.search.query import And, Asked, Node, Not, Or, Span, Term
from storage.search.words import stream


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """What a search reads of an article; not `slots`, for what is worked out is kept."""

    id: int
    date: datetime
    """When it was published, or else first seen."""
    title: str
    standfirst: str | None
    text: str
    authors: tuple[str, ...]
    source_id: int | None
    language: str | None
    kind: str
    reservations: tuple[str, ...] | None

    @cached_property
    def marks(self) -> str:
        """The words that are known of it, between spaces."""
        return _line(marks_of(self.title, self.authors, self.source_id, self.language, self.kind, self.date))

    @cached_property
    def heading(self) -> tuple[str, str]:
        """The words of its title and of its standfirst, between spaces."""
        return _line(stream(self.title)), _line(stream(self.standfirst or ""))

    @cached_property
    def body(self) -> str:
        """The words of its text, between spaces."""
        return _line(stream(self.text))


def _line(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def is_asked_for(asked: Asked, leaf: Leaf) -> bool:
    """Whether an article meets all that is asked."""
    in_time = (asked.since is None or leaf.date >= asked.since) and (
        asked.until is None or leaf.date < asked.until
    )
    return in_time and is_let(asked, leaf.reservations) and meets(asked.node, leaf)


def is_let(asked: Asked, reservations: Sequence[str] | None) -> bool:
    """Whether what is reserved of an article lets it be found; not where that is asked and nobody looked."""
    if not (names := asked.without_reservations):
        return True
    return reservations is not None and not any(is_named(one, names) for one in reservations)


def meets(node: Node, leaf: Leaf) -> bool:
    """Whether an article meets a condition."""
    match node:
        case Term():
            return any(times(node, line) for line in _lines(node, leaf))
        case Span(since=since, until=until):
            hour = hour_of(leaf.date)
            return (since is None or hour >= since) and (until is None or hour < until)
        case Not(part=part):
            return not meets(part, leaf)
        case And(parts=parts):
            return all(meets(part, leaf) for part in parts)
        case Or(parts=parts):
            return any(meets(part, leaf) for part in parts)


def _lines(term: Term, leaf: Leaf) -> Iterator[str]:
    if term.words[0].startswith(MARK):
        yield leaf.marks
    else:
        yield from leaf.heading
        yield leaf.body


def times(term: Term, line: str) -> int:
    """How often a term stands in words between spaces; overlapping ones count once."""
    return line.count(f" {' '.join(term.words)}{'' if term.prefix else ' '}")


def leaves(session: Session, ids: Iterable[int], *, lead: int | None = None) -> dict[int, Leaf]:
    """The articles with these ids, by id; with `lead`, only so many characters of their texts."""
    columns = ("id", "title", "standfirst", "authors", "source_id", "language", "kind", "reservations")
    body = Article.text if lead is None else func.substr(Article.text, 1, lead).label("text")
    statement = select(*(getattr(Article, name) for name in columns), body, date_of().label("date"))
    rows = session.execute(statement.where(is_among(session, ids)))
    return {row.id: _leaf(dict(row._mapping)) for row in rows}


def _leaf(values: dict[str, Any]) -> Leaf:
    for name in ("authors", "reservations"):
        values[name] = None if values[name] is None else tuple(values[name])
    return Leaf(**values)


def is_among(session: Session, ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether an article is one of these: one value in the statement, for hundreds take long to write."""
    wanted = list(ids)
    if is_postgresql(session):
        return Article.id == func.any(bindparam(None, wanted, type_=ARRAY(Integer)))
    return Article.id.in_(select(func.json_each(json.dumps(wanted)).table_valued("value").c.value))
