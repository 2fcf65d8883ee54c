"""Lets articles go for good, with their revisions; their pages stay known as read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, cast, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from storage.care.pruned import PRUNED
from storage.duplicates import lock_filing
from storage.filters import ArticleFilter, conditions, date_of
from storage.frontier import lock_pages
from storage.insert import is_postgresql, table_of
from storage.models import Article, Change, Page, Revision
from storage.session import Database

BATCH = 200
"""Articles that go in one transaction: a crawl that files at the same time waits for that long."""
ALIKE = 0.8
"""From here on a copy of what goes is a copy of its successor."""
_ARTICLES, _PAGES = table_of(Article), table_of(Page)

SameText = Callable[[str, str], float]
"""The share of what two texts have in common, 0 to 1."""
OnArticles = Callable[[int], None]
"""Told how many articles were let go just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """What a filter would let go."""

    articles: int
    copies: int
    """Of them, those that are copies of another article."""
    handed_on: int
    """Articles that stay, and are copies of one that goes: the first of them takes its place."""
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


def prune(database: Database, wanted: ArticleFilter, same_text: SameText, on_articles: OnArticles) -> int:
    """Let the articles go that the filter asks for; how many they were.

    Some at a time, each time in a transaction of its own: stopped in between, what is gone is gone and the
    rest is as it was. Raises `BadQuery`.
    """
    gone = last = 0
    while True:
        with database.write() as session:
            lock_filing(session)
            chosen = select(Article.id).where(Article.id > last, *conditions(session, wanted))
            ids = session.scalars(chosen.order_by(Article.id).limit(BATCH)).all()
            if not ids:
                return gone
            _let_go(session, ids, same_text)
        gone, last = gone + len(ids), ids[-1]
        on_articles(len(ids))


def _let_go(session: Session, ids: Sequence[int], same_text: SameText) -> None:
    leave_groups(session, ids, same_text)
    pages = session.scalars(select(Page.id).where(Page.article_id.in_(ids))).all()
    lock_pages(session, pages)
    # Without its validators: whoever asks for the address by hand gets the page whole.
    forgotten = dict.fromkeys(("etag", "last_modified", "body_hash", "full_fetch_at", "due_at", "article_id"))
    for begin in range(0, len(pages), BATCH):
        some = update(_PAGES).where(_PAGES.c.id.in_(pages[begin : begin + BATCH]))
        session.execute(some.values(**forgotten, reason=PRUNED))
    session.execute(delete(_ARTICLES).where(_ARTICLES.c.id.in_(ids)))  # the rest follows by its keys


def leave_groups(session: Session, article_ids: Sequence[int], same_text: SameText) -> None:
    """Take articles out of their groups of copies, under the lock on filing.

    Where one was the root, the earliest published of its copies takes its place; those that are not like that
    one, though they were like the first, form groups of their own in the same way.
    """
    members = (
        select(Article.id, Article.duplicate_of, Article.text_hash, Article.text)
        .where(Article.duplicate_of.in_(article_ids), Article.id.not_in(article_ids))
        .order_by(Article.duplicate_of, date_of(), Article.id)
    )
    heads: dict[int, str] = {}
    placed: dict[str, tuple[int, float]] = {}
    root = None
    for article_id, old_root, text_hash, text in session.execute(members).all():
        if old_root != root:
            heads, placed, root = {}, {}, old_root
        if text_hash not in placed:
            placed[text_hash] = _likest(text, heads, same_text) or (article_id, 1.0)
        head, share = placed[text_hash]
        if head == article_id:
            heads[article_id] = text
        values: dict[str, Any] = {"duplicate_of": head, "similarity": share}
        if head == article_id:
            values = dict.fromkeys(values)
        session.execute(update(_ARTICLES).where(_ARTICLES.c.id == article_id).values(values))


def _likest(text: str, heads: dict[int, str], same_text: SameText) -> tuple[int, float] | None:
    """The first of the heads that a text is a copy of, and how like it is."""
    likeness = ((head, same_text(known, text)) for head, known in heads.items())
    return next(((head, share) for head, share in likeness if share >= ALIKE), None)
