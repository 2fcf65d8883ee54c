"""The process pool that turns pages into articles: a page that hangs or crashes costs itself alone."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from crawler.safe_lines import guard_streams
from pipelines.article import Reading, Rejection
from pipelines.cleaning import DEFAULT, Cleaning
from pipelines.page import Page

Reader = Callable[[Page, Cleaning], Reading]


class _PoolBroken(Exception):
    """A pool has broken down under a page."""


class WorkersBroken(Exception):
    """The pool itself has failed: nothing more can be read by it, and no page is to blame."""


def _read(page: Page, cleaning: Cleaning) -> Reading:
    from pipelines.extract import read_page  # here: the parent never needs trafilatura in its own memory

    return read_page(page, cleaning)


def _guarded(reader: Reader, page: Page, cleaning: Cleaning) -> Reading:
    """What a worker runs: a fault of the reader's own costs its page."""
    try:
        return reader(page, cleaning)
    except Exception as error:  # noqa: BLE001  whatever it is, it is this page that brought it about
        return Reading(rejection=Rejection.UNREADABLE, detail=f"{type(error).__name__}: {error}"[:300])


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, which lets the pages under way finish; what libraries log is a page's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    guard_streams()


class WorkerPool:
    """Processes that read pages, started at the first page; `async with` stops them."""

    def __init__(
        self,
        processes: int | None = None,
        page_timeout: float = 20,
        pages_per_worker: int = 500,
        reader: Reader = _read,
    ) -> None:
        """`processes`: None for one per CPU. `page_timeout`: seconds. A worker is replaced after so many
        pages. `reader` runs in the workers, which must be able to import it."""
        self._processes = processes or os.cpu_count() or 1
        self._timeout = page_timeout
        self._pages_per_worker = pages_per_worker
        self._reader = reader
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")  # fork with threads alive can deadlock
        context.set_forkserver_preload(["pipelines.warm"])
        return ProcessPool(
            max_workers=self._processes,
            max_tasks=self._pages_per_worker,
            initializer=_start_worker,
            context=context,
        )

    def replace(self) -> None:
        """Stop every worker; others are started at the next page. Only while no page is being read."""
        pool, self._pool = self._pool, self._new_pool()
        pool.stop()  # type: ignore[no-untyped-call]

    async def read(self, page: Page, cleaning: Cleaning = DEFAULT) -> Reading:
        """The reading of a page, cleaned as told. What a page does never raises: see TIMEOUT and WORKER_DIED.

        A pool that breaks down is replaced, and the page read again; if that breaks too, WorkersBroken.
        """
        for _ in range(2):
            pool = self._pool
            try:
                return await self._read_in(pool, page, cleaning)
            except _PoolBroken:
                if pool is self._pool:  # else another page has seen to it
                    self._pool = self._new_pool()
                    pool.stop()  # type: ignore[no-untyped-call]
        raise WorkersBroken("the processes that read pages break down as soon as they are started")

    async def _read_in(self, pool: ProcessPool, page: Page, cleaning: Cleaning) -> Reading:
        try:
            task = pool.schedule(_guarded, args=(self._reader, page, cleaning), timeout=self._timeout)
            reading = asyncio.wrap_future(task)
            while not reading.done():
                await asyncio.wait({reading}, timeout=1)
                if not reading.done() and not _is_alive(pool):
                    raise _PoolBroken
            return reading.result()
        except FutureTimeout:
            return Reading(rejection=Rejection.TIMEOUT, detail=f"over {self._timeout:g} s")
        except ProcessExpired as error:
            return Reading(rejection=Rejection.WORKER_DIED, detail=f"exit code {error.exitcode}")
        except (BrokenProcessPool, RuntimeError) as error:
            raise _PoolBroken from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join)


def _is_alive(pool: ProcessPool) -> bool:
    """Whether tasks of a pool can still come to an end: its threads may die without saying so."""
    return pool.active and all(loop.is_alive() for loop in pool._loops)
