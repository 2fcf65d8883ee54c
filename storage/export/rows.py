"""Streams the rows of an export, in the order of the articles' ids: that in which they were first filed."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.export.idset import IdSet, in_parts
from storage.export.past import FILTERED_BY, applies, source_name, values_at
from storage.export.reading import Row, columns_of, row_maker, with_offsets
from storage.export.request import Request
from storage.export.stories import one_per_story
from storage.filters import EVERYTHING, conditions
from storage.models import Article, Source
from storage.search.hits import matching_ids

COUNTED_BY = ("id", "source", "language")
"""Columns that each row has, also if they were not asked for: behind those that were."""

_BATCH = 200
"""Rows held in memory at a time."""


def export_rows(session: Session, request: Request = Request()) -> Generator[Row]:  # noqa: B008 - frozen
    """The articles that are asked for, streamed: a million take no more memory than a hundred.

    Use it up while the session is open, or close it. Raises `BadQuery`.
    """
    moment = request.as_of
    rows = _rows_now(session, request) if moment is None else _rows_at(session, request, moment)
    with closing(rows):
        yield from islice(rows, request.limit)


def count_rows(session: Session, request: Request) -> int:
    """How many rows there are at most, for whoever wants to know how far it is."""
    moment = request.as_of
    narrowed = conditions(session, request.wanted) if moment is None else [Article.first_seen_at <= moment]
    count = session.scalar(select(func.count()).select_from(Article).where(*narrowed)) or 0
    return count if request.limit is None else min(count, request.limit)


def rows_of(session: Session, ids: Iterable[int], keys: Sequence[str]) -> Iterator[Row]:
    """The rows of these articles, in the order of `ids`."""
    names = with_offsets(keys)
    make = row_maker(names)
    for part in in_parts(ids):
        found = session.execute(_select(session, names).where(Article.id.in_(part)))
        rows = {row["id"]: row for row in (dict(zip(names, each, strict=True)) for each in found)}
        yield from (make(rows[number]) for number in part if number in rows)


def _keys(request: Request) -> list[str]:
    return [*request.keys, *(name for name in COUNTED_BY if name not in request.keys)]


def _rows_now(session: Session, request: Request) -> Generator[Row]:
    chosen = _chosen_now(session, request)
    if chosen is not None:
        yield from rows_of(session, chosen, _keys(request))
        return
    names = with_offsets(_keys(request))
    make = row_maker(names)
    statement = _select(session, names).where(*conditions(session, request.wanted))
    if not request.all_copies:
        statement = statement.where(Article.duplicate_of.is_(None))
    # Closed also if the caller stops half-way: a cursor of PostgreSQL holds a place on the server.
    with session.execute(statement.order_by(Article.id).execution_options(yield_per=_BATCH)) as rows:
        for row in rows:
            yield make(dict(zip(names, row, strict=True)))


def _select(session: Session, names: Iterable[str]) -> Select[Any]:
    statement = select(*columns_of(session, names)).select_from(Article)
    return statement.outerjoin(Source, Source.id == Article.source_id)


def _chosen_now(session: Session, request: Request) -> IdSet | None:
    """Which articles are written out; None: all to which the filter applies."""
    if request.query is None and (request.all_copies or request.wanted == EVERYTHING):
        return None
    statement = select(Article.id, Article.duplicate_of).where(*conditions(session, request.wanted))
    found: Iterable[Sequence[Any]]
    if request.query is None or request.now is None:
        found = session.execute(statement.order_by(Article.id).execution_options(yield_per=_BATCH))
    else:
        matching = IdSet(matching_ids(session, request.query, request.now))
        parts = (statement.where(Article.id.in_(ids)).order_by(Article.id) for ids in in_parts(matching))
        found = (row for part in parts for row in session.execute(part))
    return IdSet(number for number, _ in found) if request.all_copies else one_per_story(found)


def _rows_at(session: Session, request: Request, moment: datetime) -> Generator[Row]:
    names = with_offsets(_keys(request))
    make = row_maker(names)
    chosen = _chosen_at(session, request, moment)
    extra = [] if "duplicate_of" in names else ["duplicate_of"]
    with closing(values_at(session, moment, [*names, *extra], chosen)) as articles:
        for values in articles:
            copy = values.pop("duplicate_of") if extra else values["duplicate_of"]
            if chosen is not None or request.all_copies or copy is None:
                yield make(values)


def _chosen_at(session: Session, request: Request, moment: datetime) -> IdSet | None:
    if request.wanted == EVERYTHING:
        return None
    wanted, source = request.wanted, source_name(session, request.wanted)
    found = (
        (values["id"], values["duplicate_of"])
        for values in values_at(session, moment, FILTERED_BY)
        if applies(wanted, source, values)
    )
    return IdSet(number for number, _ in found) if request.all_copies else one_per_story(found)
