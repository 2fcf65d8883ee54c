"""Serves until it is told to stop, through every absence of its database."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress

from crawler.config import Config
from crawler.desk import Desk, open_desk
from crawler.progress import Progress
from crawler.service.service import Service
from crawler.service.supervisor import notify
from storage.errors import StorageError
from storage.session import Database

PAUSES = (1, 2, 5, 10, 30, 60)
"""Seconds between two tries to reach a database that is away; the last for as long as it takes."""

logger = logging.getLogger(__name__)


class Server:
    """A service, with a fresh desk after each failure of the database."""

    def __init__(
        self, config: Config, database: Database, opened: Callable[[Desk], None], progress: Progress
    ) -> None:
        """`opened` is called with each desk."""
        self._config, self._database, self._opened, self._progress = config, database, opened, progress
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
        while not self._stopping.is_set():
            try:
                async with open_desk(self._config, self._database, self._progress) as desk:
                    self._desk = desk
                    self._opened(desk)
                    pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
                    await Service(desk).run()
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
