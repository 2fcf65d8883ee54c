"""When an article was published and modified, out of all the dates that a page names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from pipelines.article import DateCandidate
from pipelines.metadata.months import month_named

_YEAR = r"(?P<year>\d{4})(?!\d)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})"
_NAME = r"(?<![^\W\d_])(?P<name>[^\W\d_][^\s\d,;:/|()–-]{1,18})"
_OF = r"(?:(?:de|del|of)\s|d['’])?"
_JAVA = re.compile(rf"{_NAME}\s+{_DAY}\s+(?P<time>\d\d:\d\d:\d\d(?:\s[A-Z]+)?)\s+{_YEAR}")
_DATES = (
    re.compile(r"(?<!\d)(?P<year>\d{4})[-/.]\s?(?P<month>\d{1,2})[-/.]\s?(?P<day>\d{1,2})(?!\d)"),  # ISO 8601
    re.compile(r"(?<!\d)(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?!\d)"),
    re.compile(r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]?"),
    _JAVA,  # Fri Apr 28 19:20:36 CEST 2023
    re.compile(rf"{_NAME}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}", re.IGNORECASE),  # Apr 28, 2024
    # 28 April 2024, 28. April 2024, 28 de abril de 2024, 28-Apr-2024
    re.compile(
        rf"{_DAY}(?:st|nd|rd|th|er|º)?[\s.,-]{{1,3}}{_OF}{_NAME}[\s,-]{{1,3}}{_OF}{_YEAR}", re.IGNORECASE
    ),
    re.compile(rf"(?P<year>\d{{4}})\.?\s(?:m\.\s)?{_NAME}\s{_DAY}(?!\d)"),  # 2024. április 28.
    re.compile(rf"(?P<year>\d{{4}})\.\sgada\s{_DAY}\.\s{_NAME}"),  # 2024. gada 28. aprīlī
    re.compile(rf"{_DAY} tháng (?P<month>\d{{1,2}})(?:,| năm)? {_YEAR}", re.IGNORECASE),
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
STATED = frozenset({"json-ld", "meta", "itemprop", "time", "json-ld page", "json-ld created", "meta created"})
"""What a page states for machines; the other origins are its feed, its address, and texts for readers."""
_TRUSTED = frozenset({"json-ld", "meta", "itemprop", "feed"})
"""Statements of the day of publication that a contradiction by counts."""
_CREATED = frozenset({"json-ld created", "meta created"})
_OUTVOTING = frozenset({"json-ld", "meta", "url"})
"""Where these agree, a feed of another day has the day of something else."""
_FIRST_YEAR = 1990
"""Nothing on the web was published before; older dates in a text or an address are those of events."""
_FIRST_STATED_YEAR = 1900
"""Digitised archives state the day of the print."""
_FIRST_OF_WEB = 1995
"""The press came to the web in 1994 and 1995: older is an archive's print, or a mistake."""
_LAST_YEAR = 2099
_THAI = re.compile(r"[\u0e01-\u0e4e]")
_BUDDHIST = 543
"""Years by which the Thai calendar is ahead."""
_DAY_LONG = timedelta(days=1)
_FARTHEST = timedelta(hours=14)
"""Of any zone from UTC."""
_OFFSETS = frozenset({*range(-720, 841, 60), 210, 270, 330, 345, 390, 525, 570, 630, 765, -210, -570})
"""Minutes by which zones are ahead of UTC: the whole hours, and the others of the IANA time zone database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDate:
    """A date that a page names, and how exactly."""

    when: datetime
    """Aware; in UTC where the page gives no offset."""
    origin: str
    """What on the page names it: "json-ld", "meta", "time", "feed", "url", "text"."""
    has_time: bool = True
    has_offset: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DateVerdict:
    """Which date is believed, and how far."""

    date: PageDate | None = None
    confidence: str | None = None
    """"high", "medium" or "low", see `judge_dates`; None without a date."""
    flag: str | None = None
    """Why the date is doubtful, see `flag_of`."""


def parse_date(
    text: str, origin: str, *, month_first: bool = False, language: str | None = None
) -> PageDate | None:
    """The date in a machine-readable or short human text; None if there is none.

    ISO 8601 and what goes by that name, RFC 5322, Unix time in seconds or milliseconds, numeric and CJK
    dates, and month names in some sixty languages (words/months.toml). `month_first`: how to read 04/05/2024;
    `language` tells what a name means that is another month's in another language. A year before 1990 is
    believed of what is stated for machines only, one before 1900, after 2099 or the first day of Unix time
    of nothing: those are empty fields.
    """
    text = " ".join(text.split())[:120]
    if text.isdecimal() and len(text) in (10, 13):
        return _dated(datetime.fromtimestamp(int(text[:10]), UTC), origin)
    found = (match for pattern in _DATES for match in pattern.finditer(text))
    dates = (_built(text, match, origin, month_first, language) for match in found)
    return next((date for date in dates if date), None)


def _built(
    text: str, match: re.Match[str], origin: str, month_first: bool, language: str | None
) -> PageDate | None:
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    if year > 2400 and _THAI.search(text):
        year -= _BUDDHIST
    day, month = _day_and_month(match.groupdict(), month_first=month_first, language=language)
    time = _time_beside(text, match)
    zone = _zone(time["zone"]) if time else None
    clock = (_hour(time), int(time["minute"]), min(int(time["second"] or 0), 59)) if time else (0, 0, 0)
    try:
        when = datetime(year, month, day, *clock, tzinfo=zone or UTC)
    except ValueError:
        return None
    return _dated(when, origin, has_time=time is not None, has_offset=zone is not None)


def _dated(when: datetime, origin: str, *, has_time: bool = True, has_offset: bool = True) -> PageDate | None:
    first = _FIRST_STATED_YEAR if origin in STATED else _FIRST_YEAR
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    if not first <= when.year <= _LAST_YEAR or abs(when - epoch) < _DAY_LONG:
        return None
    return PageDate(when=when, origin=origin, has_time=has_time, has_offset=has_offset)


def _day_and_month(
    parts: dict[str, str | None], *, month_first: bool, language: str | None
) -> tuple[int, int]:
    """The numbers of day and month, 0 where there is none."""
    if name := parts.get("name"):
        return int(parts["day"] or 0), month_named(name, language) or 0
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


def flag_of(when: datetime, seen_at: datetime | None) -> str | None:
    """Why a date is doubtful, or None.

    "after it was seen": more than a day later than the address was first seen, which is more than any time
    zone explains. "before the web": before 1995.
    """
    if seen_at and when > seen_at + _DAY_LONG:
        return "after it was seen"
    return "before the web" if when.year < _FIRST_OF_WEB else None


def judge_dates(dates: Sequence[PageDate], seen_at: datetime | None = None) -> DateVerdict:
    """Which of several dates for one event is believed, the most trusted first, and how far.

    A flagged date (see `flag_of`) is believed only where every date is flagged. The confidence is

    - "low" where the date is flagged or guessed, where it stands in a text for readers only and nothing
      bears it out, or where another statement of JSON-LD, meta tags, itemprop or the feed is of another day,
      by more than 24 hours;
    - "high" where it is stated for machines, with a time of day and an offset;
    - "medium" else: a bare day, a time without an offset, the feed, the address.

    Where the address names another day than the most trusted date, and a date that is stated for machines
    agrees with the address, that one is believed: some pages state the last change as the publication. A
    date of creation is believed so only if it is of that very day. Where JSON-LD, a meta tag
    and the address agree, the feed alone does not contradict them.
    """
    sane = [date for date in dates if flag_of(date.when, seen_at) is None]
    best = choose_date(_as_the_address_says(sane or list(dates)))
    if best is None:
        return DateVerdict()
    flag = flag_of(best.when, seen_at)
    return DateVerdict(date=best, flag=flag, confidence="low" if flag else _confidence(best, sane))


def _as_the_address_says(dates: list[PageDate]) -> list[PageDate]:
    """The dates, first those near the address's day, if the first is not near it and another statement is."""
    day = next((date for date in dates if date.origin == "url"), None)
    if day is None or _near(dates[0], day):
        return dates
    near = [
        date for date in dates if _near(date, day) and (date.origin not in _CREATED or _same_day(date, day))
    ]
    if not any(date.origin in STATED for date in near):
        return dates
    return [*near, *(date for date in dates if date not in near)]


def _same_day(one: PageDate, other: PageDate) -> bool:
    return one.when.date() == other.when.date()


def _confidence(best: PageDate, dates: Sequence[PageDate]) -> str:
    others = [date for date in dates if date.origin != best.origin or date.when.date() != best.when.date()]
    agreeing = {date.origin for date in dates if _near(date, best)}
    trusted = _TRUSTED - ({"feed"} if agreeing >= _OUTVOTING else set())
    contradicted = any(date.origin in trusted and not _near(date, best) for date in others)
    backed = best.origin in STATED or best.origin in ("feed", "url") or any(_near(d, best) for d in others)
    if best.origin == "guess" or contradicted or not backed:
        return "low"
    return "high" if best.origin in STATED and best.has_time and best.has_offset else "medium"


def _near(one: PageDate, other: PageDate) -> bool:
    """Whether two dates are a day apart at most; a bare day is as long as that."""
    bare = not (one.has_time and other.has_time)
    return abs(one.when - other.when) <= _DAY_LONG * (2 if bare else 1)


def choose_date(dates: Sequence[PageDate]) -> PageDate | None:
    """The date to believe of several for the same event, the most trusted first.

    The first wins, but a bare day, or midnight, is completed by a time within it, and a time without an
    offset by the same wall-clock time with one; else by the same moment in UTC, which tells the offset.
    """
    if not dates:
        return None
    best = dates[0]
    if not best.has_time or _is_midnight(best):
        zone = next((d.when.tzinfo for d in dates if d.has_offset and d.when.utcoffset()), None)
        times = (d for d in dates if d.has_time and not _is_midnight(d))
        best = next((d for d in times if _within(d, best, zone)), best)
    if best.has_time and not best.has_offset:
        same = (d for d in dates if d.has_offset and _same_wall_clock(d, best))
        best = next(same, None) or next(_with_offset(best, dates), best)
    return best


def _is_midnight(date: PageDate) -> bool:
    return date.when.hour == date.when.minute == date.when.second == 0


def _within(time: PageDate, day: PageDate, zone: tzinfo | None) -> bool:
    """Whether `time` is on the publisher's `day`, whose zone is `zone`, if the page tells one.

    Where it does not, a moment stated in UTC may be on the day before or after, as far as zones go; what is
    written with another offset, or none, is local.
    """
    if time.when.date() == day.when.date():
        return True
    if not time.has_offset or time.when.utcoffset() or time.origin not in _TRUSTED:
        return False
    if zone:
        return time.when.astimezone(zone).date() == day.when.date()
    midnight = day.when.replace(tzinfo=UTC)
    return midnight - _FARTHEST <= time.when < midnight + _DAY_LONG + timedelta(hours=12)


def _same_wall_clock(one: PageDate, other: PageDate) -> bool:
    return one.has_time and one.when.replace(second=0, microsecond=0, tzinfo=None) == other.when.replace(
        second=0, microsecond=0, tzinfo=None
    )


def _with_offset(local: PageDate, dates: Sequence[PageDate]) -> Iterator[PageDate]:
    """A local time with the offset by which it is the moment that another trusted date states."""
    wall = local.when.replace(second=0, microsecond=0)
    for date in dates:
        if date.has_time and date.has_offset and date.origin in _TRUSTED:
            offset = wall - date.when.astimezone(UTC).replace(second=0, microsecond=0)
            if offset and offset / timedelta(minutes=1) in _OFFSETS:
                yield replace(local, when=local.when.replace(tzinfo=timezone(offset)), has_offset=True)


def candidates_of(event: str, dates: Sequence[PageDate]) -> tuple[DateCandidate, ...]:
    """`dates` as an article keeps them, equal ones once, by their most trusted origin."""
    known: dict[tuple[datetime, str], DateCandidate] = {}
    for date in dates:
        precision = "minute" if date.has_time else "day"
        candidate = DateCandidate(event=event, when=date.when, precision=precision, origin=date.origin)
        known.setdefault((date.when, precision), candidate)
    return tuple(known.values())
