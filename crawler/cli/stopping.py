"""Ctrl-C and SIGTERM while something runs: the first asks it to stop, the second ends the process at once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crawler.cli.terminal import note


@contextmanager
def stopped_by_signals(stop: Callable[[], None], saying: str) -> Iterator[None]:
    """Inside a running event loop: the first signal calls `stop` and says so on stderr."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def first(signum: int) -> None:
        for each in signals:
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)  # so that the next one ends the process
        note(f"stopping: {saying} (once more to stop at once)")
        stop()

    for signum in signals:
        loop.add_signal_handler(signum, first, signum)
    try:
        yield
    finally:
        for signum in signals:
            loop.remove_signal_handler(signum)
