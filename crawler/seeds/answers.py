"""What a seed answered: nothing new, or a body; what is read in it, and what it says of itself."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from scrapy.http import Response

from crawler.discovery.feeds import read_feed
from crawler.discovery.sections import read_section
from crawler.discovery.sitemaps import read_sitemap
from crawler.fetch import header, moved_for_good
from crawler.seeds.freshness import Habits, fresh_until, read_habits
from crawler.workers import WorkerPool
from storage.candidates import Candidate, Found
from storage.models import SeedKind
from storage.seeds import SeedState, SeedVisit
from storage.sources import SeedDraft

TRUST_304 = timedelta(hours=6)
"""How long after the last full fetch a 304 is believed: some servers answer it whatever has changed."""
CHILDREN = 20
"""Sitemaps read of one index in a run, the newest first."""
LARGE = 10_000
"""Bytes of a body whose reading might hold up the event loop, and with it all crawls: a worker reads it. Of
50,000, made for it, feedparser takes minutes."""
NEWS = timedelta(days=3)
"""What a sitemap of news names is no older: Google asks for two days, and a weekend should not hide one."""
MOVED = timedelta(days=7)
"""A seed that has said for so long that it moved for good is asked at its new address from then on."""
SITEMAPS = frozenset({SeedKind.SITEMAP, SeedKind.NEWS_SITEMAP})

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedReading:
    """What stood in a seed."""

    candidates: Sequence[Candidate] = ()
    children: Sequence[SeedDraft] = ()
    changed: Mapping[str, datetime] = field(default_factory=dict)
    """When each of `children` was changed, where the index says so."""
    is_news: bool = False
    """Whether it is a sitemap with what Google's news namespace says."""


def conditional_headers(seed: SeedState, now: datetime) -> dict[str, str]:
    """The validators to send; none where the last full fetch is too long ago, so that the body must come."""
    if seed.full_fetch_at is None or now - seed.full_fetch_at > TRUST_304:
        return {}
    headers = {"If-None-Match": seed.etag, "If-Modified-Since": seed.last_modified}
    return {name: value for name, value in headers.items() if value}


def read_seed(body: bytes, kind: SeedKind, url: str, content_type: str | None) -> SeedReading:
    """The candidates in a seed's body. Raises NotAFeed, NotASitemap."""
    match kind:
        case SeedKind.FEED:
            return SeedReading(candidates=read_feed(body, url, content_type))
        case SeedKind.SECTION:
            return SeedReading(candidates=read_section(body, url, content_type))
    sitemap = read_sitemap(body, url)
    children = [SeedDraft(url=child, kind=SeedKind.SITEMAP) for child in sitemap.children[:CHILDREN]]
    return SeedReading(
        candidates=sitemap.candidates,
        children=children,
        changed=sitemap.changed,
        is_news=sitemap.is_news,
    )


async def parse(workers: WorkerPool, body: bytes, work: Callable[..., T], *args: Any) -> T:
    """What `work` makes of a body and what else it is given; by a worker if it is large, or may be unpacked.

    Raises what `work` raises; WorkLost where it takes a worker too much time or memory, and WorkersBroken.
    """
    packed = body.startswith(b"\x1f\x8b")
    return await workers.do(work, body, *args) if packed or len(body) > LARGE else work(body, *args)


def story_times(seed: SeedState, found: Found, now: datetime) -> list[datetime]:
    """When the pages that a seed named, and that were new, were published, as far as that tells of a rhythm.

    What is undated came between the last visit and this one. A sitemap names old pages too, and says only
    when they were changed: those count that came after it had been taken in whole.
    """
    if seed.kind is SeedKind.SITEMAP:
        since = seed.visited_at if seed.full_fetch_at is not None else now
        times = [time or now for time in found.times if since is not None and (time or now) > since]
    else:
        times = [time or now for time in found.times if time is not None or seed.visited_at is not None]
    return [min(time, now) for time in times]


def fresh_answer(
    seed: SeedState, visit: SeedVisit, response: Response, now: datetime, most: timedelta
) -> datetime | None:
    """Until when there is nothing new in a seed by its own word; see `fresh_until`."""
    return fresh_until(_headers(response), _habits(seed, visit), now, most)


def _habits(seed: SeedState, visit: SeedVisit) -> Habits:
    """What the body says of its updates: after a 304, what it said when it came."""
    return Habits.of_dict(visit.habits if visit.full else seed.habits)


def _headers(response: Response) -> dict[str, str]:
    names = ("Cache-Control", "Expires", "Date", "Age")
    return {name.lower(): value for name in names if (value := header(response, name))}


async def understand(
    workers: WorkerPool, seed: SeedState, response: Response, now: datetime
) -> tuple[SeedVisit, SeedReading]:
    """What came back: nothing new (a 304, or the same bytes as last time), or a body to read.

    Raises NotAFeed, NotASitemap, and what `parse` raises.
    """
    moved_to = moved_for_good(response, seed.url)
    long_ago = seed.moved_since is not None and now - seed.moved_since >= MOVED
    move = long_ago and seed.moved_to == moved_to and seed.parent_id is None
    if response.status == 304:
        return SeedVisit(status=304, full=False, moved_to=moved_to, move=move), SeedReading()
    body, habits = response.body, seed.habits
    body_hash, reading = hashlib.sha256(body).hexdigest(), SeedReading()
    if body_hash != seed.body_hash:
        content_type = header(response, "Content-Type")
        reading, habits = await parse(workers, body, _in_body, seed.kind, response.url, content_type)
    visit = SeedVisit(
        status=response.status,
        etag=header(response, "ETag"),
        last_modified=header(response, "Last-Modified"),
        body_hash=body_hash,
        full=True,
        habits=habits,
        kind=_kind(seed, reading, now) if body_hash != seed.body_hash else None,
        moved_to=moved_to,
        move=move,
    )
    return visit, reading


def _in_body(
    body: bytes, kind: SeedKind, url: str, content_type: str | None
) -> tuple[SeedReading, dict[str, Any] | None]:
    """What a seed's body names, and what it says of its updates. Raises NotAFeed, NotASitemap."""
    habits = read_habits(body).as_dict() if kind is SeedKind.FEED else None
    return read_seed(body, kind, url, content_type), habits


def _kind(seed: SeedState, reading: SeedReading, now: datetime) -> SeedKind | None:
    """What a sitemap that an index names turns out to be: of news, or of old pages by the same means."""
    if seed.parent_id is None or seed.kind not in SITEMAPS:
        return None
    newest = max((c.published_at for c in reading.candidates if c.published_at), default=None)
    is_news = reading.is_news and newest is not None and now - newest < NEWS
    return SeedKind.NEWS_SITEMAP if is_news else SeedKind.SITEMAP
