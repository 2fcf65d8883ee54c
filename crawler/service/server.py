"""Serves until it is told to stop, through every absence of its database."""

import asyncio
import itertools
import logging
from collections.abc import Iterator
from contextlib import suppress

from crawler.config import Config
from crawler.desk import Desk, open_desk
from crawler.progress import Together
from crawler.service.metrics import Metrics
from crawler.service.runlog import RunLog
from crawler.service.service import Service
from crawler.service.supervisor import notify
from storage.errors import StorageError
from storage.session import Database

PAUSES = (1, 2, 5, 10, 30, 60)
"""Seconds between two tries to reach a database that is away; the last for as long as it takes."""

logger = logging.getLogger(__name__)


class Server:
    """A service, with a fresh desk after each failure of the database."""

    def __init__(self, config: Config, database: Database, metrics: Metrics) -> None:
        self._config, self._database, self._metrics = config, database, metrics
        self._desk: Desk | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let what is under way finish, and end."""
        self._stopping.set()
        if self._desk is not None:
            self._desk.stop()

    async def serve(self) -> None:
        """Until it is stopped. What a database says that is away is logged, and it is tried again."""
        pauses: Iterator[int] = iter(())
        progress = Together(RunLog(), self._metrics)
        while not self._stopping.is_set():
            try:
                async with open_desk(self._config, self._database, progress) as desk:
                    self._desk = desk
                    pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
                    await Service(desk, metrics=self._metrics).run()
                    if desk.broken is not None:
                        raise desk.broken
            except StorageError as error:
                pause = next(pauses, PAUSES[0])
                logger.error("%s; trying again in %d s", error, pause)
                notify(WATCHDOG="1", STATUS=f"waiting for the database: {error}")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause)
            finally:
                self._desk = None
