"""Keeps the earlier states of articles."""

from datetime import datetime

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from storage.insert import table_of
from storage.models import Article, Revision, UtcDateTime

_KEPT = ("title", "standfirst", "authors", "modified_at", "text", "removed", "content_hash", "fetched_at")


def keep_revision(session: Session, article_id: int, now: datetime) -> None:
    """Copy an article as it stands to a revision of it, replaced `now`."""
    articles, revisions = table_of(Article), table_of(Revision)
    number = select(func.coalesce(func.max(Revision.number), 0) + 1).where(Revision.article_id == article_id)
    state = select(
        articles.c.id,
        number.scalar_subquery(),
        literal(now, UtcDateTime()),
        *(articles.c[name] for name in _KEPT),
    ).where(articles.c.id == article_id)
    session.execute(insert(revisions).from_select(["article_id", "number", "replaced_at", *_KEPT], state))


def last_revision_hash(session: Session, article_id: int) -> str | None:
    """The content hash of an article's latest earlier state; None if it never changed."""
    found: str | None = session.scalar(
        select(Revision.content_hash)
        .where(Revision.article_id == article_id)
        .order_by(Revision.number.desc())
        .limit(1)
    )
    return found
