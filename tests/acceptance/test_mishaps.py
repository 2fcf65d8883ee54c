"""What goes wrong on our side costs as little as it can, and is told."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from multiprocessing.forkserver import _forkserver
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import crawler.spiders.news
import pipelines.store
from crawler.config import Config
from crawler.crawl import crawl_addresses, crawl_source, crawl_sources
from crawler.desk import Desk, open_desk
from newsite.press import Press
from storage.candidates import Candidate, add_pages
from storage.errors import DatabaseIsFull, StorageError
from storage.models import Page, PageState, RunState, SeedKind, Visit
from storage.session import Database
from storage.sources import SeedDraft, SourceDraft, add_source, remove_source

SITE = "http://behaviours.example"


async def add(desk: Desk, *seeds: str, name: str = "behaviours", url: str = SITE) -> int:
    draft = SourceDraft(
        name=name,
        url=f"{url}/",
        seeds=tuple(SeedDraft(url=f"{url}{seed}", kind=SeedKind.FEED) for seed in seeds),
    )
    return await desk.archive.write(lambda s: add_source(s, draft, datetime.now(UTC)).id)


async def pages(desk: Desk) -> dict[str, Page]:
    rows = await desk.archive.read(lambda s: s.scalars(select(Page)).all())
    return {page.url.removeprefix(SITE): page for page in rows}


async def test_a_fault_in_filing_costs_one_page_and_is_not_tried_for_ever(
    desk: Desk, behind_the_press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pipelines.store.file_article

    def faulty(session: Session, source_id: int | None, article: Any, *rest: Any, **more: Any) -> Any:
        if article.url.endswith("/article/1"):
            raise TypeError("a fault of ours")
        return whole(session, source_id, article, *rest, **more)

    monkeypatch.setattr(pipelines.store, "file_article", faulty)
    reports = await crawl_sources(desk, [await add(desk, "/feed.xml?articles=3")])
    assert reports[0].counts.new == 2
    assert reports[0].counts.failed == {"could not be stored": 1}
    assert behind_the_press.stats["behaviours.example"].paths["/article/1"] == 1


async def test_a_fault_in_reading_is_tried_again_ever_more_rarely(
    desk: Desk, behind_the_press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = crawler.spiders.news.page_of

    def faulty(response: Any, *rest: Any) -> Any:
        if response.url.endswith("/article/1"):
            raise TypeError("a fault of ours")
        return whole(response, *rest)

    monkeypatch.setattr(crawler.spiders.news, "page_of", faulty)
    source_id = await add(desk, "/feed.xml?articles=3")
    for _ in range(2):
        reports = await crawl_sources(desk, [source_id])
        assert reports[0].state is RunState.DONE
    page = (await pages(desk))["/article/1"]
    assert (page.state, page.attempts) == (PageState.FAILED, 1)
    assert page.reason == "internal error: the log says more"
    assert page.due_at is not None
    assert page.due_at - datetime.now(UTC) > timedelta(minutes=50)
    assert behind_the_press.stats["behaviours.example"].paths["/article/1"] == 1
    visits = await desk.archive.read(lambda s: s.scalars(select(Visit.outcome)).all())
    assert sorted(visits) == ["failed", "new", "new"]


async def test_a_page_that_failed_waits_for_its_hour_or_for_somebody_to_ask(
    desk: Desk, behind_the_press: Press
) -> None:
    source_id = await add(desk, "/feed.xml?articles=1")
    flaky = Candidate(url=f"{SITE}/flaky?fail=3&status=500")
    await desk.archive.write(lambda s: add_pages(s, source_id, None, [flaky], datetime.now(UTC)))
    asked = behind_the_press.stats["behaviours.example"].paths
    tries, states = [], []
    for scheduled in (False, True, False):
        await crawl_source(desk, source_id, scheduled=scheduled)
        tries.append(sum(count for path, count in asked.items() if path.startswith("/flaky")))
        states.append((await pages(desk))["/flaky?fail=3&status=500"].state)
    assert tries == [2, 2, 4]
    assert states == [PageState.FAILED, PageState.FAILED, PageState.STORED]


async def test_visits_that_cannot_be_filed_at_all_fail_the_run_and_are_not_tried_in_it_again(
    desk: Desk, behind_the_press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: Any) -> Any:
        raise TypeError("a fault of ours")

    monkeypatch.setattr(pipelines.store, "record_visits", faulty)
    reports = await crawl_sources(desk, [await add(desk, "/feed.xml?articles=2")])
    assert (reports[0].state, desk.broken) == (RunState.FAILED, None)
    assert reports[0].counts.failed == {"internal error": 2}
    assert reports[0].error is not None
    assert "could not be filed" in reports[0].error
    assert behind_the_press.stats["behaviours.example"].paths["/article/1"] == 1


async def test_an_address_too_long_to_ask_for_does_not_hold_up_the_run(desk: Desk) -> None:
    long = f"{SITE}/article/2?utm_source={'a' * 2500}"
    report = await crawl_addresses(desk, [long, f"{SITE}/article/3", "http://[bad/", "mailto:a@b.example"])
    assert report.counts.new == 2
    assert report.counts.failed == {"not a web address": 2}


async def test_a_source_that_is_gone_is_left_out(desk: Desk) -> None:
    gone, stays = (
        await add(desk, name="gone", url="http://gone.example"),
        await add(desk, "/feed.xml?articles=1"),
    )
    await desk.archive.write(lambda s: remove_source(s, gone, datetime.now(UTC)))
    reports = await crawl_sources(desk, [gone, stays])
    assert [(report.source, report.counts.new) for report in reports] == [("behaviours", 1)]


async def test_a_database_that_fails_stops_every_crawl_and_loses_nothing(
    database: Database, behind_the_press: Press, quick: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise DatabaseIsFull("no room left on the disk")

    with monkeypatch.context() as broken:
        broken.setattr(pipelines.store, "file_article", full)
        with pytest.raises(StorageError, match="no room"):
            async with open_desk(quick, database) as desk:
                await crawl_sources(desk, [await add(desk, "/feed.xml?articles=5")])
    async with open_desk(quick, database) as desk:
        assert {page.state for page in (await pages(desk)).values()} == {PageState.WAITING}
        reports = await crawl_sources(desk, [1])
        assert reports[0].counts.new == 5


async def test_a_worker_pool_that_breaks_down_is_replaced(desk: Desk) -> None:
    await crawl_sources(desk, [await add(desk, "/feed.xml?articles=3")])
    server = _forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(server, signal.SIGKILL)
    await asyncio.sleep(0.2)
    report = await crawl_addresses(desk, [f"{SITE}/article/{number}" for number in range(10, 14)])
    assert (report.counts.new, report.state) == (4, RunState.DONE)


async def test_a_page_whose_worker_is_killed_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who kills it is the machine's lack of memory, or somebody: its page may be blameless."""
    address = f"{SITE}/article/1"
    reader = desk.workers._reader
    monkeypatch.setattr(desk.workers, "_reader", die)
    report = await crawl_addresses(desk, [address])
    assert report.counts.failed == {"worker died": 1}
    page = (await pages(desk))["/article/1"]
    assert (page.state, page.attempts) == (PageState.FAILED, 1)
    assert page.due_at is not None
    assert timedelta(minutes=50) < page.due_at - datetime.now(UTC) < timedelta(minutes=70)
    monkeypatch.setattr(desk.workers, "_reader", reader)
    report = await crawl_addresses(desk, [address])
    assert report.counts.new == 1


def die(page: Any, cleaning: Any) -> Any:
    """What a worker does that is killed."""
    os.kill(os.getpid(), signal.SIGKILL)


async def test_validators_of_an_answer_that_gave_no_article_are_not_sent(desk: Desk) -> None:
    await crawl_addresses(desk, [f"{SITE}/soft-404", f"{SITE}/status/503", f"{SITE}/article/1"])
    kept = {path: bool(page.etag or page.last_modified) for path, page in (await pages(desk)).items()}
    assert not kept["/soft-404"]
    assert not kept["/status/503"]


async def test_a_run_is_closed_by_the_next_one_if_its_process_died(
    desk: Desk, database: Database, quick: Config
) -> None:
    source_id = await add(desk, "/feed.xml?articles=1")
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO runs (source_id, started_at, state, counts)"
                " VALUES (:source, '2026-01-01 00:00:00+00:00', 'running', '{}')"
            ),
            {"source": source_id},
        )
    async with open_desk(quick, database):
        pass
    with database.read() as session:
        assert session.execute(text("SELECT state FROM runs")).scalars().all() == ["failed"]
