"""Ctrl-C and SIGTERM while something runs: the first asks it to stop, the second ends the process at once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crawler.cli.terminal import note


@contextmanager
def stopped_by_signals(stop: Callable[[], None], saying: str) -> Iterator[None]:
    """Inside a running loop, in the main thread: the first signal calls `stop`, and says so on stderr."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {signum: signal.getsignal(signum) for signum in signals}

    def first(signum: int, frame: object) -> None:
        # At once, not when the loop comes to it: the next signal has to end a loop that is busy, too.
        for each in signals:
            signal.signal(each, signal.SIG_DFL)
        loop.call_soon_threadsafe(begin_to_stop)

    def begin_to_stop() -> None:
        note(f"stopping: {saying} (once more to stop at once)")
        stop()

    for signum in signals:
        signal.signal(signum, first)
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
