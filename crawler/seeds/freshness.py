"""Tells how long a seed's answer says that it stays as it is.

The headers speak of the answer (RFC 9111, 4.2.1), a feed's body of when its publisher writes the next one.
What they say is a floor, up to a cap: a misconfigured cache must not silence a source.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from crawler.discovery.dates import parse_date

_NOTHING = timedelta(0)
_DIRECTIVE = re.compile(r'([a-z-]+)\s*(?:=\s*"?([^",]*)"?)?', re.IGNORECASE)
_STORIES = re.compile(
    rb"<(?:\w+:)?(?:item|entry)[\s>](?:.*</(?:\w+:)?(?:item|entry)\s*>|.*)", re.DOTALL | re.IGNORECASE
)
"""From the first story to the last: what stands before and behind is the channel's own."""
_MOST = 65_536
"""What is read of what the channel says of itself: characters, far more than any feed has."""
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 7 * 24, "monthly": 30 * 24, "yearly": 365 * 24}
"""Hours of each period of the syndication module."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What a feed says of when it is written anew."""

    ttl: timedelta = _NOTHING
    """RSS 2.0: how long it may be kept. https://www.rssboard.org/rss-specification"""
    period: timedelta = _NOTHING
    """Between two updates: https://web.resource.org/rss/1.0/modules/syndication/"""
    base: datetime | None = None
    """An update that the others are counted from."""
    skip_hours: Sequence[int] = ()
    """Hours of the day, GMT, in which it is not written."""
    skip_days: Sequence[int] = ()
    """Days of the week, 0 is Monday."""

    def as_dict(self) -> dict[str, Any]:
        """As it is kept beside the feed; empty where it says nothing."""
        said = {
            "ttl": self.ttl.total_seconds(),
            "period": self.period.total_seconds(),
            "base": self.base.isoformat() if self.base else None,
            "skip_hours": list(self.skip_hours),
            "skip_days": list(self.skip_days),
        }
        return {name: value for name, value in said.items() if value}

    @classmethod
    def of_dict(cls, kept: Mapping[str, Any] | None) -> "Habits":
        """What `as_dict` gave."""
        said = dict(kept or {})
        return cls(
            ttl=timedelta(seconds=said.get("ttl", 0)),
            period=timedelta(seconds=said.get("period", 0)),
            base=parse_date(said.get("base")),
            skip_hours=said.get("skip_hours", ()),
            skip_days=said.get("skip_days", ()),
        )


def read_habits(body: bytes) -> Habits:
    """What the channel of an RSS feed says of its updates; nothing for any other body."""
    channel = _STORIES.sub(b"", body)[:_MOST].decode("latin-1")
    hours = {int(hour) % 24 for hour in re.findall(r"<hour>\s*(\d{1,2})\s*</hour>", channel, re.IGNORECASE)}
    days = re.findall(r"<day>\s*(\w+)\s*</day>", channel, re.IGNORECASE)
    ttl = _number(_element(channel, "ttl"))
    return Habits(
        ttl=timedelta(minutes=ttl or 0),
        period=_period(channel),
        base=parse_date(_element(channel, "updateBase")),
        skip_hours=sorted(hours),
        skip_days=sorted({_DAYS.index(day.lower()) for day in days if day.lower() in _DAYS}),
    )


def fresh_until(
    headers: Mapping[str, str], habits: Habits, now: datetime, most: timedelta
) -> datetime | None:
    """Until when there is nothing new by a seed's own word, at most `most` from `now`; None: it says nothing.

    `headers`: of the answer that came just now, a 304 or not; their names in lower case.
    """
    wait = max(stays_fresh(headers, now), habits.ttl, _until_update(habits, now))
    until = _after_skipped(now + min(wait, most), habits, now + most)
    return until if until > now else None


def stays_fresh(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long an answer is fresh still (RFC 9111, 4.2); 0 where it says nothing, or is not to be kept.

    Of max-age and s-maxage the longer counts: a cache that stands in between answers as before until then.
    """
    said = {name.lower(): value for name, value in _DIRECTIVE.findall(headers.get("cache-control", ""))}
    if "no-store" in said or "no-cache" in said:
        return _NOTHING
    ages = [_number(said[name]) or 0 for name in ("max-age", "s-maxage") if name in said]
    lifetime = timedelta(seconds=max(ages)) if ages else _until_expiry(headers, now)
    return max(_NOTHING, lifetime - timedelta(seconds=_number(headers.get("age")) or 0))


def _until_expiry(headers: Mapping[str, str], now: datetime) -> timedelta:
    expires = _http_date(headers.get("expires"))  # "0" and "-1" are no dates: expired already
    return expires - (_http_date(headers.get("date")) or now) if expires else _NOTHING


def _http_date(text: str | None) -> datetime | None:
    try:
        when = parsedate_to_datetime(text or "")
        return when.replace(tzinfo=when.tzinfo or UTC)
    except (ValueError, OverflowError):
        return None


def _period(channel: str) -> timedelta:
    name, frequency = _element(channel, "updatePeriod"), _element(channel, "updateFrequency")
    if not name and not frequency:
        return _NOTHING
    # "daily" and once are what the module takes where one of them is missing.
    hours = _PERIODS.get(name.lower() or "daily", 0)
    return timedelta(hours=hours) / (_number(frequency) or 1)


def _until_update(habits: Habits, now: datetime) -> timedelta:
    if habits.base is None or not habits.period:
        return habits.period
    return habits.period - (now - habits.base) % habits.period


def _after_skipped(when: datetime, habits: Habits, latest: datetime) -> datetime:
    """The first time from `when` on that is in no hour or day to be skipped, `latest` at most."""
    while when < latest and (when.hour in habits.skip_hours or when.weekday() in habits.skip_days):
        when = when.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return min(when, latest)


def of_element(name: str) -> re.Pattern[str]:
    """An element of this name; its text is the group."""
    # No blank is told apart by the pattern: where the end tag is missing it would try every way to do so.
    return re.compile(rf"<(?:\w+:)?{name}(?:\s[^<>]*)?>([^<]*)</", re.IGNORECASE)


def _element(channel: str, name: str) -> str:
    found = of_element(name).search(channel)
    return found[1].strip() if found else ""


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits[:9]) if digits.isascii() and digits.isdigit() else None
