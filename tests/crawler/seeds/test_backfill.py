"""A source's sitemaps and archives are walked one by one, within bounds, and to an end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scrapy.http import Response
from sqlalchemy import select, update

from crawler.addresses import PrivateAddress
from crawler.failures import Failure, FetchFailed, failure_of_exception
from crawler.politeness import CrawlStopping, HostResting
from crawler.refusals import ForbiddenByRobots, RobotsUnreachable
from crawler.seeds.backfill import MOST_IDLE, Backfill, further_starts
from crawler.workers import WorkerPool
from storage.backfill import MOST_FAILURES, add_places, ask_for_backfill, backfill_wanted, next_place_at
from storage.candidates import Candidate, add_pages
from storage.models import Page, Seed, SeedKind
from storage.seeds import SeedState
from storage.session import Database, open_database
from storage.sources import SeedDraft, SourceDraft, add_seeds, add_source
from storage.thread import ArchiveThread

HOME = "https://paper.example/"
NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)
WORKERS = WorkerPool(processes=1)
"""None is started: nothing here is large."""
BACK_TO = datetime(2024, 6, 15, tzinfo=UTC)


def seed(number: int, kind: SeedKind = SeedKind.SITEMAP, **values: Any) -> SeedState:
    told: dict[str, Any] = dict.fromkeys(SeedState.__slots__)
    told |= {"id": number, "url": f"{HOME}{number}", "kind": kind, "idle": 0, "failures": 0}
    return SeedState(**(told | values))


PROBE = seed(3, SeedKind.ARCHIVE)
GIVEN_UP = {"failures": 1, "backfilled_to": BACK_TO}


@pytest.mark.parametrize(
    ("seeds", "starts"),
    [
        ([seed(1), seed(2, SeedKind.FEED)], []),
        ([seed(2, SeedKind.FEED)], [PROBE.url]),
        ([seed(2, SeedKind.FEED), PROBE], []),
        ([seed(2, SeedKind.FEED), seed(3, SeedKind.ARCHIVE, **GIVEN_UP)], [HOME]),
        ([seed(2, SeedKind.SECTION), seed(3, SeedKind.ARCHIVE, **GIVEN_UP)], []),
        ([seed(1, failures=1), seed(2, SeedKind.SECTION)], []),
        ([seed(1, **GIVEN_UP), seed(2, SeedKind.SECTION)], [PROBE.url]),
    ],
)
def test_sections_are_leafed_through_where_there_is_no_sitemap(
    seeds: list[SeedState], starts: list[str]
) -> None:
    assert further_starts(seeds, [PROBE.url], HOME) == starts


@dataclass(kw_only=True)
class Past:
    """A source and its site, to be walked."""

    archive: ArchiveThread
    database: Database
    id: int
    site: dict[str, bytes | Exception]
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> Response:
        self.asked.append(url.removeprefix(HOME))
        body = self.site.get(self.asked[-1]) or self.site.get("*")
        if body is None:
            failure = Failure(reason="http 404", status=404, retry=False, gone=True)
            raise FetchFailed(url, failure)
        if isinstance(body, Exception):
            raise body
        return Response(url, body=body)

    async def walk(self, step: int = 1000, most: int = 200) -> list[int]:
        """One run's walking: how many pages each place gave."""
        backfill = Backfill(
            archive=self.archive, fetch=self.fetch, workers=WORKERS, source_id=self.id, home=HOME, step=step
        )
        counts = []
        while (found := await backfill.walk_on()) is not None:
            counts.append(found)
            assert len(counts) < most, "it does not come to an end"
        return counts

    @property
    def pages(self) -> dict[str, int]:
        """The pages found, and their priority."""
        with self.database.read() as session:
            rows = session.execute(select(Page.url, Page.priority))
            return {row.url.removeprefix(HOME): row.priority for row in rows}

    def later(self) -> None:
        """Let all that waits be ready."""
        with self.database.write() as session:
            session.execute(update(Seed).values(due_at=None))

    @property
    def ready_in(self) -> float | None:
        """Minutes until the first place may be walked."""
        with self.database.read() as session:
            time = next_place_at(session, self.id)
        return max(0, round((time - datetime.now(UTC)) / timedelta(minutes=1))) if time else None

    @property
    def wanted(self) -> datetime | None:
        with self.database.read() as session:
            return backfill_wanted(session, self.id)


@pytest.fixture
def past(database_url: str) -> Iterator[Callable[..., Past]]:
    with open_database(database_url) as database:
        archive = ArchiveThread(database)

        def make(site: dict[str, bytes | Exception], *seeds: tuple[str, SeedKind]) -> Past:
            with database.write() as session:
                made = add_source(session, SourceDraft(name="Paper", url=HOME), NOW)
                drafts = [SeedDraft(url=HOME + path, kind=kind) for path, kind in seeds]
                add_seeds(session, made.id, drafts)
                ask_for_backfill(session, [made.id], BACK_TO)
                return Past(archive=archive, database=database, id=made.id, site=site)

        yield make
        archive.close()


def urlset(*rows: str) -> bytes:
    """Each row a path, or a path and its date."""
    urls = ""
    for row in rows:
        path, _, date = row.partition(" ")
        urls += f"<url><loc>{HOME}{path}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>"
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def index(*paths: str) -> bytes:
    maps = "".join(f"<sitemap><loc>{HOME}{path}</loc></sitemap>" for path in paths)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>'.encode()


def listing(*numbers: int, more: str = "") -> bytes:
    links = "".join(
        f'<li><a href="/story/{n}00{n}/what-the-council-said">What the council said of it on day {n}</a>'
        for n in numbers
    )
    return f'<html><body><ul>{links}</ul><a rel="next" href="{more}">Older</a></body></html>'.encode()


MAP = ("map", SeedKind.SITEMAP)


async def test_an_index_is_walked_from_its_newest_sitemap_back_to_the_day(past: Callable[..., Past]) -> None:
    paper = past(
        {
            "map": index("m-2024-05", "m-2024-06", "m-2026-01"),
            "m-2026-01": urlset("a 2026-01-02", "b"),
            "m-2024-06": urlset("c 2024-06-20", "d 2024-06-01"),
        },
        MAP,
    )
    assert await paper.walk() == [0, 2, 1]
    assert paper.asked == ["map", "m-2026-01", "m-2024-06"]
    assert paper.pages == {"a": 1, "b": 1, "c": 1}
    assert paper.wanted is None


async def test_a_large_sitemap_is_taken_in_steps_and_comes_to_an_end(past: Callable[..., Past]) -> None:
    rows = [f"{n} 2026-01-{1 + n % 9:02}" for n in range(23)]
    paper = past({"map": urlset(*rows)}, MAP)
    assert await paper.walk(step=5) == [5, 5, 5, 5, 3]
    assert len(paper.pages) == 23
    assert paper.wanted is None


async def test_an_index_of_many_sitemaps_is_walked_whole(past: Callable[..., Past]) -> None:
    names = [f"m-{n}" for n in range(150)]
    paper = past({"map": index(*names)} | {name: urlset(f"{name}/a") for name in names}, MAP)
    assert len(await paper.walk()) == 151
    assert len(paper.pages) == 150


async def test_an_index_without_end_has_one(past: Callable[..., Past]) -> None:
    paper = past({"*": b""}, MAP)
    count = 0

    async def endless(url: str) -> Response:
        nonlocal count
        count += 2
        return Response(url, body=index(f"m-{count}", f"m-{count + 1}", "map"))

    paper.fetch = endless  # type: ignore[method-assign]
    assert len(await paper.walk()) == 1 + 2 + 4


async def test_what_is_news_already_stays_news(past: Callable[..., Past]) -> None:
    paper = past({"map": urlset("a", "b")}, MAP)
    with paper.database.write() as session:
        add_pages(session, paper.id, None, [Candidate(url=HOME + "a")], NOW)
    await paper.walk()
    assert paper.pages == {"a": 0, "b": 1}
    with paper.database.write() as session:
        add_pages(session, paper.id, None, [Candidate(url=HOME + "b")], NOW)
    assert paper.pages == {"a": 0, "b": 0}


async def test_a_sitemap_that_fails_is_tried_again_by_a_later_run(past: Callable[..., Past]) -> None:
    down = FetchFailed(HOME + "b", Failure(reason="http 503", status=503))
    paper = past({"map": index("a", "b"), "a": urlset("1"), "b": down}, MAP)
    await paper.walk()
    assert paper.wanted == BACK_TO
    assert await paper.walk() == []  # too soon
    paper.site["b"] = urlset("2")
    with paper.database.write() as session:
        for row in session.scalars(select(Seed)):
            row.due_at = None
    assert await paper.walk() == [1]
    assert (set(paper.pages), paper.wanted) == ({"1", "2"}, None)


@pytest.mark.parametrize("body", [None, b"<html><body>Not found</body></html>"])
async def test_a_sitemap_that_is_none_does_not_hold_up_the_end(
    past: Callable[..., Past], body: bytes | None
) -> None:
    paper = past({"map": index("a", "b"), "b": urlset("2")} | ({"a": body} if body else {}), MAP)
    await paper.walk()
    assert (set(paper.pages), paper.wanted) == ({"2"}, None)


def refused(path: str, error: Exception) -> FetchFailed:
    told = FetchFailed(HOME + path, failure_of_exception(error))
    told.__cause__ = error
    return told


@pytest.mark.parametrize("polled", [True, False])
async def test_a_place_that_cannot_be_asked_is_passed_over_and_given_up_in_the_end(
    past: Callable[..., Past], polled: bool
) -> None:
    down = refused("a", RobotsUnreachable("cdn.example", "http 503"))
    if polled:
        paper = past({"a": down, "b": urlset("2")}, ("a", SeedKind.SITEMAP), ("b", SeedKind.SITEMAP))
    else:
        paper = past({"map": index("a", "b"), "a": down, "b": urlset("2")}, MAP)
    await paper.walk()
    assert (set(paper.pages), paper.wanted, paper.ready_in) == ({"2"}, BACK_TO, 5)
    assert await paper.walk() == []  # too soon
    waits = []
    for _ in range(MOST_FAILURES - 1):
        paper.later()
        await paper.walk()
        waits.append(paper.ready_in)
    assert waits == [10, 20, 40, 80, 160, 320, None]
    assert paper.wanted is None


@pytest.mark.parametrize("error", [PrivateAddress("10.0.0.1", "10.0.0.1"), ForbiddenByRobots("no")])
async def test_a_place_that_may_not_be_asked_is_given_up_at_once(
    past: Callable[..., Past], error: Exception
) -> None:
    paper = past({"map": index("a", "b"), "a": refused("a", error), "b": urlset("2")}, MAP)
    await paper.walk()
    assert (set(paper.pages), paper.wanted, paper.ready_in) == ({"2"}, None, None)


async def test_a_place_whose_host_is_busy_waits_and_is_not_given_up(past: Callable[..., Past]) -> None:
    busy = refused("a", HostResting("paper.example", 900))
    paper = past({"map": index("a", "b"), "a": busy, "b": urlset("2")}, MAP)
    for _ in range(MOST_FAILURES + 3):
        await paper.walk()
        assert (paper.wanted, (paper.ready_in or 0) >= 15) == (BACK_TO, True)
        paper.later()
    paper.site["a"] = urlset("1")
    await paper.walk()
    assert (set(paper.pages), paper.wanted) == ({"1", "2"}, None)


async def test_what_is_polled_has_not_failed_where_its_host_is_busy(past: Callable[..., Past]) -> None:
    paper = past({"map": refused("map", HostResting("paper.example", 900))}, MAP)
    assert await paper.walk() == [0]
    with paper.database.read() as session:
        assert session.scalars(select(Seed.failures)).all() == [0]
    assert paper.wanted == BACK_TO


async def test_a_crawl_that_is_stopped_says_nothing_of_a_place(past: Callable[..., Past]) -> None:
    paper = past({"map": refused("map", CrawlStopping())}, MAP)
    assert await paper.walk() == []
    assert (paper.wanted, paper.ready_in) == (BACK_TO, 0)


async def test_a_list_ends_where_it_repeats_itself(past: Callable[..., Past]) -> None:
    paper = past(
        {"": listing(1, 2, 3, more="/p/2"), "p/2": listing(4, 5, 6, more="/p/3")}, ("", SeedKind.SECTION)
    )
    count = 2

    async def fetch(url: str) -> Response:
        nonlocal count
        if url.endswith(("/", "/p/2")):
            return await Past.fetch(paper, url)
        count += 1
        return Response(url, body=listing(4, 5, 6, more=f"/p/{count + 1}"))

    paper.fetch = fetch  # type: ignore[method-assign]
    assert await paper.walk() == [3, 3, *[0] * MOST_IDLE]
    assert paper.wanted is None


async def test_a_sitemap_that_nobody_named_is_found(past: Callable[..., Past]) -> None:
    paper = past({"sitemap.xml": urlset("1"), "feed": b""}, ("feed", SeedKind.FEED))
    backfill = Backfill(
        archive=paper.archive,
        fetch=paper.fetch,
        workers=WORKERS,
        source_id=paper.id,
        home=HOME,
        probes=[f"{HOME}sitemap_index.xml", f"{HOME}sitemap.xml"],
    )
    while await backfill.walk_on() is not None:
        pass
    assert (set(paper.pages), paper.wanted) == ({"1"}, None)
    assert paper.asked == ["sitemap_index.xml", "sitemap.xml"]


async def test_places_are_bounded(past: Callable[..., Past], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.backfill.MOST_PLACES", 5)
    paper = past({}, MAP)
    with paper.database.write() as session:
        add_places(session, paper.id, None, [f"{HOME}{n}" for n in range(3)])
        add_places(session, paper.id, None, [f"{HOME}{n}" for n in range(9)])
        assert len(session.scalars(select(Seed).where(Seed.kind == SeedKind.ARCHIVE)).all()) <= 5
