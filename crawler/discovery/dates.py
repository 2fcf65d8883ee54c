"""Times as feeds and sitemaps write them."""

import re
from datetime import UTC, datetime

from dateutil import parser as dateutil_parser

_YEAR_OR_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?")
_WEEKDAY = re.compile(r"^[^\W\d]+\.?,\s*")
_NOTHING = datetime(1, 1, 1)  # noqa: DTZ001  the zone is the text's to say
"""What a text leaves out comes from here, never from today: the year 1 shows that it was missing."""
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
"""A date before it is a zero that some software took for a time."""

# The zones that RFC 822 names, and the European ones that feeds write against every rule. In hours.
_ZONES = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3,
}  # fmt: skip


def parse_date(text: str | None) -> datetime | None:
    """The time in `text`, aware UTC: a W3C datetime (sitemaps, Atom, JSON Feed), RFC 822 (RSS), or the like.

    A time without a zone is taken for UTC, a year or a month for its first day. None where there is none,
    and for the zero dates that software writes when it has none (0001-01-01, 1970-01-01).
    https://www.w3.org/TR/NOTE-datetime
    """
    text = (text or "").strip()
    if len(text) > 80 or not any(char.isdigit() for char in text):
        return None
    if match := _YEAR_OR_MONTH.fullmatch(text):
        text = f"{match[1]}-{match[2] or '01'}-01"
    try:
        return utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return _parse_leniently(text)


def utc(moment: datetime) -> datetime | None:
    """`moment` in UTC, if it can be one; a naive one is taken for UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        moment = moment.astimezone(UTC)
    except (OverflowError, ValueError):  # year 9999 with an offset; an offset of days
        return None
    return moment if moment >= _EARLIEST else None


def _parse_leniently(text: str) -> datetime | None:
    # The weekday is left out: it says nothing, and is often in the publisher's own language.
    text = _WEEKDAY.sub("", text)
    try:
        moment = dateutil_parser.parse(text, default=_NOTHING, tzinfos=_zone)
    except (ValueError, OverflowError):
        return None
    return utc(moment) if moment.year > 1 else None


def _zone(name: str | None, seconds: int | None) -> int | None:
    """Seconds from UTC of the zone that a text names; a zone nobody knows is taken for UTC."""
    if seconds is not None or name is None:
        return seconds
    return _ZONES.get(name.upper(), 0) * 3600
