"""What an answer says of how long it stays as it is, in headers and in a feed's body."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from crawler.seeds.freshness import Habits, fresh_until, read_habits, stays_fresh

NOW = datetime(2026, 11, 4, 12, 30, tzinfo=UTC)  # a Wednesday
DATE = "Wed, 04 Nov 2026 12:30:00 GMT"
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
SYNDICATION = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 10),
        ({"cache-control": 'public, Max-Age="600"'}, 10),
        ({"cache-control": "max-age = 600 , must-revalidate"}, 10),
        ({"cache-control": "max-age=0, s-maxage=1200"}, 20),
        ({"cache-control": "max-age=1200, s-maxage=60"}, 20),
        ({"cache-control": "max-age=600", "age": "240"}, 6),
        ({"cache-control": "max-age=600", "age": "900"}, 0),
        ({"cache-control": "max-age=600, no-cache"}, 0),
        ({"cache-control": "no-store, max-age=600"}, 0),
        ({"cache-control": "max-age=soon"}, 0),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "stale-while-revalidate=600"}, 0),
        ({"expires": "Wed, 04 Nov 2026 12:45:00 GMT"}, 15),
        ({"expires": "Wed, 04 Nov 2026 12:45:00 GMT", "date": "Wed, 04 Nov 2026 12:40:00 GMT"}, 5),
        ({"expires": "Wed, 04 Nov 2026 12:45:00 GMT", "date": DATE, "age": "60"}, 14),
        ({"expires": "Wed, 04 Nov 2026 11:45:00 GMT", "date": DATE}, 0),
        ({"expires": "0", "date": DATE}, 0),
        ({"expires": "-1"}, 0),
        ({"expires": "Wed, 04 Nov 2026 14:30:00 GMT", "cache-control": "max-age=60", "date": DATE}, 1),
        ({"cache-control": "max-age=" + "9" * 40}, 999_999_999 / 60),
    ],
)
def test_headers_say_how_long_an_answer_is_fresh(headers: dict[str, str], expected: float) -> None:
    assert stays_fresh(headers, NOW) == minutes(expected)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("<ttl>60</ttl>", Habits(ttl=HOUR)),
        ("<ttl> 15 </ttl>", Habits(ttl=minutes(15))),
        ("<ttl>often</ttl>", Habits()),
        ("<ttl/>", Habits()),
        ("<sy:updatePeriod>\n hourly </sy:updatePeriod><sy:updateFrequency>\n 1</sy:updateFrequency>",
         Habits(period=HOUR)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>24</sy:updateFrequency>",
         Habits(period=HOUR)),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", Habits(period=WEEK)),
        ("<sy:updateFrequency>4</sy:updateFrequency>", Habits(period=6 * HOUR)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
         Habits(period=HOUR)),
        ("<sy:updatePeriod>now and then</sy:updatePeriod>", Habits()),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateBase>2000-01-01T12:00+00:00</sy:updateBase>",
         Habits(period=24 * HOUR, base=datetime(2000, 1, 1, 12, tzinfo=UTC))),
        ("<skipHours><hour>3</hour><hour>24</hour></skipHours>", Habits(skip_hours=(0, 3))),
        ("<skipDays><day>Sunday</day><day>saturday</day><day>Noday</day></skipDays>",
         Habits(skip_days=(5, 6))),
    ],
)  # fmt: skip
def test_a_feed_says_when_it_is_written_anew(channel: str, expected: Habits) -> None:
    item = "<item><title>A</title><ttl>1</ttl></item>"
    for body in (channel + item + item, item + channel):
        habits = read_habits(f"<rss {SYNDICATION}><channel>{body}</channel></rss>".encode())
        assert habits.as_dict() == expected.as_dict() == Habits.of_dict(habits.as_dict()).as_dict()


@pytest.mark.parametrize(
    "filler", [" ", "\n", "<", "</", "9", "a", "a:", "<ttl>", "<hour>", "<day>a ", "<item>"]
)
@pytest.mark.parametrize(
    "head", ["", "<ttl>", "<ttl ", "<hour>", "<day>", "<updateBase>", "<item>", "</item", "<a:"]
)
def test_what_is_made_to_be_slow_is_read_at_once(head: str, filler: str) -> None:
    body = (head + filler * (300_000 // len(filler))).encode()
    started = time.process_time()
    read_habits(body)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("body", [b"", b'{"items": []}', b"\xff\xfe<\0r\0", b"<feed><entry><ttl>9</ttl>"])
def test_other_bodies_say_nothing(body: bytes) -> None:
    assert read_habits(body).as_dict() == {}
    assert Habits.of_dict(None) == Habits()


@pytest.mark.parametrize(
    ("headers", "habits", "most", "expected"),
    [
        ({}, Habits(), HOUR, None),
        ({"cache-control": "no-store"}, Habits(), HOUR, None),
        ({"cache-control": "max-age=600"}, Habits(), HOUR, minutes(10)),
        ({"cache-control": "max-age=600"}, Habits(ttl=minutes(30)), HOUR, minutes(30)),
        ({"cache-control": "no-cache"}, Habits(ttl=minutes(30)), HOUR, minutes(30)),
        ({"cache-control": "max-age=31536000"}, Habits(), HOUR, HOUR),
        ({"cache-control": "max-age=600"}, Habits(), timedelta(0), None),
        ({}, Habits(period=24 * HOUR), WEEK, 24 * HOUR),
        ({}, Habits(period=HOUR, base=datetime(2000, 1, 1, tzinfo=UTC)), WEEK, minutes(30)),
        ({}, Habits(skip_hours=(12, 13)), WEEK, minutes(90)),
        ({}, Habits(skip_hours=(12, 13)), HOUR, HOUR),
        ({}, Habits(skip_hours=(11,)), HOUR, None),
        ({}, Habits(ttl=HOUR, skip_hours=(13, 14)), WEEK, minutes(150)),
        ({}, Habits(skip_days=(2,)), WEEK, minutes(11 * 60 + 30)),
        ({}, Habits(skip_hours=range(24)), WEEK, WEEK),
    ],
)
def test_the_longest_of_all_is_kept_up_to_a_cap(
    headers: dict[str, str], habits: Habits, most: timedelta, expected: timedelta | None
) -> None:
    until = fresh_until(headers, habits, NOW, most)
    assert until == (NOW + expected if expected else None)
