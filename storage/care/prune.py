"""Lets articles go for good, with their revisions; their pages stay known as read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, cast, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from storage.care.pruned import PRUNED
from storage.filters import ArticleFilter, conditions
from storage.frontier import lock_pages
from storage.insert import is_postgresql, table_of
from storage.models import Article, Change, Page, Revision
from storage.recorded import Clock
from storage.session import Database
from storage.stories.duplicates import leave_stories, lock_filing
from storage.stories.likeness import CompareTexts

BATCH = 200
"""Articles that go in one transaction: a crawl that files at the same time waits for that long."""
_ARTICLES, _PAGES = table_of(Article), table_of(Page)

OnArticles = Callable[[int], None]
"""Told how many articles were let go just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """What a filter would let go."""

    articles: int
    copies: int
    """Of them, those that are copies of another article."""
    handed_on: int
    """Articles that stay, and are copies of one that goes: the earliest of them takes its place."""
    revisions: int
    changes: int
    bytes: int
    """UTF-8 of the texts, also of the revisions; the indexes on them take about as much again."""


def plan_pruning(session: Session, wanted: ArticleFilter) -> Pruning:
    """What would go. Raises `BadQuery`."""
    which = conditions(session, wanted)
    chosen = select(Article.id).where(*which)
    stays = aliased(Article)
    articles, copies, size = session.execute(
        select(func.count(), func.count(Article.duplicate_of), _bytes(session, Article.text)).where(*which)
    ).one()
    revisions, size_of_revisions = session.execute(
        select(func.count(), _bytes(session, Revision.text)).where(Revision.article_id.in_(chosen))
    ).one()
    return Pruning(
        articles=articles,
        copies=copies,
        handed_on=_count(session, stays.duplicate_of.in_(chosen), stays.id.not_in(chosen)),
        revisions=revisions,
        changes=_count(session, Change.article_id.in_(chosen)),
        bytes=int(size or 0) + int(size_of_revisions or 0),
    )


def _bytes(session: Session, column: Any) -> ColumnElement[Any]:
    if is_postgresql(session):
        return func.sum(func.octet_length(column))
    return func.sum(func.length(cast(column, LargeBinary)))


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*which)) or 0


def prune(
    database: Database,
    wanted: ArticleFilter,
    compare: CompareTexts,
    clock: Clock,
    on_articles: OnArticles,
) -> int:
    """Let the articles go that the filter asks for; how many they were.

    Some at a time, each time in a transaction of its own: stopped in between, what is gone is gone and the
    rest is as it was. `clock` is asked in each of them, for an export as of a moment may be made meanwhile.
    Raises `BadQuery`.
    """
    gone = last = 0
    while True:
        with database.write() as session:
            lock_filing(session)
            chosen = select(Article.id).where(Article.id > last, *conditions(session, wanted))
            ids = session.scalars(chosen.order_by(Article.id).limit(BATCH)).all()
            if not ids:
                return gone
            _let_go(session, ids, compare, clock())
        gone, last = gone + len(ids), ids[-1]
        on_articles(len(ids))


def _let_go(session: Session, ids: Sequence[int], compare: CompareTexts, now: datetime) -> None:
    leave_stories(session, ids, compare, now)
    pages = session.scalars(select(Page.id).where(Page.article_id.in_(ids))).all()
    lock_pages(session, pages)
    # Without its validators: whoever asks for the address by hand gets the page whole.
    forgotten = dict.fromkeys(("etag", "last_modified", "body_hash", "full_fetch_at", "due_at", "article_id"))
    for begin in range(0, len(pages), BATCH):
        some = update(_PAGES).where(_PAGES.c.id.in_(pages[begin : begin + BATCH]))
        session.execute(some.values(**forgotten, reason=PRUNED))
    session.execute(delete(_ARTICLES).where(_ARTICLES.c.id.in_(ids)))  # the rest follows by its keys
