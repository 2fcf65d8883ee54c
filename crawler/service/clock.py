"""Notices when somebody sets the clock of the machine."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from crawler.leases import awake_time

SET = timedelta(seconds=5)
"""A difference that no clock makes by itself while it is being kept right."""


class ClockWatch:
    """Compares the clock on the wall with one that nobody sets."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        awake: Callable[[], float] = awake_time,
    ) -> None:
        self._wall, self._awake = wall, awake
        self._last = wall(), awake()

    def jump(self) -> timedelta | None:
        """By how much the clock was set on (or back: negative) since the last call; None if it was not."""
        wall, awake = self._wall(), self._awake()
        before, then = self._last
        self._last = wall, awake
        jumped = (wall - before) - timedelta(seconds=awake - then)
        return jumped if abs(jumped) > SET else None
