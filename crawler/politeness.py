"""One request at a time per host, and a pause before the next, for every crawl into one archive."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from crawler.leases import Leases
from storage.leases import HolderState, host_lease

LONGEST_DELAY = 3600.0
"""Seconds of a Crawl-delay that are kept; a longer one is a mistake, or a way to say "not at all"."""
PATIENCE = 60.0
"""Seconds that a request waits for a host that asked for a rest; over that, `HostResting` is raised."""

LOOK_AGAIN = 1.0
"""Seconds after which a host is asked for again that another process has; up to PATIENCE."""
TAKEN_FOR = 300.0
"""Seconds for which the host is then left to it."""
REMEMBERED = 2 * LONGEST_DELAY
"""Seconds for which a host is remembered that nobody asks for, after its last pause."""
FEW = 1000
"""So many hosts are remembered without a look at which of them may be forgotten."""


class HostResting(Exception):
    """The host asked to be left alone for longer than a request should wait: `seconds` more."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} asked for a rest of {seconds:.0f} s")
        self.seconds = seconds


class HostTaken(HostResting):
    """Another process fetches from the host."""

    def __init__(self, host: str, holder: HolderState) -> None:
        super().__init__(host, TAKEN_FOR)
        self.args = (f"{holder} is fetching from {host}",)


class CrawlStopping(Exception):
    """The crawl is being stopped: nothing more is fetched."""


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_at: float = 0.0
    """When the next request may start, on the monotonic clock, in seconds: the pause is over by then."""
    rested_at: float = 0.0
    """When the host may be asked again that asked for a rest."""
    delay: float = 0.0
    """What the host's robots.txt asks for, in seconds; the crawler's own delay is a floor."""
    asked_at: float = 0.0
    """When somebody last wanted to know of the host."""

    def is_over(self, now: float) -> bool:
        return not self.lock.locked() and now - REMEMBERED > max(self.next_at, self.rested_at, self.asked_at)


class HostGate:
    """Hands out turns: `async with gate.turn(host, delay)` holds the host until the answer is read.

    The pause is counted from the end of one request to the start of the next, so that a slow host is not
    pressed, and it holds whatever the request was for: a page, a redirect, robots.txt, a second try. A host
    is the same with and without www., as its lease is.
    """

    def __init__(self, leases: Leases | None = None) -> None:
        """`leases`: what keeps other processes from the same hosts; without it, nothing does."""
        self._leases = leases
        self._turns: dict[str, _Turn] = {}
        """By the names of their hosts' leases."""
        self._many = FEW
        self._closed = asyncio.Event()
        self._inside: set[asyncio.Task[Any]] = set()
        self._broken_off = False

    def close(self) -> None:
        """Let nobody through any more: who waits gets `CrawlStopping`."""
        self._closed.set()

    def break_off(self) -> None:
        """Break off every request that is under way: who made it gets `CrawlStopping`."""
        self.close()
        self._broken_off = True
        for task in self._inside:
            task.cancel()

    def ask_for_delay(self, host: str, seconds: float) -> None:
        """Keep at least this pause for a host (its Crawl-delay), up to LONGEST_DELAY."""
        self._turn(host).delay = min(seconds, LONGEST_DELAY)

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long (its Retry-After)."""
        turn = self._turn(host)
        turn.rested_at = max(turn.rested_at, time.monotonic() + seconds)

    def resting(self, host: str) -> float:
        """Seconds until a host that asked for a rest has had it; 0 for others."""
        return max(0.0, self._turn(host).rested_at - time.monotonic())

    def waiting(self, host: str) -> float:
        """Seconds until the next request to a host may start."""
        turn = self._turn(host)
        return max(0.0, turn.next_at - time.monotonic(), self.resting(host))

    @asynccontextmanager
    async def turn(self, host: str, delay: float, until: float = math.inf) -> AsyncIterator[None]:
        """Wait for the host to be free. Raises HostResting, CrawlStopping, StorageError.

        `until`, on the monotonic clock: whose turn would come later has none; its crawl's time is up.
        """
        turn = self._turn(host)
        async with turn.lock, self._leased(host):
            await self._pause(host, until)
            if self._leases is not None:  # last of all: what comes before may take long
                await self._leases.confirm()
            try:
                with self._breakable():
                    yield
            finally:
                turn.next_at = time.monotonic() + max(delay, turn.delay)

    @contextmanager
    def _breakable(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._inside.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self._broken_off:
                raise
            task.uncancel()
            raise CrawlStopping from None
        finally:
            self._inside.discard(task)

    @asynccontextmanager
    async def _leased(self, host: str) -> AsyncIterator[None]:
        """The host for this process alone. Raises HostTaken, CrawlStopping, StorageError."""
        if (leases := self._leases) is None:
            yield
            return
        await self._take(leases, host)
        try:
            yield
        finally:
            # Another process knows nothing of our pause: it gets the host when that is over.
            leases.let_go(host_lease(host), keep=self.waiting(host))

    async def _take(self, leases: Leases, host: str) -> None:
        until = time.monotonic() + PATIENCE
        while (holder := await leases.take(host_lease(host))) is not None:
            if time.monotonic() > until:
                raise HostTaken(host, holder)
            await self.wait(LOOK_AGAIN)

    async def _pause(self, host: str, until: float) -> None:
        if (resting := self.resting(host)) > PATIENCE:
            raise HostResting(host, resting)
        if time.monotonic() + self.waiting(host) > until:
            raise CrawlStopping
        await self.wait(self.waiting(host))

    async def wait(self, seconds: float) -> None:
        """Let time pass. Raises CrawlStopping as soon as nobody is let through any more."""
        if seconds and not self._closed.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closed.wait(), seconds)
        if self._closed.is_set():
            raise CrawlStopping

    def _turn(self, host: str) -> _Turn:
        name, now = host_lease(host), time.monotonic()
        if (turn := self._turns.get(name)) is None:
            if len(self._turns) >= self._many:
                self._turns = {known: turn for known, turn in self._turns.items() if not turn.is_over(now)}
                self._many = max(FEW, 2 * len(self._turns))
            turn = self._turns[name] = _Turn()
        turn.asked_at = now
        return turn
