"""Why a page is due when it is: the waits of crawler/revisit.py and the frontier, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.revisit import LATER, LOOKS_AT_GONE
from crawler.schedule.durations import shown_duration
from storage.care.pruned import PRUNED
from storage.explain import KeptPage
from storage.models import PageState
from storage.stored import StoredArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """When a page is fetched next."""

    due_at: datetime | None
    """Null: not again by itself."""
    overdue: bool
    """Whether it is due already."""
    why: str


def outlook(page: KeptPage, article: StoredArticle | None, look_again: timedelta, now: datetime) -> Outlook:
    """When a page is fetched next, and why then.

    `article` is what stands there, `look_again` up to what age articles are looked at again.
    """
    overdue = page.due_at is not None and page.due_at <= now
    why = _why_due(page, article, look_again, overdue) if page.due_at else _why_not(page, article, look_again)
    if page.source_enabled is False:
        why += f"; but {page.source!r} is disabled, and nothing of it is fetched by itself"
    elif page.due_at and page.source_id is None:
        why += "; it belongs to no source, and is only fetched when it is asked for"
    return Outlook(due_at=page.due_at, overdue=overdue, why=why)


def _why_due(page: KeptPage, article: StoredArticle | None, look_again: timedelta, overdue: bool) -> str:
    match page.state:
        case PageState.WAITING:
            late = ", behind all news: a backfill found it" if page.priority else ""
            return f"it was found, and is to be fetched for the first time{late}"
        case PageState.FAILED:
            waits = ", ".join(map(shown_duration, LATER))
            return f"it is tried again: {page.attempts} failed in a row (waits: {waits}, then it is given up)"
        case PageState.FORBIDDEN:
            return "robots.txt forbids it: what is due here is not fetched"
        case PageState.GONE:
            looks = ", ".join(map(shown_duration, LOOKS_AT_GONE))
            return f"what was taken down by mistake comes back: it is looked for {looks} after it was gone"
    if _is_told_changed(page) and overdue:
        return "what names it says that it was changed after the last visit"
    if article is None:
        return "it is asked for"
    return (
        f"a second look, for edits: the waits grow with the age of the article, up to "
        f"{shown_duration(look_again)} after it was published or last changed"
    )


def _why_not(page: KeptPage, article: StoredArticle | None, look_again: timedelta) -> str:
    match page.state:
        case PageState.STORED if article is None and page.reason == PRUNED:
            return "its article was let go for good, and no seed makes it due again"
        case PageState.REJECTED if article is None:
            return "what is no article is not fetched again, unless what names it says that it was changed"
        case PageState.FAILED:
            return f"given up, after {page.attempts or 1} in a row that failed"
        case PageState.FORBIDDEN:
            return "robots.txt forbids it"
        case PageState.GONE if article is None:
            return "it is not there, and never gave an article"
        case PageState.GONE:
            return "it was looked for often enough, or the article stands elsewhere"
    if not look_again:
        return "articles are not looked at again (schedule.look_again)"
    horizon = f"{shown_duration(look_again)} (schedule.look_again)"
    return f"articles are looked at again up to {horizon} after they were published or last changed"


def _is_told_changed(page: KeptPage) -> bool:
    return bool(page.hint_modified_at and page.visited_at and page.hint_modified_at > page.visited_at)
