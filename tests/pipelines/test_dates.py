"""Dates as pages write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dates import PageDate, choose_date, parse_date

CET = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-03-05T10:15:30Z", "2024-03-05T10:15:30+00:00"),
        ("2024-03-05T10:15:30.123456+01:00", "2024-03-05T10:15:30+01:00"),
        ("2024-03-05T10:15-0500", "2024-03-05T10:15:00-05:00"),
        ("2024-03-05T10:15+01", "2024-03-05T10:15:00+01:00"),
        ("2024-03-05 10:15:30.0", "2024-03-05T10:15:30+00:00"),
        ("2024-03-05 10:15:30 -0400", "2024-03-05T10:15:30-04:00"),
        ("2024-03-05T10:15:30-05:00[America/New_York]", "2024-03-05T10:15:30-05:00"),
        ("2024-03-05T24:00:00", "2024-03-05T00:00:00+00:00"),
        ("20240305T101530Z", "2024-03-05T10:15:30+00:00"),
        ("1709633730", "2024-03-05T10:15:30+00:00"),
        ("1709633730000", "2024-03-05T10:15:30+00:00"),
        ("Tue, 05 Mar 2024 10:15:30 +0100", "2024-03-05T10:15:30+01:00"),
        ("Tue Mar 05 10:15:30 CET 2024", "2024-03-05T10:15:30+01:00"),
        ("March 5, 2024 at 10:15 pm EST", "2024-03-05T22:15:00-05:00"),
        ("12:05 AM PDT • May 16, 2024", "2024-05-16T00:05:00-07:00"),
        ("5 March 2024, 10.15", "2024-03-05T10:15:00+00:00"),
        ("05.03.2024, 10:15 Uhr", "2024-03-05T10:15:00+00:00"),
        ("Veröffentlicht am 05.03.24 um 10:15", "2024-03-05T10:15:00+00:00"),
        ("2024年3月5日10:15", "2024-03-05T10:15:00+00:00"),
        ("2024년 3월 5일", "2024-03-05T00:00:00+00:00"),
        ("2024. 3. 5. 10:15", "2024-03-05T10:15:00+00:00"),
        ("5/3/2024", "2024-03-05T00:00:00+00:00"),
        ("3/25/2024", "2024-03-25T00:00:00+00:00"),
        ("20240305", "2024-03-05T00:00:00+00:00"),
    ],
)
def test_a_date_is_read(text: str, iso: str) -> None:
    date = parse_date(text, "meta")
    assert date is not None
    assert date.when.isoformat() == iso


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "10:15",
            "P3M",
            "3 min read",
            "2024-02-30",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-05:00",
        ),
        *("1969-07-20", "Tuesday", "2024-13-01", "vor 3 Stunden", "99999999999999"),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text, "meta") is None


def test_the_month_comes_first_where_the_page_is_american() -> None:
    date = parse_date("04/05/2024", "meta", month_first=True)
    assert date is not None
    assert date.when.date().isoformat() == "2024-04-05"


@pytest.mark.parametrize(
    ("text", "has_time", "has_offset"),
    [("2024-03-05", False, False), ("2024-03-05 10:15", True, False), ("2024-03-05T10:15Z", True, True)],
)
def test_what_a_date_does_not_say_is_known(text: str, has_time: bool, has_offset: bool) -> None:
    date = parse_date(text, "meta")
    assert date is not None
    assert (date.has_time, date.has_offset) == (has_time, has_offset)


def _date(when: datetime, origin: str, **says: bool) -> PageDate:
    return PageDate(when=when, origin=origin, **says)


def test_the_most_trusted_wins() -> None:
    first = _date(datetime(2024, 3, 5, 10, 15, tzinfo=CET), "json-ld")
    assert choose_date([first, _date(datetime(2024, 3, 6, 8, 0, tzinfo=UTC), "meta")]) is first
    assert choose_date([]) is None


def test_a_day_is_completed_by_a_time_within_it() -> None:
    day = _date(datetime(2024, 3, 5, tzinfo=UTC), "json-ld", has_time=False, has_offset=False)
    time = _date(datetime(2024, 3, 5, 10, 15, tzinfo=CET), "feed")
    other = _date(datetime(2024, 3, 9, 10, 15, tzinfo=CET), "meta")
    assert choose_date([day, other, time]) is time
    assert choose_date([day, other]) is day


def test_midnight_is_taken_for_a_day() -> None:
    midnight = _date(datetime(2024, 3, 5, tzinfo=CET), "json-ld")
    time = _date(datetime(2024, 3, 5, 10, 15, tzinfo=CET), "meta")
    assert choose_date([midnight, time]) is time
    assert choose_date([midnight]) is midnight


def test_a_local_time_takes_the_offset_of_the_same_time() -> None:
    local = _date(datetime(2024, 3, 5, 10, 15, 1, tzinfo=UTC), "json-ld", has_offset=False)
    with_offset = _date(datetime(2024, 3, 5, 10, 15, tzinfo=CET), "time")
    in_utc = _date(datetime(2024, 3, 5, 9, 15, tzinfo=UTC), "meta")
    assert choose_date([local, in_utc, with_offset]) is with_offset
    assert choose_date([local, in_utc]) is local


@given(st.text(max_size=80) | st.from_regex(r"[0-9]{1,5}[-/.: T][0-9]{1,3}[-/.: ][0-9]{1,5}.{0,20}"))
def test_any_text_is_a_date_that_can_be_moved_to_utc_or_none(text: str) -> None:
    date = parse_date(text, "meta")
    assert date is None or date.when.astimezone(UTC).year >= 1989
