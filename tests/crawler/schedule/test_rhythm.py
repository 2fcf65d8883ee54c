"""When a source publishes, and when it is looked at next."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.schedule.rhythm import Rhythm, expected, from_json, heard, next_visit, to_json

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
SHORTEST, LONGEST = 5 * MINUTE, DAY

times = st.floats(-14000, 27000).map(lambda days: NOW + timedelta(days=days))  # 1987 to 2100
lately = st.timedeltas(-3 * WEEK, 2 * DAY).map(lambda ago: NOW + ago)
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


def wait(rhythm: Rhythm, now: datetime, **others: Any) -> timedelta:
    return next_visit(rhythm, now, shortest=SHORTEST, longest=LONGEST, **others) - now


def followed(dates: list[datetime], since: datetime, until: datetime) -> tuple[Rhythm, list[datetime]]:
    """A source with these stories as a crawl follows it, and when it was visited."""
    rhythm, now, seen, visits = Rhythm(), since, since - 52 * WEEK, list[datetime]()
    while now < until:
        rhythm = heard(rhythm, [x for x in dates if seen < x <= now][-30:], now)
        visits.append(now)
        seen, now = now, next_visit(rhythm, now, shortest=SHORTEST, longest=LONGEST)
    return rhythm, visits


def each(gap: timedelta, since: datetime, until: datetime) -> list[datetime]:
    return [since + number * gap for number in range(int((until - since) / gap) + 1)]


def office(weeks: int) -> list[datetime]:
    """Up to NOW, each 24 minutes from 8 to 20 o'clock, drifting through the hour."""
    return [
        x for x in each(24 * MINUTE + 7 * timedelta(seconds=1), NOW - weeks * WEEK, NOW) if 8 <= x.hour < 20
    ]


@settings(max_examples=50)
@given(st.lists(times | lately, max_size=40), st.lists(lately, max_size=9), times | lately, times | lately)
def test_a_visit_is_within_its_bounds_whatever_feeds_and_clocks_say(
    history: list[datetime], new: list[datetime], first: datetime, second: datetime
) -> None:
    rhythm = heard(heard(Rhythm(), history, first), new, second)
    for now in (first, second):
        assert SHORTEST <= wait(rhythm, now) <= LONGEST
        assert wait(rhythm, now, price=timedelta(0)) < SHORTEST + MINUTE
    assert expected(rhythm, first, second) >= 0
    assert to_json(from_json(json.loads(json.dumps(to_json(rhythm))))) == to_json(rhythm)
    assert len(json.dumps(to_json(rhythm))) < 2000


@pytest.mark.parametrize(
    ("shortest", "longest"), [(1, 1), (30, 50), (600, 601), (3600, 40 * 86400), (1, 10**9)]
)
def test_bounds_may_be_any(shortest: int, longest: int) -> None:
    low, high = timedelta(seconds=shortest), timedelta(seconds=longest)
    for rhythm in (Rhythm(), heard(Rhythm(), office(2)[-30:], NOW), heard(Rhythm(), [], NOW - 300 * DAY)):
        for now in (NOW, NOW + timedelta(seconds=17.3)):
            assert low <= next_visit(rhythm, now, shortest=low, longest=high) - now <= high


@settings(max_examples=50)
@given(st.lists(lately, max_size=30), st.randoms())
def test_the_order_of_stories_says_nothing(stories: list[datetime], rng: Any) -> None:
    mixed = rng.sample(stories, len(stories))
    for known in (Rhythm(), heard(Rhythm(), [NOW - 3 * DAY], NOW - HOUR)):
        assert heard(known, stories, NOW) == heard(known, mixed, NOW)


@settings(max_examples=50)
@given(anything, st.sampled_from(sorted(to_json(Rhythm()))))
def test_what_cannot_be_read_is_nothing_known(rubbish: Any, name: str) -> None:
    good = to_json(heard(Rhythm(), office(1), NOW))
    read = from_json({**good, name: rubbish})
    assert read == Rhythm() or to_json(read)["form"] == good["form"]
    assert SHORTEST <= wait(heard(read, [NOW], NOW + HOUR), NOW + HOUR) <= LONGEST
    if isinstance(rubbish, dict):
        assert from_json(rubbish) == Rhythm()


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"form": 0},
        {"form": 1},
        {**to_json(Rhythm()), "form": 2},
        {**to_json(Rhythm()), "counts": [1.0]},
    ],
)
def test_an_older_form_is_nothing_known(value: dict[str, Any] | None) -> None:
    assert from_json(value) == Rhythm()


@pytest.mark.parametrize(
    ("gap", "least", "most"),
    [
        (5.3 * MINUTE, 5 * MINUTE, 15 * MINUTE),
        (24 * MINUTE, 12 * MINUTE, 40 * MINUTE),
        (2.9 * HOUR, 40 * MINUTE, 110 * MINUTE),
        (1.1 * DAY, 100 * MINUTE, 5 * HOUR),
        (4 * DAY, 3 * HOUR, 9 * HOUR),
    ],
)
def test_the_first_visit_learns_from_the_history(gap: timedelta, least: timedelta, most: timedelta) -> None:
    rhythm = heard(Rhythm(), each(gap, NOW - 30 * gap, NOW - gap / 2), NOW)
    assert least <= wait(rhythm, NOW) <= most


def test_a_pinned_entry_does_not_make_a_busy_source_a_quiet_one() -> None:
    history = each(5 * MINUTE, NOW - 150 * MINUTE, NOW)
    assert wait(heard(Rhythm(), [NOW - 20 * WEEK, *history], NOW), NOW) < 15 * MINUTE


def test_of_a_source_that_nobody_knows_a_story_is_expected_now_and_then() -> None:
    assert 30 * MINUTE < wait(Rhythm(), NOW) < 2 * HOUR
    assert 30 * MINUTE < wait(heard(Rhythm(), [], NOW), NOW) < 2 * HOUR
    assert expected(Rhythm(), NOW, NOW + 99 * WEEK) == 0


def test_a_source_silent_at_night_is_seldom_visited_at_night_and_soon_after_it_begins() -> None:
    dates = office(6)
    _, visits = followed(dates, NOW - 4 * WEEK, NOW)
    nights = [x for x in visits if x > NOW - 7 * DAY and not 8 <= x.hour < 20]
    working = [x for x in visits if x > NOW - 7 * DAY and 8 <= x.hour < 20]
    assert len(nights) < len(working) / 4
    for day in range(2, 6):
        begins = min(x for x in dates if x > (NOW - day * DAY).replace(hour=0))
        assert min(x for x in visits if x >= begins) - begins < 40 * MINUTE


def test_a_quiet_weekend_is_learned() -> None:
    dates = [x for x in office(8) if x.weekday() < 5]
    _, visits = followed(dates, NOW - 6 * WEEK, NOW)
    days = [
        sum(x.date() == (NOW - ago * DAY).date() for x in visits) for ago in (2, 3, 4, 5)
    ]  # Mon Sun Sat Fri
    assert max(days[1:3]) < 0.6 * min(days[0], days[3])


def test_what_comes_at_a_known_minute_is_fetched_just_after_it() -> None:
    dates = [x for x in each(HOUR, NOW - 6 * WEEK, NOW) if 7 <= x.hour < 19]
    _, visits = followed([x + 20 * timedelta(seconds=1) for x in dates], NOW - 3 * WEEK, NOW)
    prompt = [
        min(x for x in visits if x > date) - date for date in dates if NOW - 5 * DAY < date < NOW - HOUR
    ]
    assert sum(x <= 2 * MINUTE for x in prompt) > 0.8 * len(prompt)


def test_stories_shorten_the_wait_at_once_and_silence_lengthens_it() -> None:
    rhythm, _ = followed(each(6 * HOUR, NOW - 6 * WEEK, NOW), NOW - WEEK, NOW)
    later = NOW + 2 * HOUR
    quiet = wait(heard(rhythm, [], later), later)
    one = wait(heard(rhythm, [later - HOUR], later), later)
    many = wait(heard(rhythm, [later - number * 5 * MINUTE for number in range(12)], later), later)
    assert many < quiet / 2
    assert many < one < quiet
    counts = []
    for days in (1, 3, 9, 27):
        _, visits = followed(each(6 * HOUR, NOW - 6 * WEEK, NOW), NOW - WEEK, NOW + days * DAY)
        counts.append(sum(x > NOW + (days - 1) * DAY for x in visits))
    assert all(a > b for a, b in pairwise(counts))


def test_a_dead_source_is_visited_once_a_day_and_found_again_when_it_returns() -> None:
    dates = each(2 * HOUR, NOW - 6 * WEEK, NOW)
    _, visits = followed(dates, NOW - WEEK, NOW + 6 * WEEK)
    assert visits[-1] - visits[-2] > 0.9 * LONGEST
    back = NOW + 6 * WEEK
    _, visits = followed([*dates, *each(2 * HOUR, back, back + 4 * DAY)], NOW - WEEK, back + 4 * DAY)
    assert visits[-1] - visits[-2] < 3 * HOUR


def test_silence_is_measured_by_what_the_source_was_before_it() -> None:
    dates = each(84 * HOUR, NOW - 20 * WEEK, NOW)  # two a week
    rhythm, _ = followed(dates, NOW - 5 * WEEK, NOW + 5 * WEEK)
    silent = [expected(rhythm, dates[-1], NOW + weeks * WEEK) for weeks in (1, 2, 4, 5)]
    assert silent == pytest.approx([2, 4, 8, 10], rel=0.3)
    rhythm, _ = followed(office(6), NOW - 2 * WEEK, NOW)
    midnight = NOW.replace(hour=22)
    assert (
        expected(rhythm, midnight, midnight + 9 * HOUR) < 5 < 15 < expected(rhythm, midnight, midnight + DAY)
    )


def test_dates_without_a_time_of_day_teach_no_hour() -> None:
    for time in (0, 5):
        history = [(NOW - number * DAY).replace(hour=time) for number in range(1, 28)]
        rhythm = heard(Rhythm(), history, NOW)
        assert sum(rhythm.counts) == 0
        assert 100 * MINUTE < wait(rhythm, NOW) < 6 * HOUR


@pytest.mark.parametrize(
    "date",
    [
        lambda now: now + 3 * DAY,
        lambda now: now - 3 * DAY,
        lambda now: now,
        lambda now: now.replace(hour=0, minute=0),
    ],
    ids=["future", "past", "re-dated", "day only"],
)
def test_a_feed_that_lies_is_visited_as_often_as_stories_come(date: Any) -> None:
    rhythm, now, came, visits = heard(Rhythm(), [], NOW - 2 * WEEK), NOW - 2 * WEEK, NOW - 2 * WEEK, 0
    while now < NOW:
        now = next_visit(rhythm, now, shortest=SHORTEST, longest=LONGEST)
        new = int((now - came) / (2 * HOUR))
        came += new * 2 * HOUR
        rhythm = heard(rhythm, [date(now)] * new, now)
        visits += now > NOW - WEEK
    assert 15 < visits / 7 < 45


@pytest.mark.parametrize("late", [2 * MINUTE, 9 * MINUTE, 25 * MINUTE])
def test_a_feed_that_shows_a_story_after_its_date_is_not_visited_at_its_date(late: timedelta) -> None:
    """Or each story would be found an hour late."""
    dates = [x for x in each(HOUR, NOW - 3 * WEEK, NOW) if 7 <= x.hour < 19]
    rhythm, now, seen, delays = Rhythm(), NOW - 2 * WEEK, NOW - 9 * WEEK, list[timedelta]()
    while now < NOW:
        new = [x for x in dates if seen < x + late <= now][-30:]
        delays += [now - late - x for x in new if now > NOW - 10 * DAY]
        rhythm, seen = heard(rhythm, new, now), now
        now = next_visit(rhythm, now, shortest=SHORTEST, longest=LONGEST)
    assert sum(delays, timedelta(0)) / len(delays) < 25 * MINUTE


def test_a_clock_set_back_and_a_machine_asleep_change_little() -> None:
    rhythm, _ = followed(each(24 * MINUTE, NOW - WEEK, NOW), NOW - 2 * WEEK, NOW)
    usual = wait(rhythm, NOW)
    for back in (HOUR, 30 * DAY, 9000 * DAY):
        assert wait(rhythm, NOW - back) < 2 * usual
        assert wait(heard(rhythm, [], NOW - back), NOW - back) < 2 * usual
    asleep = NOW + DAY
    awake = heard(rhythm, each(24 * MINUTE, asleep - 12 * HOUR, asleep), asleep)
    assert wait(awake, asleep) < 2 * usual
    years = NOW + 900 * DAY
    awake = heard(rhythm, each(24 * MINUTE, years - 12 * HOUR, years), years)
    assert wait(awake, years) < 2 * usual


def test_thousands_of_entries_at_once_are_a_history_like_any_other() -> None:
    history = each(24 * MINUTE, NOW - 9 * WEEK, NOW) + each(DAY, NOW - 900 * WEEK, NOW - 20 * WEEK)
    assert wait(heard(Rhythm(), history, NOW), NOW) < HOUR
