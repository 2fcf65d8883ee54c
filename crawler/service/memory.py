"""How much memory this process and its workers take."""

from contextlib import suppress

import psutil

MEGABYTE = 1_000_000


def memory_used() -> float:
    """Megabytes; what the processes share counts once, where the system can tell."""
    this = psutil.Process()
    used = 0
    for process in (this, *this.children(recursive=True)):
        with suppress(psutil.Error):  # one that has just ended
            full = process.memory_full_info()
            used += getattr(full, "pss", 0) or full.rss
    return used / MEGABYTE
