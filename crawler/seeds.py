"""Reads what is new in a source's seeds: unchanged ones cost a 304, the rest is read and remembered."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from scrapy.http import Response

from crawler.discovery.feeds import NotAFeed, read_feed
from crawler.discovery.sections import read_section
from crawler.discovery.sitemaps import NotASitemap, read_sitemap
from crawler.failures import FetchFailed
from crawler.fetch import header
from crawler.politeness import CrawlStopping
from pipelines.metadata.canonical import registered_domain
from storage.candidates import Candidate, Found
from storage.models import SeedKind
from storage.seeds import SeedState, SeedVisit, record_seed_visit, seeds_by_visit
from storage.sources import SeedDraft
from storage.thread import ArchiveThread

logger = logging.getLogger(__name__)

TRUST_304 = timedelta(hours=6)
"""How long after the last full fetch a 304 is believed: some servers answer it whatever has changed."""
CHILDREN = 20
"""Sitemaps read of one index in a run, the newest first."""
DEPTH = 2
"""How far below a source's own seed a sitemap may stand: an index may name indexes, those name no others."""
MOST_SITEMAPS = 50
"""Sitemaps read of one source in a run; where it has more, those not visited for longest are read."""
LARGE = 200_000
"""Bytes of a body whose reading would hold up the event loop: a thread reads it."""
SITEMAPS = frozenset({SeedKind.SITEMAP, SeedKind.NEWS_SITEMAP})

T = TypeVar("T")
Fetch = Callable[[str, dict[str, str]], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedReading:
    """What stood in a seed."""

    candidates: Sequence[Candidate] = ()
    children: Sequence[SeedDraft] = ()


def conditional_headers(seed: SeedState, now: datetime) -> dict[str, str]:
    """The validators to send; none where the last full fetch is too long ago, so that the body must come."""
    if seed.full_fetch_at is None or now - seed.full_fetch_at > TRUST_304:
        return {}
    headers = {"If-None-Match": seed.etag, "If-Modified-Since": seed.last_modified}
    return {name: value for name, value in headers.items() if value}


def read_seed(kind: SeedKind, body: bytes, url: str, content_type: str | None) -> SeedReading:
    """The candidates in a seed's body. Raises NotAFeed, NotASitemap."""
    match kind:
        case SeedKind.FEED:
            return SeedReading(candidates=read_feed(body, url, content_type))
        case SeedKind.SECTION:
            return SeedReading(candidates=read_section(body, url, content_type))
    sitemap = read_sitemap(body, url)
    children = [SeedDraft(url=child, kind=SeedKind.SITEMAP) for child in sitemap.children[:CHILDREN]]
    return SeedReading(candidates=sitemap.candidates, children=children)


async def parse(body: bytes, work: Callable[[], T]) -> T:
    """The result of `work` on a body, done in a thread where the body is large, or packed and may be."""
    packed = body.startswith(b"\x1f\x8b")
    return await asyncio.to_thread(work) if packed or len(body) > LARGE else work()


def was_stopped(failed: FetchFailed) -> bool:
    """Whether the crawl is being stopped, which says nothing of the address."""
    return isinstance(failed.__cause__, CrawlStopping)


@dataclass(slots=True, kw_only=True)
class SeedReader:
    """Reads the seeds of one source in one run."""

    archive: ArchiveThread
    fetch: Fetch
    source_id: int
    home: str
    """The source's address."""
    room: int
    """How many pages that we did not know the run may still take from sitemaps."""
    read: int = 0
    errors: list[str] = field(default_factory=list)
    """Address and reason of each seed that could not be read."""
    _seen: set[str] = field(default_factory=set)
    _sitemaps: int = 0
    """Those among `_seen`."""

    async def read_all(self, stopping: asyncio.Event, on_found: Callable[[int], None]) -> None:
        """Read every seed of the source, and the sitemaps that its indexes name, each once."""
        while not stopping.is_set():
            seeds = await self.archive.read(lambda session: seeds_by_visit(session, self.source_id))
            depths = _depths(seeds)
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
        return seed.url not in self._seen and depth <= DEPTH and not too_many

    async def _read_one(self, seed: SeedState, *, may_name_others: bool) -> Found:
        now = datetime.now(UTC)
        try:
            response = await self.fetch(seed.url, conditional_headers(seed, now))
            visit, reading = await _understand(seed, response)
        except FetchFailed as failed:
            if was_stopped(failed):
                return Found()
            return await self._record_failure(seed, str(failed), failed.failure.status, now)
        except (NotAFeed, NotASitemap) as error:
            return await self._record_failure(seed, f"{seed.url}: {error}", 200, now)
        self.read += 1
        candidates = self._wanted(seed, response.url, reading.candidates)
        children = reading.children if may_name_others else ()
        room = self.room if seed.kind in SITEMAPS else None
        found = await self.archive.write(
            lambda session: record_seed_visit(session, seed.id, visit, candidates, children, now, room)
        )
        if room is not None:
            self.room -= found.new
        return found

    async def _record_failure(self, seed: SeedState, error: str, status: int | None, now: datetime) -> Found:
        self.errors.append(error)
        logger.info("seed not read: %s", error)
        visit = SeedVisit(status=status, error=error, full=False)
        return await self.archive.write(
            lambda session: record_seed_visit(session, seed.id, visit, (), (), now)
        )

    def _wanted(self, seed: SeedState, answered_at: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Without other sites' pages: only a feed names them with a purpose. One that moved is no other."""
        if seed.kind is SeedKind.FEED:
            return list(candidates)
        own = {registered_domain(url) for url in (self.home, seed.url, answered_at) if urlsplit(url).hostname}
        return [candidate for candidate in candidates if registered_domain(candidate.url) in own]


def _depths(seeds: Sequence[SeedState]) -> dict[int, int]:
    """How far below a seed of the source's own each seed stands, by id."""
    parents = {seed.id: seed.parent_id for seed in seeds}

    def depth(seed_id: int) -> int:
        parent = parents.get(seed_id)
        return 0 if parent is None else 1 + depth(parent)

    return {seed.id: depth(seed.id) for seed in seeds}


def _rank(seed: SeedState) -> int:
    """A seed's place in a run: what tells of news first, so that the room is not spent on old pages."""
    if seed.kind is SeedKind.SITEMAP:
        # All that an index names is kept as this kind; which of it has the news, its name tells.
        return 1 if "news" in urlsplit(seed.url).path.rpartition("/")[2].lower() else 2
    return {SeedKind.FEED: 0, SeedKind.NEWS_SITEMAP: 1, SeedKind.SECTION: 3}[seed.kind]


async def _understand(seed: SeedState, response: Response) -> tuple[SeedVisit, SeedReading]:
    """What came back: nothing new (a 304, or the same bytes as last time), or a body to read."""
    if response.status == 304:
        return SeedVisit(status=304, full=False), SeedReading()
    visit = SeedVisit(
        status=response.status,
        etag=header(response, "ETag"),
        last_modified=header(response, "Last-Modified"),
        body_hash=hashlib.sha256(response.body).hexdigest(),
        full=True,
    )
    if visit.body_hash == seed.body_hash:
        return visit, SeedReading()
    content_type = header(response, "Content-Type")
    reading = await parse(
        response.body, lambda: read_seed(seed.kind, response.body, response.url, content_type)
    )
    return visit, reading
