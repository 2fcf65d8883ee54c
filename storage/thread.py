"""The archive for an asyncio loop: every transaction runs on one thread of its own, one after the other."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.orm import Session

from storage.errors import TransactionAborted
from storage.session import Database

T = TypeVar("T")

PAUSES = (0.05, 0.2, 0.8)
"""Seconds before a transaction is run again that the server ended in favour of another."""


class ArchiveThread:
    """Awaitable transactions. One thread is enough (SQLite has one writer) and keeps their order."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction, committed when it returns. Raises what it raises, and StorageError.

        Where the server ends the transaction because another is in its way, `work` is run again.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, work)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` on a session that is only read. Raises what it raises, and StorageError."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, work)

    def close(self) -> None:
        """Wait for the transactions that were asked for."""
        self._thread.shutdown(wait=True)

    def _write(self, work: Callable[[Session], T]) -> T:
        for pause in PAUSES:
            try:
                return self._write_once(work)
            except TransactionAborted:
                time.sleep(pause)
        return self._write_once(work)

    def _write_once(self, work: Callable[[Session], T]) -> T:
        with self._database.write() as session:
            return work(session)

    def _read(self, work: Callable[[Session], T]) -> T:
        with self._database.read() as session:
            return work(session)
