"""When an article was published and modified, out of all the dates that a page names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# English, and what other languages write alike; spelled out, or "Market 12" and "marraskuu" would be March.
_MONTH = (
    r"(?P<name>jan(?:uar[yi]?)?|feb(?:r(?:uar[yi]?|ero)?)?|mar(?:ch|s|zo)?|apr(?:ile?)?|may|jun(?:e|io?)?"
    r"|jul(?:y|io?)?|aug(?:ust(?:us)?)?|sept?(?:i?emb(?:er|re))?|oct(?:ob(?:er|re)|ubre)?"
    r"|nov(?:i?emb(?:er|re|ro))?|dec(?:emb(?:er|re))?)(?![^\W\d_])\.?"
)
_YEAR = r"(?P<year>\d{4})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_JAVA = re.compile(rf"\b{_MONTH}\s+{_DAY}\s+(?P<time>\d\d:\d\d:\d\d(?:\s[A-Z]+)?)\s+{_YEAR}", re.IGNORECASE)
_DATES = (
    re.compile(rf"(?<!\d){_YEAR}[-/.]\s?(?P<month>\d{{1,2}})[-/.]\s?(?P<day>\d{{1,2}})(?!\d)"),  # ISO 8601
    re.compile(rf"(?<!\d){_YEAR}(?P<month>\d\d)(?P<day>\d\d)(?!\d)"),
    re.compile(rf"{_YEAR}\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?(?P<day>\d{{1,2}})\s?[日일]?"),
    _JAVA,  # Fri Apr 28 19:20:36 CEST 2023
    re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}", re.IGNORECASE),  # Apr 28, 2024
    re.compile(rf"\b{_DAY}[\s.-]+{_MONTH}[\s,-]+{_YEAR}", re.IGNORECASE),  # 28 April 2024
    re.compile(r"(?<!\d)(?P<left>\d{1,2})[./-]\s?(?P<right>\d{1,2})[./-]\s?(?P<year>\d{4}|\d{2})(?!\d)"),
)
_TIME = re.compile(
    r"""(?P<hour>\d{1,2})(?:[:.h]|\s?[時时시]\s?)(?P<minute>\d{2})(?![.\d]\d)
    (?:[:.](?P<second>\d{2})(?:[.,:]\d{1,9})?)?\s*(?P<half>[ap]\.?m\b\.?)?
    \s*(?P<zone>(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d{2})?(?!\d)|Z\b|[A-Z]{3,4}\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
_COMPACT_TIME = re.compile(r"T(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?P<zone>Z|[+-]\d\d:?\d\d)?")
_GAP = re.compile(r"[^\d\n]{0,14}")
# The zones that publishers abbreviate in English; what is ambiguous (IST, CST) is not here.
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "WEST": 60, "CET": 60, "CEST": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "SAST": 120, "EST": -300, "EDT": -240, "CDT": -300, "MDT": -360, "MST": -420,
    "PDT": -420,
    "PST": -480, "AEST": 600, "AEDT": 660, "AWST": 480, "NZST": 720, "NZDT": 780, "JST": 540, "KST": 540,
    "HKT": 480, "SGT": 480,
}  # fmt: skip
_FIRST_YEAR = 1990
"""Nothing on the web was published before; older dates are those of events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDate:
    """A date that a page names, and how exactly."""

    when: datetime
    """Aware; in UTC where the page gives no offset."""
    origin: str
    """What on the page names it: "json-ld", "meta", "time", "feed", "url", "text"."""
    has_time: bool = True
    has_offset: bool = True


def parse_date(text: str, origin: str, *, month_first: bool = False) -> PageDate | None:
    """The date in a machine-readable or short human text; None if there is none, or one before 1990.

    ISO 8601 and what goes by that name, RFC 5322, Unix time in seconds or milliseconds, English, numeric and
    CJK dates. `month_first` is how to read 04/05/2024.
    """
    text = " ".join(text.split())[:120]
    if text.isdecimal() and len(text) in (10, 13):
        return _dated(datetime.fromtimestamp(int(text[:10]), UTC), origin)
    match = next((found for pattern in _DATES if (found := pattern.search(text))), None)
    if match is None:
        return None
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    day, month = _day_and_month(match.groupdict(), month_first=month_first)
    time = _time_beside(text, match)
    zone = _zone(time["zone"]) if time else None
    clock = (_hour(time), int(time["minute"]), min(int(time["second"] or 0), 59)) if time else (0, 0, 0)
    try:
        when = datetime(year, month, day, *clock, tzinfo=zone or UTC)
    except ValueError:
        return None
    return _dated(when, origin, has_time=time is not None, has_offset=zone is not None)


def _dated(when: datetime, origin: str, *, has_time: bool = True, has_offset: bool = True) -> PageDate | None:
    if not _FIRST_YEAR <= when.year < 9999:  # year 9999 could not be moved to UTC
        return None
    return PageDate(when=when, origin=origin, has_time=has_time, has_offset=has_offset)


def _day_and_month(parts: dict[str, str | None], *, month_first: bool) -> tuple[int, int]:
    if name := parts.get("name"):
        return int(parts["day"] or 0), _MONTHS.index(name[:3].lower()) + 1
    if parts.get("left") is None:
        return int(parts["day"] or 0), int(parts["month"] or 0)
    left, right = int(parts["left"] or 0), int(parts["right"] or 0)
    return (right, left) if right > 12 or (month_first and left <= 12) else (left, right)


def _time_beside(text: str, date: re.Match[str]) -> re.Match[str] | None:
    """The time of day written within, right after or right before a date."""
    if date.re is _JAVA:
        return _TIME.match(date["time"])
    if compact := _COMPACT_TIME.match(text, date.end()):
        return compact
    after = _TIME.search(text, date.end())
    if after and _GAP.fullmatch(text, date.end(), after.start()) and int(after["hour"]) < 25:
        return after
    before = next((m for m in _TIME.finditer(text, 0, date.start())), None)
    if before and len(text[before.end() : date.start()]) < 15:
        return before
    return None


def _hour(time: re.Match[str]) -> int:
    hour = int(time["hour"])
    if half := time.groupdict().get("half"):
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    return hour % 24


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    match = re.search(r"([+-])(\d{1,2})(?::?(\d{2}))?$", text)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes > 14 * 60 + 59:
            return None
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    minutes_east = _ZONES.get(text.upper())
    return None if minutes_east is None else timezone(timedelta(minutes=minutes_east))


def choose_date(dates: Sequence[PageDate]) -> PageDate | None:
    """The date to believe of several for the same event, the most trusted first.

    The first wins, but a bare day or a local time is completed from a later one that agrees with it: a day by
    a time within it, a time without an offset by the same wall-clock time with one.
    """
    if not dates:
        return None
    best = dates[0]
    if not best.has_time or _is_midnight(best):
        best = next((d for d in dates if d.has_time and not _is_midnight(d) and _same_day(d, best)), best)
    if best.has_time and not best.has_offset:
        best = next((d for d in dates if d.has_offset and _same_wall_clock(d, best)), best)
    return best


def _is_midnight(date: PageDate) -> bool:
    return date.when.hour == date.when.minute == date.when.second == 0


def _same_day(one: PageDate, other: PageDate) -> bool:
    # a bare day is the publisher's: a time in UTC may fall on the day before or after
    return one.when.date() == other.when.date() or abs(one.when - other.when) < timedelta(hours=14)


def _same_wall_clock(one: PageDate, other: PageDate) -> bool:
    return one.has_time and one.when.replace(second=0, microsecond=0, tzinfo=None) == other.when.replace(
        second=0, microsecond=0, tzinfo=None
    )
