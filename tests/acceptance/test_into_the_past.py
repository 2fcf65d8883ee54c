"""A backfill takes in what is asked for and no more, behind fresh news, and goes on where it stopped."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from crawler.crawl import crawl_into_past, crawl_source
from crawler.desk import Desk
from newsite.archives import IN_THE_FEED, STORIES, path_of, published_of
from newsite.press import Press
from storage.agenda import set_schedule
from storage.backfill import ask_for_backfill, backfill_wanted, call_off_backfill
from storage.models import Article, Page, PageState, RunState, Seed, SeedKind
from storage.sources import SeedDraft, SourceDraft, add_source

CHRONICLE, LEAFLET = "chronicle.example", "leaflet.example"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LONG = timedelta(minutes=5)


async def add(desk: Desk, host: str, *paths: tuple[str, SeedKind]) -> int:
    seeds = tuple(SeedDraft(url=f"http://{host}{path}", kind=kind) for path, kind in paths)
    draft = SourceDraft(name=host, url=f"http://{host}/", seeds=seeds)
    return await desk.archive.write(lambda session: add_source(session, draft, datetime.now(UTC)).id)


async def ask(desk: Desk, source_id: int, back_to: datetime) -> None:
    await desk.archive.write(lambda session: ask_for_backfill(session, [source_id], back_to))


async def stored(desk: Desk, host: str) -> set[int]:
    """The numbers of the stories that are stored."""
    urls = set(await desk.archive.read(lambda session: session.scalars(select(Article.url)).all()))
    return {n for n in range(1, STORIES + 1) if f"http://{host}{path_of(host, n)}" in urls}


def since(back_to: datetime) -> set[int]:
    return {n for n in range(1, STORIES + 1) if published_of(n) >= back_to}


async def test_sitemaps_are_walked_back_to_the_day_and_no_further(desk: Desk, press: Press) -> None:
    back_to = datetime(2025, 1, 1, tzinfo=UTC)
    source_id = await add(desk, CHRONICLE, ("/feed.xml", SeedKind.FEED), ("/index.xml", SeedKind.SITEMAP))
    # The newest of an index are polled for news anyway; here there is room for none of what they name.
    desk.config = desk.config.model_copy(
        update={"crawl": desk.config.crawl.model_copy(update={"sitemap_candidates": 1})}
    )
    await ask(desk, source_id, back_to)
    report = await crawl_into_past(desk, source_id)
    assert report is not None
    assert (report.state, report.error) == (RunState.DONE, None)
    found = await stored(desk, CHRONICLE)
    assert found - since(back_to - timedelta(days=31)) == set()
    assert since(back_to) - found == set()
    asked = press.stats[CHRONICLE].paths
    assert "/sitemap-2024-12.xml" not in asked
    assert press.stats[CHRONICLE].max_active == 1
    assert await desk.archive.read(lambda session: backfill_wanted(session, source_id)) is None


async def test_an_earlier_day_goes_on_from_there_and_robots_txt_holds(desk: Desk, press: Press) -> None:
    source_id = await add(desk, CHRONICLE, ("/feed.xml", SeedKind.FEED), ("/index.xml", SeedKind.SITEMAP))
    await ask(desk, source_id, datetime(2026, 6, 1, tzinfo=UTC))
    await crawl_into_past(desk, source_id)
    first = await stored(desk, CHRONICLE)
    press.forget()
    await ask(desk, source_id, LONG_AGO)
    await crawl_into_past(desk, source_id)
    found = await stored(desk, CHRONICLE)
    closed = {n for n in range(1, STORIES + 1) if f"{published_of(n):%Y/%m}" == "2024/12"}
    assert found == set(range(1, STORIES + 1)) - closed
    assert press.stats[CHRONICLE].robots_violations == 0
    assert not any(path_of(CHRONICLE, n) in press.stats[CHRONICLE].paths for n in first)


async def test_lists_are_leafed_through_where_there_is_no_sitemap(desk: Desk, press: Press) -> None:
    source_id = await add(desk, LEAFLET, ("/feed.xml", SeedKind.FEED))
    await ask(desk, source_id, LONG_AGO)
    report = await crawl_into_past(desk, source_id)
    assert report is not None
    assert await stored(desk, LEAFLET) == set(range(1, STORIES + 1))
    asked = press.stats[LEAFLET].paths
    assert not any(path.startswith("/calendar") for path in asked)
    lists = [path for path in asked if path.startswith("/page/")]
    assert 7 <= len(lists) <= 7 + 3  # the last one answers for those behind it
    assert await desk.archive.read(lambda session: backfill_wanted(session, source_id)) is None


async def test_leafing_ends_where_the_articles_are_older(desk: Desk, press: Press) -> None:
    source_id = await add(desk, LEAFLET, ("/feed.xml", SeedKind.FEED))
    back_to = published_of(14)
    await ask(desk, source_id, back_to)
    await crawl_into_past(desk, source_id)
    assert since(back_to) - await stored(desk, LEAFLET) == set()
    assert max(int(p.split("/")[2]) for p in press.stats[LEAFLET].paths if p.startswith("/page/")) <= 5


async def test_a_run_by_hand_without_it_walks_nowhere(desk: Desk, press: Press) -> None:
    source_id = await add(desk, LEAFLET, ("/feed.xml", SeedKind.FEED))
    await ask(desk, source_id, LONG_AGO)
    await crawl_source(desk, source_id)
    assert await stored(desk, LEAFLET) == set(range(1, IN_THE_FEED + 1))
    assert "/page/2/" not in press.stats[LEAFLET].paths


async def test_a_run_ends_in_time_and_the_next_goes_on_behind_fresh_news(desk: Desk, press: Press) -> None:
    source_id = await add(desk, LEAFLET, ("/feed.xml", SeedKind.FEED))
    await ask(desk, source_id, LONG_AGO)
    await desk.archive.write(lambda session: set_schedule(session, source_id, "every 1 s", None))
    press.latency = 0.02
    counts = []
    while await desk.archive.read(lambda session: backfill_wanted(session, source_id)) is not None:
        report = await crawl_source(desk, source_id, scheduled=True, longest=timedelta(seconds=0.4))
        assert report is not None
        assert report.seconds < 10
        counts.append(len(await stored(desk, LEAFLET)))
    assert counts == sorted(counts)
    assert len(counts) > 2
    assert counts[-1] == STORIES
    asked = press.stats[LEAFLET].paths
    assert 2 <= asked["/feed.xml"] <= len(counts)
    counted = {number: asked[path_of(LEAFLET, number)] for number in range(1, STORIES + 1)}
    assert {number: count for number, count in counted.items() if count != 1} == {}


async def test_what_is_called_off_is_forgotten_and_can_be_asked_for_again(desk: Desk) -> None:
    source_id = await add(desk, LEAFLET, ("/feed.xml", SeedKind.FEED))
    await ask(desk, source_id, LONG_AGO)
    await crawl_source(desk, source_id, scheduled=True, longest=LONG, limit=10)
    forgotten = await desk.archive.write(lambda session: call_off_backfill(session, source_id))
    assert forgotten > 0
    left = await desk.archive.read(
        lambda s: s.scalars(select(Page).where(Page.state == PageState.WAITING)).all()
    )
    assert left == []
    kinds = await desk.archive.read(lambda s: set(s.scalars(select(Seed.kind))))
    assert kinds == {SeedKind.FEED}
    await ask(desk, source_id, LONG_AGO)
    await crawl_into_past(desk, source_id)
    assert len(await stored(desk, LEAFLET)) == STORIES
