"""Notes that an article is not on the web any more, or is there again; it stays in the archive."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.orm import Session

from storage.changes import ChangeKind, note_change
from storage.frontier import lock_pages
from storage.insert import table_of
from storage.models import Article, Page, PageState
from storage.recorded import update_articles
from storage.rows import fit_text
from storage.stories.duplicates import lock_filing

_PAGES, _ARTICLES = table_of(Page), table_of(Article)
_STANDS = or_(
    _PAGES.c.state == PageState.STORED,
    and_(_PAGES.c.state == PageState.FAILED, _PAGES.c.due_at.is_not(None)),  # nobody knows yet
)
_LONGEST_HOW = 32


def lock_for_filing(session: Session, page_ids: Collection[int]) -> None:
    """Lock what filing visits of these pages may change, in the order that keeps two from a deadlock.

    That is needed where it is not changed in that order: the pages that lead to the same articles become due
    before the visits are recorded. First comes the lock on filing, which nobody asks for who has pages.
    """
    lock_filing(session)
    articles = select(_PAGES.c.article_id).where(_PAGES.c.id.in_(page_ids), _PAGES.c.article_id.is_not(None))
    siblings = session.scalars(select(_PAGES.c.id).where(_PAGES.c.article_id.in_(articles)))
    lock_pages(session, {*page_ids, *siblings})


def note_gone(
    session: Session, page_id: int, how: str, now: datetime, gone_too: Collection[int] = ()
) -> None:
    """Note that the site says a page is not there, and so its article, if it had one.

    Several pages may lead to one article. While another one stands, the article does; but that one is due
    `now`, for it may be gone as well. `gone_too`: pages of which the same was found at the same time. It is
    called before the page's own state is written.
    """
    lock_filing(session)
    found = session.execute(
        select(Article.id, Page.state)
        .join(Page, Page.article_id == Article.id)
        .where(Page.id == page_id, Article.gone_at.is_(None))
    ).one_or_none()
    if found is None:
        return
    article_id, state = found
    # Asked once, when the page is first found gone: not at each further look at it.
    due = (
        _PAGES.c.due_at
        if state is PageState.GONE
        else case((_PAGES.c.due_at < now, _PAGES.c.due_at), else_=now)
    )
    others = (
        update(_PAGES)
        .where(_PAGES.c.article_id == article_id, _PAGES.c.id.not_in([page_id, *gone_too]), _STANDS)
        .values(due_at=due)
        .returning(_PAGES.c.id)
    )
    if session.execute(others).all():
        return
    how = (fit_text(how) or "")[:_LONGEST_HOW]
    gone = update_articles(now).where(_ARTICLES.c.id == article_id)
    session.execute(gone.values(gone_at=now, gone_how=how))
    note_change(session, article_id, now, ChangeKind.GONE)


def note_back(session: Session, article_ids: Collection[int], now: datetime) -> None:
    """Note that pages of these articles are there: those that were gone are back."""
    gone = select(Article.id).where(Article.id.in_(article_ids), Article.gone_at.is_not(None))
    for article_id in session.scalars(gone).all():
        lock_filing(session)
        back = (
            update_articles(now)
            .where(_ARTICLES.c.id == article_id, _ARTICLES.c.gone_at.is_not(None))
            .values(gone_at=None, gone_how=None)
            .returning(_ARTICLES.c.id)
        )
        if session.execute(back).all():  # else another process was faster
            note_change(session, article_id, now, ChangeKind.BACK)
