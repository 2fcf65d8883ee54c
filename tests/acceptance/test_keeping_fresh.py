"""The service: it crawls what is due, takes up what others change, stands by, takes over, and stops clean."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from watching import count, until

from crawler.config import Config
from crawler.desk import Desk, open_desk
from crawler.service import memory
from crawler.service import service as room
from crawler.service.clock import ClockWatch
from crawler.service.memory import MemoryLimit
from crawler.service.service import Service
from newsite.press import Press
from storage.agenda import set_schedule
from storage.leases import SCHEDULER, holder_of
from storage.models import Article, Page, PageState, Run, RunState, Source
from storage.session import Database
from storage.sources import SourceDraft, add_source, remove_source, set_enabled

PAST = datetime.now(UTC) - timedelta(days=3)
GAZETTE, MERIDIAN = "www.harbour-gazette.example", "themeridian.example"


LOOKS = 0.7
"""Seconds in which it looks three times at what is due."""


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "TICK", 0.2)


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is the same on either engine."""


def add(database: Database, host: str, schedule: str = "every 1 d", name: str | None = None) -> int:
    with database.write() as session:
        draft = SourceDraft(name=name or host, url=f"http://{host}/", schedule=schedule)
        return add_source(session, draft, datetime.now(UTC)).id


@asynccontextmanager
async def serving(desk: Desk, clock: ClockWatch | None = None) -> AsyncIterator[Service]:
    """A service at work; it is stopped at the end, and must have stopped by itself within seconds."""
    service = Service(desk, clock=clock)
    task = asyncio.create_task(service.run())
    try:
        yield service
    finally:
        desk.stop()
        await asyncio.wait_for(task, 15)


async def test_what_is_due_is_crawled_once_and_the_plan_is_made(database: Database, desk: Desk) -> None:
    source_id = add(database, GAZETTE)
    async with serving(desk):
        await until(lambda: count(database, Run, state=RunState.DONE) == 1)
        assert count(database, Article) > 15
        await asyncio.sleep(LOOKS)  # some looks more: nothing is due
    assert count(database, Run) == 1
    with database.read() as session:
        source = session.get_one(Source, source_id)
        assert source.due_at is not None
        assert timedelta(hours=23) < source.due_at - datetime.now(UTC) <= timedelta(days=1)
    assert count(database, Page, state=PageState.WAITING) == 0


@ON_SQLITE
async def test_after_a_downtime_a_source_is_crawled_once(database: Database, desk: Desk) -> None:
    add(database, GAZETTE, "every 1 h")
    with database.write() as session:
        session.execute(update(Source).values(poll_at=PAST, due_at=PAST))
    async with serving(desk):
        await until(lambda: count(database, Run, state=RunState.DONE) == 1)
        await asyncio.sleep(LOOKS)
    assert count(database, Run) == 1


async def test_sources_that_others_add_change_disable_and_remove_are_taken_up(
    database: Database, desk: Desk
) -> None:
    gazette = add(database, GAZETTE)
    meridian = add(database, MERIDIAN)
    with database.write() as session:
        set_enabled(session, meridian, False)
    async with serving(desk):
        await until(lambda: count(database, Run, source_id=gazette, state=RunState.DONE) == 1)
        assert count(database, Run, source_id=meridian) == 0
        radio = add(database, "radio-ansty.example")
        await until(lambda: count(database, Run, source_id=radio, state=RunState.DONE) == 1)
        with database.write() as session:
            set_enabled(session, meridian, True)
        await until(lambda: count(database, Run, source_id=meridian, state=RunState.DONE) == 1)
        with database.write() as session:
            set_schedule(session, gazette, "every 1 s", datetime.now(UTC))
        await until(lambda: count(database, Run, source_id=gazette, state=RunState.DONE) >= 3)
        with database.write() as session:
            remove_source(session, gazette, datetime.now(UTC))
        await until(lambda: count(database, Run, state=RunState.RUNNING) == 0)


@ON_SQLITE
async def test_what_is_published_meanwhile_is_stored(
    database: Database, desk: Desk, behind_the_press: Press
) -> None:
    add(database, GAZETTE, "every 1 s")
    with database.write() as session:
        session.execute(update(Source).values(due_at=None))
    async with serving(desk):
        await until(lambda: count(database, Run, state=RunState.DONE) >= 1)
        before = count(database, Article)
        behind_the_press.publish(2)
        await until(lambda: count(database, Article) > before)


@ON_SQLITE
async def test_a_host_has_one_crawl_at_a_time(
    database: Database, desk: Desk, behind_the_press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "ASIDE", 0.3)
    behind_the_press.latency = 0.02
    for name in ("a", "b", "c"):
        with database.write() as session:
            draft = SourceDraft(name=name, url=f"http://{GAZETTE}/{name}", schedule="every 1 d")
            add_source(session, draft, datetime.now(UTC))
    running: list[int] = []
    async with serving(desk):

        def done() -> bool:
            running.append(count(database, Run, state=RunState.RUNNING))
            return count(database, Run) - running[-1] == 3

        await until(done)
    assert max(running) == 1
    assert behind_the_press.stats[GAZETTE].max_active == 1


@ON_SQLITE
async def test_a_source_that_cannot_be_read_is_tried_ever_less_often_and_touches_no_other(
    database: Database, desk: Desk
) -> None:
    lost, gazette = add(database, "nowhere.example", "every 1 s"), add(database, GAZETTE)
    async with serving(desk):
        await until(lambda: count(database, Run, source_id=gazette, state=RunState.DONE) == 1)
        await until(lambda: count(database, Run, source_id=lost, state=RunState.FAILED) == 1)
        await asyncio.sleep(LOOKS)
    assert count(database, Run, source_id=lost) == 1
    with database.read() as session:
        source = session.get_one(Source, lost)
        assert source.failures == 1
        assert source.due_at is not None
        assert source.due_at > datetime.now(UTC) + timedelta(minutes=4)


@ON_SQLITE
async def test_a_crawl_that_breaks_down_touches_no_other(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, gazette = add(database, MERIDIAN, "every 1 s"), add(database, GAZETTE)
    from crawler.spiders.news import NewsSpider

    close = NewsSpider._close

    async def fall_over(spider: NewsSpider, reason: str) -> None:
        await close(spider, reason)
        if spider.job.source_id == broken:
            del spider.state

    monkeypatch.setattr(NewsSpider, "_close", fall_over)
    async with serving(desk):
        await until(lambda: count(database, Run, source_id=gazette, state=RunState.DONE) == 1)
        await until(lambda: count(database, Run, source_id=broken, state=RunState.FAILED) == 1)
        await asyncio.sleep(LOOKS)
        assert count(database, Run, source_id=broken) == 1


async def test_a_second_one_stands_by_and_takes_over(database: Database, desk: Desk, quick: Config) -> None:
    add(database, GAZETTE)
    async with open_desk(quick, database) as other, serving(other) as second:
        await until(lambda: second.active)
        async with serving(desk) as first:
            await asyncio.sleep(LOOKS)
            assert not first.active
            other.stop()
            await until(lambda: not second.active)
            other.leases.let_go(SCHEDULER)
            await until(lambda: first.active, 10)
    with database.read() as session:
        assert holder_of(session, SCHEDULER) is not None


@ON_SQLITE
async def test_a_stop_finishes_what_is_under_way(
    database: Database, desk: Desk, behind_the_press: Press
) -> None:
    behind_the_press.latency = 0.1
    add(database, GAZETTE)
    async with serving(desk):
        await until(lambda: count(database, Article) > 2)
    assert count(database, Run, state=RunState.STOPPED) == 1
    assert count(database, Page, state=PageState.WAITING) > 0


@ON_SQLITE
async def test_what_does_not_end_in_time_is_broken_off_and_still_due(
    database: Database, behind_the_press: Press, quick: Config
) -> None:
    behind_the_press.latency = 0.1
    add(database, GAZETTE)
    short = quick.model_copy(
        update={
            "crawl": quick.crawl.model_copy(update={"download_timeout": 60}),
            "service": quick.service.model_copy(update={"stop_within": timedelta(seconds=0.5)}),
        }
    )
    async with open_desk(short, database) as desk, serving(desk):
        await until(lambda: count(database, Article) > 2)
        behind_the_press.latency = 30
        await asyncio.sleep(1)
    assert count(database, Page, state=PageState.WAITING) > 0


@ON_SQLITE
async def test_above_the_memory_that_is_allowed_no_crawl_begins(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = 900.0
    monkeypatch.setattr(memory, "LOOKED_AT", 1.0)
    add(database, GAZETTE)
    service = Service(desk)
    service.memory = MemoryLimit(800, desk.workers, lambda: used)
    task = asyncio.create_task(service.run())
    await asyncio.sleep(LOOKS)
    assert count(database, Run) == 0
    used = 700.0
    await until(lambda: count(database, Run, state=RunState.DONE) == 1)
    desk.stop()
    await asyncio.wait_for(task, 15)


@ON_SQLITE
async def test_memory_that_nothing_uses_and_is_full_still_ends_the_service(
    database: Database, behind_the_press: Press, quick: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "LOOKED_AT", 0.0)
    async with open_desk(quick, database) as desk:
        service = Service(desk)
        service.memory = MemoryLimit(800, desk.workers, lambda: 900.0)
        await asyncio.wait_for(service.run(), 15)
    assert service.memory.exhausted


@ON_SQLITE
async def test_many_sources_of_one_host_do_not_keep_the_others_waiting(
    database: Database, desk: Desk, behind_the_press: Press
) -> None:
    behind_the_press.latency = 0.2
    with database.write() as session:
        for number in range(60):
            draft = SourceDraft(name=f"{number}", url=f"http://{GAZETTE}/{number}", schedule="every 1 d")
            add_source(session, draft, datetime.now(UTC))
    other = add(database, "radio-ansty.example")
    async with serving(desk):
        await until(lambda: count(database, Run, source_id=other, state=RunState.DONE) == 1)
        assert count(database, Run) < 30


@ON_SQLITE
async def test_when_the_clock_is_set_back_nothing_waits_for_it_to_come_round_again(
    database: Database, desk: Desk
) -> None:
    source_id = add(database, GAZETTE)
    ahead = datetime.now(UTC) + timedelta(days=1)
    with database.write() as session:  # as a run has left it that ended before a clock was set back by a day
        session.execute(update(Source).values(last_run_at=ahead, poll_at=ahead, due_at=ahead))
    set_back = timedelta(0)
    clock = ClockWatch(wall=lambda: datetime.now(UTC) - set_back)
    async with serving(desk, clock) as service:
        await until(lambda: count(database, Run, state=RunState.DONE) == 1)
        await asyncio.sleep(LOOKS)
        assert count(database, Run) == 1
        with database.read() as session:
            due_at = session.get_one(Source, source_id).due_at
        assert due_at is not None
        assert due_at < ahead + timedelta(hours=1)
        job = service.scheduler.get_job("look")
        job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=1))  # what the scheduler then waits for
        radio = add(database, "radio-ansty.example")
        await asyncio.sleep(LOOKS)
        assert count(database, Run, source_id=radio) == 0
        set_back = timedelta(hours=1)
        await until(lambda: count(database, Run, source_id=radio, state=RunState.DONE) == 1)


@ON_SQLITE
async def test_after_a_day_asleep_each_source_is_crawled_once(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crawler import leases as room

    slept = 0.0
    awake = room.awake_time
    monkeypatch.setattr(room, "awake_time", lambda: awake() + slept)
    for host in (GAZETTE, "radio-ansty.example"):
        add(database, host, "every 1 h")
    async with serving(desk) as service:
        await until(lambda: count(database, Run, state=RunState.DONE) == 2)
        slept = 86400.0  # both clocks went on, and nobody has beaten meanwhile
        with database.write() as session:
            session.execute(update(Source).values(poll_at=PAST, due_at=PAST))
        await until(lambda: count(database, Run, state=RunState.DONE) == 4)
        await asyncio.sleep(LOOKS)
        assert count(database, Run) == 4
        assert service.active
