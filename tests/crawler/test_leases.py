"""Leases of a process: kept while it lives, free when it is dead, by clocks that nobody can set."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from crawler import leases as room
from crawler.leases import Watch, open_leases, this_machine
from storage.errors import DatabaseConnectionLost, StorageError, TakenForDead
from storage.leases import HolderState, holder_of, holders, register, remove_dead, retire
from storage.session import Database, open_database
from storage.thread import ArchiveThread

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def holder(beats: int = 0, machine: str = "elsewhere", pid: int = 1) -> HolderState:
    return HolderState(id=1, machine=machine, pid=pid, beats=beats, started_at=NOW, seen_at=NOW)


@pytest.fixture
def database(sqlite_path: Path) -> Database:
    return open_database(str(sqlite_path))


@pytest.fixture
async def archive(database: Database) -> AsyncIterator[ArchiveThread]:
    thread = ArchiveThread(database)
    yield thread
    await asyncio.to_thread(thread.close)
    database.close()


def test_who_stands_still_for_as_long_as_a_lease_lasts_is_dead() -> None:
    watch = Watch("here", MINUTE)
    seen = [watch.is_dead(holder(5), moment) for moment in (1000, 1030, 1060, 1061)]
    assert seen == [False, False, False, True]


def test_while_nobody_looked_nothing_was_seen_to_stand_still() -> None:
    watch = Watch("here", MINUTE)
    seen = [watch.is_dead(holder(5), moment) for moment in (1000, 9000, 9030, 9060, 9061)]
    assert seen == [False, False, False, False, True]


def test_a_number_that_this_process_had_before_is_dead_at_once() -> None:
    watch = Watch("here", MINUTE)
    assert watch.is_dead(holder(machine="here", pid=os.getpid()), 0)


def test_who_beats_is_alive_however_seldom_one_looks() -> None:
    watch = Watch("here", MINUTE)
    assert not any(watch.is_dead(holder(beats), 1000.0 * beats) for beats in range(5))


def test_on_the_same_machine_a_process_that_is_not_there_is_dead_at_once() -> None:
    watch = Watch("here", MINUTE, runs=lambda pid: pid == 7)
    assert watch.is_dead(holder(machine="here", pid=8), 0)
    assert not watch.is_dead(holder(machine="here", pid=7), 0)
    assert not watch.is_dead(holder(machine="there", pid=8), 0)


async def test_a_process_is_known_while_it_runs(archive: ArchiveThread) -> None:
    async with open_leases(archive, MINUTE) as leases:
        (known,) = await archive.read(holders)
        assert (known.id, known.pid, known.machine) == (leases.holder_id, os.getpid(), this_machine())
        assert await leases.take("scheduler") is None
    assert await archive.read(holders) == []


async def test_what_another_living_process_has_stays_with_it(archive: ArchiveThread) -> None:
    async with open_leases(archive, MINUTE) as first, open_leases(archive, MINUTE) as second:
        assert await first.take("host a.example") is None
        taken = await second.take("host a.example")
        assert taken is not None
        assert taken.id == first.holder_id


async def test_what_nobody_needs_any_more_is_given_back_in_time(
    archive: ArchiveThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 1000.0
    monkeypatch.setattr(room, "awake_time", lambda: moment)
    async with open_leases(archive, MINUTE) as leases, open_leases(archive, MINUTE) as other:
        for _ in range(2):
            await leases.take("host a.example")
        leases.let_go("host a.example")
        await leases._give_back()
        assert await other.take("host a.example") is not None  # one here still needs it
        leases.let_go("host a.example", keep=5)
        await leases._give_back()
        assert await other.take("host a.example") is not None
        moment += 5
        await leases._give_back()
        assert await other.take("host a.example") is None


async def test_what_could_not_be_given_back_is_given_back_later(
    archive: ArchiveThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_leases(archive, MINUTE) as leases, open_leases(archive, MINUTE) as other:
        await leases.take("host a.example")
        leases.let_go("host a.example")

        async def away(work: object) -> None:
            raise DatabaseConnectionLost("away")

        with monkeypatch.context() as context:
            context.setattr(leases, "_archive", SimpleNamespace(write=away))
            with pytest.raises(DatabaseConnectionLost):
                await leases._give_back()
        assert await other.take("host a.example") is not None
        await leases._give_back()
        assert await other.take("host a.example") is None


async def test_what_is_taken_again_before_that_is_kept(
    archive: ArchiveThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 1000.0
    monkeypatch.setattr(room, "awake_time", lambda: moment)
    async with open_leases(archive, MINUTE) as leases:
        await leases.take("host a.example")
        leases.let_go("host a.example", keep=5)
        await leases.take("host a.example")
        moment += 5
        await leases._give_back()
        assert await archive.read(lambda session: holder_of(session, "host a.example")) is not None


@pytest.fixture
def ended_process() -> int:
    """The number of a process that is not there any more."""
    command = [sys.executable, "-c", "import os; print(os.getpid())"]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


async def test_a_dead_process_of_this_machine_is_forgotten_at_once(
    archive: ArchiveThread, ended_process: int
) -> None:
    await archive.write(lambda session: register(session, this_machine(), ended_process, NOW))
    async with open_leases(archive, MINUTE) as leases:
        assert [known.id for known in await archive.read(holders)] == [leases.holder_id]


async def test_a_process_that_was_asleep_for_too_long_makes_sure_before_it_goes_on(
    archive: ArchiveThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 1000.0
    monkeypatch.setattr(room, "awake_time", lambda: moment)
    async with open_leases(archive, MINUTE) as leases:
        moment += 61
        await leases.confirm()  # nobody minded
        (seen,) = await archive.read(holders)
        assert await archive.write(lambda session: remove_dead(session, seen.id, seen.beats, NOW))
        await leases.confirm()  # it is awake: it has just beaten
        moment += 61
        with pytest.raises(TakenForDead):
            await leases.confirm()


async def test_whoever_has_lost_its_leases_is_told(archive: ArchiveThread) -> None:
    lost: asyncio.Future[StorageError] = asyncio.get_running_loop().create_future()
    async with open_leases(archive, timedelta(seconds=0.1)) as leases:
        leases.on_loss = lost.set_result
        await archive.write(lambda session: retire(session, leases.holder_id))
        assert isinstance(await asyncio.wait_for(lost, 5), TakenForDead)


async def test_the_heart_beats_by_itself(archive: ArchiveThread) -> None:
    async with open_leases(archive, timedelta(seconds=0.1)):
        (before,) = await archive.read(holders)
        await asyncio.sleep(0.2)
        (after,) = await archive.read(holders)
    assert after.beats > before.beats


def test_a_machine_has_one_name() -> None:
    assert this_machine() == this_machine()
