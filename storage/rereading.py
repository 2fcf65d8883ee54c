"""Has the extractor read again what templates have read: notes it of the articles, and makes their pages due.

An article that is to be read again keeps the template that read it, and what read it is null until then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from storage.frontier import lock_pages
from storage.insert import table_of
from storage.models import Article, Page, PageState
from storage.recorded import update_articles
from storage.stories.duplicates import lock_filing

_ARTICLES, _PAGES = table_of(Article), table_of(Page)
_PART = 500
"""Articles noted by one statement."""


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
    """Their pages are gone, or may not be fetched any more."""


def count_rereading(session: Session, wanted: ReadBy) -> Rereading:
    """What `read_again` would do."""
    count = select(func.count()).select_from(Article).where(*_read_by(wanted))
    articles = session.scalars(count.where(*_STANDS)).one()
    return Rereading(articles=articles, left=session.scalars(count).one() - articles)


def read_again(session: Session, wanted: ReadBy, now: datetime) -> Rereading:
    """Have the pages of these articles fetched whole from `now` on, and read by the extractor alone."""
    lock_filing(session)
    counted = count_rereading(session, wanted)
    ids = list(session.scalars(select(Article.id).where(*_read_by(wanted), *_STANDS).order_by(Article.id)))
    pages: list[int] = []
    for part in _parts(ids):
        session.execute(update_articles(now).where(_ARTICLES.c.id.in_(part)).values(read_by=None))
        pages += session.scalars(select(Page.id).where(Page.article_id.in_(part), _MAY_BE_FETCHED))
    for part in _parts(sorted(pages)):
        lock_pages(session, part)
        # Without the time of its last full fetch a page is asked for without its validators.
        due = update(_PAGES).where(_PAGES.c.id.in_(part))
        session.execute(due.values(due_at=now, full_fetch_at=None))
    return counted


def _parts(ids: list[int]) -> Iterator[list[int]]:
    yield from (ids[begin : begin + _PART] for begin in range(0, len(ids), _PART))


_MAY_BE_FETCHED = Page.state.not_in((PageState.FORBIDDEN, PageState.GONE))
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
