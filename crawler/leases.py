"""What this process has for itself among all that crawl into one archive: hosts, and perhaps the schedule."""

import asyncio
import logging
import os
import socket
import time
import uuid
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psutil

from storage.errors import StorageError, TakenForDead
from storage.leases import HolderState, beat, give_back, holders, register, remove_dead, retire, take
from storage.thread import ArchiveThread

BEATS_IN_A_LEASE = 6
"""A process beats so often while its lease lasts: some may come late."""

_of_this_process: set[int] = set()
"""The numbers by which this process is known in its archives."""

logger = logging.getLogger(__name__)


def awake_time() -> float:
    """Seconds on a clock that nobody sets, and that goes on while the machine sleeps, where there is one."""
    clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def this_machine() -> str:
    """Where the number of a process means something: the host, this boot of it, this container."""
    boot, space = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    name = socket.gethostname()
    try:
        return f"{name} {boot.read_text(encoding='ascii').strip()} {space.readlink()}"
    except OSError:  # not Linux
        return f"{name} {psutil.boot_time():.0f} {uuid.getnode():x}"


def is_running(pid: int) -> bool:
    """Whether a process of this machine is there, and not only the trace of one that has ended."""
    try:
        return psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


def seems_alive(holder: HolderState, lasting: timedelta, now: datetime) -> bool:
    """Whether a process lives, as far as one look at it and at the clock on the wall can tell."""
    there = holder.machine != this_machine() or is_running(holder.pid)
    return there and now - holder.seen_at <= lasting


class Watch:
    """Tells which other processes are dead: those that have stood still while this one looked on.

    A process of this machine is dead as soon as there is none with its number. While nobody looked, as this
    process or the whole machine was asleep, nothing was seen to stand still.
    """

    def __init__(self, machine: str, lasting: timedelta, runs: Callable[[int], bool] = is_running) -> None:
        self._machine, self._lasting, self._runs = machine, lasting.total_seconds(), runs
        self._seen: dict[int, tuple[int, float, float]] = {}

    def is_dead(self, holder: HolderState, moment: float) -> bool:
        """Whether it is, as far as is known at `moment` (seconds, of `awake_time`)."""
        if holder.machine == self._machine and not self._is_there(holder):
            return True
        beats, since, looked_at = self._seen.get(holder.id, (None, moment, moment))
        if beats != holder.beats or moment - looked_at > self._lasting / 2:
            since = moment
        self._seen[holder.id] = holder.beats, since, moment
        return moment - since > self._lasting

    def forget(self, but: Collection[int]) -> None:
        """Keep only what is known of those that are still there."""
        self._seen = {known: seen for known, seen in self._seen.items() if known in but}

    def _is_there(self, holder: HolderState) -> bool:
        if holder.pid == os.getpid():  # it had another number before, and could not give it back
            return holder.id in _of_this_process
        return self._runs(holder.pid)


class Leases:
    """The leases of this process. `open_leases` makes it known in the archive, and keeps it alive there."""

    def __init__(self, archive: ArchiveThread, lasting: timedelta, holder_id: int, machine: str) -> None:
        self.holder_id = holder_id
        self.on_loss: Callable[[StorageError], None] = _raise
        """Told when they are lost, or cannot be kept any longer."""
        self._archive = archive
        self._lasting = lasting.total_seconds()
        self._watch = Watch(machine, lasting)
        self._beaten_at = awake_time()
        self._users: dict[str, int] = {}
        """How many here need each of our leases."""
        self._free_at: dict[str, float] = {}
        """When those that nobody needs may be given back, of `awake_time`."""

    async def take(self, name: str) -> HolderState | None:
        """Take a lease; None if it is ours now, else who has it. Raises StorageError.

        Each `take` that was granted is to be met by a `let_go`.
        """
        if name not in self._users:
            now = datetime.now(UTC)
            others = await self._archive.write(lambda session: take(session, self.holder_id, [name], now))
            if (other := others.get(name)) is not None:
                await self._look_at([other])
                return other
        self._users[name] = self._users.get(name, 0) + 1
        self._free_at.pop(name, None)
        return None

    def let_go(self, name: str, keep: float = 0.0) -> None:
        """Have no more need of a lease: it is given back in `keep` seconds if nobody here has by then."""
        self._users[name] -= 1
        if self._users[name] == 0:
            self._free_at[name] = awake_time() + keep

    async def confirm(self) -> None:
        """Make sure that nobody has taken this process for dead, if it was asleep. Raises TakenForDead."""
        if awake_time() - self._beaten_at > self._lasting:
            await self.beat()

    async def beat(self) -> None:
        """Show that this process lives, and remove those that do not. Raises StorageError."""
        moment = awake_time()
        await self._archive.write(lambda session: beat(session, self.holder_id, datetime.now(UTC)))
        self._beaten_at = moment
        everybody = await self._archive.read(holders)
        self._watch.forget(but={holder.id for holder in everybody})
        await self._look_at([holder for holder in everybody if holder.id != self.holder_id])

    async def keep_alive(self) -> None:
        """Beat, and give back what is free, until that fails for longer than a lease lasts."""
        while True:
            try:
                await self._give_back()
                if awake_time() - self._beaten_at >= self._lasting / BEATS_IN_A_LEASE:
                    await self.beat()
            except StorageError as error:
                if isinstance(error, TakenForDead) or awake_time() - self._beaten_at > self._lasting:
                    self.on_loss(error)
                    return
            await asyncio.sleep(min(1.0, self._lasting / BEATS_IN_A_LEASE))

    async def _give_back(self) -> None:
        free = [name for name, moment in self._free_at.items() if moment <= awake_time()]
        for name in free:
            del self._free_at[name], self._users[name]
        if not free:
            return
        try:  # asked for in the same breath: a `take` that comes now is carried out after it
            await self._archive.write(lambda session: give_back(session, self.holder_id, free))
        except StorageError:
            for name in free:
                if name not in self._users:  # it is still ours: later, then
                    self._users[name], self._free_at[name] = 0, awake_time()
            raise

    async def _look_at(self, others: Collection[HolderState]) -> None:
        for other in others:
            if self._watch.is_dead(other, awake_time()):
                bury = partial(remove_dead, holder_id=other.id, beats=other.beats, now=datetime.now(UTC))
                if await self._archive.write(bury):
                    logger.warning("%s is dead: what it had is free", other)


def _raise(error: StorageError) -> None:
    raise error


@asynccontextmanager
async def open_leases(archive: ArchiveThread, lasting: timedelta) -> AsyncIterator[Leases]:
    """This process, known in the archive until the block ends; those that are dead are forgotten there."""
    machine = this_machine()
    holder_id = await archive.write(
        lambda session: register(session, machine, os.getpid(), datetime.now(UTC))
    )
    _of_this_process.add(holder_id)
    leases = Leases(archive, lasting, holder_id, machine)
    heart = None
    try:
        await leases.beat()
        heart = asyncio.create_task(leases.keep_alive())
        yield leases
    finally:
        if heart is not None:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart
        _of_this_process.discard(holder_id)
        with suppress(StorageError):  # then it is found dead
            await archive.write(lambda session: retire(session, holder_id))
