"""Spans of time, as people write them."""

from datetime import timedelta

import pytest

from crawler.schedule.durations import read_duration, shown_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30 s", timedelta(seconds=30)),
        ("15 min", timedelta(minutes=15)),
        ("15m", timedelta(minutes=15)),
        ("1.5 h", timedelta(minutes=90)),
        ("1 day", timedelta(days=1)),
        ("2 Weeks", timedelta(weeks=2)),
    ],
)
def test_a_number_and_a_unit_are_a_span(text: str, span: timedelta) -> None:
    assert read_duration(text) == span
    assert read_duration(shown_duration(span)) == span


@pytest.mark.parametrize("text", ["", "15", "min", "-5 min", "5 fortnights", "5 min 3 s", "1e3 s"])
def test_anything_else_is_none_and_the_error_says_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match="15 min"):
        read_duration(text)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(90 * 60, "90 min"), (86400, "1 day"), (2 * 86400, "2 days"), (0.5, "0.5 s"), (3600, "1 h")],
)
def test_a_span_is_shown_in_its_largest_whole_unit(seconds: float, shown: str) -> None:
    assert shown_duration(timedelta(seconds=seconds)) == shown
