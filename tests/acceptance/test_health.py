"""The state of sources that were really crawled, and what a monitor gets to know of it."""

from datetime import UTC, datetime

from crawler.config import Config
from crawler.crawl import crawl_source
from crawler.desk import Desk, open_desk
from crawler.health.judge import Health, HealthChange
from crawler.service.metrics import Metrics
from newsite.press import Press
from storage.candidates import Candidate, add_pages
from storage.models import SeedKind, Source
from storage.session import Database
from storage.sources import SeedDraft, SourceDraft, add_source

HOST = "www.harbour-gazette.example"


async def add(desk: Desk, url: str, *feeds: str) -> int:
    seeds = tuple(SeedDraft(url=feed, kind=SeedKind.FEED) for feed in feeds)
    draft = SourceDraft(name=url, url=url, seeds=seeds)
    return await desk.archive.write(lambda session: add_source(session, draft, datetime.now(UTC)).id)


async def crawled(desk: Desk, source_id: int) -> HealthChange | None:
    """What a crawl changes in the state of a source."""
    report = await crawl_source(desk, source_id)
    assert report is not None
    return report.change


async def state(desk: Desk, source_id: int) -> str:
    return await desk.archive.read(lambda session: session.get_one(Source, source_id).health)


async def test_a_site_that_answers_is_well(desk: Desk) -> None:
    source_id = await add(desk, f"http://{HOST}/")
    for _ in range(2):  # the second time there is nothing new
        assert await crawled(desk, source_id) is None
        assert await state(desk, source_id) == "well"


async def test_a_site_that_does_not_answer_fails_and_recovers(desk: Desk, behind_the_press: Press) -> None:
    feed = f"{behind_the_press.refused_url}/feed"
    source_id = await add(desk, f"{behind_the_press.refused_url}/", feed)
    change = await crawled(desk, source_id)
    assert change is not None
    assert (change.before, change.after) == (Health.NEW, Health.FAILING)
    assert change.reason == "connection refused, in its last run"
    assert change.evidence.first_bad is not None
    assert change.evidence.first_bad.url == feed
    assert await crawled(desk, source_id) is None

    def repair(session):  # type: ignore[no-untyped-def]
        session.get_one(Source, source_id).seeds[0].url = f"http://{HOST}/feed/"

    await desk.archive.write(repair)
    assert await crawled(desk, source_id) is None  # one good run may be chance
    change = await crawled(desk, source_id)
    assert change is not None
    assert (change.before, change.after) == (Health.FAILING, Health.WELL)


async def test_a_source_of_pages_that_are_no_articles_is_broken(desk: Desk) -> None:
    site = "http://behaviours.example"
    source_id = await add(desk, f"{site}/", f"{site}/empty-feed")
    shells = [Candidate(url=f"{site}/app?number={number}") for number in range(9)]
    await desk.archive.write(lambda session: add_pages(session, source_id, None, shells, datetime.now(UTC)))
    change = await crawled(desk, source_id)
    assert change is not None
    assert change.after is Health.BROKEN
    assert change.reason is not None
    assert change.reason.startswith("none of its 9 pages was an article: ")
    assert change.as_event()["first_bad"]["url"].startswith(f"{site}/app?number=")


async def test_metrics_count_a_real_crawl(database: Database, behind_the_press: Press, quick: Config) -> None:
    metrics = Metrics()
    async with open_desk(quick, database, metrics) as desk:
        report = await crawl_source(desk, await add(desk, f"http://{HOST}/"))
    assert report is not None
    value = metrics.registry.get_sample_value
    assert value("copydesk_runs_total", {"state": "done"}) == 1
    assert value("copydesk_pages_total", {"outcome": "new"}) == report.counts.new > 0
    assert value("copydesk_runs_running") == 0


async def test_no_publisher_of_the_press_raises_an_alarm(desk: Desk, behind_the_press: Press) -> None:
    """Their sitemaps list sections, their feeds what is missing and what members read."""
    ids = [await add(desk, f"http://{publisher.host}/") for publisher in behind_the_press.publishers]
    for edition in (1, 2, 2):
        behind_the_press.publish(edition)
        for source_id in ids:
            assert await crawled(desk, source_id) is None
    assert {await state(desk, source_id) for source_id in ids} == {"well"}
