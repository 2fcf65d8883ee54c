"""The plan of a source: when it is crawled next, after whatever happened."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.config import ScheduleConfig
from crawler.schedule.plan import RunEnd, due_by, plan, sitemaps_every, wait_after
from storage.agenda import Agenda

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SETTINGS = ScheduleConfig()
AGENDA = Agenda(
    schedule="every 15 min",
    created_at=NOW - 30 * DAY,
    due_at=NOW - MINUTE,
    rhythm=None,
    failures=0,
    backfill_to=None,
    earliest_page=None,
    earliest_seed=None,
)


@pytest.mark.parametrize(
    ("agenda", "ended", "wait"),
    [
        ({}, RunEnd(), 14 * MINUTE),
        ({"due_at": None}, RunEnd(), 15 * MINUTE),
        ({"due_at": NOW - 3 * DAY - MINUTE}, RunEnd(), 14 * MINUTE),  # once, however long nobody looked
        (
            {"due_at": NOW + 2 * HOUR},
            RunEnd(),
            15 * MINUTE,
        ),  # it was crawled by hand, or the clock was set back
        ({"schedule": "0 13 * * *"}, RunEnd(), HOUR),
        ({"schedule": "0 0 30 2 *"}, RunEnd(), HOUR),  # it never comes: as `auto`
        # what a seed says of itself is a floor, up to a day
        ({"earliest_seed": NOW + HOUR}, RunEnd(), HOUR),
        ({"earliest_seed": NOW + MINUTE}, RunEnd(), 14 * MINUTE),
        ({"earliest_seed": NOW + 9 * DAY}, RunEnd(), DAY),
        # pages that are due do not wait for the seeds
        ({"schedule": "every 1 d", "earliest_page": NOW + HOUR}, RunEnd(), HOUR),
        ({"schedule": "every 1 d", "earliest_page": NOW - HOUR}, RunEnd(), SETTINGS.shortest),
        ({"earliest_page": NOW + HOUR}, RunEnd(), 14 * MINUTE),
        # what is not done yet goes on
        ({}, RunEnd(cut_off=True), 0 * MINUTE),
        ({"backfill_to": NOW - 99 * DAY}, RunEnd(), SETTINGS.shortest),
        # what fails is left alone twice as long each time
        ({"schedule": "every 1 min"}, RunEnd(failed=True), 5 * MINUTE),
        ({"schedule": "every 1 min", "failures": 3}, RunEnd(failed=True), 40 * MINUTE),
        ({"schedule": "every 1 min", "failures": 3}, RunEnd(), MINUTE),
        ({"failures": 50}, RunEnd(failed=True, cut_off=True), DAY),
        ({}, RunEnd(failed=True, resting=3 * HOUR), 3 * HOUR),
    ],
)
def test_when_a_source_is_due_next(agenda: dict[str, object], ended: RunEnd, wait: timedelta) -> None:
    found = plan(replace(AGENDA, **agenda), ended, NOW, SETTINGS)  # type: ignore[arg-type]
    if agenda.get("schedule") == "every 1 min" and not ended.failed:
        assert NOW < found.due_at <= NOW + wait
    else:
        assert found.due_at == NOW + wait


def test_failures_are_counted_until_one_run_does_not_fail() -> None:
    assert plan(AGENDA, RunEnd(failed=True), NOW, SETTINGS).failures == 1
    assert plan(replace(AGENDA, failures=4), RunEnd(failed=True), NOW, SETTINGS).failures == 5
    assert plan(replace(AGENDA, failures=4), RunEnd(), NOW, SETTINGS).failures == 0


def test_a_source_that_fails_is_never_given_up() -> None:
    waits = [wait_after(failures, SETTINGS) for failures in range(1, 2000)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (SETTINGS.shortest, SETTINGS.longest)


def test_stories_are_learned_from_and_a_failure_teaches_nothing() -> None:
    auto = replace(AGENDA, schedule="auto")
    often = [NOW - number * 20 * MINUTE for number in range(1, 60)]
    busy = plan(auto, RunEnd(stories=often), NOW, SETTINGS)
    quiet = plan(auto, RunEnd(), NOW, SETTINGS)
    assert busy.due_at < quiet.due_at
    assert plan(auto, RunEnd(stories=often, failed=True), NOW, SETTINGS).rhythm != busy.rhythm


def test_auto_stays_within_its_bounds_and_an_old_schedule_that_nobody_can_read_is_auto() -> None:
    for schedule in ("auto", "twice a fortnight"):
        found = plan(replace(AGENDA, schedule=schedule), RunEnd(), NOW, SETTINGS).due_at
        assert NOW + SETTINGS.shortest <= found <= NOW + SETTINGS.longest


@pytest.mark.parametrize(
    ("schedule", "every"),
    [("auto", HOUR), ("every 10 s", 40 * MINUTE / 60), ("every 1 d", HOUR), ("0 6 * * *", HOUR), ("?", HOUR)],
)
def test_sitemaps_are_asked_with_every_fourth_visit_where_visits_are_close(
    schedule: str, every: timedelta
) -> None:
    assert sitemaps_every(schedule, SETTINGS) == every


def test_a_new_schedule_counts_from_the_last_run() -> None:
    assert due_by("every 1 h", None, NOW - 10 * MINUTE, NOW, SETTINGS) == NOW + 50 * MINUTE
    assert due_by("every 1 h", None, None, NOW, SETTINGS) is None
