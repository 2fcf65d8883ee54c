"""When a source is crawled next: arithmetic, no clock and no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crawler.config import ScheduleConfig
from crawler.schedule.rhythm import Rhythm, from_json, heard, next_visit
from crawler.schedule.schedule import Auto, Cron, Every, NoSchedule, Schedule, read_schedule
from storage.agenda import Agenda


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run ended, as far as the next one depends on it."""

    failed: bool = False
    polled_at: datetime | None = None
    """When news was looked for; None: it was not."""
    cut_off: bool = False
    """It ended because it had lasted long enough, with pages still due."""
    stories: Sequence[datetime] | None = None
    """When the stories were published that it found; None: no seed could be read, which is no silence."""
    resting: timedelta = timedelta(0)
    """For so long the host has asked to be left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When a source is due next, and what is known of it from then on."""

    poll_at: datetime
    """When news is looked for."""
    due_at: datetime
    """When its next run is due, for that or for a page."""
    rhythm: Rhythm
    failures: int


def plan(agenda: Agenda, ended: RunEnd, now: datetime, settings: ScheduleConfig) -> Plan:
    """The plan after a run that ended `now`.

    News is looked for when the schedule says so, but not before a seed may be polled. Pages that are due
    earlier are not kept waiting for that, and nothing is polled for their sake. A source that fails is left
    alone twice as long each time, up to `longest`, and never given up.
    """
    rhythm = from_json(agenda.rhythm)
    if ended.polled_at is not None and ended.stories is not None:
        rhythm = heard(rhythm, ended.stories, ended.polled_at)
    failures = agenda.failures + 1 if ended.failed else 0 if ended.polled_at else agenda.failures
    poll_at = _poll_at(agenda, ended, rhythm, now, settings)
    pages_at = _pages_at(agenda, now, settings) or poll_at
    # Where news is looked for soon after, one run does for both.
    due_at = now if ended.cut_off else pages_at if poll_at - pages_at > settings.shortest else poll_at
    if ended.failed:
        due_at = max(due_at, now + wait_after(failures, settings))
    due_at = max(due_at, now + ended.resting)
    return Plan(poll_at=poll_at, due_at=due_at, rhythm=rhythm, failures=failures)


def _poll_at(
    agenda: Agenda, ended: RunEnd, rhythm: Rhythm, now: datetime, settings: ScheduleConfig
) -> datetime:
    if ended.polled_at is None:
        return agenda.poll_at or now
    poll_at = next_poll(_read(agenda.schedule), rhythm, agenda.poll_at, now, settings)
    floor = agenda.earliest_seed or poll_at
    return max(poll_at, min(floor, now + settings.longest))


def _pages_at(agenda: Agenda, now: datetime, settings: ScheduleConfig) -> datetime | None:
    """When a run is due for pages alone, or for the past; runs for them keep `shortest` between them."""
    times = [agenda.earliest_page, agenda.backfill_to and (agenda.earliest_place or now)]
    wanted = min((time for time in times if time is not None), default=None)
    return None if wanted is None else max(wanted, now + settings.shortest)


def next_poll(
    schedule: Schedule, rhythm: Rhythm, poll_at: datetime | None, now: datetime, settings: ScheduleConfig
) -> datetime:
    """When the schedule has news looked for next; `poll_at` is when it had it looked for last."""
    match schedule:
        case Every() as every:
            return every.next(min(poll_at or now, now), now)
        case Cron() as cron:
            return cron.next(now) or now + settings.longest
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
