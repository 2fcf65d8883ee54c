"""One request at a time per host, and a pause before the next, for every crawl into one archive."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from crawler.leases import Leases
from crawler.rests import Rests
from crawler.strain import CALM, Strain
from storage.leases import HolderState, host_lease

LONGEST_DELAY = 3600.0
"""Seconds of a Crawl-delay that are kept; a longer one is a mistake, or a way to say "not at all"."""
PATIENCE = 60.0
"""Seconds that a request waits for a host that asked for a rest; over that, `HostResting` is raised."""

LOOK_AGAIN = 1.0
"""Seconds after which a host is asked for again that another process has; up to PATIENCE."""
TAKEN_FOR = 300.0
"""Seconds for which the host is then left to it."""
LONG_PAUSE = 1.0
"""Seconds of a pause over which it is kept for the next process."""
REMEMBERED = 2 * LONGEST_DELAY
"""Seconds for which a host is remembered that nobody asks for, after its last pause."""
FEW = 1000
"""So many hosts are remembered without a look at which of them may be forgotten."""


class HostResting(Exception):
    """The host is to be left alone for longer than a request should wait: `seconds` more."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} refused, and is left alone for {seconds:.0f} s")
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
    """What is known of a host; times are on the monotonic clock, in seconds."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    ended_at: float = -math.inf
    """When the last request to it was over."""
    pause: float = 0.0
    """The crawler's own pause after that one, in seconds."""
    delays: dict[str, float] = field(default_factory=dict)
    """What its robots.txt files ask for, in seconds: one for each origin."""
    rested_at: float = -math.inf
    """When the host may be asked again that refused, or asked for a rest."""
    strain: Strain = CALM
    recalled: bool = False
    """Whether it was asked of the archive what it knows."""
    kept: Strain = CALM
    """The strain that the archive knows."""
    asked_at: float = 0.0
    """When somebody last wanted to know of the host."""

    @property
    def next_at(self) -> float:
        """When the pause is over, by all that is known now of how long it should be."""
        return self.ended_at + self.strain.pause(max(self.pause, *self.delays.values(), 0.0))

    def waits(self, now: float) -> float:
        return max(0.0, self.next_at - now, self.rested_at - now)

    def is_over(self, now: float) -> bool:
        return not self.lock.locked() and now - REMEMBERED > max(self.next_at, self.rested_at, self.asked_at)


class HostGate:
    """Hands out turns: `async with gate.turn(host, delay)` holds the host until the answer is read.

    The pause is counted from the end of one request to the start of the next, so that a slow host is not
    pressed, and it holds whatever the request was for: a page, a redirect, robots.txt, a second try. A host
    is the same with and without www., as its lease is.
    """

    def __init__(self, leases: Leases | None = None, rests: Rests | None = None) -> None:
        """`leases`: what keeps other processes from the same hosts; without it, nothing does.

        `rests`: what keeps the rests of hosts for the processes that come after.
        """
        self._leases = leases
        self._rests = rests
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

    def ask_for_delay(self, host: str, seconds: float, origin: str = "") -> None:
        """Keep at least this pause for a host from now on (its Crawl-delay), up to LONGEST_DELAY.

        Of the origins of a host, that counts which asks for most; 0 takes back what one has asked for.
        """
        delays = self._turn(host).delays
        delays.pop(origin, None)
        if seconds:
            delays[origin] = min(seconds, LONGEST_DELAY)

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long."""
        turn = self._turn(host)
        turn.rested_at = max(turn.rested_at, time.monotonic() + seconds)

    def answered(self, host: str, status: int, asked: float | None, own: float) -> None:
        """Heed how a host answered: after a refusal it is left alone, as crawler/strain.py says.

        `asked`: the seconds of its Retry-After; `own`: how long it rests that names none.
        """
        turn = self._turn(host)
        turn.strain = turn.strain.after(status)
        if turn.strain.is_refusal(status):
            self.rest(host, turn.strain.rest(asked, own))

    def resting(self, host: str) -> float:
        """Seconds until a host that is to be left alone has had its rest; 0 for others."""
        return max(0.0, self._turn(host).rested_at - time.monotonic())

    def waiting(self, host: str) -> float:
        """Seconds until the next request to a host may start."""
        return self._turn(host).waits(time.monotonic())

    @asynccontextmanager
    async def turn(self, host: str, delay: float, until: float = math.inf) -> AsyncIterator[None]:
        """Wait for the host to be free. Raises HostResting, CrawlStopping, StorageError.

        `until`, on the monotonic clock: whose turn would come later has none; its crawl's time is up.
        """
        turn = self._turn(host)
        async with turn.lock, self._leased(host):
            await self._recall(host, turn)
            await self._pause(host, until)
            if self._leases is not None:  # last of all: what comes before may take long
                await self._leases.confirm()
            try:
                with self._breakable():
                    yield
            finally:
                turn.ended_at, turn.pause = time.monotonic(), delay
            if turn.strain.level != turn.kept.level:
                await self._keep(host_lease(host), turn)

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

    async def _recall(self, host: str, turn: _Turn) -> None:
        """Take over what an earlier process knew of a host. Raises StorageError."""
        if self._rests is not None and not turn.recalled:
            level, seconds = await self._rests.recall(host_lease(host))
            turn.strain = turn.kept = Strain(level)
            turn.rested_at = max(turn.rested_at, time.monotonic() + seconds)
            turn.recalled = True

    async def _keep(self, name: str, turn: _Turn) -> None:
        if self._rests is not None:
            turn.kept = turn.strain
            await self._rests.keep({name: (turn.strain.level, turn.waits(time.monotonic()))})

    async def leave(self) -> None:
        """Write down which hosts are still to be left alone, for the process that comes after this one.

        Pauses too, where they are long: another process takes some seconds to start. Raises StorageError.
        """
        now = time.monotonic()
        waits = {
            name: (turn.strain.level, turn.waits(now))
            for name, turn in self._turns.items()
            if turn.waits(now) and (turn.rested_at > now or turn.next_at - turn.ended_at > LONG_PAUSE)
        }
        if self._rests is not None:
            await self._rests.keep(waits)

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
