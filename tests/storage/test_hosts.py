"""Hosts: the last answer to robots.txt is remembered."""

from datetime import datetime, timedelta

import pytest

from storage.hosts import (
    ROBOTS_LIMIT,
    WHY_LIMIT,
    Robots,
    host_key,
    load_robots,
    note_robots_failure,
    save_robots,
)
from storage.session import Database


def test_last_answer_replaces_the_one_before(database: Database, now: datetime) -> None:
    later = now + timedelta(days=1)
    with database.write() as session:
        assert load_robots(session, "a.example") is None
        save_robots(session, "A.example", 200, b"User-agent: *\nDisallow: /\xff\x00", now)
        assert load_robots(session, "a.example") == Robots(
            status=200, body=b"User-agent: *\nDisallow: /\xff\x00", at=now
        )
        save_robots(session, "a.example", None, None, later)
        assert load_robots(session, "a.Example") == Robots(status=None, body=None, at=later)


def test_port_makes_another_host(database: Database, now: datetime) -> None:
    with database.write() as session:
        save_robots(session, "a.example:8000", 404, b"", now)
        assert load_robots(session, "a.example") is None


def test_endless_file_is_cut(database: Database, now: datetime) -> None:
    with database.write() as session:
        save_robots(session, "a.example", 200, b"x" * (ROBOTS_LIMIT + 1), now)
        robots = load_robots(session, "a.example")
    assert robots is not None
    assert robots.body == b"x" * ROBOTS_LIMIT


def test_a_failure_is_kept_beside_what_was_read_before_it(database: Database, now: datetime) -> None:
    hour = timedelta(hours=1)
    with database.write() as session:
        save_robots(session, "a.example", 200, b"x", now)
        note_robots_failure(session, "a.example", 503, now + hour)
        note_robots_failure(session, "a.example", None, now + 2 * hour, "connection refused")
        assert load_robots(session, "a.example") == Robots(
            status=200,
            body=b"x",
            at=now,
            failing_since=now + hour,
            failed_at=now + 2 * hour,
            failed_status=None,
            failed_why="connection refused",
        )
        save_robots(session, "a.example", 404, b"", now + 3 * hour)
        assert load_robots(session, "a.example") == Robots(status=404, body=b"", at=now + 3 * hour)
        note_robots_failure(session, "new.example", 503, now, "http 503")
        assert load_robots(session, "new.example") == Robots(
            status=503, body=None, at=now, failing_since=now, failed_at=now, failed_status=503
        )
        note_robots_failure(session, "new.example", None, now, "x" * 1000)
        robots = load_robots(session, "new.example")
        assert robots is not None
        assert robots.failed_why == "x" * WHY_LIMIT


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://A.example/x", "a.example"),
        ("http://a.example/x", "http://a.example"),
        ("https://a.example:8443", "a.example:8443"),
    ],
)
def test_each_scheme_and_port_has_its_own(url: str, key: str) -> None:
    assert host_key(url) == key
