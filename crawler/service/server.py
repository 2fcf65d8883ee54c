"""Serves until it is told to stop, through every absence of its database."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from crawler.config import Config
from crawler.desk import Desk, open_desk
from crawler.health.network import Network
from crawler.leases import awake_time
from crawler.progress import Together
from crawler.service.metrics import Metrics
from crawler.service.runlog import RunLog
from crawler.service.service import Service
from crawler.service.supervisor import notify
from storage.durability import settings_of, weaknesses
from storage.errors import CannotOpenDatabase, DatabaseIsAway, DatabaseIsNewer, ExtraIsMissing, StorageError
from storage.session import Database

PAUSES = (1, 2, 5, 10)
"""Seconds between two tries to reach a database that is away; the last for as long as it takes."""
HEALTHY = 60.0
"""Seconds after which a database that answers again counts as well."""

logger = logging.getLogger(__name__)


OpenDatabase = Callable[[], Database]
"""Opens the archive, and raises a StorageError where it cannot be opened just now."""


class Server:
    """A service, with a fresh desk after each failure of the database; also of one that is not there yet."""

    def __init__(self, config: Config, open_database: OpenDatabase, metrics: Metrics) -> None:
        self._config, self._open, self._metrics = config, open_database, metrics
        self._database: Database | None = None
        self._network = Network()
        self._desk: Desk | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let what is under way finish, and end."""
        notify(STOPPING="1")
        self._stopping.set()
        if self._desk is not None:
            self._desk.stop()

    async def serve(self) -> bool:
        """Until it is stopped; False where it ended by itself, as its memory is used up.

        What a database says that is away is logged, and it is tried again. Raises StorageError where the
        archive was never open yet, and waiting will not open it: no such file, a wrong password.
        """
        progress = Together(RunLog(), self._metrics)
        failures = 0
        try:
            while not self._stopping.is_set():
                opened_at = awake_time()
                try:
                    if not await self._serve_once(progress):
                        return False
                except StorageError as error:
                    if self._database is None and not _may_pass(error):
                        raise
                    failures = 0 if awake_time() - opened_at > HEALTHY else failures
                    await self._wait(error, PAUSES[min(failures, len(PAUSES) - 1)])
                    failures += 1
        finally:
            if self._database is not None:
                self._database.close()
        return True

    async def _serve_once(self, progress: Together) -> bool:
        """With one desk; False where the memory is used up. Raises what broke the desk."""
        database = await self._opened()
        try:
            async with open_desk(self._config, database, progress, self._network) as desk:
                self._desk = desk
                if self._stopping.is_set():  # meanwhile, while there was no desk to tell
                    desk.stop()
                service = Service(desk, metrics=self._metrics)
                await service.run()
                if service.memory.exhausted:
                    return False
                if desk.broken is not None:
                    raise desk.broken
        except StorageError:
            await asyncio.to_thread(database.reconnect)
            raise
        finally:
            self._desk = None
        return True

    async def _opened(self) -> Database:
        if self._database is None:
            self._database = await asyncio.to_thread(self._open)
            for weakness in await asyncio.to_thread(_weaknesses, self._database):
                logger.warning("%s: %s", self._database.url, weakness)
        return self._database

    async def _wait(self, error: StorageError, seconds: float) -> None:
        logger.error("%s; trying again in %d s", error, seconds)
        notify(WATCHDOG="1", STATUS=f"waiting for the database: {error}")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _may_pass(error: StorageError) -> bool:
    """Whether an archive that cannot be opened may be there soon, with nothing done to the configuration."""
    if isinstance(error, DatabaseIsNewer | ExtraIsMissing):
        return False
    return isinstance(error, DatabaseIsAway) or not isinstance(error, CannotOpenDatabase)


def _weaknesses(database: Database) -> list[str]:
    with database.read() as session:
        return weaknesses(settings_of(session.connection()))
