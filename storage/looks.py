"""What it depends on when an article's page is looked at again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Article, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What is known of an article's life."""

    id: int
    kind: str
    """"article", "live blog", "gallery" or "video"."""
    published_at: datetime | None
    date_precision: str | None
    """"minute" or "day": how exactly the page says `published_at`."""
    first_seen_at: datetime
    changed_at: datetime | None
    """When its words were last seen to have changed."""
    gone_at: datetime | None
    """Since when its page is not there any more."""
    read_again: bool
    """Whether the extractor is to read it again: see storage/rereading.py."""


def articles_of(session: Session, page_ids: Collection[int]) -> dict[int, int]:
    """The article of each page that has one, by the page's id."""
    statement = select(Page.id, Page.article_id).where(Page.id.in_(page_ids), Page.article_id.is_not(None))
    return {row.id: row.article_id for row in session.execute(statement)}


def lives_of(session: Session, article_ids: Collection[int]) -> dict[int, Life]:
    """The lives of these articles, by id."""
    if not article_ids:
        return {}
    columns = [getattr(Article, name) for name in Life.__slots__]
    rows = session.execute(select(*columns).where(Article.id.in_(article_ids)))
    return {row.id: Life(**row._mapping) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class LastReading:
    """The bytes that a page's article was last read from."""

    article_id: int
    canonical_url: str
    body_hash: str | None
    fetched_at: datetime
    text_hash: str


def reading_of(session: Session, page_id: int) -> LastReading | None:
    """What the article of a page was last read from; None if the page is not there, or has none."""
    columns = (
        Page.article_id,
        Article.canonical_url,
        Page.body_hash,
        Article.fetched_at,
        Article.text_hash,
    )
    statement = select(*columns).join(Article, Article.id == Page.article_id).where(Page.id == page_id)
    row = session.execute(statement).one_or_none()
    return LastReading(**row._mapping) if row else None
