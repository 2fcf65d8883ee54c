"""A page that hangs, crashes or raises costs itself alone."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import psutil
import pytest

from crawler.discovery.feeds import NotAFeed, read_feed
from crawler.workers import WorkerPool, WorkLost
from newsite.readers import eat_memory, fall, hang, misbehave, process_of
from pipelines.article import Rejection
from pipelines.cleaning import Cleaning
from pipelines.learned import Learned
from pipelines.page import Page
from pipelines.templates.template import Templates


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    async with WorkerPool(processes=2, page_timeout=1.5, reader=misbehave) as workers:
        yield workers


def page(body: bytes) -> Page:
    return Page(url="http://example.org/a", body=body)


@pytest.mark.parametrize(
    ("body", "rejection"),
    [
        (b"hang", Rejection.TIMEOUT),
        (b"crash", Rejection.WORKER_DIED),
        (b"exit", Rejection.WORKER_DIED),
        (b"raise", Rejection.UNREADABLE),
        (b"eat", Rejection.OUT_OF_MEMORY),
        (b"starve", Rejection.OUT_OF_MEMORY),
    ],
)
async def test_a_bad_page_is_rejected_and_the_others_are_read(
    pool: WorkerPool, body: bytes, rejection: Rejection
) -> None:
    bodies = [b"good", b"good", body, b"good", b"good"]
    readings = await asyncio.gather(*(pool.read(page(body)) for body in bodies))
    assert [reading.rejection for reading in readings] == [None, None, rejection, None, None]
    assert (await pool.read(page(b"good"))).rejection is None


@pytest.mark.parametrize(
    ("work", "told"), [(hang, "timeout (over 1.5 s)"), (eat_memory, "out of memory (over 1000 MB)")]
)
async def test_other_work_has_the_same_limits(
    pool: WorkerPool, work: Callable[[], object], told: str
) -> None:
    with pytest.raises(WorkLost) as lost:
        await pool.do(work)
    assert str(lost.value) == told
    assert await pool.do(process_of, b"") != os.getpid()


async def test_what_other_work_raises_is_raised(pool: WorkerPool) -> None:
    with pytest.raises(NotAFeed, match="an empty body"):
        await pool.do(read_feed, b"", "http://paper.example/feed")


async def test_work_that_goes_too_deep_costs_itself_and_not_the_pool(pool: WorkerPool) -> None:
    """A recursion error is a RuntimeError, as what a broken pool raises."""
    with pytest.raises(WorkLost, match=r"unreadable \(RecursionError"):
        await pool.do(fall)
    assert await pool.do(process_of, b"") != os.getpid()


async def test_workers_are_replaced_after_their_share_of_pages() -> None:
    async with WorkerPool(processes=1, pages_per_worker=2, reader=misbehave) as pool:
        processes = {(await pool.read(page(b"good"))).detail for _ in range(6)}
    assert len(processes) == 3


async def test_a_worker_is_told_how_to_clean(pool: WorkerPool) -> None:
    cleaning = Cleaning(keep=frozenset({"see also", "fact box"}))
    assert (await pool.read(page(b"tell"), cleaning)).detail == "fact box, see also"
    assert (await pool.read(page(b"tell"))).detail == ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Travelling(Templates):
    """Templates that note when they are sent to a worker, where they arrive as any others."""

    sent: list[int] = field(default_factory=list, compare=False)

    def __reduce__(self) -> Any:
        self.sent.append(self.version)
        return Templates.from_json, (self.to_json(),)


async def read_known(pool: WorkerPool, templates: Templates, source: int | None = 1) -> str | None:
    """What the worker knows of a source, as it reads a page of it."""
    return (await pool.read(page(b"known"), Cleaning(templates=templates), source)).detail


@pytest.fixture
async def single() -> AsyncIterator[WorkerPool]:
    async with WorkerPool(processes=1, reader=misbehave) as workers:
        yield workers


async def test_what_is_known_of_a_source_goes_to_a_worker_once_a_version(single: WorkerPool) -> None:
    templates = Travelling(version=1)
    newer = replace(templates, version=2)
    told = [await read_known(single, each) for each in (templates, templates, newer, newer, templates)]
    assert told == ["(None, 1)", "(None, 1)", "(None, 2)", "(None, 2)", "(None, 1)"]
    assert templates.sent == [1, 2]


async def test_a_worker_that_is_new_is_told_again() -> None:
    templates = Travelling(version=7)
    async with WorkerPool(processes=1, pages_per_worker=4, reader=misbehave) as pool:
        told = {await read_known(pool, templates) for _ in range(9)}
    assert told == {"(None, 7)"}
    assert 2 <= len(templates.sent) <= 4


async def test_what_is_known_is_kept_apart_by_source(single: WorkerPool) -> None:
    one, other = Travelling(version=3), Travelling(version=3, last_number=9)
    learned = Learned(version=5, lines=frozenset(), makes=frozenset())
    assert await read_known(single, one, 1) == await read_known(single, other, 2) == "(None, 3)"
    assert (one.sent, other.sent) == ([3], [3])
    both = Cleaning(templates=one, learned=learned)
    assert (await single.read(page(b"known"), both, 1)).detail == "(5, 3)"
    assert (await single.read(page(b"known"), both, 1)).detail == "(5, 3)"
    assert one.sent == [3, 3]


async def test_what_is_known_of_no_source_goes_with_each_page(single: WorkerPool) -> None:
    templates = Travelling(version=1)
    assert [await read_known(single, templates, None) for _ in range(3)] == ["(None, 1)"] * 3
    assert templates.sent == [1, 1, 1]
    assert (await single.read(page(b"known"), Cleaning(), 1)).detail == "(None, None)"


async def test_of_many_sources_a_worker_keeps_those_it_read_last() -> None:
    first, others = Travelling(version=1), Travelling(version=1)
    async with WorkerPool(processes=1, pages_per_worker=5_000, reader=misbehave) as pool:
        for source in range(2, 201):
            await read_known(pool, others, source)
        await read_known(pool, first, 1)
        await read_known(pool, others, 2)  # all are kept: 200 of them
        assert len(others.sent) == 199
        for source in range(1_000, 1_020):
            await read_known(pool, others, source)
        await read_known(pool, first, 1)
        await read_known(pool, others, 2)
        assert (len(first.sent), len(others.sent)) == (1, 199 + 20)
        await read_known(pool, others, 3)
        assert len(others.sent) == 199 + 20 + 1


async def test_a_page_waits_for_its_turn_while_there_are_two_for_each_worker(single: WorkerPool) -> None:
    order: list[str] = []

    async def third() -> None:
        async with single.turn():
            order.append("third")

    async with single.turn():
        async with single.turn():
            waiting = asyncio.create_task(third())
            await asyncio.sleep(0)
            assert await single.do(abs, -1) == 1  # other work does not wait
            order.append("second is read")
        await waiting
    assert order == ["second is read", "third"]


async def test_a_pool_that_was_replaced_leaves_no_process_no_thread_and_no_open_file(
    pool: WorkerPool,
) -> None:
    me = psutil.Process()

    def held() -> tuple[int, int, int]:
        return len(me.children(recursive=True)), me.num_threads(), me.num_fds()

    async def used() -> None:
        await pool.do(abs, -1)

    await used()
    before = held()
    for _ in range(3):
        pool.replace()
        await used()
    for _ in range(100):
        if all(now <= then for now, then in zip(held(), before, strict=True)):
            break
        await asyncio.sleep(0.1)
    assert all(now <= then for now, then in zip(held(), before, strict=True)), (before, held())
