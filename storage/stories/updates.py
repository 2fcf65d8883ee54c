"""Keeps which article tells a running story anew, and which earlier one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.insert import insert_into, table_of
from storage.models import Article, Source, Update
from storage.stories.root import ROOT
from storage.times import local_time


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUpdate:
    """The version of a running story that came before or after an article."""

    id: int
    title: str
    source: str | None
    url: str
    """The canonical address."""
    published_at: datetime | None
    is_later: bool
    """Whether it came after the article that was asked about."""


def note_update(session: Session, later: int, earlier: int) -> None:
    """Note that one article tells anew what an earlier one told; of several earlier ones, the first noted."""
    if later != earlier:
        statement = insert_into(session, Update).on_conflict_do_nothing()
        session.execute(statement, {"article_id": later, "earlier_id": earlier})


def forget_update(session: Session, article_id: int) -> None:
    """An article's text has changed: what it was an update of must be found out anew."""
    table = table_of(Update)
    session.execute(delete(table).where(table.c.article_id == article_id))


def forget_between(session: Session, one: int, other: int) -> None:
    """Two articles are of one story now: neither is an update of the other."""
    table = table_of(Update)
    both = (one, other)
    session.execute(delete(table).where(table.c.article_id.in_(both), table.c.earlier_id.in_(both)))


def move_updates(session: Session, old: int, new: int) -> None:
    """The original of a story is another article now."""
    table = table_of(Update)
    session.execute(
        update(table).where(table.c.earlier_id == old, table.c.article_id != new).values(earlier_id=new)
    )
    earlier = session.scalar(select(Update.earlier_id).where(Update.article_id == old))
    if earlier is not None:
        forget_update(session, old)
        note_update(session, new, earlier)


def updates_of(session: Session, article_id: int) -> list[StoredUpdate]:
    """The versions of a running story before and after an article, or after and before its original."""
    root = session.scalar(select(ROOT).where(Article.id == article_id))
    asked = {article_id, root}
    before = select(Update.earlier_id).where(Update.article_id.in_(asked))
    after = select(Update.article_id).where(Update.earlier_id.in_(asked))
    found = []
    for ids, is_later in ((before, False), (after, True)):
        statement = (
            select(Article, Source.name)
            .outerjoin(Source, Source.id == Article.source_id)
            .where(Article.id.in_(ids))
            .order_by(Article.id)
        )
        found += [
            StoredUpdate(
                id=one.id,
                title=one.title,
                source=source,
                url=one.canonical_url,
                published_at=local_time(one.published_at, one.published_offset),
                is_later=is_later,
            )
            for one, source in session.execute(statement)
        ]
    return found
