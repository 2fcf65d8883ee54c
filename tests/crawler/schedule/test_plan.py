"""The plan of a source: when it is crawled next, after whatever happened."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.config import ScheduleConfig
from crawler.schedule.plan import RunEnd, due_by, plan, sitemaps_every, wait_after
from crawler.schedule.rhythm import to_json
from storage.agenda import Agenda

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SETTINGS = ScheduleConfig()
AGENDA = Agenda(
    schedule="every 15 min",
    created_at=NOW - 30 * DAY,
    poll_at=NOW - MINUTE,
    rhythm=None,
    failures=0,
    backfill_to=None,
    earliest_page=None,
    earliest_seed=None,
)

PAST = NOW - 99 * DAY
POLLED = RunEnd(polled_at=NOW, stories=())


@pytest.mark.parametrize(
    ("agenda", "ended", "wait"),
    [
        ({}, POLLED, 14 * MINUTE),
        ({"poll_at": None}, POLLED, 15 * MINUTE),
        ({"poll_at": NOW - 3 * DAY - MINUTE}, POLLED, 14 * MINUTE),  # once, however long nobody looked
        (
            {"poll_at": NOW + 2 * HOUR},
            POLLED,
            15 * MINUTE,
        ),  # it was crawled by hand, or the clock was set back
        ({"schedule": "0 13 * * *"}, POLLED, HOUR),
        ({"schedule": "0 0 30 2 *"}, POLLED, HOUR),  # it never comes: as `auto`
        # what a seed says of itself is a floor, up to a day
        ({"earliest_seed": NOW + HOUR}, POLLED, HOUR),
        ({"earliest_seed": NOW + MINUTE}, POLLED, 14 * MINUTE),
        ({"earliest_seed": NOW + 9 * DAY}, POLLED, DAY),
        # pages that are due do not wait for the seeds
        ({"schedule": "every 1 d", "earliest_page": NOW + HOUR}, POLLED, HOUR),
        ({"schedule": "every 1 d", "earliest_page": NOW - HOUR}, POLLED, SETTINGS.shortest),
        ({"earliest_page": NOW + HOUR}, POLLED, 14 * MINUTE),
        ({"earliest_page": NOW + 10 * MINUTE}, POLLED, 14 * MINUTE),  # one run does for both
        # a run for pages alone leaves it at the time when news is looked for
        ({"poll_at": NOW + 5 * HOUR}, RunEnd(), 5 * HOUR),
        ({"poll_at": NOW + 5 * HOUR, "earliest_page": NOW + HOUR}, RunEnd(), HOUR),
        ({"poll_at": NOW + 5 * HOUR, "failures": 3}, RunEnd(), 5 * HOUR),
        # what is not done yet goes on
        ({}, replace(POLLED, cut_off=True), 0 * MINUTE),
        ({"schedule": "every 1 d", "backfill_to": PAST}, POLLED, SETTINGS.shortest),
        ({"schedule": "every 1 d", "backfill_to": PAST, "earliest_place": PAST}, POLLED, SETTINGS.shortest),
        ({"schedule": "every 1 d", "backfill_to": PAST, "earliest_place": NOW + HOUR}, POLLED, HOUR),
        ({"backfill_to": PAST, "earliest_place": NOW + HOUR}, POLLED, 14 * MINUTE),
        (
            {"backfill_to": PAST, "earliest_place": NOW + HOUR, "earliest_page": NOW},
            POLLED,
            SETTINGS.shortest,
        ),
        # what fails is left alone twice as long each time
        ({"schedule": "every 1 min"}, replace(POLLED, failed=True), 5 * MINUTE),
        ({"schedule": "every 1 min", "failures": 3}, replace(POLLED, failed=True), 40 * MINUTE),
        ({"schedule": "every 1 min", "failures": 3}, POLLED, MINUTE),
        ({"failures": 50}, replace(POLLED, failed=True, cut_off=True), DAY),
        ({}, replace(POLLED, failed=True, resting=3 * HOUR), 3 * HOUR),
    ],
)
def test_when_a_source_is_due_next(agenda: dict[str, object], ended: RunEnd, wait: timedelta) -> None:
    found = plan(replace(AGENDA, **agenda), ended, NOW, SETTINGS)  # type: ignore[arg-type]
    if agenda.get("schedule") == "every 1 min" and not ended.failed:
        assert NOW < found.due_at <= NOW + wait
    else:
        assert found.due_at == NOW + wait


def test_second_looks_do_not_have_news_looked_for() -> None:
    """A day of a source of which a page is due every ten minutes."""
    agenda, now, polls, runs = replace(AGENDA, schedule="every 6 h", poll_at=NOW), NOW, 0, 0
    while now < NOW + DAY:
        polled = agenda.poll_at is None or agenda.poll_at <= now
        polls, runs = polls + polled, runs + 1
        agenda = replace(agenda, earliest_page=now + 10 * MINUTE)
        found = plan(agenda, POLLED if polled else RunEnd(), now, SETTINGS)
        agenda, now = replace(agenda, poll_at=found.poll_at), found.due_at
    assert polls == 4
    assert runs > 100


def test_a_run_in_which_no_seed_was_read_is_no_silence() -> None:
    often = [NOW - number * 20 * MINUTE for number in range(1, 60)]
    auto = replace(AGENDA, schedule="auto")
    known = to_json(plan(auto, replace(POLLED, stories=often), NOW, SETTINGS).rhythm)
    unread = plan(replace(auto, rhythm=known), RunEnd(polled_at=NOW), NOW + 5 * HOUR, SETTINGS)
    assert to_json(unread.rhythm) == known


def test_failures_are_counted_until_one_run_does_not_fail() -> None:
    assert plan(AGENDA, replace(POLLED, failed=True), NOW, SETTINGS).failures == 1
    assert plan(replace(AGENDA, failures=4), replace(POLLED, failed=True), NOW, SETTINGS).failures == 5
    assert plan(replace(AGENDA, failures=4), POLLED, NOW, SETTINGS).failures == 0
    assert plan(replace(AGENDA, failures=4), RunEnd(), NOW, SETTINGS).failures == 4  # it was not tried


def test_a_source_that_fails_is_never_given_up() -> None:
    waits = [wait_after(failures, SETTINGS) for failures in range(1, 2000)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (SETTINGS.shortest, SETTINGS.longest)


def test_stories_are_learned_from_and_a_failure_teaches_nothing() -> None:
    auto = replace(AGENDA, schedule="auto")
    often = [NOW - number * 20 * MINUTE for number in range(1, 60)]
    busy = plan(auto, replace(POLLED, stories=often), NOW, SETTINGS)
    quiet = plan(auto, POLLED, NOW, SETTINGS)
    assert busy.due_at < quiet.due_at
    assert plan(auto, replace(POLLED, stories=None, failed=True), NOW, SETTINGS).rhythm != busy.rhythm


def test_auto_stays_within_its_bounds_and_an_old_schedule_that_nobody_can_read_is_auto() -> None:
    for schedule in ("auto", "twice a fortnight"):
        found = plan(replace(AGENDA, schedule=schedule), POLLED, NOW, SETTINGS).due_at
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
