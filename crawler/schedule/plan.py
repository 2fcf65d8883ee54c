"""When a source is crawled next: arithmetic, no clock and no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crawler.config import ScheduleConfig
from crawler.schedule.rhythm import Rhythm, from_json, heard, next_visit
from crawler.schedule.schedule import Auto, Cron, Every, NoSchedule, Schedule, read_schedule
from storage.agenda import Agenda

NEVER = timedelta(days=366)
"""What never comes (a cron line for the 30th of February) is looked at again after so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run ended, as far as the next one depends on it."""

    failed: bool = False
    cut_off: bool = False
    """It ended because it had lasted long enough, with pages still due."""
    stories: Sequence[datetime] = ()
    """When the stories were published that it found."""
    resting: timedelta = timedelta(0)
    """For so long the host has asked to be left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When a source is due next, and what is known of it from then on."""

    due_at: datetime
    rhythm: Rhythm
    failures: int


def plan(agenda: Agenda, ended: RunEnd, now: datetime, settings: ScheduleConfig) -> Plan:
    """The plan after a run that ended `now`.

    News are looked for when the schedule says so, but not before a seed may be polled. Pages that are due
    earlier are not kept waiting for that. A source that fails is left alone twice as long each time, up to
    `longest`, and never given up.
    """
    rhythm = from_json(agenda.rhythm)
    if not ended.failed:
        rhythm = heard(rhythm, ended.stories, now)
    failures = agenda.failures + 1 if ended.failed else 0
    due_at = next_poll(_read(agenda.schedule), rhythm, agenda.due_at, now, settings)
    if agenda.earliest_seed is not None:
        due_at = max(due_at, min(agenda.earliest_seed, now + settings.longest))
    if ended.cut_off:
        due_at = now
    else:
        earliest = [agenda.earliest_page, agenda.backfill_to and (agenda.earliest_place or now)]
        due_at = min([due_at, *(max(time, now + settings.shortest) for time in earliest if time)])
    if failures:
        due_at = max(due_at, now + wait_after(failures, settings))
    return Plan(due_at=max(due_at, now + ended.resting), rhythm=rhythm, failures=failures)


def next_poll(
    schedule: Schedule, rhythm: Rhythm, due_at: datetime | None, now: datetime, settings: ScheduleConfig
) -> datetime:
    """When the schedule has news looked for next; `due_at` is when it had them looked for last."""
    match schedule:
        case Every() as every:
            return every.next(min(due_at or now, now), now)
        case Cron() as cron:
            return cron.next(now) or now + NEVER
        case Auto():
            return next_visit(rhythm, now, shortest=settings.shortest, longest=settings.longest)


def due_by(
    schedule: str,
    rhythm: Mapping[str, Any] | None,
    last_run_at: datetime | None,
    now: datetime,
    settings: ScheduleConfig,
) -> datetime | None:
    """When a source is due that was given this schedule `now`; None: at once, as it was never crawled."""
    if last_run_at is None:
        return None
    return next_poll(_read(schedule), from_json(rhythm), last_run_at, now, settings)


def _read(schedule: str) -> Schedule:
    """A schedule as it is kept; one that cannot be read, of an older copydesk perhaps, is `auto`."""
    try:
        return read_schedule(schedule)
    except NoSchedule:
        return Auto()


def sitemaps_every(schedule: str, settings: ScheduleConfig) -> timedelta:
    """How often sitemaps are asked beside a feed: with every fourth visit, where visits are close."""
    match _read(schedule):
        case Every(span):
            return min(settings.sitemaps, 4 * span)
        case _:
            return settings.sitemaps


def wait_after(failures: int, settings: ScheduleConfig) -> timedelta:
    """How long a source is left alone after so many failures in a row."""
    return min(settings.shortest * float(2 ** min(failures - 1, 30)), settings.longest)
