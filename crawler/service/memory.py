"""How much memory this process and its workers take, and whether that is too much."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import psutil

from crawler.leases import awake_time
from crawler.workers import WorkerPool

MEGABYTE = 1_000_000
LOOKED_AT = 10.0
"""Seconds between two looks at the memory, which cost some milliseconds."""

logger = logging.getLogger(__name__)


def memory_used() -> float:
    """Megabytes; what the processes share counts once, where the system can tell."""
    this = psutil.Process()
    used = 0
    for process in (this, *this.children(recursive=True)):
        with suppress(psutil.Error):  # one that has just ended
            full = process.memory_full_info()
            used += getattr(full, "pss", 0) or full.rss
    return used / MEGABYTE


class MemoryLimit:
    """Says when no further crawl should begin.

    Where the memory stays full though nothing is crawled, the workers are replaced; where that does not help
    it is `exhausted`: only a fresh process has more.
    """

    def __init__(
        self, megabytes: int | None, workers: WorkerPool, used: Callable[[], float] = memory_used
    ) -> None:
        """`megabytes`: None for no limit."""
        self.exhausted = False
        self._limit, self._workers, self._used = megabytes, workers, used
        self._looked_at = 0.0
        self._full = self._replaced = False

    async def is_full(self, *, idle: bool) -> bool:
        """Whether more is used than is allowed; `idle`: nothing is crawled just now."""
        if self._limit is None or awake_time() - self._looked_at < LOOKED_AT:
            return self._full
        used = await asyncio.to_thread(self._used)
        self._looked_at = awake_time()
        if self._full != (used > self._limit):
            self._full, self._replaced = used > self._limit, False
            told = "no further crawl begins" if self._full else "crawls begin again"
            logger.warning("%.0f MB are used, of %d allowed: %s", used, self._limit, told)
        if self._full and idle:
            self.exhausted = self._replaced
            self._replaced = True
            self._workers.replace()
        return self._full
