"""What happened to articles, in the order in which it was filed."""

import enum
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, case, false, func, insert, select
from sqlalchemy.orm import Session, aliased

from storage.insert import table_of
from storage.models import Article, Change, Revision, Source
from storage.sources import get_source

_BATCH = 500
"""Rows held in memory while changes are streamed."""
_CURSOR = re.compile(r"c(\d{1,18})")


class ChangeKind(enum.StrEnum):
    """What happened to an article."""

    NEW = "new"
    """It was filed for the first time."""
    HEADLINE = "headline"
    """Its title is another, and its text is what it was."""
    TEXT = "text"
    """Its text or its standfirst was edited."""
    CORRECTION = "correction"
    """An edit that says so: a notice of correction was added."""
    GONE = "gone"
    """Its page is not there any more; the article stays in the archive."""
    BACK = "back"
    """Its page is there again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChange:
    """Something that happened to an article."""

    cursor: str
    """Its place among all changes: those after it are what `changes_since(session, cursor)` gives."""
    at: datetime
    """When the page was visited that showed it."""
    kind: ChangeKind
    article_id: int
    source: str | None
    url: str
    """The article's canonical address."""
    title: str
    """As it was after the change."""
    title_before: str | None
    """As it was before; null where it is the same."""
    revision: int | None
    """The number of the revision that keeps what stood there before; null where no word changed."""


def note_change(
    session: Session, article_id: int, at: datetime, kind: ChangeKind, revision: int | None = None
) -> None:
    """Note what happened to an article, under the lock that filings take (`lock_filing`).

    It is held to the end of the transaction: so a change that becomes visible has a later id than all that
    could be seen before, and whoever reads on from the last id he saw misses none.
    """
    values = {"article_id": article_id, "at": at, "kind": str(kind), "revision": revision}
    session.execute(insert(table_of(Change)), values)


def read_cursor(text: str) -> int | None:
    """The id in a cursor ("c17"); None for what is none."""
    match = _CURSOR.fullmatch(text.strip())
    return int(match[1]) if match else None


def cursor_now(session: Session) -> str:
    """The cursor of the last change of all; "c0" before the first."""
    return _cursor(session.scalar(select(func.max(Change.id))) or 0)


def changes_since(
    session: Session,
    since: str | datetime | None = None,
    *,
    source: str | None = None,
    kinds: Collection[str] = (),
    limit: int | None = None,
) -> Iterator[StoredChange]:
    """What happened after a cursor, or at a time and later, or ever; oldest first, streamed.

    `source` is a source's name or address, `kinds` are those of `ChangeKind`; without, all. Raises
    ValueError for a text that is no cursor and for a time without a zone.
    """
    statement = _select().order_by(Change.id).limit(limit).execution_options(yield_per=_BATCH)
    if isinstance(since, datetime):
        if since.tzinfo is None:
            raise ValueError(f"a time needs a zone: {since!r}")
        # The index on times tells where to begin, for ids rise with them but for a few. Left to themselves
        # the engines walk over all ids, as the rows are wanted in that order; so they would for min(id).
        first = select(func.min(Change.id + 0)).where(Change.at >= since).scalar_subquery()
        statement = statement.where(Change.id >= first, Change.at >= since)
    elif since is not None:
        if (last := read_cursor(since)) is None:
            raise ValueError(f"{since!r} is no cursor, such as 'c17'")
        statement = statement.where(Change.id > last)
    if source is not None:
        known = get_source(session, source)
        statement = statement.where(Article.source_id == known.id if known else false())
    if kinds:
        statement = statement.where(Change.kind.in_([str(kind) for kind in kinds]))
    # Closed also if the caller stops half-way: a cursor of PostgreSQL holds a place on the server.
    with session.execute(statement) as rows:
        for row in rows:
            yield _change(*row)


def changes_of(session: Session, article_id: int) -> list[StoredChange]:
    """What happened to one article, oldest first."""
    rows = session.execute(_select().where(Change.article_id == article_id).order_by(Change.id))
    return [_change(*row) for row in rows]


def _select() -> Select[int, datetime, str, int, str | None, str, str, str | None, int | None]:
    before, after = aliased(Revision), aliased(Revision)
    number = func.coalesce(Change.revision, 0) + 1
    words = Change.kind.not_in([ChangeKind.GONE, ChangeKind.BACK])
    title = case((words, func.coalesce(after.title, Article.title)), else_=Article.title)
    return (
        select(
            Change.id,
            Change.at,
            Change.kind,
            Change.article_id,
            Source.name,
            Article.canonical_url,
            title,
            before.title,
            Change.revision,
        )
        .join(Article, Article.id == Change.article_id)
        .outerjoin(Source, Source.id == Article.source_id)
        .outerjoin(before, and_(before.article_id == Change.article_id, before.number == Change.revision))
        .outerjoin(after, and_(after.article_id == Change.article_id, after.number == number))
    )


def _change(
    number: int,
    at: datetime,
    kind: str,
    article_id: int,
    source: str | None,
    url: str,
    title: str,
    before: str | None,
    revision: int | None,
) -> StoredChange:
    return StoredChange(
        cursor=_cursor(number),
        at=at,
        kind=ChangeKind(kind),
        article_id=article_id,
        source=source,
        url=url,
        title=title,
        title_before=before if before != title else None,
        revision=revision,
    )


def _cursor(number: int) -> str:
    # Told from a year ("2024"), which a time may be given as.
    return f"c{number}"
