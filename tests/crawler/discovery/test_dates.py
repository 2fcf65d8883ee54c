"""Times as feeds and sitemaps write them."""

from datetime import UTC, datetime

import pytest

from crawler.discovery.dates import parse_date


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-06T10:30:15+02:00", datetime(2024, 5, 6, 8, 30, 15, tzinfo=UTC)),
        ("2024-05-06T10:30Z", datetime(2024, 5, 6, 10, 30, tzinfo=UTC)),
        ("2024-05-06T10:30:15.123456789Z", datetime(2024, 5, 6, 10, 30, 15, 123456, tzinfo=UTC)),
        (" 2024-05-06 \n", datetime(2024, 5, 6, tzinfo=UTC)),
        ("2024-05", datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-05-06 10:30:15", datetime(2024, 5, 6, 10, 30, 15, tzinfo=UTC)),
        ("Mon, 06 May 2024 10:30:00 +0200", datetime(2024, 5, 6, 8, 30, tzinfo=UTC)),
        ("Mon, 6 May 2024 10:30:00 EST", datetime(2024, 5, 6, 15, 30, tzinfo=UTC)),
        ("Mon, 6 May 2024 10:30:00 CEST", datetime(2024, 5, 6, 8, 30, tzinfo=UTC)),
        ("lundi, 06 May 2024 10:30:00 GMT", datetime(2024, 5, 6, 10, 30, tzinfo=UTC)),
        ("пн, 06 May 2024 10:30:00 +0300", datetime(2024, 5, 6, 7, 30, tzinfo=UTC)),
        ("6 May 2024 10:30 XYZ", datetime(2024, 5, 6, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_and_given_in_utc(text: str, moment: datetime) -> None:
    assert parse_date(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "10:30",
        "6 May 10:30",
        "2024-13-45",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "0000-00-00 00:00:00",
        "9999-12-31T23:59:59-23:00",
        "2024-05-10T07:08:09+00:9999",
        "1715000000000000000000",
        "2024-05-06T" + "1" * 100_000,
    ],
)
def test_what_is_no_time_gives_none(text: str | None) -> None:
    assert parse_date(text) is None
