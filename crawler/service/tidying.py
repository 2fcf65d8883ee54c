"""Walks through the archive's traces, little by little, so that nothing else has to wait for it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from storage import tidy
from storage.thread import ArchiveThread
from storage.tidy import Trace, forget, old_traces

PAUSE = 0.1
"""Seconds between two transactions, in which others have their turn."""
KINDS: tuple[Trace, ...] = ("visits", "runs")


async def tidy_up(archive: ArchiveThread, now: datetime, pause: Callable[[float], Awaitable[None]]) -> int:
    """Take away all that may go by `now`; how many rows. Raises StorageError, and what `pause` raises.

    `pause` lets so many seconds pass; stopped by its error, the walk begins anew the next time.
    """
    gone = 0
    for kind in KINDS:
        last_id, done = 0, False
        while not done:
            traces = await archive.read(partial(old_traces, kind=kind, after_id=last_id, now=now))
            for start in range(0, len(traces.ids), tidy.BATCH):
                batch = traces.ids[start : start + tidy.BATCH]
                gone += await archive.write(partial(forget, kind=kind, ids=batch))
                await pause(PAUSE)
            last_id, done = traces.last_id, traces.done
            if not done:
                await pause(PAUSE)
    return gone
