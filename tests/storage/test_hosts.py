"""Hosts: the last answer to robots.txt is remembered."""

from datetime import datetime, timedelta

from storage.hosts import ROBOTS_LIMIT, Robots, load_robots, save_robots
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
