"""Files what the visits of pages gave, many in one transaction."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from pipelines.article import Reading
from pipelines.fingerprint import resemblance
from storage.articles import FilingOutcome, file_article
from storage.frontier import VisitRecord, record_visit
from storage.models import PageState
from storage.thread import ArchiveThread

GROUP_SIZE = 50
GROUP_WAIT = 0.2
"""Seconds that a first visit waits for company before it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One visit of a page, as the spider saw it: a reading, a failure, or `unchanged` (a 304)."""

    page_id: int
    source_id: int | None
    run_id: int | None
    at: datetime
    status: int | None = None
    size: int | None = None
    milliseconds: int | None = None
    final_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    reading: Reading | None = None
    unchanged: bool = False
    failure: str | None = None
    detail: str | None = None
    failed_as: PageState = PageState.FAILED
    attempted: bool = True
    """False where the host was not asked at all."""
    due_at: datetime | None = None
    """When to visit it next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledVisit:
    """What became of a visit: an outcome ("new", "rejected"…) and, where there is one, the reason."""

    outcome: str
    reason: str | None = None
    article_id: int | None = None


class Filer:
    """Collects visits and files them in groups: by GROUP_SIZE, or GROUP_WAIT after the first.

    A visit that cannot be stored costs itself. A database that fails raises StorageError to all who wait: the
    crawl must stop, and its frontier still has what was not filed.
    """

    def __init__(self, archive: ArchiveThread) -> None:
        self._archive = archive
        self._waiting: list[tuple[Visited, asyncio.Future[FiledVisit]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    async def file(self, visited: Visited) -> FiledVisit:
        """File one visit; returns when its group is committed. Raises StorageError."""
        loop = asyncio.get_running_loop()
        filed: asyncio.Future[FiledVisit] = loop.create_future()
        self._waiting.append((visited, filed))
        if len(self._waiting) >= GROUP_SIZE:
            self._write_waiting()
        elif self._timer is None:
            self._timer = loop.call_later(GROUP_WAIT, self._write_waiting)
        return await filed

    async def flush(self) -> None:
        """Write what waits, and wait until it is written."""
        self._write_waiting()
        await asyncio.gather(*self._writing, return_exceptions=True)

    def _write_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            group, self._waiting = self._waiting, []
            task = asyncio.ensure_future(self._write(group))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _write(self, group: list[tuple[Visited, asyncio.Future[FiledVisit]]]) -> None:
        try:
            filed = await self._archive.write(lambda session: file_visits(session, [v for v, _ in group]))
        except Exception as error:  # noqa: BLE001  whoever waits must be told, whatever it was
            for _, waiting in group:
                if not waiting.done():
                    waiting.set_exception(error)
            return
        for (_, waiting), result in zip(group, filed, strict=True):
            if not waiting.done():
                waiting.set_result(result)


def file_visits(session: Session, group: list[Visited]) -> list[FiledVisit]:
    """File a group in the transaction given, each visit in a savepoint: one bad row costs one row."""
    filed = []
    for visited in group:
        try:
            with session.begin_nested():
                filed.append(_file(session, visited))
        except (StatementError, ValueError) as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            filed.append(_file_refusal(session, visited, error))
    return filed


def _file(session: Session, visited: Visited) -> FiledVisit:
    """File one visit: the article, if it is one, and the page's new state, together."""
    article = visited.reading.article if visited.reading else None
    if article is not None:
        filed = file_article(session, visited.source_id, article, visited.at, resemblance)
        _record(session, visited, PageState.STORED, str(filed.outcome), None, article_id=filed.article_id)
        return FiledVisit(outcome=str(filed.outcome), article_id=filed.article_id)
    if visited.reading is not None and visited.reading.rejection is not None:
        reason = str(visited.reading.rejection)
        _record(session, visited, PageState.REJECTED, "rejected", _told(reason, visited.reading.detail))
        return FiledVisit(outcome="rejected", reason=reason)
    if visited.unchanged:
        _record(session, visited, None, "unchanged", None)
        return FiledVisit(outcome=str(FilingOutcome.UNCHANGED))
    reason = visited.failure or "unknown"
    outcome = "rejected" if visited.failed_as is PageState.FORBIDDEN else "failed"
    _record(session, visited, visited.failed_as, outcome, _told(reason, visited.detail))
    return FiledVisit(outcome=outcome, reason=reason)


def _file_refusal(session: Session, visited: Visited, error: Exception) -> FiledVisit:
    """The database would not take the article: the page keeps the reason, and is not tried again."""
    cause = getattr(error, "orig", None) or error
    _record(session, visited, PageState.FAILED, "failed", f"could not be stored: {cause}"[:500])
    return FiledVisit(outcome="failed", reason="could not be stored")


def _record(
    session: Session,
    visited: Visited,
    state: PageState | None,
    outcome: str,
    reason: str | None,
    article_id: int | None = None,
) -> None:
    record_visit(
        session,
        VisitRecord(
            page_id=visited.page_id,
            run_id=visited.run_id,
            at=visited.at,
            status=visited.status,
            size=visited.size,
            milliseconds=visited.milliseconds,
            final_url=visited.final_url,
            outcome=outcome,
            reason=reason,
            state=state,
            due_at=visited.due_at,
            attempted=visited.attempted,
            etag=visited.etag,
            last_modified=visited.last_modified,
            article_id=article_id,
        ),
    )


def _told(reason: str, detail: str | None) -> str:
    return f"{reason}: {detail}"[:500] if detail else reason


class StorePipeline:
    """Scrapy's item pipeline: hands each Visited to the desk's Filer, and counts what became of it."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Items of other kinds pass through untouched, for spiders of one's own."""
        if isinstance(item, Visited):
            await self._crawler.spider.file(item)
        return item
