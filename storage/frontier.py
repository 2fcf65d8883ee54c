"""The frontier: every page we know, which of them are due, and what each visit makes of them.

How pages come into it stands in storage/candidates.py and storage/seeds.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Insert,
    Integer,
    Update,
    bindparam,
    case,
    cast,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from storage.insert import insert_into, is_postgresql, table_of
from storage.models import Article, Page, PageState, Run, Visit
from storage.rows import check_row, fit_text, is_fit_url

_DUE_STATES = tuple(state for state in PageState if state is not PageState.FORBIDDEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """A page to fetch, and what the request for it needs."""

    id: int
    source_id: int | None
    """The source it was found in; None for an address given by hand."""
    url: str
    """Its canonical form."""
    asked_url: str | None
    """The address to fetch it by, where that differs."""
    etag: str | None
    last_modified: str | None
    attempts: int
    """Fetches that failed since the last one that did not."""
    body_hash: str | None
    """SHA-256, hexadecimal, of the body that was last read whole."""
    full_fetch_at: datetime | None
    """When the body last came whole."""
    article_id: int | None
    """The article that it gave at an earlier visit: this one is a second look."""
    hint_title: str | None
    hint_published_at: datetime | None
    found_at: datetime
    read_by: str | None = None
    """What read its article, if it has one: see `storage.models.Article`."""
    read_again: bool = False
    """Whether the extractor alone is to read it, also where it has not changed: see storage/rereading.py."""


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
    """False where the host was not asked at all: a failure that does not count as an attempt.

    If it is to be tried again, it is no visit either: only the page's state, reason and `due_at` are written.
    """
    due_at: datetime | None
    """When to fetch it next; null: not again by itself."""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    full_fetch_at: datetime | None = None
    """When the body came whole: `at`, if it came with this visit."""
    article_id: int | None = None
    """The article that was filed from it; null leaves the one it had."""


_NEWS_FIRST = (
    Page.priority,
    Page.article_id.is_not(None),
    Page.hint_published_at.desc().nulls_last(),
    Page.id,
)
_OF_ARTICLES = ("read_by", "read_again")
_DUE_COLUMNS = tuple(getattr(Article if name in _OF_ARTICLES else Page, name) for name in DuePage.__slots__)


def due_pages(
    session: Session, source_id: int, now: datetime, limit: int, skip: Collection[int] = ()
) -> list[DuePage]:
    """Up to `limit` pages of a source that are due at `now`, news first; none whose id is in `skip`.

    What a backfill found comes last; before it, pages that gave no article yet come before second looks; and
    among each, the newest story first. Forbidden pages are never due, whatever their `due_at`.
    """
    return _due(session, Page.source_id == source_id, now, limit, skip)


def count_due(session: Session, source_id: int, now: datetime) -> int:
    """How many pages `due_pages` would give without a limit."""
    due = select(func.count()).select_from(Page).where(Page.source_id == source_id, *_is_due(now))
    return session.scalars(due).one()


def heed_clock(session: Session, now: datetime) -> None:
    """Make pages due that wait for a time which a clock said too early: it was set back since.

    That one was found or visited later than `now` shows it. Whether there are such pages is asked of the
    runs, of which there are few; only then is each page looked at.
    """
    of_then = select(Run.id).where(or_(Run.started_at > now, Run.ended_at > now)).limit(1)
    if session.scalar(of_then) is None:
        return
    ahead = Page.due_at > now, or_(Page.found_at > now, Page.visited_at > now)
    # No validators either: how long a 304 is trusted is counted from the last full fetch.
    session.execute(update(table_of(Page)).where(*ahead).values(due_at=now, full_fetch_at=None))


def earliest_due(session: Session, source_id: int) -> datetime | None:
    """When the first page of a source is due that will be fetched again; None if none will."""
    due = select(func.min(Page.due_at)).where(Page.source_id == source_id, Page.state.in_(_DUE_STATES))
    return session.scalars(due).one()


def due_among(
    session: Session, page_ids: Collection[int], now: datetime, limit: int, skip: Collection[int] = ()
) -> list[DuePage]:
    """As `due_pages`, of the pages given."""
    return _due(session, Page.id.in_(page_ids), now, limit, skip)


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Page.due_at <= now, Page.state.in_(_DUE_STATES)


def _due(
    session: Session, which: ColumnElement[bool], now: datetime, limit: int, skip: Collection[int]
) -> list[DuePage]:
    rows = session.execute(
        select(*_DUE_COLUMNS)
        .outerjoin(Article, Article.id == Page.article_id)
        .where(which, *_is_due(now))
        .order_by(*_NEWS_FIRST)
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
    if asked_url is not None and not is_fit_url(asked_url):
        asked_url = None
    row = {"url": url, "asked_url": asked_url, "source_id": source_id, "found_at": now, "due_at": now}
    check_row(table_of(Page), row)
    statement = insert_into(session, Page).values(**row, state=PageState.WAITING, attempts=0)
    session.execute(statement.on_conflict_do_nothing())
    pages = table_of(Page)
    due = update(pages).values(
        due_at=now,
        state=case((pages.c.state == PageState.FORBIDDEN, PageState.WAITING), else_=pages.c.state),
        source_id=func.coalesce(pages.c.source_id, source_id),
    )
    page_id: int = session.scalars(due.where(pages.c.url == url).returning(pages.c.id)).one()
    return page_id


def try_failed_again(session: Session, source_id: int, now: datetime, tries: int) -> int:
    """Make pages of a source due `now` that failed and wait for a later run, for somebody asks; how many.

    Those that failed more than `tries` times in a row: what does not change within minutes failed once, and
    waits. They are counted anew, and so tried as often as in a first run. What was given up stays so.
    """
    failed = (
        Page.source_id == source_id,
        Page.state == PageState.FAILED,
        Page.attempts > tries,
        Page.due_at > now,
    )
    ids = session.scalars(select(Page.id).where(*failed)).all()
    if ids:
        lock_pages(session, ids)
        session.execute(update(table_of(Page)).where(*failed).values(due_at=now, attempts=0))
    return len(ids)


def lock_pages(session: Session, page_ids: Collection[int]) -> None:
    """Wait for the transactions that change these pages, and have the next ones wait for this.

    Whoever changes several pages does so in the order of their ids, or locks them first: in any other order
    two of them would wait for each other. On SQLite a transaction that writes is alone anyway.
    """
    if is_postgresql(session):
        # Not against a visit that is inserted, which only needs its page to stay.
        rows = select(Page.id).where(Page.id.in_(page_ids)).order_by(Page.id).with_for_update(key_share=True)
        session.execute(rows).all()


def record_visits(session: Session, records: Sequence[VisitRecord]) -> None:
    """Write down visits, and the new state of their pages.

    After a 304 a page keeps the validators that the answer did not repeat (RFC 9111, 4.3.4), and the hash of
    its body; after any other answer they are those of the record. A page whose source was removed while it
    was fetched is passed over.
    """
    rows = [
        {f"new_{name}": _fit(getattr(record, name)) for name in VisitRecord.__slots__}
        | {"new_kept": record.status == 304 or not _is_visit(record), "new_is_visit": _is_visit(record)}
        for record in records
    ]
    if rows:
        session.execute(_NEW_STATE, sorted(rows, key=itemgetter("new_page_id")))  # see lock_pages
    if visits := [row for row in rows if row["new_is_visit"]]:
        session.execute(_NEW_VISIT, visits)


def _is_visit(record: VisitRecord) -> bool:
    """False for what may go on for ever without a word from the host: its rows would have no end."""
    return record.attempted or record.state is not PageState.FAILED or record.due_at is None


def _fit(value: object) -> object:
    return fit_text(value) if type(value) is str else value  # a state is a str too, and fit as it is


def _new(name: str, column: ColumnElement[Any]) -> BindParameter[Any]:
    """A value of the record, typed as the column it is for."""
    return bindparam(f"new_{name}", type_=column.type)


def _new_state() -> Update:
    page = table_of(Page).c
    of_body = ("etag", "last_modified", "body_hash", "full_fetch_at")
    new = {name: _new(name, page[name]) for name in ("state", "reason", "due_at", *of_body)}
    is_kept, is_visit = (bindparam(f"new_{name}", type_=Boolean()) for name in ("kept", "is_visit"))
    attempted = cast(bindparam("new_attempted", type_=Boolean()), Integer())
    kept = {name: func.coalesce(new[name], page[name]) for name in of_body}
    return (
        update(table_of(Page))
        .where(page.id == _new("page_id", page.id))
        .values(
            state=func.coalesce(new["state"], page.state),
            reason=case((new["state"].is_(None), page.reason), else_=new["reason"]),
            due_at=new["due_at"],
            visited_at=case((is_visit, _new("at", page.visited_at)), else_=page.visited_at),
            attempts=case((new["state"] == PageState.FAILED, page.attempts + attempted), else_=0),
            article_id=func.coalesce(_new("article_id", page.article_id), page.article_id),
            **{name: case((is_kept, kept[name]), else_=new[name]) for name in kept},
        )
    )


def _new_visit() -> Insert:
    page, run, visit = table_of(Page).c, table_of(Run).c, table_of(Visit).c
    copied = ("page_id", "at", "status", "size", "milliseconds", "final_url", "outcome", "reason")
    run_id = select(run.id).where(run.id == _new("run_id", run.id)).scalar_subquery()
    values = [_new(name, visit[name]) for name in copied]
    still_there = select(*values, run_id).where(page.id == _new("page_id", page.id))
    return insert(table_of(Visit)).from_select([*copied, "run_id"], still_there)


# Built once: to build them costs more than to run them.
_NEW_STATE = _new_state()
_NEW_VISIT = _new_visit()
