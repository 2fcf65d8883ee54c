"""Times as a person writes and reads them on the command line."""

import re
from datetime import UTC, datetime, timedelta

from crawler.cli.failures import WrongUsage

_AGO = re.compile(r"(\d{1,4})\s*(h|d|w)")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_PERIOD = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")


def read_time(text: str, now: datetime, *, end: bool = False) -> datetime:
    """The time that `text` means: a day, month, year or ISO 8601 time; or before now "36h", "7d", "2w".

    A time without a zone is UTC. With `end`, a day, month or year means its end, so that it is included.
    Raises WrongUsage.
    """
    text = text.strip().lower()
    try:
        if match := _AGO.fullmatch(text):
            return now - timedelta(hours=int(match[1]) * _HOURS[match[2]])
        if match := _PERIOD.fullmatch(text):
            year, month, day = (int(part) if part else None for part in match.groups())
            return _period(year or 0, month, day, end)
        moment = datetime.fromisoformat(text.upper())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongUsage(
            f"{text!r} is no time: write 2024-05-06, 2024-05-06T10:00+02:00, 2024-05, or 7d"
        ) from None


def _period(year: int, month: int | None, day: int | None, end: bool) -> datetime:
    start = datetime(year, month or 1, day or 1, tzinfo=UTC)
    if not end:
        return start
    if day is not None:
        return start + timedelta(days=1)
    return datetime(year + (month in (None, 12)), (month or 12) % 12 + 1, 1, tzinfo=UTC)


def shown_time(moment: datetime | None) -> str:
    """A time in a table: to the minute, in its own offset, which is told where it is not UTC."""
    if moment is None:
        return "-"
    offset = moment.strftime("%z")
    zone = "Z" if offset in ("", "+0000") else f"{offset[:3]}:{offset[3:5]}"
    return moment.strftime("%Y-%m-%d %H:%M") + zone
