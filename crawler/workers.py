"""The process pool that reads what strangers wrote: what hangs, crashes or eats memory costs itself alone."""

import asyncio
import enum
import multiprocessing
import os
import resource
import signal
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, replace
from threading import Thread
from types import TracebackType
from typing import Any, NoReturn, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawler.safe_lines import guard_streams
from pipelines.article import Reading, Rejection
from pipelines.cleaning import DEFAULT, Cleaning
from pipelines.page import Page

Reader = Callable[[Page, Cleaning], Reading]
P = ParamSpec("P")
T = TypeVar("T")

MEGABYTE = 1_000_000
_OUT_OF_MEMORY = 75
"""What a worker says in leaving when it has no memory left: what it holds then is anybody's guess."""


class _PoolBroken(Exception):
    """A pool has broken down under a page."""


class WorkersBroken(Exception):
    """The pool itself has failed: nothing more can be read by it, and no page is to blame."""


class WorkLost(Exception):
    """A piece of work brought its worker down, or took too long. `rejection` says which, the message how."""

    def __init__(self, rejection: Rejection, detail: str) -> None:
        super().__init__(f"{rejection} ({detail})")
        self.rejection = rejection
        self.detail = detail


def _read(page: Page, cleaning: Cleaning) -> Reading:
    from pipelines.extract import read_page  # here: the parent never needs trafilatura in its own memory

    return read_page(page, cleaning)


class _Unknown(enum.Enum):
    """What a worker says that is not told what is known of a page's source, and does not have it."""

    UNKNOWN = enum.auto()


_Known = tuple[int, int, int]
"""A source, and the versions of what is known of it: see `known_as`."""
_kept: OrderedDict[_Known, Cleaning] = OrderedDict()
"""In a worker: what it was told of sources, the one it read last at the end."""
_WAITING = 2
"""Pages at a time for each worker: one that is read, and one that is next."""
_MOST_KEPT = 200
"""Sources; of one, what is known takes some 50 kB of a worker's memory."""


def known_as(source_id: int | None, cleaning: Cleaning) -> _Known | None:
    """By what name workers keep what a cleaning says of a source; None if it says nothing of it."""
    if source_id is None or (cleaning.learned is None and cleaning.templates is None):
        return None
    learned = cleaning.learned.version if cleaning.learned else 0
    return source_id, learned, cleaning.templates.version if cleaning.templates else 0


def _guarded(
    reader: Reader, page: Page, cleaning: Cleaning, known: _Known | None = None, told: bool = False
) -> Reading | _Unknown:
    """What a worker runs: a fault of the reader's own costs its page.

    With `known`, the cleaning has what is known of the source only if it is `told`; else the worker may have
    kept it from an earlier page.
    """
    if known is not None:
        if told:
            _kept[known] = cleaning
        elif known not in _kept:
            return _Unknown.UNKNOWN
        _kept.move_to_end(known)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
        cleaning = replace(cleaning, learned=_kept[known].learned, templates=_kept[known].templates)
    try:
        reading = reader(page, cleaning)
        if reading.rejection is Rejection.OUT_OF_MEMORY:
            raise MemoryError
        return reading
    except MemoryError:
        _leave()
    except Exception as error:  # noqa: BLE001  whatever it is, it is this page that brought it about
        return Reading(rejection=Rejection.UNREADABLE, detail=f"{type(error).__name__}: {error}"[:300])


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why work could not be done, where the pool would pass for broken if it were raised."""

    detail: str


def _bounded(work: Callable[..., T], args: tuple[Any, ...]) -> T | _Fault:
    """What a worker runs of other work; what it raises is raised where it was asked for."""
    try:
        return work(*args)
    except MemoryError:
        _leave()
    except RuntimeError as error:  # such as too deep a recursion
        return _Fault(f"{type(error).__name__}: {error}"[:300])


def _leave() -> NoReturn:
    os._exit(_OUT_OF_MEMORY)


def _start_worker(memory: int) -> None:
    """Leave Ctrl-C to the parent, which lets the pages under way finish; `memory`: most bytes of its own.

    What libraries log is a page's, and written as such.
    What is counted is what it may write to: Linux does so since 4.7. Where a system counts otherwise, or has
    set a narrower limit already, that holds.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    guard_streams()
    with suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (memory, most))


class WorkerPool:
    """Processes that read pages, started at the first page; `async with` stops them."""

    def __init__(
        self,
        processes: int | None = None,
        page_timeout: float = 20,
        pages_per_worker: int = 500,
        reader: Reader = _read,
        memory: int = 1000,
    ) -> None:
        """`processes`: None for one per CPU. `page_timeout`: seconds. A worker is replaced after so many
        pages. `reader` runs in the workers, which must be able to import it. `memory`: megabytes of one."""
        self._processes = processes or os.cpu_count() or 1
        self._timeout = page_timeout
        self._pages_per_worker = pages_per_worker
        self._reader = reader
        self._memory = memory
        self._turns = asyncio.Semaphore(_WAITING * self._processes)
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")  # fork with threads alive can deadlock
        context.set_forkserver_preload(["pipelines.warm"])
        return ProcessPool(
            max_workers=self._processes,
            max_tasks=self._pages_per_worker,
            initializer=_start_worker,
            initargs=(self._memory * MEGABYTE,),
            context=context,
        )

    def replace(self) -> None:
        """Stop every worker; others are started at the next page. Only while no page is being read."""
        pool, self._pool = self._pool, self._new_pool()
        _end(pool)

    def turn(self) -> AbstractAsyncContextManager[None]:
        """To wait with a page until it is next but few: what is known of its source by then is told with it.

        A crawl without delays fetches a source's pages faster than they are read, and learns meanwhile.
        """
        return self._turns

    async def read(self, page: Page, cleaning: Cleaning = DEFAULT, source_id: int | None = None) -> Reading:
        """The reading of a page, cleaned as told. What a page does never raises: see TIMEOUT and WORKER_DIED.

        What the cleaning knows of the source `source_id` travels to a worker once a version, not with each
        page. Raises WorkersBroken.
        """
        try:
            known = known_as(source_id, cleaning)
            if known is not None:
                bare = replace(cleaning, learned=None, templates=None)
                reading = await self._run(_guarded, self._reader, page, bare, known)
                if isinstance(reading, Reading):
                    return reading
            reading = await self._run(_guarded, self._reader, page, cleaning, known, True)
            assert isinstance(reading, Reading)
            return reading
        except WorkLost as lost:
            return Reading(rejection=lost.rejection, detail=lost.detail)

    async def do(self, work: Callable[P, T], *args: P.args, **_: P.kwargs) -> T:
        """What a function makes of its arguments, under a page's limits; all of them travel, so must pickle.

        Raises what it raises; WorkLost where it is over the limits or fails at run time, and WorkersBroken.
        """
        done: T | _Fault = await self._run(_bounded, work, args)
        if isinstance(done, _Fault):
            raise WorkLost(Rejection.UNREADABLE, done.detail)
        return done

    async def _run(self, function: Callable[..., T], *args: Any) -> T:
        """A pool that breaks down is replaced, and the work done again; if that breaks too, WorkersBroken."""
        for _ in range(2):
            pool = self._pool
            try:
                return await self._run_in(pool, function, args)
            except _PoolBroken:
                if pool is self._pool:  # else another page has seen to it
                    self._pool = self._new_pool()
                    _end(pool)
        raise WorkersBroken("the processes that read pages break down as soon as they are started")

    async def _run_in(self, pool: ProcessPool, function: Callable[..., T], args: tuple[Any, ...]) -> T:
        try:
            task = pool.schedule(function, args=args, timeout=self._timeout)
        except (BrokenProcessPool, RuntimeError) as error:
            raise _PoolBroken from error
        result: asyncio.Future[T] = asyncio.wrap_future(task)
        while not result.done():
            await asyncio.wait({result}, timeout=1)
            if not result.done() and not _is_alive(pool):
                raise _PoolBroken
        try:
            return result.result()
        except FutureTimeout:
            raise WorkLost(Rejection.TIMEOUT, f"over {self._timeout:g} s") from None
        except ProcessExpired as error:
            if error.exitcode == _OUT_OF_MEMORY:
                raise WorkLost(Rejection.OUT_OF_MEMORY, f"over {self._memory} MB") from None
            raise WorkLost(Rejection.WORKER_DIED, f"exit code {error.exitcode}") from None
        except (BrokenProcessPool, RuntimeError) as error:
            raise _PoolBroken from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join)


def _end(pool: ProcessPool) -> None:
    """Stop a pool; its workers, threads and pipes go only with `join`, which nobody needs to wait for."""
    pool.stop()  # type: ignore[no-untyped-call]
    Thread(target=pool.join, daemon=True).start()


def _is_alive(pool: ProcessPool) -> bool:
    """Whether tasks of a pool can still come to an end: its threads may die without saying so."""
    return pool.active and all(loop.is_alive() for loop in pool._loops)
