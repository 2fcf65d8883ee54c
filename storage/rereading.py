"""Has the extractor read again what templates have read: notes it of the articles, and makes their pages due.

An article that is to be read again keeps the template that read it, and what read it is null until then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from storage.frontier import lock_pages
from storage.insert import table_of
from storage.models import Article, Page, PageState
from storage.recorded import update_articles
from storage.session import Database
from storage.stories.duplicates import lock_filing

_ARTICLES, _PAGES = table_of(Article), table_of(Page)
_PART = 500
"""Articles noted by one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBy:
    """The articles of a source that its templates have read or corrected."""

    source_id: int
    template: int | None = None
    """Only this one; None: any."""
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rereading:
    """How many articles are read again, and how many cannot be."""

    articles: int
    left: int
    """Their pages are gone, may not be fetched any more, or are no articles any more."""


def count_rereading(session: Session, wanted: ReadBy) -> Rereading:
    """What `read_again` would do."""
    return _found(session, wanted)[1]


def read_again(database: Database, wanted: ReadBy, now: datetime) -> Rereading:
    """Have the pages of these articles fetched whole from `now` on, and read by the extractor alone.

    In many short transactions, for crawls wait meanwhile: where it is broken off, it may be asked for again.
    """
    with database.read() as session:
        ids, counted = _found(session, wanted)
    for begin in range(0, len(ids), _PART):
        with database.write() as session:
            _mark(session, ids[begin : begin + _PART], now)
    return counted


def _found(session: Session, wanted: ReadBy) -> tuple[list[int], Rereading]:
    """The articles that can be read again, and how many these and the others are."""
    statement = select(Article.id, and_(*_STANDS)).where(*_read_by(wanted)).order_by(Article.id)
    rows = session.execute(statement).all()
    ids = [article_id for article_id, stands in rows if stands]
    return ids, Rereading(articles=len(ids), left=len(rows) - len(ids))


def _mark(session: Session, ids: Sequence[int], now: datetime) -> None:
    lock_filing(session)
    session.execute(update_articles(now).where(_ARTICLES.c.id.in_(ids)).values(read_by=None))
    pages = sorted(session.scalars(select(Page.id).where(Page.article_id.in_(ids), _MAY_BE_FETCHED)))
    lock_pages(session, pages)
    session.execute(update(_PAGES).where(_PAGES.c.id.in_(pages)).values(due_at=now))


_MAY_BE_FETCHED = and_(
    Page.source_id.is_not(None),
    Page.state.not_in((PageState.FORBIDDEN, PageState.GONE, PageState.REJECTED)),
)
_STANDS = (
    Article.gone_at.is_(None),
    select(Page.id).where(Page.article_id == Article.id, _MAY_BE_FETCHED).exists(),
)


def _read_by(wanted: ReadBy) -> list[ColumnElement[bool]]:
    conditions = [Article.source_id == wanted.source_id, Article.template.is_not(None)]
    if wanted.template is not None:
        conditions.append(Article.template == wanted.template)
    if wanted.version is not None:
        conditions.append(Article.template_version == wanted.version)
    return conditions
