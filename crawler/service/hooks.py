"""Tells a command or a webhook, as [service] on_change names it, when a source's state has changed."""

import asyncio
import json
import logging
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import aiohttp

logger = logging.getLogger(__name__)

COMMAND_LIMIT = 30.0
"""Seconds that a command may take; then it is killed, with what it has started."""
REQUEST_LIMIT = 10.0
"""Seconds that a webhook may take to answer."""
WAITS: tuple[float, ...] = (1.0, 5.0, 30.0)
"""Seconds before the second, third and last try."""
AT_ONCE = 4
"""Commands and requests under way at the same time: where our own network fails, every source changes."""
MOST_WAITING = 1000
"""Events that wait to be told; more are left out, which the log says."""
_SAID = 500
"""Bytes shown of what a command that failed wrote on its standard error."""


class Messenger:
    """Tells of events in the background: nobody waits for it, and its failures harm nothing.

    `on_change`: a command, which gets each event as JSON on its standard input, or a webhook's address.
    """

    def __init__(self, on_change: str | None) -> None:
        self._on_change = on_change
        self._room = asyncio.Semaphore(AT_ONCE)
        self._telling: set[asyncio.Task[None]] = set()

    def send(self, event: Mapping[str, Any]) -> None:
        """Have an event told soon; returns at once."""
        if self._on_change is None:
            return
        if len(self._telling) >= MOST_WAITING:
            logger.warning("on_change is not told of %s: %d events wait already", event, MOST_WAITING)
            return
        task = asyncio.ensure_future(self._tell(self._on_change, event))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def close(self, within: float = 10.0) -> None:
        """Wait so many seconds for what is being told; what is not told by then is given up."""
        if not self._telling:
            return
        _, late = await asyncio.wait(self._telling, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if late:
            logger.warning("on_change was not told of %d events before the end", len(late))

    async def _tell(self, on_change: str, event: Mapping[str, Any]) -> None:
        async with self._room:
            await tell(on_change, event)


async def tell(on_change: str, event: Mapping[str, Any], *, waits: Sequence[float] = WAITS) -> bool:
    """Tell a command or a webhook of an event, which must be fit for JSON; whether it was told.

    What the command or the network does wrong is logged, and never raised. A command that fails, and a
    webhook that cannot be reached or answers 408, 425, 429 or 5xx, are tried again after each of `waits`, in
    seconds.
    """
    message = json.dumps(event).encode()  # ASCII: nothing in it acts on a terminal that shows it
    try:
        if on_change.startswith(("http://", "https://")):
            await _post(on_change, message, waits)
        else:
            await _run_patiently(on_change, message, waits)
    except (_NotTold, OSError, ValueError, aiohttp.ClientError, TimeoutError) as error:
        logger.warning("on_change was not told: %s", _why(error))
        return False
    return True


def _why(error: Exception) -> str:
    # A library's message may hold the whole address, and what follows its host is often its password.
    if isinstance(error, aiohttp.ClientError) and not isinstance(error, aiohttp.ClientConnectionError):
        return f"{type(error).__name__} {getattr(error, 'status', '')}".strip()
    return str(error) or type(error).__name__


class _NotTold(Exception):
    """The message says why not."""


async def _post(url: str, message: bytes, waits: Sequence[float]) -> None:
    """Post a message. Raises _NotTold, and the last try's aiohttp.ClientError or TimeoutError."""
    limit = aiohttp.ClientTimeout(total=REQUEST_LIMIT)
    async with aiohttp.ClientSession(timeout=limit, trust_env=True) as session:
        for wait in waits:
            with suppress(aiohttp.ClientError, TimeoutError):
                if await _post_once(session, url, message):
                    return
            await asyncio.sleep(wait)
        if not await _post_once(session, url, message):
            raise _NotTold(f"{_shown(url)} asks to be told later")


async def _post_once(session: aiohttp.ClientSession, url: str, message: bytes) -> bool:
    """False where it should be tried again. Raises _NotTold where that would not help."""
    headers = {"Content-Type": "application/json"}
    async with session.post(url, data=message, headers=headers, allow_redirects=False) as answer:
        if answer.status >= 500 or answer.status in (408, 425, 429):
            return False
        if not 200 <= answer.status < 300:
            raise _NotTold(f"{_shown(url)} answers {answer.status}")
        return True


def _shown(url: str) -> str:
    """A webhook's address for the log: what follows its host is often its password."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}/…"


async def _run_patiently(command: str, message: bytes, waits: Sequence[float]) -> None:
    """Run a command until it succeeds. Raises what the last try does; at once, of one that is not there."""
    for wait in waits:
        try:
            await _run(command, message)
            return
        except _NotTold as error:
            logger.info("on_change: %s; trying again in %g s", error, wait)
        await asyncio.sleep(wait)
    await _run(command, message)


async def _run(command: str, message: bytes) -> None:
    """Run a command, without a shell. Raises _NotTold, OSError, ValueError (of shlex)."""
    words = shlex.split(command)
    # A group of its own, so that what it starts can be killed with it, and Ctrl-C is not its business.
    process = await asyncio.create_subprocess_exec(
        *words, stdin=PIPE, stdout=DEVNULL, stderr=PIPE, start_new_session=True
    )
    said: list[bytes] = []
    reading = asyncio.ensure_future(_collect(process, said))
    try:
        await asyncio.wait_for(_hand_over(process, message), COMMAND_LIMIT)
    except TimeoutError:
        raise _NotTold(f"{words[0]} took more than {COMMAND_LIMIT:g} s and was killed") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        # What the command left running in the background may hold its standard error open.
        await asyncio.wait([reading], timeout=0.2)
        reading.cancel()
    if process.returncode:
        told = b"".join(said)[:_SAID].decode("utf-8", "replace").strip()
        raise _NotTold(f"{words[0]} ended with status {process.returncode}: {told or 'it said nothing'}")


async def _hand_over(process: Process, message: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):  # a command need not read it
        process.stdin.write(message + b"\n")
        await process.stdin.drain()
        process.stdin.close()
    await process.wait()


async def _collect(process: Process, said: list[bytes]) -> None:
    """Read its standard error to the end, which keeps it from waiting, and keep the beginning."""
    assert process.stderr is not None
    while piece := await process.stderr.read(4096):
        if sum(map(len, said)) < _SAID:
            said.append(piece)
