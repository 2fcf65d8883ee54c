"""Serves until it is told to stop, through every absence of its database."""

import asyncio
import logging
from contextlib import suppress

from crawler.config import Config
from crawler.desk import Desk, open_desk
from crawler.leases import awake_time
from crawler.progress import Together
from crawler.service.metrics import Metrics
from crawler.service.runlog import RunLog
from crawler.service.service import Service
from crawler.service.supervisor import notify
from storage.errors import StorageError
from storage.session import Database

PAUSES = (1, 2, 5, 10)
"""Seconds between two tries to reach a database that is away; the last for as long as it takes."""
HEALTHY = 60.0
"""Seconds after which a database that answers again counts as well."""

logger = logging.getLogger(__name__)


class Server:
    """A service, with a fresh desk after each failure of the database."""

    def __init__(self, config: Config, database: Database, metrics: Metrics) -> None:
        self._config, self._database, self._metrics = config, database, metrics
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

        What a database says that is away is logged, and it is tried again.
        """
        progress = Together(RunLog(), self._metrics)
        failures = 0
        while not self._stopping.is_set():
            opened_at = awake_time()
            try:
                async with open_desk(self._config, self._database, progress) as desk:
                    self._desk = desk
                    service = Service(desk, metrics=self._metrics)
                    await service.run()
                    if service.memory.exhausted:
                        return False
                    if desk.broken is not None:
                        raise desk.broken
            except StorageError as error:
                failures = 0 if awake_time() - opened_at > HEALTHY else failures
                await self._wait(error, PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1
            finally:
                self._desk = None
        return True

    async def _wait(self, error: StorageError, seconds: float) -> None:
        logger.error("%s; trying again in %d s", error, seconds)
        notify(WATCHDOG="1", STATUS=f"waiting for the database: {error}")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
