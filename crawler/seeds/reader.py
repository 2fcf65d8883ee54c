"""Reads what is new in a source's seeds: unchanged ones cost a 304, the rest is read and remembered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from scrapy.http import Response

from crawler.config import CrawlConfig, ScheduleConfig
from crawler.discovery.candidates import domains_of, may_name
from crawler.discovery.feeds import NotAFeed
from crawler.discovery.sitemaps import NotASitemap
from crawler.failures import Failure, FetchFailed
from crawler.politeness import CrawlStopping
from crawler.seeds.answers import SITEMAPS, conditional_headers, fresh_answer, story_times, understand
from crawler.seeds.polling import is_due, news_comes_first, wait_after_failure, wait_of
from crawler.workers import WorkerPool, WorkLost
from storage.candidates import Candidate, Found
from storage.models import SeedKind
from storage.seeds import SeedState, SeedVisit, put_off, record_seed_visit, seeds_by_visit
from storage.thread import ArchiveThread

logger = logging.getLogger(__name__)

DEPTH = 2
"""How far below a source's own seed a sitemap may stand: an index may name indexes, those name no others."""
MOST_SITEMAPS = 50
"""Sitemaps read of one source in a run; where it has more, those not visited for longest are read."""

Fetch = Callable[[str, dict[str, str]], Awaitable[Response]]


def was_stopped(failed: FetchFailed) -> bool:
    """Whether the crawl is being stopped, which says nothing of the address."""
    return isinstance(failed.__cause__, CrawlStopping)


@dataclass(slots=True, kw_only=True)
class SeedReader:
    """Reads the seeds of one source in one run."""

    archive: ArchiveThread
    fetch: Fetch
    workers: WorkerPool
    source_id: int
    home: str
    """The source's address."""
    room: int
    """How many pages that we did not know the run may still take from sitemaps."""
    room_for_news: int = CrawlConfig().news_candidates
    """How many it may from feeds and section pages: those that name others each time have no end."""
    heed: timedelta = ScheduleConfig().heed
    """The longest wait that a seed's own word is taken for."""
    sitemaps_every: timedelta = ScheduleConfig().sitemaps
    """How often sitemaps are asked beside a feed."""
    scheduled: bool = False
    """Whether seeds that are not due are left alone."""
    read: int = 0
    errors: list[str] = field(default_factory=list)
    """Address and reason of each seed that could not be read."""
    left_out: int = 0
    """Candidates for which there was no room."""
    stories: list[datetime] = field(default_factory=list)
    """When the new pages were published: what a source's rhythm is learned from."""
    _changed: dict[str, datetime] = field(default_factory=dict)
    """When the sitemaps of the indexes read in this run were changed."""
    _told_elsewhere: bool = False
    """Whether another seed than a sitemap tells of news first."""
    _seen: set[str] = field(default_factory=set)
    _sitemaps: int = 0
    """Those among `_seen`."""

    async def read_all(self, stopping: asyncio.Event, on_found: Callable[[int], None]) -> None:
        """Read every seed of the source, and the sitemaps that its indexes name, each once."""
        while not stopping.is_set():
            seeds = await self.archive.read(lambda session: seeds_by_visit(session, self.source_id))
            depths = {seed.id: depth_of(seed, seeds) for seed in seeds}
            self._told_elsewhere = news_comes_first(seeds)
            # Asked anew each time: an index may have named a sitemap that comes before what is left.
            left = [seed for seed in seeds if self._may_read(seed, depths[seed.id])]
            if not left:
                return
            seed = min(left, key=lambda seed: (_rank(seed), depths[seed.id]))
            self._seen.add(seed.url)
            self._sitemaps += seed.kind in SITEMAPS
            found = await self._read_one(seed, may_name_others=depths[seed.id] < DEPTH)
            on_found(found.new + found.updated)

    def _may_read(self, seed: SeedState, depth: int) -> bool:
        too_many = seed.kind in SITEMAPS and self._sitemaps >= MOST_SITEMAPS
        if seed.url in self._seen or depth > DEPTH or too_many:
            return False
        return not self.scheduled or is_due(seed, datetime.now(UTC)) or self._is_changed(seed)

    def _is_changed(self, seed: SeedState) -> bool:
        """Whether its index says that a sitemap has changed, and nothing else would tell of that."""
        changed = self._changed.get(seed.url)
        if changed is None or seed.visited_at is None or seed.failures:
            return False
        return not self._told_elsewhere and changed > seed.visited_at

    async def _read_one(self, seed: SeedState, *, may_name_others: bool) -> Found:
        now = datetime.now(UTC)
        try:
            response = await self.fetch(seed.url, conditional_headers(seed, now))
            visit, reading = await understand(self.workers, seed, response, now)
        except FetchFailed as failed:
            if was_stopped(failed):
                return Found()
            return await self._record_failure(seed, str(failed), failed.failure, now)
        except (NotAFeed, NotASitemap, WorkLost) as error:
            return await self._record_failure(seed, f"{seed.url}: {error}", None, now)
        self.read += 1
        if visit.move and visit.moved_to:
            self._seen.add(visit.moved_to)
        self._changed |= reading.changed
        candidates = of_the_site(seed, self.home, response.url, reading.candidates)
        children = reading.children if may_name_others else ()
        room = self.room if seed.kind in SITEMAPS else self.room_for_news
        fresh = fresh_answer(seed, visit, response, now, self.heed)
        kind = replace(seed, kind=visit.kind or seed.kind)

        def due(idle: int) -> datetime | None:
            wait = wait_of(kind, idle, self.sitemaps_every, told_elsewhere=self._told_elsewhere)
            times = [time for time in (fresh, now + wait if wait else None) if time]
            return max(times, default=None)

        found = await self.archive.write(
            lambda session: record_seed_visit(session, seed.id, visit, candidates, children, now, room, due)
        )
        if seed.kind in SITEMAPS:
            self.room -= found.new
        else:
            self.room_for_news -= found.new
        if found.left_out:
            self.left_out += found.left_out
            logger.warning(
                "%s: %s addresses left for the next run, which is more than one takes",
                seed.url,
                found.left_out,
            )
        self.stories += story_times(seed, found, now)
        return found

    async def _record_failure(
        self, seed: SeedState, error: str, failure: Failure | None, now: datetime
    ) -> Found:
        self.errors.append(error)
        logger.info("seed not read: %s", error)
        again = now + wait_after_failure(failure, seed.failures + 1)
        if failure is not None and failure.tells_nothing:
            await self.archive.write(lambda session: put_off(session, seed.id, again))
            return Found()
        visit = SeedVisit(status=failure.status if failure else 200, error=error, full=False)
        return await self.archive.write(
            lambda session: record_seed_visit(session, seed.id, visit, (), (), now, None, lambda _idle: again)
        )


def of_the_site(
    seed: SeedState, home: str, answered_at: str, candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Without other sites' pages: only a feed names them with a purpose. One that moved is no other."""
    own = domains_of(home, seed.url, answered_at)
    return [candidate for candidate in candidates if may_name(seed.kind, candidate.url, own)]


def depth_of(seed: SeedState, seeds: Sequence[SeedState]) -> int:
    """How far below a seed of the source's own a seed stands; one more than DEPTH for all that is deeper."""
    parents, depth = {seed.id: seed.parent_id for seed in seeds}, 0
    above = seed.parent_id
    while above is not None and depth <= DEPTH:
        depth, above = depth + 1, parents.get(above)
    return depth


def _rank(seed: SeedState) -> int:
    """A seed's place in a run: what tells of news first, so that the room is not spent on old pages."""
    if seed.kind is SeedKind.SITEMAP:
        # All that an index names is kept as this kind; which of it has the news, its name tells.
        return 1 if "news" in urlsplit(seed.url).path.rpartition("/")[2].lower() else 2
    return {SeedKind.FEED: 0, SeedKind.NEWS_SITEMAP: 1, SeedKind.SECTION: 3}[seed.kind]
