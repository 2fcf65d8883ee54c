"""Walks a source's sitemaps and archives into the past, one after the other, while a run has time."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from scrapy.http import Response

from crawler.discovery.archives import all_older, older_feed, older_pages, reaching_back, worth_fetching
from crawler.discovery.bodies import BodyKind, glance
from crawler.discovery.feeds import NotAFeed, read_feed
from crawler.discovery.sections import read_section
from crawler.discovery.sitemaps import NotASitemap, read_sitemap
from crawler.discovery.unpacking import unpacked_beginning
from crawler.failures import Failure, FetchFailed
from crawler.fetch import header
from crawler.seeds.answers import parse
from crawler.seeds.polling import wait_after_failure
from crawler.seeds.reader import DEPTH, of_the_site, was_stopped
from crawler.workers import WorkerPool, WorkLost
from storage.backfill import (
    Walk,
    add_places,
    backfill_wanted,
    depth_of_place,
    end_backfill,
    is_all_walked,
    is_sitemap,
    newest_story,
    next_place,
    record_walk,
    record_walk_failure,
    sitemaps_lead,
    starting_places,
)
from storage.models import SeedKind
from storage.seeds import SeedState
from storage.thread import ArchiveThread

logger = logging.getLogger(__name__)

STEP = 5000
"""Most pages taken from one sitemap before they are fetched; then it is read again, for those behind them."""
MOST_IDLE = 3
"""Pages of an archive in a row that named nothing new, after which it is left: its last page may answer to
every number."""
UNNAMED = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml")
"""Where a site may have a sitemap that it names nowhere."""


def further_starts(seeds: Sequence[SeedState], probes: Sequence[str], home: str) -> list[str]:
    """Where to begin besides: sitemaps that were never polled; where there are none, the front page.

    `seeds`: where walks begin so far, and what is known at these addresses.
    """
    known = {seed.url for seed in seeds}
    if sitemaps_lead(seeds, home):
        return []
    if unknown := [url for url in probes if url not in known]:
        return unknown
    return [] if home in known or any(seed.kind is SeedKind.SECTION for seed in seeds) else [home]


def read_place(
    body: bytes,
    url: str,
    content_type: str | None,
    back_to: datetime,
    now: datetime,
    *,
    must_be_sitemap: bool,
) -> Walk:
    """What a sitemap, a feed or a page of an archive has of `back_to` or later.

    Raises NotAFeed, and NotASitemap for what is none though it has to be.
    """
    kind = glance(unpacked_beginning(body))
    if must_be_sitemap or kind in (BodyKind.SITEMAP, BodyKind.ADDRESSES):
        sitemap = read_sitemap(body, url)
        children = reaching_back(sitemap.children, sitemap.changed, back_to, now)
        return Walk(candidates=worth_fetching(sitemap.candidates, back_to), sitemaps=children)
    if kind in (BodyKind.FEED, BodyKind.JSON):
        stories, older = read_feed(body, url, content_type), older_feed(body, url)
    else:
        stories = read_section(body, url, content_type)
        older = older_pages(body, url, content_type, back_to, now)
    over = all_older(stories, back_to)
    return Walk(candidates=worth_fetching(stories, back_to), older=() if over else older)


@dataclass(slots=True, kw_only=True)
class Backfill:
    """Walks on in one run of a source."""

    archive: ArchiveThread
    fetch: Callable[[str], Awaitable[Response]]
    workers: WorkerPool
    source_id: int
    home: str
    """The source's address."""
    probes: Sequence[str] = ()
    """Where it may have sitemaps that are not among its seeds."""
    step: int = STEP
    walked: int = 0
    """How many sitemaps, and pages of archives, could be read."""
    _left: set[int] = field(default_factory=set)
    """What this run does without, though nothing is written of it."""

    async def walk_on(self) -> int | None:
        """Walk one more place; how many pages it gave, to be fetched now. None: there is nothing to walk now.

        Once nothing is left at all, the backfill is over.
        """
        back_to = await self.archive.read(lambda session: backfill_wanted(session, self.source_id))
        if back_to is None:
            return None
        await self._begin()
        now = datetime.now(UTC)
        place = await self.archive.read(
            lambda session: next_place(session, self.source_id, back_to, now, self._left)
        )
        if place is not None:
            return await self._walk(place, back_to)
        if await self.archive.read(lambda session: is_all_walked(session, self.source_id, back_to)):
            await self.archive.write(lambda session: end_backfill(session, self.source_id))
        return None

    async def _begin(self) -> None:
        urls = (*self.probes, self.home)
        seeds = await self.archive.read(lambda session: starting_places(session, self.source_id, urls))
        if starts := further_starts(seeds, self.probes, self.home):
            await self.archive.write(lambda session: add_places(session, self.source_id, None, starts))

    async def _walk(self, place: SeedState, back_to: datetime) -> int | None:
        now = datetime.now(UTC)
        try:
            walk = await self._read(place, back_to, now)
        except FetchFailed as failed:
            if was_stopped(failed):
                return None  # which says nothing of the place: the next run goes on here
            return await self._fail(place, str(failed), failed.failure, back_to)
        except (NotAFeed, NotASitemap, WorkLost) as error:
            return await self._fail(place, f"{place.url}: {error}", None, back_to)
        self.walked += 1
        return await self.archive.write(
            lambda session: record_walk(session, place.id, walk, back_to, now, self.step, MOST_IDLE)
        )

    async def _read(self, place: SeedState, back_to: datetime, now: datetime) -> Walk:
        above = place.parent_id
        if above is not None and place.kind is SeedKind.ARCHIVE:
            newest = await self.archive.read(lambda session: newest_story(session, above))
            if newest is not None and newest < back_to:
                return Walk()  # an archive whose addresses have no dates: the articles told
        answer = await self.fetch(place.url)
        content_type, must_be = header(answer, "Content-Type"), is_sitemap(place, self.home)
        read = partial(read_place, must_be_sitemap=must_be)
        walk = await parse(self.workers, answer.body, read, answer.url, content_type, back_to, now)
        depth = await self.archive.read(lambda session: depth_of_place(session, place, DEPTH))
        return replace(
            walk,
            candidates=of_the_site(place, self.home, answer.url, walk.candidates),
            sitemaps=walk.sitemaps if depth < DEPTH else (),
        )

    async def _fail(self, place: SeedState, error: str, failure: Failure | None, back_to: datetime) -> int:
        """Leave a place, for now or for good, and go on; `failure`: None if it is no place."""
        logger.info("not walked: %s", error)
        busy = failure is not None and failure.tells_nothing and failure.retry_after is not None
        if busy and place.kind is not SeedKind.ARCHIVE:
            self._left.add(place.id)  # it is polled: that its host is busy is no failure of its
            return 0
        now = datetime.now(UTC)
        again = now + wait_after_failure(failure, place.failures + 1) if failure and failure.retry else None
        await self.archive.write(
            lambda session: record_walk_failure(
                session, place.id, error, now, again, back_to, for_good=not busy
            )
        )
        return 0
