"""Crawl this source now: the one function that the command line, the scheduler and a queue all call."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from scrapy.crawler import AsyncCrawlerRunner

from crawler.assignment import Assignment, assign_addresses, assign_source, close_run
from crawler.desk import Desk
from crawler.report import RunReport
from crawler.spiders.news import NewsSpider
from storage.backfill import backfill_wanted
from storage.errors import StorageError


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
) -> RunReport | None:
    """Crawl one source now; None if there is no such source. See `Assignment` for what can be asked.

    Raises StorageError if its run cannot be recorded.
    """
    assignment = await assign_source(desk, source_id, limit, scheduled=scheduled, longest=longest)
    return await _run(assignment) if assignment else None


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
    """Run the spider, and record how it went."""
    began = time.monotonic()
    progress = assignment.desk.progress
    progress.run_started(assignment.label)
    crawler = AsyncCrawlerRunner(assignment.desk.settings).create_crawler(NewsSpider)
    await crawler.crawl_async(assignment=assignment)
    spider = crawler.spider
    assert isinstance(spider, NewsSpider)
    await close_run(assignment, spider.state, spider.counts, spider.error)
    report = RunReport(
        source=assignment.label,
        source_id=assignment.source_id,
        state=spider.state,
        counts=spider.counts,
        error=spider.error,
        seconds=time.monotonic() - began,
    )
    progress.run_ended(report)
    return report
