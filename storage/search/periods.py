"""Reads a date as a query names it."""

import re
from datetime import UTC, datetime, timedelta

from storage.search.marks import hour_of

_AGO = re.compile(r"(\d{1,4})(h|d|w)")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_PERIOD = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")


def first_hour(text: str, now: datetime) -> int:
    """The hour with which a year, month, day or ISO 8601 time begins, or "36h", "7d", "2w" before `now`.

    As storage/search/marks.py numbers them; a time without a zone is UTC. Raises ValueError.
    """
    try:
        if ago := _AGO.fullmatch(text.lower()):
            return hour_of(now - timedelta(hours=int(ago[1]) * _HOURS[ago[2]]))
        if period := _PERIOD.fullmatch(text):
            year, month, day = (int(part or 1) for part in period.groups())
            return hour_of(datetime(year, month, day, tzinfo=UTC))
        moment = datetime.fromisoformat(text.upper())
        return hour_of(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of reach") from error
