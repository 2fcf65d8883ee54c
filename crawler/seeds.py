"""Reads what is new in a source's seeds: unchanged ones cost a 304, the rest is read and remembered."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scrapy.http import Response

from crawler.discovery.feeds import NotAFeed, read_feed
from crawler.discovery.sections import read_section
from crawler.discovery.sitemaps import NotASitemap, read_sitemap
from crawler.failures import FetchFailed
from crawler.fetch import header
from crawler.politeness import CrawlStopping
from pipelines.canonical import registered_domain
from storage.candidates import Candidate, Found
from storage.models import SeedKind
from storage.seeds import SeedState, SeedVisit, record_seed_visit, seeds_of
from storage.sources import SeedDraft
from storage.thread import ArchiveThread

logger = logging.getLogger(__name__)

TRUST_304 = timedelta(hours=6)
"""How long after the last full fetch a 304 is believed: some servers answer it whatever has changed."""
CHILDREN = 20
"""Sitemaps read of one index in a run, the newest first."""

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


@dataclass(slots=True, kw_only=True)
class SeedReader:
    """Reads the seeds of one source in one run."""

    archive: ArchiveThread
    fetch: Fetch
    source_id: int
    home: str
    """The source's address: sitemaps and sections may only name pages of its registered domain."""
    room: int
    """How many candidates the run may still take from sitemaps."""
    read: int = 0
    errors: list[str] = field(default_factory=list)
    """Address and reason of each seed that could not be read."""

    async def read_all(self, stopping: asyncio.Event, on_found: Callable[[int], None]) -> None:
        """Read every seed of the source, and the sitemaps that its indexes name, each once."""
        known: set[int] = set()
        while not stopping.is_set():
            seeds = await self.archive.read(lambda session: seeds_of(session, self.source_id))
            fresh = [seed for seed in seeds if seed.id not in known]
            if not fresh:
                return
            for seed in fresh:
                known.add(seed.id)
                if not stopping.is_set():
                    found = await self._read_one(seed)
                    on_found(found.new + found.updated)

    async def _read_one(self, seed: SeedState) -> Found:
        now = datetime.now(UTC)
        try:
            response = await self.fetch(seed.url, conditional_headers(seed, now))
            visit, reading = _understand(seed, response)
        except FetchFailed as failed:
            if isinstance(failed.__cause__, CrawlStopping):
                return Found()
            visit, reading = SeedVisit(status=failed.failure.status, error=str(failed), full=False), None
        except (NotAFeed, NotASitemap) as error:
            visit, reading = SeedVisit(status=200, error=f"{seed.url}: {error}", full=False), None
        if visit.error:
            self.errors.append(visit.error)
            logger.info("seed not read: %s", visit.error)
        else:
            self.read += 1
        candidates = self._wanted(seed, reading.candidates if reading else ())
        children = reading.children if reading else ()
        return await self.archive.write(
            lambda session: record_seed_visit(session, seed.id, visit, candidates, children, now)
        )

    def _wanted(self, seed: SeedState, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """Without other sites' pages (only a feed names them with a purpose), and not too many."""
        if seed.kind is SeedKind.FEED:
            return candidates
        own = registered_domain(self.home)
        taken = [c for c in candidates if registered_domain(c.url) == own][: self.room]
        self.room -= len(taken)
        return taken


def _understand(seed: SeedState, response: Response) -> tuple[SeedVisit, SeedReading | None]:
    """What came back: nothing new (a 304, or the same bytes as last time), or a body to read."""
    if response.status == 304:
        same = SeedVisit(
            status=304, etag=seed.etag, last_modified=seed.last_modified, body_hash=seed.body_hash, full=False
        )
        return same, None
    visit = SeedVisit(
        status=response.status,
        etag=header(response, "ETag"),
        last_modified=header(response, "Last-Modified"),
        body_hash=hashlib.sha256(response.body).hexdigest(),
        full=True,
    )
    if visit.body_hash == seed.body_hash:
        return visit, None
    return visit, read_seed(seed.kind, response.body, response.url, header(response, "Content-Type"))
