"""A page that hangs, crashes or raises costs itself alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from crawler.workers import WorkerPool
from newsite.readers import misbehave
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
    ],
)
async def test_a_bad_page_is_rejected_and_the_others_are_read(
    pool: WorkerPool, body: bytes, rejection: Rejection
) -> None:
    bodies = [b"good", b"good", body, b"good", b"good"]
    readings = await asyncio.gather(*(pool.read(page(body)) for body in bodies))
    assert [reading.rejection for reading in readings] == [None, None, rejection, None, None]
    assert (await pool.read(page(b"good"))).rejection is None


async def test_workers_are_replaced_after_their_share_of_pages() -> None:
    async with WorkerPool(processes=1, pages_per_worker=2, reader=misbehave) as pool:
        processes = {(await pool.read(page(b"good"))).detail for _ in range(6)}
    assert len(processes) == 3


async def test_a_worker_is_told_how_to_clean(pool: WorkerPool) -> None:
    cleaning = Cleaning(keep=frozenset({"see also", "fact box"}))
    assert (await pool.read(page(b"tell"), cleaning)).detail == "fact box, see also"
    assert (await pool.read(page(b"tell"))).detail == ""
