"""Keeps the sources of an archive fresh: starts a crawl of each when its turn comes.

What is due stands in the archive, not in the scheduler's jobs: sources that another process adds, changes or
disables are taken up at the next tick, and after a downtime each source is crawled once.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # it has no annotations

from crawler.config import ConfigError
from crawler.crawl import crawl_source
from crawler.desk import Desk
from crawler.health.network import PROBE
from crawler.leases import awake_time
from crawler.politeness import CrawlStopping, HostTaken
from crawler.service.clock import ClockWatch
from crawler.service.memory import MEGABYTE, MemoryLimit, memory_used
from crawler.service.metrics import Metrics, served
from crawler.service.supervisor import notify
from crawler.service.tidying import tidy_up
from storage.agenda import DueSource, due_sources
from storage.errors import StorageError
from storage.frontier import heed_clock
from storage.health import archive_figures
from storage.leases import SCHEDULER, host_lease

TICK = 1.0
"""Seconds between two looks at what is due."""
ASIDE = 5.0
"""Seconds for which a due source is passed over whose host another crawl has."""
OBSERVED = 15
"""Seconds between two looks at the archive for the metrics."""

logger = logging.getLogger(__name__)


class Service:
    """Crawls by schedule for as long as its desk is open; stands by while another process does.

    Coroutines of one event loop: nothing here is called from elsewhere.
    """

    def __init__(
        self, desk: Desk, *, clock: ClockWatch | None = None, metrics: Metrics | None = None
    ) -> None:
        self.desk = desk
        self._clock = clock or ClockWatch()
        self._metrics = metrics
        self.active = False
        """Whether it is this process that crawls by schedule."""
        self._crawled: set[int] = set()
        """The sources that are being crawled."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._aside: dict[int, float] = {}
        """Until when sources are passed over, of `awake_time`."""
        self._probe_at = 0.0
        """When the network is tried next, while it is down, of `awake_time`."""
        self._looking = asyncio.Lock()
        self.memory = MemoryLimit(desk.config.service.memory, desk.workers)
        self.scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    async def run(self) -> None:
        """Until the desk is being stopped; what is under way is finished, within `[service] stop_within`."""
        notify(READY="1")
        try:
            await self._stand_by()
        except CrawlStopping:
            return
        self.active = True
        self.scheduler.add_job(self.look, "interval", seconds=TICK, id="look")
        self.scheduler.add_job(
            self._tidy, "interval", hours=24, next_run_time=datetime.now(UTC) + timedelta(minutes=10)
        )
        with self._metrics_served():
            self.scheduler.start()
            try:
                await self._until_stopped()
            finally:
                self.active = False
                self.scheduler.pause()
                async with self._looking:  # to shut down would break a look off that is under way
                    self.scheduler.shutdown(wait=False)
                await self._finish()

    @contextmanager
    def _metrics_served(self) -> Iterator[None]:
        """Only by the one that has the schedule: the port is the same for those that stand by."""
        if self._metrics is None or (address := self.desk.config.service.metrics) is None:
            yield
            return
        self.scheduler.add_job(self._observe, "interval", seconds=OBSERVED, next_run_time=datetime.now(UTC))
        with ExitStack() as stack:
            try:
                stack.enter_context(served(self._metrics, address))
            except ConfigError as error:
                logger.error("%s; it goes on without metrics", error)
            yield

    async def _stand_by(self) -> None:
        """Return when nobody else keeps the schedule. Raises CrawlStopping."""
        told = None
        while (holder := await self.desk.leases.take(SCHEDULER)) is not None:
            if holder.id != told:
                logger.info("standing by: %s keeps the schedule", holder)
                notify(STATUS=f"standing by: {holder} keeps the schedule")
                told = holder.id
            notify(WATCHDOG="1")
            await self.desk.gate.wait(TICK)
        logger.info("taking over the schedule" if told else "keeping the schedule")
        notify(STATUS="keeping the schedule")

    async def _until_stopped(self) -> None:
        with suppress(CrawlStopping):
            while True:
                notify(WATCHDOG="1")
                if jump := self._clock.jump():
                    await self._heed_clock(jump)
                await self.desk.gate.wait(TICK)

    async def _heed_clock(self, jump: timedelta) -> None:
        """What waits for a time may have to wait for hours now: it is looked at anew."""
        logger.warning("the clock was set %s by %s", "back" if jump < timedelta(0) else "on", abs(jump))
        try:
            await self.desk.archive.write(lambda session: heed_clock(session, datetime.now(UTC)))
        except StorageError as error:
            self.desk.fail(error)
        for job in self.scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    async def look(self) -> None:
        """Start a crawl of each source whose turn it is, as far as there is room."""
        if self._looking.locked():
            return
        async with self._looking:
            room = self.desk.config.crawl.crawls_at_once - len(self._crawled)
            if self.desk.network.is_down:
                room = self._room_for_a_probe()
            if room <= 0 or self.desk.stopping.is_set():
                return
            if await self.memory.is_full(idle=not self._crawled):
                if self.memory.exhausted:
                    self.desk.stop()
                return
            try:
                due = await self._due(room)
            except StorageError as error:
                self.desk.fail(error)
                return
            for source in () if self.desk.stopping.is_set() else due:
                self._crawled.add(source.id)
                task = asyncio.create_task(self._crawl(source))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _room_for_a_probe(self) -> int:
        """While our network is down one source is tried now and then, and the others are left to wait."""
        notify(STATUS=self.desk.network.why)
        if self._crawled or awake_time() < self._probe_at:
            return 0
        self._probe_at = awake_time() + PROBE
        return 1

    async def _due(self, room: int) -> list[DueSource]:
        """The sources whose turn it is and whose host is free, one of each host."""
        moment = awake_time()
        self._aside = {source_id: until for source_id, until in self._aside.items() if until > moment}
        by_host: dict[str, DueSource] = {}
        while len(by_host) < room:
            skip = {*self._crawled, *self._aside, *(source.id for source in by_host.values())}
            due = await self.desk.archive.read(
                partial(due_sources, now=datetime.now(UTC), limit=room, skip=skip)
            )
            if not due:
                break
            for source in due:
                host = host_lease(source.host)
                if host in by_host or self.desk.crawled[host].locked():
                    self._aside[source.id] = moment + ASIDE  # there may be more of its kind than room
                else:
                    by_host[host] = source
        return list(by_host.values())[:room]

    async def _crawl(self, source: DueSource) -> None:
        """One crawl, whose failure is its own; then whatever else is due."""
        try:
            longest = self.desk.config.schedule.longest_run
            await crawl_source(self.desk, source.id, scheduled=True, longest=longest, patient=False)
        except HostTaken as taken:
            logger.debug("%s has to wait: %s", source.name, taken)
            self._aside[source.id] = awake_time() + ASIDE
        except StorageError as error:
            self.desk.fail(error)
        except Exception:
            logger.exception("%s: the crawl broke down", source.name)
            self._aside[source.id] = awake_time() + self.desk.config.schedule.shortest.total_seconds()
        finally:
            self._crawled.discard(source.id)
        await self.look()

    async def _tidy(self) -> None:
        try:
            await tidy_up(self.desk.archive, datetime.now(UTC), self.desk.gate.wait)
        except CrawlStopping:
            return
        except StorageError as error:
            self.desk.fail(error)

    async def _observe(self) -> None:
        """Tell the metrics what the archive and the operating system know."""
        assert self._metrics is not None
        try:
            figures = await self.desk.archive.read(
                lambda session: archive_figures(session, datetime.now(UTC))
            )
        except StorageError as error:
            self.desk.fail(error)
            return
        self._metrics.observe(figures, round(await asyncio.to_thread(memory_used) * MEGABYTE))

    async def _finish(self) -> None:
        """Let the crawls come to their end, and break off those that do not in time."""
        late = await self._await_crawls(self.desk.config.service.stop_within.total_seconds())
        if late:
            logger.warning("%d crawls are broken off: what they have not fetched is still due", late)
            self.desk.gate.break_off()
            # No request is left; a page that is being read ends with its own limit.
            await self._await_crawls(self.desk.config.workers.page_timeout + TICK)

    async def _await_crawls(self, seconds: float) -> int:
        """Wait for the crawls, so long at most; how many are left."""
        until = awake_time() + seconds
        while self._tasks and (left := until - awake_time()) > 0:
            notify(WATCHDOG="1")
            await asyncio.wait(self._tasks, timeout=min(left, TICK))
        return len(self._tasks)
