"""Schedules: what people write, and when it is due, also on the days on which clocks are set."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.schedule.schedule import Auto, Cron, Every, NoSchedule, read_schedule

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def times(line: str, begin: str, count: int) -> list[str]:
    """The first times of a cron line after `begin`, in UTC."""
    cron = read_schedule(line)
    assert isinstance(cron, Cron)
    found, moment = [], datetime.fromisoformat(begin).replace(tzinfo=UTC)
    for _ in range(count):
        following = cron.next(moment)
        assert following is not None
        assert following > moment
        moment = following
        found.append(moment.strftime("%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("auto", "auto"),
        (" Auto ", "auto"),
        ("every 15 min", "every 15 min"),
        ("15m", "every 15 min"),
        ("Every 2 hours", "every 2 h"),
        ("1d", "every 1 day"),
        ("0 6 * * *", "0 6 * * *"),
        ("0 6 * * *  Europe/Berlin", "0 6 * * * Europe/Berlin"),
        ("*/10 7-19 * * mon-fri UTC", "*/10 7-19 * * mon-fri"),
    ],
)
def test_a_schedule_is_kept_in_one_form(text: str, kept: str) -> None:
    assert str(read_schedule(text)) == kept
    assert read_schedule(kept) == read_schedule(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "every 15 min"),
        ("sometimes", "every 15 min"),
        ("every 15", "every 15 min"),
        ("0 s", "a second is the least"),
        ("0 6 * *", "cron line like"),
        ("61 6 * * *", "no cron line"),
        ("0 6 * * 8", "days of the week go from 0 to 7"),
        ("0 6 * * 5-1", "days of the week"),
        ("0 6 * * 1/0", "no cron line"),
        ("x x x x x", "no cron line"),
        ("0 6 * * * Mars/Olympus", "no time zone"),
        ("0 6 * * * /etc/passwd", "no time zone"),
    ],
)
def test_what_is_none_is_told_with_what_would_be_one(text: str, told: str) -> None:
    with pytest.raises(NoSchedule, match=told):
        read_schedule(text)


@given(st.text(max_size=40))
def test_any_text_is_a_schedule_or_told_to_be_none(text: str) -> None:
    try:
        kept = str(read_schedule(text))
    except NoSchedule:
        return
    assert str(read_schedule(kept)) == kept


@pytest.mark.parametrize(
    ("weekday", "days"),
    [
        ("0", ["Sun"]),
        ("7", ["Sun"]),
        ("1-5", ["Mon", "Tue", "Wed", "Thu", "Fri"]),
        ("5-7", ["Sun", "Fri", "Sat"]),
        ("*/3", ["Sun", "Wed", "Sat"]),
        ("1/2", ["Mon", "Wed", "Fri"]),
        ("MON,thu", ["Mon", "Thu"]),
    ],
)
def test_weekdays_are_those_of_crontab(weekday: str, days: list[str]) -> None:
    found = times(f"0 0 * * {weekday}", "2026-03-07T23:59", 14)  # the 8th is a Sunday
    seen = dict.fromkeys(datetime.strptime(f"2026-{time}", "%Y-%m-%d %H:%M").strftime("%a") for time in found)  # noqa: DTZ007
    assert list(seen) == days


def test_of_a_day_of_the_month_and_a_weekday_either_will_do() -> None:
    assert times("0 0 13 * fri", "2026-03-05T00:00", 4) == [
        "03-06 00:00",
        "03-13 00:00",
        "03-20 00:00",
        "03-27 00:00",
    ]
    assert "04-13 00:00" in times("0 0 13 * fri", "2026-04-01T00:00", 4)  # a Monday


@pytest.mark.parametrize(
    ("line", "begin", "found"),
    [
        # Berlin goes from 02:00 to 03:00 on 29 March: what falls into the gap is due when it is over
        ("30 2 * * * Europe/Berlin", "2026-03-28T12:00", ["03-29 01:30", "03-30 00:30"]),
        ("*/30 * * * * Europe/Berlin", "2026-03-29T00:10", ["03-29 00:30", "03-29 01:00", "03-29 01:30"]),
        # and from 03:00 back to 02:00 on 25 October: once at a fixed hour, at every half hour that passes
        ("30 2 * * * Europe/Berlin", "2026-10-24T12:00", ["10-25 00:30", "10-26 01:30"]),
        ("0 1,2,3 * * * Europe/Berlin", "2026-10-24T22:00", ["10-24 23:00", "10-25 00:00", "10-25 02:00"]),
        (
            "*/30 * * * * Europe/Berlin",
            "2026-10-24T23:45",
            ["10-25 00:00", "10-25 00:30", "10-25 01:00", "10-25 01:30", "10-25 02:00"],
        ),
        # Lord Howe sets its clocks by half an hour
        ("45 1 * * * Australia/Lord_Howe", "2026-04-03T20:00", ["04-04 14:45", "04-05 15:15"]),
        ("0 6 * * * America/New_York", "2026-10-31T12:00", ["11-01 11:00", "11-02 11:00"]),
    ],
)
def test_clocks_that_are_set_lose_nothing_and_double_nothing(line: str, begin: str, found: list[str]) -> None:
    assert times(line, begin, len(found)) == found


@pytest.mark.parametrize("line", ["0 0 30 2 *", "0 0 31 2,4,6,9,11 * Europe/Berlin", "*/5 * 30-31 feb *"])
def test_a_day_that_never_comes_is_no_schedule(line: str) -> None:
    with pytest.raises(NoSchedule, match="never comes: no month that it names has such a day"):
        read_schedule(line)
    began = time.perf_counter()
    for _ in range(100):  # as a source that has it from before is planned again and again
        with pytest.raises(NoSchedule):
            read_schedule(line)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("line", ["0 0 29 2 *", "0 0 30 2 mon", "0 0 31 */3 *"])
def test_a_day_that_comes_rarely_is_a_schedule(line: str) -> None:
    assert isinstance(read_schedule(line), Cron)


@pytest.mark.parametrize(
    ("now", "following"),
    [(0, 15), (14, 15), (15, 30), (16, 30), (24 * 60 + 1, 24 * 60 + 15), (-60, 15)],
)
def test_an_interval_keeps_its_step_and_makes_up_for_nothing(now: int, following: int) -> None:
    every = Every(15 * MINUTE)
    assert every.next(NOON, NOON + now * MINUTE) == NOON + following * MINUTE


def test_auto_is_auto() -> None:
    assert read_schedule("auto") == Auto()
