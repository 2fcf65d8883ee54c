"""Gives a stored time back as its publisher wrote it."""

from datetime import datetime, timedelta, timezone


def local_time(time: datetime | None, offset: int | None) -> datetime | None:
    """`time`, which is UTC, in the zone `offset` minutes from it; in UTC where there is none."""
    if time is None or not offset:
        return time
    return time.astimezone(timezone(timedelta(minutes=offset)))
