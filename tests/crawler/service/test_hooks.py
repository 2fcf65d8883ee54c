"""A hook is told of events, by a real command and a real server; its failures harm nothing."""

import asyncio
import json
import logging
import os
import shlex
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from crawler.service import hooks
from crawler.service.hooks import Messenger, tell

EVENT = {"source": "Obertäler Anzeiger", "from": "well", "to": "blocked"}


def python(program: str) -> str:
    return shlex.join([sys.executable, "-c", program])


async def test_a_command_gets_the_event_as_json(tmp_path: Path) -> None:
    file = tmp_path / "got it"
    copy = f"import sys; open({str(file)!r}, 'wb').write(sys.stdin.buffer.read())"
    assert await tell(python(copy), EVENT)
    assert json.loads(file.read_bytes()) == EVENT


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("no-such-command-anywhere --at all", "no-such-command-anywhere"),
        ('an "open quotation', "No closing quotation"),
        (python("import sys; sys.exit('it was full')"), "ended with status 1: it was full"),
        (python("raise SystemExit(3)"), "ended with status 3: it said nothing"),
    ],
)
async def test_a_command_that_fails_is_logged(
    command: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not await tell(command, EVENT, waits=(0.0,))
    assert says in caplog.text


async def test_a_command_that_fails_is_run_again(tmp_path: Path) -> None:
    file = tmp_path / "tried"
    second = (
        f"import pathlib, sys; f = pathlib.Path({str(file)!r}); sys.exit(not f.exists() and (f.touch() or 1))"
    )
    assert await tell(python(second), EVENT, waits=(0.0,))


async def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    file = tmp_path / "made"
    await tell(f"echo x > {file}; touch {file}", EVENT)
    assert not file.exists()


async def test_a_command_need_not_read_nor_be_quiet() -> None:
    loud = python("import sys; sys.stderr.write('x' * 1_000_000)")
    assert await tell(loud, {"long": "x" * 1_000_000})


async def test_a_command_that_hangs_is_killed_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hooks, "COMMAND_LIMIT", 3.0)
    file = tmp_path / "pid"
    child = "import time; time.sleep(600)"
    hang = (
        "import subprocess, sys; "
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}]); "
        f"open({str(file)!r}, 'w').write(str(child.pid)); child.wait()"
    )
    assert not await tell(python(hang), EVENT, waits=())
    assert "took more than 3 s and was killed" in caplog.text
    pid = int(file.read_text())
    for _ in range(100):
        if not _is_running(pid):
            break
        await asyncio.sleep(0.05)
    assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    """Not as a zombie either, which a container without an init leaves behind."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@asynccontextmanager
async def webhook(statuses: Sequence[int]) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that answers with these, the last one for ever; its address, and what was posted."""
    got: list[bytes] = []

    async def answer(request: web.Request) -> web.Response:
        got.append(await request.read())
        assert request.content_type == "application/json"
        return web.Response(status=statuses[min(len(got), len(statuses)) - 1])

    app = web.Application()
    app.router.add_post("/secret", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}/secret", got
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("statuses", "told", "tries"),
    [
        ([200], True, 1),
        ([204], True, 1),
        ([503, 429, 200], True, 3),
        ([500], False, 4),
        ([404], False, 1),
        ([302], False, 1),
    ],
)
async def test_a_webhook_is_posted_to(
    statuses: list[int], told: bool, tries: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with webhook(statuses) as (url, got):
        assert await tell(url, EVENT, waits=(0, 0, 0)) is told
    assert [json.loads(body) for body in got] == [EVENT] * tries
    assert ("on_change was not told" in caplog.text) is not told
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("crawler")]
    assert not any("secret" in message for message in ours)


async def test_a_webhook_that_nobody_serves_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with webhook([200]) as (url, _):
        pass
    assert not await tell(url, EVENT, waits=(0,))
    assert "on_change was not told" in caplog.text


async def test_a_messenger_tells_in_the_background_and_waits_at_the_end() -> None:
    async with webhook([200]) as (url, got):
        messenger = Messenger(url)
        for _ in range(10):
            messenger.send(EVENT)
        assert got == []
        await messenger.close()
        assert len(got) == 10


async def test_a_messenger_does_not_wait_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    messenger = Messenger(python("import time; time.sleep(600)"))
    messenger.send(EVENT)
    await asyncio.sleep(0.1)
    await messenger.close(within=0.1)
    assert "not told of 1 events before the end" in caplog.text


async def test_too_many_events_are_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hooks, "MOST_WAITING", 2)
    async with webhook([200]) as (url, got):
        messenger = Messenger(url)
        for _ in range(3):
            messenger.send(EVENT)
        await messenger.close()
    assert len(got) == 2
    assert "2 events wait already" in caplog.text


async def test_without_a_hook_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    messenger = Messenger(None)
    with caplog.at_level(logging.DEBUG):
        messenger.send(EVENT)
        await messenger.close()
    assert caplog.text == ""


@pytest.mark.parametrize(
    "address",
    ["https://hooks.example:99999/S3CRET", "http://desk:S3CRET@127.0.0.1:1/S3CRET", "http:///S3CRET"],
)
async def test_an_address_that_cannot_be_told_keeps_its_secret(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not await tell(address, {"title": "\x9b"}, waits=())
    assert "on_change was not told" in caplog.text
    assert "S3CRET" not in caplog.text
