"""SQLite's own connection, for single statements that take minutes and want no transaction around them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from storage.errors import storage_error
from storage.session import Database

_LOOK = 100_000
"""Steps of SQLite's machine between two looks at whether somebody pressed Ctrl-C."""


@contextmanager
def raw_connection(database: Database) -> Iterator[sqlite3.Connection]:
    """A connection of the archive on which each statement is a transaction of its own.

    Errors rise as `StorageError`s; Ctrl-C ends the statement, and leaves no trace of it.
    """
    pooled = database.engine.raw_connection()
    connection = pooled.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    try:
        connection.execute("PRAGMA query_only = 0")
        with interruptible(connection):
            yield connection
    except sqlite3.Error as error:
        if (meaning := storage_error(error, database.url)) is None:
            raise
        raise meaning from error
    finally:
        pooled.invalidate()
        pooled.close()


@contextmanager
def interruptible(connection: sqlite3.Connection) -> Iterator[None]:
    """While SQLite is at work for minutes, let Python see to a Ctrl-C now and then."""
    connection.set_progress_handler(lambda: 0, _LOOK)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        raise KeyboardInterrupt from error
    finally:
        connection.set_progress_handler(None, 0)
