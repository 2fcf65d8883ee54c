"""One request at a time per host, and a pause before the next, for every crawl of this process."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LONGEST_DELAY = 3600.0
"""Seconds of a Crawl-delay that are kept; a longer one is a mistake, or a way to say "not at all"."""
PATIENCE = 60.0
"""Seconds that a request waits for a host that asked for a rest; over that, `HostResting` is raised."""


class HostResting(Exception):
    """The host asked to be left alone for longer than a request should wait: `seconds` more."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} asked for a rest of {seconds:.0f} s")
        self.seconds = seconds


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


class HostGate:
    """Hands out turns: `async with gate.turn(host, delay)` holds the host until the answer is read.

    The pause is counted from the end of one request to the start of the next, so that a slow host is not
    pressed, and it holds whatever the request was for: a page, a redirect, robots.txt, a second try.
    """

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}
        self._closed = asyncio.Event()

    def close(self) -> None:
        """Let nobody through any more: who waits gets `CrawlStopping`."""
        self._closed.set()

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
    async def turn(self, host: str, delay: float) -> AsyncIterator[None]:
        """Wait for the host to be free. Raises HostResting, CrawlStopping."""
        turn = self._turn(host)
        async with turn.lock:
            await self._pause(host)
            try:
                yield
            finally:
                turn.next_at = time.monotonic() + max(delay, turn.delay)

    async def _pause(self, host: str) -> None:
        if (resting := self.resting(host)) > PATIENCE:
            raise HostResting(host, resting)
        wait = self.waiting(host)
        if wait and not self._closed.is_set():
            try:
                await asyncio.wait_for(self._closed.wait(), wait)
            except TimeoutError:
                return
        if self._closed.is_set():
            raise CrawlStopping

    def _turn(self, host: str) -> _Turn:
        return self._turns.setdefault(host, _Turn())
