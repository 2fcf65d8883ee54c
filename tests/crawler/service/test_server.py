"""The server: through an absence of its database it goes on, and says so to its supervisor."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.config import Config, WorkersConfig
from crawler.service import server as room
from crawler.service.metrics import Metrics
from crawler.service.server import Server
from crawler.service.service import Service
from storage.errors import (
    CannotOpenDatabase,
    DatabaseConnectionLost,
    DatabaseIsAway,
    DatabaseIsLocked,
    DatabaseIsNewer,
    ExtraIsMissing,
    StorageError,
)
from storage.session import Database, open_database


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """What systemd listens with."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(tmp_path / "notify"))
    listening.setblocking(False)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    return listening


def told(supervisor: socket.socket) -> list[str]:
    """What was said so far, without the signs of life."""
    messages = []
    while True:
        try:
            messages.append(supervisor.recv(2000).decode())
        except BlockingIOError:
            return [message for message in messages if message != "WATCHDOG=1"]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  what is waited for is no event
            await asyncio.sleep(0.05)


async def test_it_goes_on_when_the_database_is_back_and_ends_when_it_is_stopped(
    tmp_path: Path, supervisor: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PAUSES", (0.2,))
    config = Config(workers=WorkersConfig(processes=1))
    services: list[Service] = []

    class Watched(Service):
        async def run(self) -> None:
            services.append(self)
            await super().run()

    monkeypatch.setattr(room, "Service", Watched)
    server = Server(config, lambda: open_database(str(tmp_path / "archive.sqlite")), Metrics())
    serving = asyncio.create_task(server.serve())
    await until(lambda: len(services) == 1 and services[0].active)
    services[0].desk.fail(DatabaseConnectionLost("the server went away"))
    await until(lambda: len(services) == 2 and services[1].active)
    before_the_stop = told(supervisor)
    server.stop()
    assert await asyncio.wait_for(serving, 20)
    assert any("waiting for the database: the server went away" in message for message in before_the_stop)
    assert [message for message in before_the_stop if "STOPPING" in message] == []
    assert told(supervisor) == ["STOPPING=1"]
    supervisor.close()


@pytest.mark.parametrize(
    ("error", "is_waited_for"),
    [
        (DatabaseIsAway("no server answers"), True),
        (DatabaseConnectionLost("it is shut down"), True),
        (DatabaseIsLocked("somebody else has it"), True),
        (CannotOpenDatabase("the password is wrong"), False),
        (DatabaseIsNewer("of tomorrow"), False),
        (ExtraIsMissing("no driver"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_an_archive_that_may_be_there_soon_is_waited_for_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: StorageError, is_waited_for: bool
) -> None:
    monkeypatch.setattr(room, "PAUSES", (0.1,))
    tries = 0

    def open_it() -> Database:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise error
        server.stop()
        return open_database(str(tmp_path / "archive.sqlite"))

    server = Server(Config(workers=WorkersConfig(processes=1)), open_it, Metrics())
    if is_waited_for:
        assert await asyncio.wait_for(server.serve(), 20)
        assert tries == 3
    else:
        with pytest.raises(type(error)):
            await server.serve()
        assert tries == 1
