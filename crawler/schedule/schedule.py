"""What a schedule means: `auto`, "every 15 min", or a cron line with its time zone.

Cron lines are those of crontab(5): five fields; where day of the month and day of the week are both
restricted, either will do; Sunday is 0 and 7. Where a clock is set forward, what falls into the gap is due
when it is over; where it is set back, what is due at a fixed hour is due once.
"""

import functools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.base import BaseTrigger  # type: ignore[import-untyped]  # no annotations
from apscheduler.triggers.combining import OrTrigger  # type: ignore[import-untyped]
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]

from crawler.schedule.durations import read_duration, shown_duration

HOW = 'write "auto", an interval like "every 15 min", or a cron line like "0 6 * * 1-5 Europe/Berlin"'

_EVERY = re.compile(r"(?:every\s+)?(\d.*)", re.IGNORECASE)
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""A cron line names no year: what comes after this comes again."""
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NoSchedule(ValueError):
    """A text that is no schedule; the message says what would be one."""


@dataclass(frozen=True, slots=True)
class Auto:
    """When the source's own rhythm says so."""

    def __str__(self) -> str:
        return "auto"


@dataclass(frozen=True, slots=True)
class Every:
    """At even distances from the first time."""

    span: timedelta

    def __str__(self) -> str:
        return f"every {shown_duration(self.span)}"

    def next(self, last: datetime, now: datetime) -> datetime:
        """The first of the times after `last`, a span apart, that is still to come."""
        return last + (max((now - last) // self.span, 0) + 1) * self.span


@dataclass(frozen=True, slots=True)
class Cron:
    """When a calendar and a clock on the wall say so."""

    fields: tuple[str, ...]
    zone: ZoneInfo
    _trigger: BaseTrigger = field(compare=False, repr=False)

    def __str__(self) -> str:
        return " ".join([*self.fields, *([self.zone.key] if self.zone.key != "UTC" else [])])

    def next(self, now: datetime) -> datetime | None:
        """The first time after `now`; None if there is none, which `read_schedule` has made sure of."""
        found: datetime | None = self._trigger.get_next_fire_time(None, now + timedelta(microseconds=1))
        if found is not None and found.fold and "*" not in self.fields[1]:
            found = self._trigger.get_next_fire_time(None, _after_the_repeated_hour(found))
        return None if found is None else found.astimezone(UTC)


Schedule = Auto | Every | Cron


def read_schedule(text: str) -> Schedule:
    """Read a schedule. Raises NoSchedule."""
    words = text.split()
    if [word.lower() for word in words] == ["auto"]:
        return Auto()
    if len(words) in (5, 6):
        return _cron(words)
    if match := _EVERY.fullmatch(" ".join(words)):
        return _every(match[1], text)
    raise NoSchedule(f"{text!r} is no schedule: {HOW}")


def _every(span: str, text: str) -> Every:
    try:
        every = read_duration(span)
    except ValueError:
        raise NoSchedule(f"{text!r} is no schedule: {HOW}") from None
    if every < timedelta(seconds=1):
        raise NoSchedule(f"{text!r} is too often: a second is the least")
    return Every(every)


def _cron(words: list[str]) -> Cron:
    fields = tuple(words[:5])
    try:
        zone = ZoneInfo(words[5] if len(words) == 6 else "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NoSchedule(f"{words[5]!r} is no time zone: write one like Europe/Berlin or UTC") from None
    try:
        cron = Cron(fields, zone, _trigger(fields, zone))
    except (ValueError, IndexError) as error:
        raise NoSchedule(f"{' '.join(fields)!r} is no cron line ({error}): {HOW}") from None
    if not _comes(cron):
        raise NoSchedule(f"{' '.join(fields)!r} never comes: no month that it names has such a day")
    return cron


@functools.lru_cache(maxsize=1000)
def _comes(cron: Cron) -> bool:
    """Whether there ever is such a time. To find that there is none takes half a second."""
    return cron.next(_ANY_TIME) is not None


def _trigger(fields: tuple[str, ...], zone: ZoneInfo) -> BaseTrigger:
    minute, hour, day, month, weekday = fields
    times = {"minute": minute, "hour": hour, "month": month.lower(), "timezone": zone}
    weekday = _weekday_names(weekday)
    if day.startswith("*") or weekday.startswith("*"):
        return CronTrigger(**times, day=day, day_of_week=weekday)
    return OrTrigger([CronTrigger(**times, day=day), CronTrigger(**times, day_of_week=weekday)])


def _weekday_names(weekdays: str) -> str:
    """The names of weekdays: numbers mean something else to APScheduler, whose Monday is 0."""
    if "*" in weekdays:
        return weekdays if weekdays == "*" else _stepped(0, 6, weekdays.partition("/")[2])
    return ",".join(_weekday_range(part) for part in weekdays.lower().split(","))


def _weekday_range(part: str) -> str:
    days, _, step = part.partition("/")
    first, _, last = days.partition("-")
    if not (first + last).isdigit():
        return part  # names already
    return _stepped(int(first), int(last or (6 if step else first)), step)


def _stepped(first: int, last: int, step: str) -> str:
    if last < first or last > 7:
        raise ValueError("days of the week go from 0 to 7")
    return ",".join(_WEEKDAYS[day] for day in range(first, last + 1, int(step or 1)))


def _after_the_repeated_hour(moment: datetime) -> datetime:
    """The end of the hour, or whatever it was, by which the clock on the wall was set back."""
    end = moment.astimezone(UTC)
    while (local := end.astimezone(moment.tzinfo)).fold:
        end += timedelta(minutes=60 - local.minute)
    return end
