"""Leases: one process has each, a dead one has none."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from storage.errors import TakenForDead
from storage.leases import (
    SCHEDULER,
    HolderState,
    beat,
    give_back,
    holder_of,
    holders,
    host_lease,
    register,
    remove_dead,
    retire,
    take,
)
from storage.models import Run, RunState
from storage.runs import start_run
from storage.session import Database

SECOND = timedelta(seconds=1)


@pytest.fixture
def two(database: Database, now: datetime) -> tuple[int, int]:
    """Two processes of one machine."""
    with database.write() as session:
        return register(session, "desk boot", 11, now), register(session, "desk boot", 12, now)


def known(database: Database) -> Sequence[HolderState]:
    with database.read() as session:
        return holders(session)


def test_a_lease_is_had_by_the_first_to_take_it(
    database: Database, two: tuple[int, int], now: datetime
) -> None:
    first, second = two
    with database.write() as session:
        assert take(session, first, ["a", "b"], now) == {}
        assert take(session, first, ["a"], now) == {}  # what one has stays one's own
    with database.write() as session:
        others = take(session, second, ["b", "c"], now)
    assert {name: holder.id for name, holder in others.items()} == {"b": first}
    assert str(others["b"]) == "process 11 on desk"


def test_what_is_given_back_is_free(database: Database, two: tuple[int, int], now: datetime) -> None:
    first, second = two
    with database.write() as session:
        take(session, first, ["a", "b"], now)
        give_back(session, second, ["a"])  # it is not its own to give
        give_back(session, first, ["b"])
        assert take(session, second, ["a", "b"], now).keys() == {"a"}


def test_who_retires_leaves_all_it_had(database: Database, two: tuple[int, int], now: datetime) -> None:
    first, second = two
    with database.write() as session:
        take(session, first, [SCHEDULER], now)
        assert holder_of(session, SCHEDULER) is not None
    with database.write() as session:
        retire(session, first)
        assert holder_of(session, SCHEDULER) is None
        assert take(session, second, [SCHEDULER], now) == {}


def test_a_dead_one_is_removed_with_its_runs_only_while_it_stands_still(
    database: Database, two: tuple[int, int], source_id: int, now: datetime
) -> None:
    first, second = two
    with database.write() as session:
        run_id = start_run(session, source_id, now, first)
        take(session, first, ["a"], now)
    before = known(database)[0]
    with database.write() as session:
        beat(session, first, now + SECOND)
        assert not remove_dead(session, first, before.beats, now)
    seen = known(database)[0]
    assert (seen.beats, seen.seen_at) == (before.beats + 1, now + SECOND)
    with database.write() as session:
        assert remove_dead(session, first, seen.beats, now)
        assert session.get_one(Run, run_id).state is RunState.FAILED
        assert take(session, second, ["a"], now) == {}


def test_who_was_taken_for_dead_is_told(database: Database, two: tuple[int, int], now: datetime) -> None:
    with database.write() as session:
        assert remove_dead(session, two[0], 0, now)
    with pytest.raises(TakenForDead), database.write() as session:
        beat(session, two[0], now)
    with pytest.raises(TakenForDead), database.write() as session:
        take(session, two[0], ["a"], now)


def test_a_number_of_a_process_never_comes_again(
    database: Database, two: tuple[int, int], now: datetime
) -> None:
    with database.write() as session:
        retire(session, two[1])
        assert register(session, "desk boot", 12, now) > two[1]


def test_of_many_at_the_same_moment_one_gets_it(
    database: Database, two: tuple[int, int], now: datetime
) -> None:
    def try_it(turn: int) -> bool:
        with database.write() as session:
            return not take(session, two[turn % 2], [f"lease {turn // 2}"], now)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(try_it, range(40)))
    assert [sum(taken[place : place + 2]) for place in range(0, 40, 2)] == [1] * 20


@pytest.mark.parametrize("host", ["www.paper.example", "paper.example", "Paper.Example."])
def test_one_host_has_one_lease_however_it_is_spelt(host: str) -> None:
    assert host_lease(host) == "host paper.example"
