"""Times on the command line."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from crawler.cli.failures import WrongUsage
from crawler.cli.times import read_time, shown_time

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024", datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)),
        ("2024-02", datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)),
        ("2024-12", datetime(2024, 12, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)),
        ("2024-2-29", datetime(2024, 2, 29, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)),
        ("36h", NOW - timedelta(hours=36), NOW - timedelta(hours=36)),
        (" 7D ", NOW - timedelta(days=7), NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(days=14), NOW - timedelta(days=14)),
        ("2024-05-06t10:00z", *[datetime(2024, 5, 6, 10, tzinfo=UTC)] * 2),
        ("2024-05-06T10:00", *[datetime(2024, 5, 6, 10, tzinfo=UTC)] * 2),
        ("2024-05-06 10:00+02:00", *[datetime(2024, 5, 6, 8, tzinfo=UTC)] * 2),
    ],
)
def test_a_time_is_understood(text: str, start: datetime, end: datetime) -> None:
    assert read_time(text, NOW) == start
    assert read_time(text, NOW, end=True) == end


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2024-13", "2024-02-30", "0000", "7 days", "99999w", "9999", "9999-12-31T23:00-05:00"],
)
def test_what_is_no_time_is_wrong_usage(text: str) -> None:
    with pytest.raises(WrongUsage, match="is no time"):
        read_time(text, NOW, end=True)


def test_a_time_is_shown_to_the_minute_in_its_own_offset() -> None:
    assert shown_time(None) == "-"
    assert shown_time(NOW) == "2024-05-10 12:00Z"
    assert shown_time(NOW.astimezone(timezone(timedelta(hours=-3, minutes=-30)))) == "2024-05-10 08:30-03:30"
