"""Crawl this source now: the one function that the command line, the scheduler and a queue all call."""

import asyncio
import time
from collections.abc import Sequence

from scrapy.crawler import AsyncCrawlerRunner

from crawler.assignment import Assignment, assign_addresses, assign_source, close_run
from crawler.desk import Desk
from crawler.log_context import logged_as
from crawler.report import RunReport
from crawler.spiders.news import NewsSpider
from storage.errors import StorageError


async def crawl_sources(
    desk: Desk, source_ids: Sequence[int], *, limit: int | None = None
) -> list[RunReport]:
    """Crawl sources, `crawls_at_once` at a time; a crash of one touches no other.

    `limit`: most pages fetched of each. Reports come in the order of `source_ids`; sources that are gone, and
    those not begun when the desk was stopped, are left out. Raises StorageError if the archive failed, once
    every crawl has ended.
    """
    room = asyncio.Semaphore(desk.config.crawl.crawls_at_once)

    async def one(source_id: int) -> RunReport | None:
        async with room:
            try:
                return None if desk.stopping.is_set() else await crawl_source(desk, source_id, limit=limit)
            except StorageError as error:
                desk.fail(error)
                return None

    reports = await asyncio.gather(*(one(source_id) for source_id in source_ids))
    if desk.broken:
        raise desk.broken
    return [report for report in reports if report is not None]


async def crawl_source(desk: Desk, source_id: int, *, limit: int | None = None) -> RunReport | None:
    """Crawl one source now; None if there is no such source.

    Raises StorageError if its run cannot be recorded.
    """
    assignment = await assign_source(desk, source_id, limit)
    return await _run(assignment) if assignment else None


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
    with logged_as(assignment.label, assignment.run_id):
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
