"""Walks a source's sitemaps and archives into the past, one after the other, while a run has time."""

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from scrapy.http import Response

from crawler.discovery.archives import all_older, older_feed, older_pages, reaching_back, worth_fetching
from crawler.discovery.bodies import BodyKind, glance
from crawler.discovery.feeds import NotAFeed, read_feed
from crawler.discovery.sections import read_section
from crawler.discovery.sitemaps import NotASitemap, read_sitemap
from crawler.discovery.unpacking import unpacked_beginning
from crawler.failures import FetchFailed
from crawler.fetch import header
from crawler.seeds.answers import SITEMAPS, parse
from crawler.seeds.polling import wait_after_failure
from crawler.seeds.reader import DEPTH, depth_of, of_the_site, was_stopped
from storage.backfill import (
    Walk,
    add_places,
    backfill_wanted,
    end_backfill,
    newest_story,
    record_walk,
    record_walk_failure,
)
from storage.models import SeedKind
from storage.seeds import SeedState, seeds_of
from storage.thread import ArchiveThread

logger = logging.getLogger(__name__)

STEP = 5000
"""Most pages taken from one sitemap before they are fetched; then it is read again, for those behind them."""
MOST_FAILURES = 8
"""Tries, over about a day, after which a sitemap is done without."""
MOST_IDLE = 3
"""Pages of an archive in a row that named nothing new, after which it is left: its last page may answer to
every number."""
UNNAMED = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml")
"""Where a site may have a sitemap that it names nowhere."""


def walkable(seeds: Sequence[SeedState], probes: Collection[str]) -> list[SeedState]:
    """What leads into a source's past: its sitemaps, or where none can be read, its feeds and sections."""
    if any(_is_sitemap(seed, probes) and not _is_given_up(seed) for seed in seeds):
        return [seed for seed in seeds if seed.kind in (SeedKind.ARCHIVE, *SITEMAPS)]
    return list(seeds)


def _is_sitemap(seed: SeedState, probes: Collection[str]) -> bool:
    """Whether a seed is a sitemap, or may be one; one of news goes no further back than days."""
    return seed.kind is SeedKind.SITEMAP or (seed.kind is SeedKind.ARCHIVE and seed.url in probes)


def _is_given_up(seed: SeedState) -> bool:
    return seed.failures >= MOST_FAILURES or (seed.failures > 0 and seed.backfilled_to is not None)


def is_open(seed: SeedState, back_to: datetime) -> bool:
    """Whether something of a seed is still to be taken in."""
    return seed.failures < MOST_FAILURES and (seed.backfilled_to is None or seed.backfilled_to > back_to)


def next_place(
    seeds: Sequence[SeedState], back_to: datetime, now: datetime, skip: Collection[int]
) -> SeedState | None:
    """What to walk next: the source's own seeds, then what they named, in that order: the newest first."""
    ready = (
        seed
        for seed in seeds
        if is_open(seed, back_to)
        and seed.id not in skip
        and (not seed.failures or seed.due_at is None or seed.due_at <= now)
    )
    return min(ready, key=lambda seed: (seed.parent_id is not None, seed.id), default=None)


def further_starts(seeds: Sequence[SeedState], probes: Sequence[str], home: str) -> list[str]:
    """Where to begin besides: sitemaps that were never polled; where there are none, the front page."""
    known = {seed.url for seed in seeds}
    if any(_is_sitemap(seed, probes) and not _is_given_up(seed) for seed in seeds):
        return []
    if unknown := [url for url in probes if url not in known]:
        return unknown
    return [] if home in known or any(seed.kind is SeedKind.SECTION for seed in seeds) else [home]


def read_place(
    body: bytes, url: str, content_type: str | None, back_to: datetime, now: datetime, *, is_sitemap: bool
) -> Walk:
    """What a sitemap, a feed or a page of an archive has of `back_to` or later.

    Raises NotAFeed, and NotASitemap for what is none though it has to be.
    """
    kind = glance(unpacked_beginning(body))
    if is_sitemap or kind in (BodyKind.SITEMAP, BodyKind.ADDRESSES):
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
    source_id: int
    home: str
    """The source's address."""
    probes: Sequence[str] = ()
    """Where it may have sitemaps that are not among its seeds."""
    step: int = STEP
    walked: int = 0
    """How many sitemaps, and pages of archives, could be read."""
    _tried: set[int] = field(default_factory=set)
    """What failed in this run."""

    async def walk_on(self) -> int | None:
        """Walk one more place; how many pages it gave, to be fetched now. None: there is nothing to walk now.

        Once nothing is left at all, the backfill is over.
        """
        back_to = await self.archive.read(lambda session: backfill_wanted(session, self.source_id))
        if back_to is None:
            return None
        seeds = await self._seeds()
        if starts := further_starts(seeds, self.probes, self.home):
            await self.archive.write(lambda session: add_places(session, self.source_id, None, starts))
            seeds = await self._seeds()
        places = walkable(seeds, self.probes)
        if place := next_place(places, back_to, datetime.now(UTC), self._tried):
            return await self._walk(place, depth_of(place, seeds), back_to)
        if not any(is_open(seed, back_to) for seed in places):
            await self.archive.write(lambda session: end_backfill(session, self.source_id))
        return None

    async def _seeds(self) -> list[SeedState]:
        return await self.archive.read(lambda session: seeds_of(session, self.source_id))

    async def _walk(self, place: SeedState, depth: int, back_to: datetime) -> int | None:
        now = datetime.now(UTC)
        try:
            walk = await self._read(place, depth, back_to, now)
        except FetchFailed as failed:
            if was_stopped(failed) or not (failed.failure.visited or failed.failure.forbidden):
                return None  # which says nothing of the place: the next run goes on here
            again = now + wait_after_failure(failed.failure, place.failures + 1)
            return await self._fail(place, str(failed), again if failed.failure.retry else None, back_to)
        except (NotAFeed, NotASitemap) as error:
            return await self._fail(place, f"{place.url}: {error}", None, back_to)
        self.walked += 1
        return await self.archive.write(
            lambda session: record_walk(session, place.id, walk, back_to, now, self.step, MOST_IDLE)
        )

    async def _read(self, place: SeedState, depth: int, back_to: datetime, now: datetime) -> Walk:
        above = place.parent_id
        if above is not None and place.kind is SeedKind.ARCHIVE:
            newest = await self.archive.read(lambda session: newest_story(session, above))
            if newest is not None and newest < back_to:
                return Walk()  # an archive whose addresses have no dates: the articles told
        answer = await self.fetch(place.url)
        content_type, is_sitemap = header(answer, "Content-Type"), _is_sitemap(place, self.probes)
        walk = await parse(
            answer.body,
            lambda: read_place(answer.body, answer.url, content_type, back_to, now, is_sitemap=is_sitemap),
        )
        return replace(
            walk,
            candidates=of_the_site(place, self.home, answer.url, walk.candidates),
            sitemaps=walk.sitemaps if depth < DEPTH else (),
        )

    async def _fail(self, place: SeedState, error: str, again: datetime | None, back_to: datetime) -> int:
        self._tried.add(place.id)
        logger.info("not walked: %s", error)
        now = datetime.now(UTC)
        await self.archive.write(
            lambda session: record_walk_failure(session, place.id, error, now, again, back_to)
        )
        return 0
