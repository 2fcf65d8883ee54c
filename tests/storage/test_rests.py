"""Hosts that are left alone are remembered, and forgotten when that is over."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from storage.models import Rest
from storage.rests import KeptRest, load_rest, save_rests
from storage.session import Database


def rest(now: datetime, seconds: float = 60, level: int = 2, host: str = "host a.example") -> KeptRest:
    return KeptRest(host=host, level=level, seconds=seconds, at=now)


def test_the_last_one_is_kept_until_there_is_nothing_to_keep(database: Database, now: datetime) -> None:
    for kept in (rest(now), rest(now, seconds=5, level=3)):
        with database.write() as session:
            save_rests(session, [kept, rest(now, host="host b.example")], now)
            assert load_rest(session, "host a.example") == kept
    with database.write() as session:
        save_rests(session, [rest(now, seconds=0, level=0)], now)
        assert load_rest(session, "host a.example") is None
        save_rests(session, [rest(now)], now + timedelta(days=31))
        assert session.scalar(select(func.count()).select_from(Rest)) == 1


def test_what_is_left_of_a_rest_bears_clocks_that_are_set(now: datetime) -> None:
    moments = [(-86400, 60), (0, 60), (45, 15), (86400, 0)]
    assert [rest(now).left(now + timedelta(seconds=passed)) for passed, _ in moments] == [
        left for _, left in moments
    ]
