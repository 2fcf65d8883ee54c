"""A page that hangs, crashes or raises costs itself alone."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable

import psutil
import pytest

from crawler.discovery.feeds import NotAFeed, read_feed
from crawler.workers import WorkerPool, WorkLost
from newsite.readers import eat_memory, fall, hang, misbehave, process_of
from pipelines.article import Rejection
from pipelines.cleaning import Cleaning
from pipelines.page import Page


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
