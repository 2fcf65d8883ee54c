"""The process pool that turns pages into articles: a page that hangs or crashes costs itself alone."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from pipelines.article import Reading, Rejection
from pipelines.page import Page


def _read(page: Page) -> Reading:
    from pipelines.extract import read_page  # here: the parent never needs trafilatura in its own memory

    return read_page(page)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, which lets the pages under way finish."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class WorkerPool:
    """Processes that read pages, started at the first page; `async with` stops them."""

    def __init__(
        self,
        processes: int | None = None,
        page_timeout: float = 20,
        pages_per_worker: int = 500,
        reader: Callable[[Page], Reading] = _read,
    ) -> None:
        """`processes`: None for one per CPU. `page_timeout`: seconds. A worker is replaced after so many
        pages. `reader` runs in the workers, which must be able to import it."""
        context = multiprocessing.get_context("forkserver")  # fork with threads alive can deadlock
        context.set_forkserver_preload(["pipelines.extract"])
        self._timeout = page_timeout
        self._reader = reader
        self._pool = ProcessPool(
            max_workers=processes or os.cpu_count() or 1,
            max_tasks=pages_per_worker,
            initializer=_start_worker,
            context=context,
        )

    async def read(self, page: Page) -> Reading:
        """The reading of a page. What a page does never raises: see TIMEOUT and WORKER_DIED."""
        try:
            return await asyncio.wrap_future(
                self._pool.schedule(self._reader, args=(page,), timeout=self._timeout)
            )
        except FutureTimeout:
            return Reading(rejection=Rejection.TIMEOUT, detail=f"over {self._timeout:g} s")
        except ProcessExpired as error:
            return Reading(rejection=Rejection.WORKER_DIED, detail=f"exit code {error.exitcode}")
        except Exception as error:  # noqa: BLE001  the reader's own bug must not stop the crawl
            return Reading(rejection=Rejection.UNREADABLE, detail=f"{type(error).__name__}: {error}"[:300])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join)
