"""A source's seeds are read in an order, within bounds, and nothing that they named is lost."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from scrapy.http import Request, Response
from sqlalchemy import select

from crawler.addresses import PrivateAddress
from crawler.failures import Failure, FetchFailed, failure_of_exception
from crawler.politeness import CrawlStopping, HostResting
from crawler.refusals import ForbiddenByRobots, RobotsUnreachable
from crawler.seeds.answers import CHILDREN, LARGE, MOVED, parse, read_seed
from crawler.seeds.reader import MOST_SITEMAPS, SeedReader
from crawler.workers import WorkerPool
from newsite.readers import process_of
from storage.backfill import add_places
from storage.models import Page, Seed, SeedKind
from storage.seeds import seeds_of
from storage.session import Database, open_database
from storage.sources import SeedDraft, SourceDraft, add_seeds, add_source
from storage.thread import ArchiveThread

HOME = "https://paper.example/"
NEWS = '<news:news xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><news:title>T</news:title></news:news>'


def urlset(*paths: str, inside: str = "") -> bytes:
    urls = "".join(f"<url><loc>{HOME}{path}</loc>{inside}</url>" for path in paths)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def index(*paths: str) -> bytes:
    maps = "".join(f"<sitemap><loc>{HOME}{path}</loc></sitemap>" for path in paths)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>'.encode()


def rss(*paths: str) -> bytes:
    items = "".join(f"<item><title>T</title><link>{HOME}{path}</link></item>" for path in paths)
    return f'<rss version="2.0"><channel><title>Paper</title>{items}</channel></rss>'.encode()


@dataclass(kw_only=True)
class Site:
    """What a site answers, by path: a body, which is given an ETag, or an exception."""

    bodies: dict[str, bytes | Exception]
    moved: dict[str, str] = field(default_factory=dict)
    """Where a path redirects to."""
    permanently: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    """With every answer."""
    asked: list[str] = field(default_factory=list)
    conditions: list[dict[str, str]] = field(default_factory=list)

    async def fetch(self, url: str, headers: dict[str, str]) -> Response:
        path = url.removeprefix(HOME)
        self.asked.append(path)
        self.conditions.append(headers)
        body = self.bodies[path]
        if isinstance(body, Exception):
            raise body
        etag = f'"{hash(body)}"'
        meta: dict[str, object] = {}
        if path in self.moved:
            meta = {"redirect_urls": [url], "redirect_reasons": [301 if self.permanently else 302]}
        there = self.moved.get(path, url)
        answer = Request(there, meta=meta)
        if headers.get("If-None-Match") == etag:
            return Response(there, status=304, headers=self.headers, request=answer)
        return Response(there, headers={"ETag": etag} | self.headers, body=body, request=answer)


@dataclass(kw_only=True)
class Source:
    """A source whose only seeds are those given, in an archive."""

    database: Database
    id: int
    home: str = HOME

    async def read(
        self, site: Site, room: int = 1000, *, room_for_news: int = 1000, scheduled: bool = False
    ) -> SeedReader:
        """One run's reading of all seeds; of those that are due, if nobody asked for it."""
        archive = ArchiveThread(self.database)
        try:
            async with WorkerPool(processes=1) as workers:
                reader = SeedReader(
                    archive=archive,
                    fetch=site.fetch,
                    workers=workers,
                    source_id=self.id,
                    home=self.home,
                    room=room,
                    room_for_news=room_for_news,
                    scheduled=scheduled,
                )
                await asyncio.wait_for(reader.read_all(asyncio.Event(), lambda _count: None), 30)
        finally:
            archive.close()
        return reader

    async def asks(self, site: Site) -> list[str]:
        """What a scheduled run asks for."""
        site.asked.clear()
        await self.read(site, scheduled=True)
        return site.asked

    def later(self, span: timedelta) -> None:
        """Let time pass: what is written of the seeds is so much older."""
        with self.database.write() as session:
            for seed in session.scalars(select(Seed)):
                for name in ("visited_at", "full_fetch_at", "due_at", "moved_since"):
                    if (time := getattr(seed, name)) is not None:
                        setattr(seed, name, time - span)

    def wait(self, path: str) -> timedelta | None:
        """How long a seed is left alone after its last visit, to the minute."""
        seed = self.seed(path)
        if seed.due_at is None or seed.visited_at is None:
            return None
        return timedelta(minutes=round((seed.due_at - seed.visited_at) / timedelta(minutes=1)))

    @property
    def pages(self) -> set[str]:
        with self.database.read() as session:
            return {url.removeprefix(HOME) for url in session.scalars(select(Page.url))}

    def seed(self, path: str) -> Seed:
        with self.database.read() as session:
            return session.scalars(select(Seed).where(Seed.url == HOME + path)).one()

    @property
    def seeds(self) -> list[str]:
        with self.database.read() as session:
            return [seed.url.removeprefix(HOME) for seed in seeds_of(session, self.id)]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as database:
        yield database


MakeSource = Callable[..., Source]


@pytest.fixture
def source(database: Database) -> MakeSource:
    """Makes a source: `source(("sitemap.xml", SeedKind.SITEMAP))`."""

    def make(*seeds: tuple[str, SeedKind], home: str = HOME) -> Source:
        with database.write() as session:
            made = add_source(session, SourceDraft(name="Paper", url=home), datetime.now(UTC))
            for path, kind in seeds:
                add_seeds(session, made.id, [SeedDraft(url=HOME + path, kind=kind)])
            return Source(database=database, id=made.id, home=home)

    return make


def failed(path: str, cause: Exception | None = None, **failure: object) -> FetchFailed:
    error = FetchFailed(HOME + path, Failure(**failure))  # type: ignore[arg-type]
    error.__cause__ = cause
    return error


def tree(depth: int, width: int, path: str = "map") -> dict[str, bytes | Exception]:
    """Indexes `depth` deep, each of which names `width` others; sitemaps at the end."""
    if depth == 0:
        return {path: urlset(f"{path}/story")}
    below = [f"{path}-{number}" for number in range(width)]
    found: dict[str, bytes | Exception] = {path: index(*below)}
    for child in below:
        found |= tree(depth - 1, width, child)
    return found


async def test_an_index_may_name_indexes_and_those_no_others(source: MakeSource) -> None:
    paper, site = source(("map", SeedKind.SITEMAP)), Site(bodies=tree(3, 1))
    await paper.read(site)
    assert site.asked == ["map", "map-0", "map-0-0"]
    assert paper.seeds == ["map", "map-0", "map-0-0"]


async def test_sitemaps_two_below_the_own_one_are_read(source: MakeSource) -> None:
    paper, site = source(("map", SeedKind.SITEMAP)), Site(bodies=tree(2, 2))
    await paper.read(site)
    assert paper.pages == {f"map-{a}-{b}/story" for a in "01" for b in "01"}


async def test_a_run_reads_so_many_sitemaps_and_the_next_run_reads_the_others(source: MakeSource) -> None:
    site = Site(bodies=tree(2, 8) | {"feed": rss("fresh"), "": b"<html></html>"})
    paper = source(("map", SeedKind.SITEMAP), ("", SeedKind.SECTION), ("feed", SeedKind.FEED))
    await paper.read(site)
    assert len(site.asked) == MOST_SITEMAPS + 2
    await paper.read(site)
    assert len(paper.pages) == 64 + 1


async def test_of_an_index_so_many_are_followed(source: MakeSource) -> None:
    paper, site = source(("map", SeedKind.SITEMAP)), Site(bodies=tree(1, CHILDREN + 5))
    await paper.read(site)
    assert len(site.asked) == 1 + CHILDREN


async def test_what_tells_of_news_is_read_first(source: MakeSource) -> None:
    site = Site(
        bodies={
            "": b"<html></html>",
            "index": index("old", "google-news.xml"),
            "old": urlset("old/1"),
            "google-news.xml": urlset("new/1", inside=NEWS),
            "new": urlset("new/2", inside=NEWS),
            "feed": rss("new/3"),
        }
    )
    kinds = {"": SeedKind.SECTION, "index": SeedKind.SITEMAP, "new": SeedKind.NEWS_SITEMAP}
    await source(*kinds.items(), ("feed", SeedKind.FEED)).read(site)
    assert site.asked == ["feed", "new", "index", "google-news.xml", "old", ""]


async def test_what_there_was_no_room_for_comes_with_the_next_runs(source: MakeSource) -> None:
    first, second = [f"a/{n}" for n in range(5)], [f"b/{n}" for n in range(3)]
    site = Site(bodies={"a.xml": urlset(*first), "b.xml": urlset(*second)})
    paper = source(("a.xml", SeedKind.SITEMAP), ("b.xml", SeedKind.SITEMAP))
    counts = []
    for _ in range(4):
        await paper.read(site, room=3)
        counts.append(len(paper.pages))
    assert counts == [3, 6, 8, 8]
    assert paper.pages == {*first, *second}
    site.conditions.clear()
    await paper.read(site, room=3)
    assert all(headers.get("If-None-Match") for headers in site.conditions)


async def test_a_sitemap_that_was_cut_is_no_full_visit(source: MakeSource) -> None:
    paper = source(("a.xml", SeedKind.SITEMAP))
    await paper.read(Site(bodies={"a.xml": urlset("1", "2", "3")}), room=2)
    seed = paper.seed("a.xml")
    assert (seed.etag, seed.body_hash, seed.full_fetch_at, seed.error) == (None, None, None, None)
    await paper.read(Site(bodies={"a.xml": urlset("1", "2", "3")}), room=2)
    assert paper.seed("a.xml").body_hash is not None


async def test_known_pages_take_no_room(source: MakeSource) -> None:
    old = [f"old/{n}" for n in range(600)]
    paper = source(("old.xml", SeedKind.SITEMAP), ("more.xml", SeedKind.SITEMAP))
    await paper.read(Site(bodies={"old.xml": urlset(*old), "more.xml": urlset()}))
    more = Site(bodies={"old.xml": urlset(*old, "old/last"), "more.xml": urlset("one")})
    reader = await paper.read(more, room=2)
    assert paper.pages == {*old, "old/last", "one"}
    assert reader.room == 0


async def test_feeds_and_sections_need_no_room_of_the_sitemaps(source: MakeSource) -> None:
    links = "".join(f'<li><a href="/news/2026/03/0{n}/the-ferry-is-late">The ferry is late again, for the '
                    f"{n}th time</a></li>" for n in range(1, 5))  # fmt: skip
    site = Site(bodies={"feed": rss("1", "2"), "": f"<html><body><ul>{links}</ul></body></html>".encode()})
    paper = source(("feed", SeedKind.FEED), ("", SeedKind.SECTION))
    await paper.read(site, room=0)
    assert len(paper.pages) == 6


@pytest.mark.parametrize(
    ("home", "answered_at"),
    [
        ("https://old.example/", HOME + "a.xml"),
        (HOME, "https://maps.example/a.xml"),
        ("https://old.example/", "https://maps.example/a.xml"),
    ],
)
async def test_a_sitemap_names_pages_of_the_home_or_of_where_it_stands(
    source: MakeSource, home: str, answered_at: str
) -> None:
    paper = source(("a.xml", SeedKind.SITEMAP), home=home)
    body = urlset("story").replace(b"</urlset>", b"<url><loc>https://ads.example/x</loc></url></urlset>")
    await paper.read(Site(bodies={"a.xml": body}, moved={"a.xml": answered_at}))
    assert paper.pages == {"story"}


async def test_a_seed_that_moved_to_another_domain_names_pages_of_that(source: MakeSource) -> None:
    paper = source(("a.xml", SeedKind.SITEMAP))
    body = urlset("story").replace(b"paper.example", b"newpaper.test")
    site = Site(bodies={"a.xml": body}, moved={"a.xml": "https://newpaper.test/a.xml"})
    await paper.read(site)
    assert paper.pages == {"https://newpaper.test/story"}


@pytest.mark.parametrize(
    ("failure", "told", "status"),
    [
        (failed("a.xml", reason="http 304", status=304), "a.xml: http 304", 304),
        (failed("a.xml", reason="timeout"), "a.xml: timeout", None),
    ],
)
async def test_a_seed_that_cannot_be_had_is_recorded_and_stops_no_other(
    source: MakeSource, failure: FetchFailed, told: str, status: int | None
) -> None:
    paper = source(("a.xml", SeedKind.SITEMAP), ("b.xml", SeedKind.SITEMAP), ("c.xml", SeedKind.SITEMAP))
    bodies: dict[str, bytes | Exception] = {"a.xml": failure, "b.xml": b"no sitemap", "c.xml": urlset("1")}
    reader = await paper.read(Site(bodies=bodies))
    assert [error.removeprefix(HOME) for error in reader.errors] == [told, "b.xml: not a sitemap"]
    assert (reader.read, paper.pages) == (1, {"1"})
    seed = paper.seed("a.xml")
    assert (seed.error, seed.status, seed.failures) == (HOME + told, status, 1)


async def test_a_crawl_that_stops_says_nothing_of_its_seeds(source: MakeSource) -> None:
    paper = source(("a.xml", SeedKind.SITEMAP))
    stopped = failed("a.xml", CrawlStopping(), reason="stopped")
    reader = await paper.read(Site(bodies={"a.xml": stopped}))
    assert (reader.read, reader.errors, paper.seed("a.xml").visited_at) == (0, [], None)


@pytest.mark.parametrize(
    ("body", "by_worker"), [(b"x" * LARGE, False), (b"x" * (LARGE + 1), True), (b"\x1f\x8b packed", True)]
)
async def test_a_large_body_is_read_by_a_worker(body: bytes, by_worker: bool) -> None:
    async with WorkerPool(processes=1) as workers:
        assert (await parse(workers, body, process_of) != os.getpid()) is by_worker


async def test_a_feed_that_names_more_than_a_run_takes_is_gone_on_with_in_the_next(
    source: MakeSource,
) -> None:
    paper = source(("feed", SeedKind.FEED))
    site = Site(bodies={"feed": rss(*(f"story-{number}" for number in range(30)))})
    reader = await paper.read(site, room_for_news=20)
    assert (len(paper.pages), reader.left_out) == (20, 10)
    reader = await paper.read(site, room_for_news=20)
    assert (len(paper.pages), reader.left_out) == (30, 0)


@contextmanager
def counted_calls() -> Iterator[Callable[[], int]]:
    """Tells how many calls this thread has made: its work, which depends on no clock and no other process."""
    calls = count()

    def counted(*_: object) -> None:
        next(calls)

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        yield lambda: next(calls)
    finally:
        sys.setprofile(before)


async def test_the_loop_goes_on_while_a_large_sitemap_is_read(source: MakeSource) -> None:
    paper = source(("a.xml", SeedKind.SITEMAP))
    await paper.read(Site(bodies={"a.xml": urlset(*map(str, range(400)))}))  # what is loaded then, is no work
    body = urlset(*(f"2026/03/04/story-{n}" for n in range(2_000)))
    with counted_calls() as calls:
        read_seed(body, SeedKind.SITEMAP, HOME, None)
        alone = calls()
        await paper.read(Site(bodies={"a.xml": body}), room=1)
        by_the_loop = calls() - alone
    assert by_the_loop < alone / 2


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def test_a_scheduled_run_asks_what_is_due_and_a_run_by_hand_asks_all(source: MakeSource) -> None:
    site = Site(bodies={"feed": rss("1"), "map": index("a", "b"), "a": urlset("1"), "b": urlset("old")})
    paper = source(("feed", SeedKind.FEED), ("map", SeedKind.SITEMAP))
    everything = ["feed", "map", "a", "b"]
    assert await paper.asks(site) == everything
    assert await paper.asks(site) == ["feed"]
    site.asked.clear()
    await paper.read(site)
    assert sorted(site.asked) == sorted(everything)
    paper.later(HOUR)
    assert await paper.asks(site) == ["feed"]


async def test_a_sitemap_that_brings_nothing_is_asked_ever_more_rarely(source: MakeSource) -> None:
    site = Site(bodies={"feed": rss("1"), "map": urlset("1", "2")})
    paper, waits = source(("feed", SeedKind.FEED), ("map", SeedKind.SITEMAP)), []
    for _ in range(7):
        await paper.read(site)
        waits.append(paper.wait("map"))
    assert waits == [HOUR, 2 * HOUR, *[4 * HOUR] * 5]
    assert paper.wait("feed") is None
    site.bodies["map"] = urlset("1", "2", "3")
    await paper.read(site)
    assert (paper.wait("map"), paper.seed("map").idle) == (HOUR, 0)


async def test_without_a_feed_the_index_tells_which_sitemap_to_ask(source: MakeSource) -> None:
    site = Site(bodies={"map": index("a", "b"), "a": urlset("1"), "b": urlset("2")})
    paper = source(("map", SeedKind.SITEMAP))
    assert await paper.asks(site) == ["map", "a", "b"]
    assert await paper.asks(site) == ["map", "a", "b"]  # both had brought something
    assert await paper.asks(site) == ["map"]
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    site.bodies["map"] = index("a", "b").replace(b"/b</loc>", f"/b</loc><lastmod>{soon}</lastmod>".encode())
    assert await paper.asks(site) == ["map", "b"]
    assert await paper.asks(site) == ["map"]


@pytest.mark.parametrize(
    ("failure", "minutes"),
    [
        (Failure(reason="host taken", retry_after=600, visited=False), 10),
        (failure_of_exception(HostResting("paper.example", 900)), 15),
        (failure_of_exception(RobotsUnreachable("paper.example", "http 503")), 5),
    ],
)
async def test_what_could_not_be_asked_waits_and_has_not_failed(
    source: MakeSource, failure: Failure, minutes: int
) -> None:
    site = Site(bodies={"feed": rss("1")})
    paper = source(("feed", SeedKind.FEED))
    await paper.read(site)
    before = paper.seed("feed").visited_at
    site.bodies["feed"] = FetchFailed(HOME + "feed", failure)
    for _ in range(2):
        assert len((await paper.read(site)).errors) == 1
    feed = paper.seed("feed")
    assert (feed.failures, feed.error, feed.visited_at) == (0, None, before)
    assert feed.due_at is not None
    assert round((feed.due_at - datetime.now(UTC)) / timedelta(minutes=1)) == minutes
    assert await paper.asks(site) == []


@pytest.mark.parametrize("error", [PrivateAddress("10.0.0.1", "10.0.0.1"), ForbiddenByRobots("no")])
async def test_what_may_not_be_asked_has_failed(source: MakeSource, error: Exception) -> None:
    paper = source(("feed", SeedKind.FEED))
    await paper.read(Site(bodies={"feed": FetchFailed(HOME + "feed", failure_of_exception(error))}))
    assert paper.seed("feed").failures == 1


async def test_a_feed_that_cannot_be_read_leaves_the_news_to_the_sitemap(source: MakeSource) -> None:
    site = Site(bodies={"feed": failed("feed", reason="timeout"), "map": urlset("1")})
    paper = source(("feed", SeedKind.FEED), ("map", SeedKind.SITEMAP))
    await paper.read(site)
    assert (paper.wait("feed"), paper.wait("map")) == (timedelta(minutes=5), None)
    assert await paper.asks(site) == ["map"]
    paper.later(timedelta(minutes=6))
    assert await paper.asks(site) == ["feed", "map"]
    assert paper.wait("feed") == timedelta(minutes=10)


async def test_a_feed_that_is_gone_is_asked_once_a_day(source: MakeSource) -> None:
    gone = failed("feed", reason="http 410", status=410, gone=True)
    paper = source(("feed", SeedKind.FEED))
    await paper.read(Site(bodies={"feed": gone}))
    assert paper.wait("feed") == DAY


async def test_what_a_feed_said_of_itself_holds_while_it_answers_304(source: MakeSource) -> None:
    body = rss("1").replace(b"<title>Paper", b"<ttl>40</ttl><title>Paper")
    site, paper = Site(bodies={"feed": body}), source(("feed", SeedKind.FEED))
    for status in (200, 304, 304):
        await paper.read(site)
        assert (paper.seed("feed").status, paper.wait("feed")) == (status, timedelta(minutes=40))
    site.bodies["feed"] = rss("1", "2")
    await paper.read(site)
    assert paper.wait("feed") is None


async def test_headers_are_heard_up_to_a_cap_and_a_sitemap_keeps_the_longer_wait(source: MakeSource) -> None:
    site = Site(bodies={"feed": rss("1"), "map": urlset("1")}, headers={"Cache-Control": "max-age=1200"})
    paper = source(("feed", SeedKind.FEED), ("map", SeedKind.SITEMAP))
    await paper.read(site)
    assert (paper.wait("feed"), paper.wait("map")) == (timedelta(minutes=20), 2 * HOUR)
    site.headers = {"Cache-Control": "max-age=31536000"}
    await paper.read(site)
    assert (paper.seed("feed").status, paper.wait("feed")) == (304, HOUR)


async def test_a_sitemap_of_an_index_is_of_news_while_its_stories_are(source: MakeSource) -> None:
    def news(date: datetime) -> bytes:
        dated = f"</news:title><news:publication_date>{date.isoformat()}</news:publication_date>"
        return urlset("1", inside=NEWS.replace("</news:title>", dated))

    now = datetime.now(UTC)
    site = Site(bodies={"map": index("a", "b"), "a": news(now), "b": news(now - 9 * DAY)})
    paper = source(("map", SeedKind.SITEMAP))
    await paper.read(site)
    assert [paper.seed(path).kind for path in "ab"] == [SeedKind.NEWS_SITEMAP, SeedKind.SITEMAP]
    assert [paper.wait(path) for path in "ab"] == [None, 2 * HOUR]
    site.bodies["a"] = news(now - 9 * DAY) + b" "
    await paper.read(site)
    assert paper.seed("a").kind is SeedKind.SITEMAP


async def test_a_seed_that_moved_for_good_is_asked_there_after_a_week(source: MakeSource) -> None:
    site = Site(bodies={"feed": rss("1")}, moved={"feed": HOME + "new/feed"}, permanently=True)
    paper = source(("feed", SeedKind.FEED))
    await paper.read(site)
    assert paper.seed("feed").moved_to == HOME + "new/feed"
    paper.later(MOVED - HOUR)
    await paper.read(site)
    assert paper.seeds == ["feed"]
    paper.later(HOUR)
    await paper.read(site)
    assert (paper.seeds, site.asked) == (["new/feed"], ["feed"] * 3)
    assert paper.pages == {"1"}


async def test_a_seed_that_moved_to_another_is_one_with_it(source: MakeSource) -> None:
    site = Site(
        bodies={"feed": rss("1"), "new/feed": rss("1", "2")},
        moved={"feed": HOME + "new/feed"},
        permanently=True,
    )
    paper = source(("feed", SeedKind.FEED), ("new/feed", SeedKind.FEED))
    await paper.read(site)
    paper.later(MOVED)
    await paper.read(site)
    assert (paper.seeds, paper.pages) == (["new/feed"], {"1", "2"})


async def test_a_seed_that_moved_to_what_a_backfill_has_read_is_polled_there(source: MakeSource) -> None:
    site = Site(
        bodies={"map": index("a"), "a": urlset("1"), "new": index("a"), "old": urlset("2")},
        moved={"map": HOME + "new"},
        permanently=True,
    )
    paper = source(("map", SeedKind.SITEMAP))
    await paper.read(site)
    with paper.database.write() as session:
        add_places(session, paper.id, paper.seed("map").id, [HOME + "new", HOME + "old"])
    paper.later(MOVED)
    await paper.read(site)
    new = paper.seed("new")
    assert (new.kind, new.parent_id, paper.seeds) == (SeedKind.SITEMAP, None, ["a", "new"])
    assert (paper.seed("a").parent_id, paper.seed("old").parent_id) == (new.id, new.id)
    site.asked.clear()
    await paper.read(site)
    assert site.asked == ["new", "a"]


@pytest.mark.parametrize("permanently", [True, False])
async def test_a_move_that_is_taken_back_is_forgotten(source: MakeSource, permanently: bool) -> None:
    site = Site(bodies={"feed": rss("1")}, moved={"feed": HOME + "new"}, permanently=permanently)
    paper = source(("feed", SeedKind.FEED))
    await paper.read(site)
    assert (paper.seed("feed").moved_to is not None) is permanently
    site.moved.clear()
    await paper.read(site)
    seed = paper.seed("feed")
    assert (seed.moved_to, seed.moved_since) == (None, None)


async def test_the_times_of_new_stories_are_told(source: MakeSource) -> None:
    dated = rss("1", "2").replace(b"</item>", b"<pubDate>Wed, 04 Nov 2026 10:00:00 GMT</pubDate></item>", 1)
    old = urlset("old", inside="<lastmod>2020-01-01</lastmod>")
    site = Site(bodies={"feed": dated, "map": old})
    paper = source(("feed", SeedKind.FEED), ("map", SeedKind.SITEMAP))
    assert (await paper.read(site)).stories == [datetime(2026, 11, 4, 10, tzinfo=UTC)]
    assert (await paper.read(site)).stories == []
    site.bodies = {"feed": rss("3"), "map": old + urlset("4") + b" "}
    before = datetime.now(UTC)
    stories = (await paper.read(site)).stories
    assert len(stories) == 1
    assert before <= stories[0] <= datetime.now(UTC)
    site.bodies["map"] = urlset("old", "5", "6")
    assert len((await paper.read(site)).stories) == 2
