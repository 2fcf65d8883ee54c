"""The spider that crawls one source: its seeds, then every page that is due."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, UsageError
from scrapy.http import Response
from sqlalchemy.orm import Session
from twisted.python.failure import Failure as TwistedFailure

from crawler.assignment import Assignment, close_run, self_assigned
from crawler.config import ConfigError
from crawler.desk import Desk
from crawler.discover import DiscoveryFailed, explore
from crawler.failures import Failure, failure_of_exception, failure_of_response
from crawler.fetch import fetch_patiently, header, page_of
from crawler.politeness import PATIENCE, CrawlStopping
from crawler.report import RunCounts
from crawler.revisit import WITHIN_RUN, Retries, retry_at
from crawler.seeds import SeedReader
from pipelines.canonical import canonical_url
from pipelines.store import Visited
from storage.errors import StorageError
from storage.frontier import DuePage, ask_for_page, due_among, due_pages
from storage.models import PageState, RunState
from storage.seeds import seeds_of
from storage.sources import add_seeds

BATCH = 50
"""Pages asked of the frontier at a time."""

AskFrontier = Callable[[Session, datetime, int, Collection[int]], Sequence[DuePage]]
"""Pages due at a time, so many at most, without those whose ids are given."""


class NewsSpider(scrapy.Spider):
    """Crawls what its assignment names: a source, or addresses of single articles.

    Its pages come from the frontier and go back to it: nothing is remembered here that a crash could lose.
    `state`, `counts` and `error` say how the run went.
    """

    name = "news"
    job: Assignment

    def __init__(
        self, source: str | None = None, assignment: Assignment | None = None, **kwargs: Any
    ) -> None:
        """`source`: a source's name, for `scrapy crawl news -a source=NAME`; copydesk gives an assignment."""
        super().__init__(**kwargs)
        if assignment is None and source is None:
            raise UsageError("name a source: scrapy crawl news -a source=NAME")
        self._source = source
        self._own = AsyncExitStack()
        if assignment is not None:
            self.job = assignment
        self.counts = RunCounts()
        self.error: str | None = None
        self.state = RunState.DONE
        self._in_flight: set[int] = set()
        self._none_in_flight = asyncio.Event()

    @property
    def desk(self) -> Desk:
        return self.job.desk

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        for settled in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider._item_settled, settled)
        crawler.signals.connect(spider._callback_broke, signals.spider_error)
        crawler.signals.connect(spider._close, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The requests of the run; Scrapy takes the next one only when it has room for it."""
        if self._source is not None:
            self.job = await self._own_assignment(self._source)
        if (source_id := self.job.source_id) is not None:
            await self._read_seeds(source_id)
            due = self._due_pages(lambda session, *rest: due_pages(session, source_id, *rest))
        else:
            ids = await self._ask_for_addresses()
            due = self._due_pages(lambda session, *rest: due_among(session, ids, *rest))
        async for page in due:
            self._in_flight.add(page.id)
            self._none_in_flight.clear()
            yield self._request(page)

    async def _own_assignment(self, source: str) -> Assignment:
        try:
            return await self._own.enter_async_context(self_assigned(self.crawler.settings, source))
        except (ConfigError, StorageError) as error:
            self.logger.error("%s", error)
            raise CloseSpider("not started") from error

    async def _read_seeds(self, source_id: int) -> None:
        answers = await self._find_seeds(source_id)

        async def fetch_seed(url: str, headers: dict[str, str]) -> Response:
            return answers.pop(url, None) or await self._fetch(url, headers)

        reader = SeedReader(
            archive=self.desk.archive,
            fetch=fetch_seed,
            source_id=source_id,
            home=self.job.home or "",
            room=self.desk.config.crawl.sitemap_candidates,
        )
        await reader.read_all(self.desk.stopping, self._found)
        if reader.errors and not reader.read:
            self.error = reader.errors[0]

    async def _find_seeds(self, source_id: int) -> dict[str, Response]:
        """Explore a site that has no seeds yet; what was fetched for that serves as their first visit."""
        answers: dict[str, Response] = {}
        known = await self.desk.archive.read(lambda session: seeds_of(session, source_id))
        if known or not self.job.home:
            return answers
        try:
            discovery = await explore(self.desk, self._fetch, self.job.home, answers)
        except DiscoveryFailed as failed:
            self.error = str(failed)
        else:
            await self.desk.archive.write(lambda session: add_seeds(session, source_id, discovery.seeds))
        return answers

    async def _fetch(
        self, url: str, headers: Mapping[str, str] | None = None, *, patient: bool = True
    ) -> Response:
        retries = self.desk.retries if patient else Retries(times=0)
        return await fetch_patiently(self.crawler, url, headers, retries)

    def _found(self, count: int) -> None:
        self.counts.found += count
        self.desk.progress.found(self.job.label, count)

    async def _due_pages(self, ask: AskFrontier) -> AsyncIterator[DuePage]:
        """What the frontier has due, newest first; waits for pages that are soon to be tried again."""
        given = 0
        while not self.desk.stopping.is_set() and (self.job.limit is None or given < self.job.limit):
            room = BATCH if self.job.limit is None else min(BATCH, self.job.limit - given)
            pages = await self._ask(ask, timedelta(0), room)
            if not pages and self._in_flight:
                await self._none_in_flight.wait()  # one of them may fail, and be due again
            elif not pages:
                if self._host_rests() or not await self._ask(ask, WITHIN_RUN, 1):
                    return
                await asyncio.sleep(0.5)
            for page in pages:
                if self.desk.stopping.is_set() or self._host_rests():
                    return
                given += 1
                yield page

    async def _ask(self, ask: AskFrontier, ahead: timedelta, limit: int) -> Sequence[DuePage]:
        skip, when = frozenset(self._in_flight), datetime.now(UTC) + ahead
        return await self.desk.archive.read(lambda session: ask(session, when, limit, skip))

    async def _ask_for_addresses(self) -> list[int]:
        """Make the addresses of the assignment due; the ids of their pages."""
        now = datetime.now(UTC)

        def ask(session: Session) -> list[int]:
            ids = []
            for address in self.job.addresses:
                url = canonical_url(address) or address  # what is no web address fails when it is fetched
                asked_url = address if address != url else None
                ids.append(ask_for_page(session, url, None, now, asked_url=asked_url))
            return ids

        return await self.desk.archive.write(ask)

    def _host_rests(self) -> bool:
        """Whether the site asked to be left alone for longer than a run waits: then the run ends here."""
        if (seconds := self.desk.gate.resting(urlsplit(self.job.home or "").hostname or "")) <= PATIENCE:
            return False
        self.error = f"the site asked to be left alone for {seconds:.0f} s"
        return True

    def _request(self, page: DuePage) -> Request:
        validators = {"If-None-Match": page.etag, "If-Modified-Since": page.last_modified}
        return Request(
            page.asked_url or page.url,
            headers={name: value for name, value in validators.items() if value},
            callback=self.answered,
            errback=self.not_answered,
            cb_kwargs={"page": page},
            meta={"asked_at": time.monotonic()},
            dont_filter=True,  # the frontier has decided
        )

    async def answered(self, response: Response, page: DuePage) -> AsyncIterator[Visited]:
        """An HTTP answer came: read it in a worker, or record what its status says."""
        now = datetime.now(UTC)
        if failure := failure_of_response(response, now):
            yield self._failed(page, failure, now, response)
        elif response.status == 304:
            yield self._visited(page, now, response, unchanged=True)
        else:
            fetched = page_of(response, self.job.home, page.hint_title, page.hint_published_at)
            yield self._visited(page, now, response, reading=await self.desk.workers.read(fetched))

    async def not_answered(self, failure: TwistedFailure) -> AsyncIterator[Visited]:
        """No answer came, or none that was let through."""
        page: DuePage = failure.request.cb_kwargs["page"]  # type: ignore[attr-defined]  # Scrapy sets it
        assert failure.value is not None
        if isinstance(failure.value, CrawlStopping):
            self._landed(page.id)
        else:
            yield self._failed(page, failure_of_exception(failure.value), datetime.now(UTC))

    def _failed(
        self, page: DuePage, failure: Failure, now: datetime, response: Response | None = None
    ) -> Visited:
        attempts = page.attempts + failure.visited
        state = (
            PageState.GONE if failure.gone else PageState.FORBIDDEN if failure.forbidden else PageState.FAILED
        )
        return self._visited(
            page,
            now,
            response,
            failure=failure.reason,
            detail=failure.detail,
            failed_as=state,
            attempted=failure.visited,
            due_at=retry_at(failure, attempts, self.desk.retries, now),
        )

    def _visited(self, page: DuePage, now: datetime, response: Response | None, **outcome: Any) -> Visited:
        took: dict[str, Any] = {}
        if response is not None:
            took = {
                "status": response.status,
                "size": len(response.body),
                "milliseconds": round(1000 * response.meta.get("download_latency", 0.0)),
                "final_url": response.url if response.meta.get("redirect_times") else None,
                "etag": header(response, "ETag"),
                "last_modified": header(response, "Last-Modified"),
            }
        return Visited(
            page_id=page.id, source_id=self.job.source_id, run_id=self.job.run_id, at=now, **took, **outcome
        )

    async def file(self, visited: Visited) -> None:
        """File a visit and count it; a database that fails stops the desk."""
        try:
            filed = await self.desk.filer.file(visited)
        except StorageError as error:
            self.error = str(error)
            self.desk.fail(error)
        else:
            self.counts.count(filed.outcome, filed.reason)
            self.desk.progress.page_done(self.job.label, filed.outcome)

    async def _close(self, reason: str) -> None:
        if not hasattr(self, "job"):  # its own assignment could not be had; Scrapy has logged why
            return
        if self.desk.stopping.is_set():
            self.state = RunState.STOPPED
        elif reason != "finished":
            self.error = self.error or f"the crawl broke off ({reason}); the log says more"
        if self.error and self.state is not RunState.STOPPED:
            self.state = RunState.FAILED
        if self._source is not None:
            await close_run(self.job, self.state, self.counts, self.error)
            await self._own.aclose()

    def _item_settled(self, item: Any) -> None:
        if isinstance(item, Visited):
            self._landed(item.page_id)

    def _callback_broke(self, response: Response) -> None:
        if isinstance(page := response.cb_kwargs.get("page"), DuePage):
            self.counts.count("failed", "internal error")
            self._landed(page.id)

    def _landed(self, page_id: int) -> None:
        self._in_flight.discard(page_id)
        if not self._in_flight:
            self._none_in_flight.set()
