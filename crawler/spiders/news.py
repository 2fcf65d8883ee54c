"""The spider that crawls one source: its seeds, then every page that is due."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, UsageError
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.assignment import Assignment, close_run, own_config, self_assigned
from crawler.config import ConfigError
from crawler.desk import Desk, manners
from crawler.discover import DiscoveryFailed, explore
from crawler.duepages import DuePages
from crawler.failures import Failure, failure_of_exception, failure_of_response
from crawler.fetch import FetchOne, fetcher, is_conditional, page_of
from crawler.politeness import PATIENCE, CrawlStopping
from crawler.relearning import Relearning
from crawler.report import RunCounts
from crawler.revisit import validators_of
from crawler.rights import respecting
from crawler.schedule.plan import RunEnd
from crawler.seeds.backfill import UNNAMED, Backfill
from crawler.seeds.reader import SeedReader
from crawler.templates import RunTemplates, was_read_by_template
from crawler.visits import failed, is_unchanged, led_away, unread, visited
from crawler.workers import WorkersBroken
from pipelines.article import EXTRACTOR, Reading
from pipelines.page import Page
from pipelines.store import Visited
from storage.errors import StorageError
from storage.frontier import DuePage, count_due, due_among, due_pages, try_failed_again
from storage.models import RunState
from storage.seeds import seeds_of
from storage.sources import add_seeds


class NewsSpider(scrapy.Spider):
    """Crawls what its assignment names: a source, or addresses of single articles.

    Its pages come from the frontier and go back to it: nothing is remembered here that a crash could lose.
    `state`, `counts` and `error` say how the run went.
    """

    name = "news"
    job: Assignment
    pages: DuePages

    def __init__(
        self, source: str | None = None, assignment: Assignment | None = None, **kwargs: Any
    ) -> None:
        """`source`: a source's name, for `scrapy crawl news -a source=NAME`; copydesk gives an assignment."""
        super().__init__(**kwargs)
        self._source = source
        self._own = AsyncExitStack()
        if assignment is not None:
            self.job = assignment
        self.counts = RunCounts()
        self._faults: set[asyncio.Task[None]] = set()
        """What is being filed of faults of ours."""
        self._begun = False
        self._ends_at = math.inf
        """When the run's time is up, on the monotonic clock, in seconds."""
        self.stories: list[datetime] | None = None
        """When what the seeds named for the first time was published; None: no seed was read."""
        self._polled_at: datetime | None = None
        self.error: str | None = None
        self._ours = False
        """Whether the error is no fault of the source's."""
        self.state = RunState.DONE

    @property
    def desk(self) -> Desk:
        return self.job.desk

    @property
    def begins_at(self) -> str | None:
        """The home of its source, which the user named; None where each address was given by itself."""
        return self.job.home

    @property
    def ended(self) -> RunEnd:
        """How the run ended, as far as the next one depends on it."""
        return RunEnd(
            failed=self.state is RunState.FAILED,
            polled_at=None if self.desk.network.is_down else self._polled_at,
            cut_off=time.monotonic() >= self._ends_at,
            stories=self.stories,
            resting=max(timedelta(seconds=self.desk.gate.resting(self.job.host)), self.desk.network.rest),
        )

    @cached_property
    def knowledge(self) -> Relearning:
        """What is known of the source, by which its pages are cleaned."""
        return Relearning(self.desk.archive, self.desk.config.cleaning, self.job.source_id)

    @cached_property
    def templates(self) -> RunTemplates:
        """What is known of how the source's pages are made, by which they are read."""
        settings = self.desk.config.cleaning
        return RunTemplates(self.desk.archive, self.desk.workers, settings, self.job.source_id)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        if "assignment" not in kwargs:  # Scrapy's own command line: what it does not set, copydesk.toml does
            if not kwargs.get("source"):
                raise UsageError("name a source: scrapy crawl news -a source=NAME")
            crawler.settings.update(manners(own_config(crawler.settings)), priority="project")
        spider = super().from_crawler(crawler, *args, **kwargs)
        for settled in (signals.item_scraped, signals.item_dropped):
            crawler.signals.connect(spider._item_settled, settled)
        crawler.signals.connect(spider._item_lost, signals.item_error)
        crawler.signals.connect(spider._callback_broke, signals.spider_error)
        crawler.signals.connect(spider._close, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The requests of the run; Scrapy takes the next one only when it has room for it."""
        if self._source is not None:
            self.job = await self._own_assignment(self._source)
        try:
            self.pages = await self._due_pages()
            go_on = True
            while go_on:
                async for page in self.pages:
                    yield self._request(page)
                    self._begun = True
                go_on = await self._walk_on()
        except StorageError as error:
            self._archive_failed(error)
        except WorkersBroken as error:
            self._workers_failed(error)

    async def _own_assignment(self, source: str) -> Assignment:
        try:
            return await self._own.enter_async_context(self_assigned(self.crawler.settings, source))
        except (ConfigError, StorageError) as error:
            self.logger.error("%s", error)
            raise CloseSpider("not started") from error

    async def _due_pages(self) -> DuePages:
        """The pages of the assignment: those of a source once its seeds are read, or the addresses given."""
        archive, limit = self.desk.archive, self.job.limit
        source_id = self.job.source_id
        if source_id is None:
            ids = await archive.write(self.job.ask_for_addresses)
            self.desk.progress.found(self.job.label, len(ids))
            if (strange := len(set(self.job.addresses)) - len(ids)) > 0:
                self.counts.failed["not a web address"] = strange
            return DuePages(
                archive, lambda s, *rest: due_among(s, ids, *rest), limit=limit, may_go_on=self._may_go_on
            )
        if self.job.polls:
            await self._read_seeds(source_id)
        if self.job.longest is not None:  # from here on: reading the seeds is what it makes room for
            self._ends_at = time.monotonic() + self.job.longest.total_seconds()
        now = datetime.now(UTC)
        if not self.job.scheduled:  # who asks has reason to think that it will go better now
            tries = self.desk.retries.times
            await archive.write(lambda session: try_failed_again(session, source_id, now, tries))
        due = await archive.read(lambda session: count_due(session, source_id, now))
        self.desk.progress.found(self.job.label, due if limit is None else min(due, limit))
        return DuePages(
            archive, lambda s, *rest: due_pages(s, source_id, *rest), limit=limit, may_go_on=self._may_go_on
        )

    async def _read_seeds(self, source_id: int) -> None:
        fetch = fetcher(self.crawler, self.desk.retries)
        answers = await self._find_seeds(source_id, fetch)

        async def fetch_seed(url: str, headers: dict[str, str]) -> Response:
            if url in answers:
                return answers.pop(url)
            response = await fetch(url, headers)
            self.counts.answered(response.status, len(response.body), seed=True)
            return response

        reader = SeedReader(
            archive=self.desk.archive,
            fetch=fetch_seed,
            workers=self.desk.workers,
            source_id=source_id,
            home=self.job.home or "",
            room=self.desk.config.crawl.sitemap_candidates,
            room_for_news=self.desk.config.crawl.news_candidates,
            heed=self.desk.config.schedule.heed,
            sitemaps_every=self.job.sitemaps_every,
            scheduled=self.job.scheduled,
        )
        began = datetime.now(UTC)
        await reader.read_all(self.desk.stopping, self._found)
        self.stories = reader.stories if reader.read else None
        self._polled_at = None if self.desk.stopping.is_set() else began
        self.counts.left_out += reader.left_out
        if reader.errors and not reader.read:
            self.error = self.error or reader.errors[0]

    async def _find_seeds(self, source_id: int, fetch: FetchOne) -> dict[str, Response]:
        """Explore a site that has no seeds yet; what was fetched for that serves as their first visit."""
        answers: dict[str, Response] = {}
        known = await self.desk.archive.read(lambda session: seeds_of(session, source_id))
        if known or not self.job.home:
            return answers
        try:
            discovery = await explore(self.desk, fetch, self.job.home, answers)
            for answer in answers.values():
                self.counts.answered(answer.status, len(answer.body), seed=True)
        except DiscoveryFailed as told:
            self.error = None if self.desk.stopping.is_set() else str(told)
        else:
            await self.desk.archive.write(lambda session: add_seeds(session, source_id, discovery.seeds))
        return answers

    async def _walk_on(self) -> bool:
        """Take in more of the past, where that is wanted and there is time; whether pages may be due now."""
        if self.job.longest is None or self.pages.exhausted or not self._may_go_on():
            return False
        found = await self._backfill.walk_on()
        if found is None:
            return False
        self.counts.walked = self._backfill.walked
        self._found(found)
        self.desk.progress.found(self.job.label, found)
        return True

    @cached_property
    def _backfill(self) -> Backfill:
        home, source_id = self.job.home or "", self.job.source_id
        assert source_id is not None
        named = self.desk.rules.sitemaps_of("{0.scheme}://{0.netloc}".format(urlsplit(home)))
        return Backfill(
            archive=self.desk.archive,
            fetch=fetcher(self.crawler, self.desk.retries),
            workers=self.desk.workers,
            source_id=source_id,
            home=home,
            probes=[urljoin(home, address) for address in (*named, *UNNAMED)],
        )

    def _found(self, count: int) -> None:
        self.counts.found += count

    def _may_go_on(self) -> bool:
        """Whether another page may be fetched: not where user or site asked to stop, nor once time is up."""
        if self.desk.stopping.is_set() or time.monotonic() >= self._ends_at:
            return False
        if self.desk.network.is_down:
            return False
        if (seconds := self.desk.gate.resting(self.job.host)) <= PATIENCE:
            return True
        self.error = f"the site asked to be left alone for {seconds:.0f} s"
        return False

    def _request(self, page: DuePage) -> Request:
        return Request(
            page.asked_url or page.url,
            headers=dict(validators_of(page, datetime.now(UTC))),
            callback=self.answered,
            errback=self.not_answered,
            cb_kwargs={"page": page},
            meta={"turn_until": self._ends_at} if self._begun else {},  # the first has its turn, however slow
            dont_filter=True,  # the frontier has decided
        )

    async def answered(self, response: Response, page: DuePage) -> AsyncIterator[Visited]:
        """An HTTP answer came: read it in a worker, or record what its status says."""
        now, home = datetime.now(UTC), self.job.home
        failure = failure_of_response(response, now, conditional=is_conditional(response.request))
        if failure := (failure or led_away(page, response.url, home)):
            yield failed(self.job, page, now, failure, response)
        elif (same := is_unchanged(page, response)) and not page.read_again:
            reserved = self.desk.reserved(response.url)
            yield visited(self.job, page, now, response, unchanged=True, reservations=reserved)
        else:
            hints = page.hint_title, page.hint_published_at, page.found_at
            fetched = page_of(response, home, *hints, self.desk.reserved(response.url) or ())
            if reading := await self._read(page, fetched):
                reading = respecting(reading, self.desk.config.rights.exclude)
                if failure := unread(reading) or led_away(page, response.url, home, reading):
                    yield failed(self.job, page, now, failure, response)
                else:
                    visit = visited(self.job, page, now, response, reading=reading, same_bytes=same)
                    if not page.read_again:
                        self.templates.was_read(page.id, fetched, visit)
                    yield visit

    async def _read(self, page: DuePage, fetched: Page) -> Reading | None:
        """What a page turns out to be; None where it cannot be told now, and the page is left as it was."""
        try:
            source = page.source_id
            async with self.desk.workers.turn():
                cleaning = await self.knowledge.cleaning_for(source)
                read_by = page.read_by or (EXTRACTOR if page.article_id is not None else None)
                cleaning = await self.templates.cleaning_for(
                    source, fetched.url, read_by, cleaning, alone=page.read_again
                )
                return await self.desk.workers.read(fetched, cleaning, source)
        except WorkersBroken as error:
            self._workers_failed(error)
        except StorageError as error:
            self._archive_failed(error)
        self.pages.lost(page.id)
        return None

    async def not_answered(self, failure: TwistedFailure) -> AsyncIterator[Visited]:
        """No answer came, or none that was let through."""
        page: DuePage = failure.request.cb_kwargs["page"]  # type: ignore[attr-defined]  # Scrapy sets it
        error = failure.value
        assert error is not None
        if isinstance(error, StorageError):
            self._archive_failed(error)
        if isinstance(error, CrawlStopping | StorageError):
            self.pages.lost(page.id)
        else:
            yield failed(self.job, page, datetime.now(UTC), failure_of_exception(error))

    async def file(self, item: Visited) -> None:
        """File a visit, count it and learn from it; a database that fails stops the desk."""
        try:
            filed = await self.desk.filer.file(item)
            self.pages.landed(item.page_id)
            self.counts.count(item.page_id, filed.outcome, filed.reason)
            self.counts.answered(item.status, item.size)
            self.counts.by_template += was_read_by_template(item.reading)
            self.desk.progress.page_done(self.job.label, filed.outcome)
            await self.templates.filed(item.reading)
            await self.knowledge.filed(filed.outcome)
        except StorageError as error:
            self._archive_failed(error)

    def _workers_failed(self, error: WorkersBroken) -> None:
        self.error, self._ours = str(error), True
        self.desk.stop()

    def _archive_failed(self, error: StorageError) -> None:
        self.error = str(error)
        self.desk.fail(error)

    async def _close(self, reason: str) -> None:
        if not hasattr(self, "job"):  # its own assignment could not be had; Scrapy has logged why
            return
        await asyncio.gather(*self._faults)
        if reason != "finished" and not self.desk.stopping.is_set():
            self.error = self.error or f"the crawl broke off ({reason}); the log says more"
        if self.desk.broken is None:
            await self._clean_what_is_stored()
        if self.desk.network.is_down and not self.desk.broken:
            self.state, self.error = RunState.STOPPED, self.error or self.desk.network.why
        elif self.error and not self._ours:
            self.state = RunState.FAILED
        elif self.desk.stopping.is_set():
            self.state = RunState.STOPPED
        if self._source is not None:
            await close_run(self.job, self.state, self.counts, self.error, self.ended)
            await self._own.aclose()

    async def _clean_what_is_stored(self) -> None:
        """Everything is filed: the first articles get to know what the last ones taught."""
        try:
            cleaning = await self.knowledge.cleaning_for(self.job.source_id)
            stopping = self.desk.stopping.is_set()
            self.counts.read_again = await self.templates.finish(cleaning, stopping=stopping)
            self.counts.cleaned_afterwards = await self.knowledge.finish()
        except StorageError as error:
            self._archive_failed(error)

    def _item_settled(self, item: Any) -> None:
        if isinstance(item, Visited):
            self.pages.landed(item.page_id)

    def _item_lost(self, item: Any) -> None:
        if isinstance(item, Visited):
            self._broke_at(item.page_id)

    def _callback_broke(self, response: Response | TwistedFailure | None) -> None:
        request = getattr(response, "request", None)
        page = request.cb_kwargs.get("page") if request is not None else None
        if isinstance(page, DuePage):
            self._broke_at(page.id)

    def _broke_at(self, page_id: int) -> None:
        """A fault of ours, which Scrapy has logged; nothing to do where the visit is filed all the same."""
        if (page := self.pages.under_way(page_id)) is not None:
            filing = asyncio.ensure_future(self._file_fault(page))
            self._faults.add(filing)
            filing.add_done_callback(self._faults.discard)

    async def _file_fault(self, page: DuePage) -> None:
        """Have a page wait as after any other failure, or each run would fetch it again and break at it."""
        fault = Failure(reason="internal error", detail="the log says more", this_run=False)
        self.counts.count(page.id, "failed", fault.reason)
        try:
            await self.desk.filer.file(failed(self.job, page, datetime.now(UTC), fault))
        except StorageError as error:
            self._archive_failed(error)
        except Exception:
            # It is due as before: only a run that failed keeps its source from being asked again at once.
            self.logger.exception("%s: a visit could not be filed", page.url)
            self.error = self.error or f"a visit of {page.url} could not be filed; the log says more"
        self.pages.lost(page.id)
