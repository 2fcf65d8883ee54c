"""Crawl this source now: the one function that the command line, the scheduler and a queue all call."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from crawler.assignment import Assignment, assign_addresses, assign_source, close_run
from crawler.desk import Desk
from crawler.health.judge import HealthChange
from crawler.log_context import logged_as
from crawler.politeness import LOOK_AGAIN, CrawlStopping, HostTaken
from crawler.report import RunCounts, RunReport
from crawler.schedule.plan import RunEnd
from crawler.spiders.news import NewsSpider
from storage.backfill import backfill_wanted
from storage.errors import StorageError
from storage.leases import host_lease
from storage.models import RunState
from storage.redacted import without_secrets
from storage.sources import home_of

logger = logging.getLogger(__name__)


async def crawl_sources(
    desk: Desk, source_ids: Sequence[int], *, limit: int | None = None, into_past: bool = False
) -> list[RunReport]:
    """Crawl sources, `crawls_at_once` at a time; a crash of one touches no other.

    `limit`: most pages fetched of each. `into_past`: until all is taken in that their backfills want.
    Reports come in the order of `source_ids`; sources that are gone, and those not begun when the desk was
    stopped, are left out. Raises StorageError if the archive failed, once every crawl has ended.
    """
    room = asyncio.Semaphore(desk.config.crawl.crawls_at_once)

    async def one(source_id: int) -> RunReport | None:
        async with room:
            try:
                if desk.stopping.is_set():
                    return None
                crawl = crawl_into_past if into_past else crawl_source
                return await crawl(desk, source_id, limit=limit)
            except StorageError as error:
                desk.fail(error)
                return None

    reports = await asyncio.gather(*(one(source_id) for source_id in source_ids))
    if desk.broken:
        raise desk.broken
    return [report for report in reports if report is not None]


async def crawl_source(
    desk: Desk,
    source_id: int,
    *,
    limit: int | None = None,
    scheduled: bool = False,
    longest: timedelta | None = None,
    patient: bool = True,
) -> RunReport | None:
    """Crawl one source now; None if there is no such source, or the desk is being stopped.

    See `Assignment` for what can be asked. While another process has its host it waits; where it is not to be
    `patient` it raises HostTaken. Raises StorageError if its run cannot be recorded.
    """
    home = await desk.archive.read(lambda session: home_of(session, source_id))
    if home is None:
        return None
    try:
        async with _host_of(desk, home, patient=patient):
            assignment = await assign_source(desk, source_id, limit, scheduled=scheduled, longest=longest)
            return await _run(assignment) if assignment else None
    except CrawlStopping:
        return None


@asynccontextmanager
async def _host_of(desk: Desk, home: str, *, patient: bool) -> AsyncIterator[None]:
    """A source's host for one crawl alone, in all processes. Raises HostTaken and CrawlStopping."""
    host = urlsplit(home).hostname or ""
    name = host_lease(host)
    async with desk.crawled[name]:
        told = False
        while (holder := await desk.leases.take(name)) is not None:
            if not patient:
                raise HostTaken(host, holder)
            if not told:
                logger.warning("waiting for %s, from which %s is fetching", host, holder)
                told = True
            await desk.gate.wait(LOOK_AGAIN)
        try:
            yield
        finally:
            desk.leases.let_go(name, keep=desk.gate.waiting(host))


async def crawl_into_past(desk: Desk, source_id: int, *, limit: int | None = None) -> RunReport | None:
    """Crawl one source, run after run, until its backfill is done, or does not get on; one report of all.

    Each run begins with what is new, so that the past holds up no news for longer than one takes.
    """
    total: RunReport | None = None
    while True:
        left = None if limit is None else limit - (total.counts.pages if total else 0)
        longest = desk.config.schedule.longest_run
        report = await crawl_source(desk, source_id, limit=left, scheduled=total is not None, longest=longest)
        if report is None:
            return total
        stuck = not report.counts.pages and not report.counts.walked
        if total is not None:
            report.counts.add(total.counts)
            report = replace(report, seconds=report.seconds + total.seconds)
        total = report
        if stuck or desk.stopping.is_set() or (limit is not None and total.counts.pages >= limit):
            return total
        if await desk.archive.read(lambda session: backfill_wanted(session, source_id)) is None:
            return total


async def crawl_addresses(desk: Desk, urls: Sequence[str]) -> RunReport:
    """Fetch and file addresses of single articles, known or not. Raises StorageError."""
    report = await _run(await assign_addresses(desk, urls))
    if desk.broken:
        raise desk.broken
    return report


async def _run(assignment: Assignment) -> RunReport:
    """Run the spider, and record how it went; what breaks it down is recorded and raised."""
    progress = assignment.desk.progress
    with logged_as(assignment.label, assignment.run_id):
        progress.run_started(assignment.label)
        began = time.monotonic()
        report = _report(assignment, RunState.FAILED, RunCounts(), "the crawl broke down")
        try:
            report = await _crawl(assignment)
        finally:
            report = replace(report, seconds=time.monotonic() - began)
            progress.run_ended(report)
        return report


async def _crawl(assignment: Assignment) -> RunReport:
    crawler = assignment.desk.runner.create_crawler(NewsSpider)
    try:
        await crawler.crawl_async(assignment=assignment)
        spider = crawler.spider
        assert isinstance(spider, NewsSpider)
        change = await close_run(assignment, spider.state, spider.counts, spider.error, spider.ended)
    except StorageError:
        raise
    except Exception as error:
        broken = without_secrets(f"the crawl broke down ({type(error).__name__}: {error})")
        await close_run(assignment, RunState.FAILED, RunCounts(), broken, RunEnd(failed=True))
        raise
    return _report(assignment, spider.state, spider.counts, spider.error, change)


def _report(
    assignment: Assignment,
    state: RunState,
    counts: RunCounts,
    error: str | None,
    change: HealthChange | None = None,
) -> RunReport:
    return RunReport(
        source=assignment.label,
        source_id=assignment.source_id,
        state=state,
        counts=counts,
        error=error,
        change=change,
    )
