"""The frontier: every page we know, which of them are due, and what each visit makes of them.

How pages come into it stands in storage/candidates.py and storage/seeds.py; their names are offered here too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, insert, select, update
from sqlalchemy.orm import Session

from storage.candidates import Candidate, Found, add_pages
from storage.insert import insert_into, table_of
from storage.models import Page, PageState, Run, Visit
from storage.rows import check_row, fit_text
from storage.seeds import SeedState, SeedVisit, record_seed_visit, seeds_of

__all__ = [
    "Candidate",
    "DuePage",
    "Found",
    "SeedState",
    "SeedVisit",
    "VisitRecord",
    "add_pages",
    "ask_for_page",
    "due_among",
    "due_pages",
    "record_seed_visit",
    "record_visit",
    "seeds_of",
]

_DUE_STATES = (PageState.WAITING, PageState.STORED, PageState.FAILED, PageState.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """A page to fetch, and what the request for it needs."""

    id: int
    url: str
    """Its canonical form."""
    asked_url: str | None
    """The address to fetch it by, where that differs."""
    etag: str | None
    last_modified: str | None
    attempts: int
    """Fetches that failed since the last one that did not."""
    hint_title: str | None
    hint_published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """One fetch of a page, and what it leads to (which is the caller's decision)."""

    page_id: int
    run_id: int | None
    at: datetime
    status: int | None = None
    """HTTP status; null where no answer came."""
    size: int | None = None
    """Bytes of the decoded body."""
    milliseconds: int | None = None
    final_url: str | None = None
    """Where redirects led, if elsewhere."""
    outcome: str
    reason: str | None = None
    state: PageState | None
    """Null where the visit says nothing new of the page (a 304): it stays as it was."""
    attempted: bool = True
    """False where the host was not asked at all: a failure that does not count as an attempt."""
    due_at: datetime | None
    """When to fetch it next; null: not again by itself."""
    etag: str | None = None
    last_modified: str | None = None
    article_id: int | None = None
    """The article that was filed from it; null leaves the one it had."""


_DUE_COLUMNS = tuple(getattr(Page, name) for name in DuePage.__slots__)


def due_pages(
    session: Session, source_id: int, now: datetime, limit: int, skip: Collection[int] = ()
) -> list[DuePage]:
    """Up to `limit` pages of a source that are due at `now`, newest story first; none whose id is in `skip`.

    Forbidden and gone pages are never due, whatever their `due_at`.
    """
    return _due(session, Page.source_id == source_id, now, limit, skip)


def due_among(
    session: Session, page_ids: Collection[int], now: datetime, limit: int, skip: Collection[int] = ()
) -> list[DuePage]:
    """As `due_pages`, of the pages given."""
    return _due(session, Page.id.in_(page_ids), now, limit, skip)


def _due(
    session: Session, which: ColumnElement[bool], now: datetime, limit: int, skip: Collection[int]
) -> list[DuePage]:
    rows = session.execute(
        select(*_DUE_COLUMNS)
        .where(which, Page.due_at <= now, Page.state.in_(_DUE_STATES))
        .order_by(Page.hint_published_at.desc().nulls_last(), Page.id)
        .limit(limit + len(skip))
    )
    return [DuePage(**row._mapping) for row in rows if row.id not in skip][:limit]


def ask_for_page(
    session: Session, url: str, source_id: int | None, now: datetime, *, asked_url: str | None = None
) -> int:
    """Make the page of an address given by hand due now, whatever became of it before; its id.

    `url` is its canonical form, `asked_url` the address to fetch it by where that differs. It is made if we
    do not know it; a page of no source joins `source_id`. Raises `CannotStore` if the address cannot be kept.
    """
    row = {"url": url, "asked_url": asked_url, "source_id": source_id, "found_at": now, "due_at": now}
    check_row(table_of(Page), row)
    statement = insert_into(session, Page).values(**row, state=PageState.WAITING, attempts=0)
    session.execute(statement.on_conflict_do_nothing())
    pages = table_of(Page)
    never_due = pages.c.state.in_([PageState.FORBIDDEN, PageState.GONE])
    due = update(pages).values(
        due_at=now,
        state=case((never_due, PageState.WAITING), else_=pages.c.state),
        source_id=func.coalesce(pages.c.source_id, source_id),
    )
    page_id: int = session.scalars(due.where(pages.c.url == url).returning(pages.c.id)).one()
    return page_id


def record_visit(session: Session, record: VisitRecord) -> None:
    """Write down a visit, and the page's new state.

    After a 304 the page keeps the validators that the answer did not repeat (RFC 9111, 4.3.4); after any
    other answer they are those of the record.
    """
    pages, visits = table_of(Page), table_of(Visit)
    etag: Any = fit_text(record.etag)
    last_modified: Any = fit_text(record.last_modified)
    if record.status == 304:
        etag = func.coalesce(etag, pages.c.etag)
        last_modified = func.coalesce(last_modified, pages.c.last_modified)
    values: dict[str, Any] = {
        "due_at": record.due_at,
        "visited_at": record.at,
        "attempts": pages.c.attempts + int(record.attempted) if record.state is PageState.FAILED else 0,
        "etag": etag,
        "last_modified": last_modified,
        "article_id": func.coalesce(record.article_id, pages.c.article_id),
    }
    if record.state is not None:
        values |= {"state": record.state, "reason": fit_text(record.reason)}
    statement = update(pages).where(pages.c.id == record.page_id).values(values).returning(pages.c.id)
    if session.scalar(statement) is None:
        return  # its source was removed while it was fetched
    session.execute(
        insert(visits).values(run_id=select(Run.id).where(Run.id == record.run_id).scalar_subquery()),
        {
            "page_id": record.page_id,
            "at": record.at,
            "status": record.status,
            "size": record.size,
            "milliseconds": record.milliseconds,
            "final_url": fit_text(record.final_url),
            "outcome": record.outcome,
            "reason": fit_text(record.reason),
        },
    )
