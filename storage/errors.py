"""The errors an archive raises, and the one place where the engines' own errors become them.

StorageError
├── CannotOpenDatabase       no such place, driver or archive there: the message gives the way out
│   └── DatabaseIsAway       no server or file is there just now: try again when it is back
├── DatabaseIsNewer          written by a newer copydesk: upgrade copydesk
├── DatabaseIsReadOnly       it may be read: open it where it can be written
├── DatabaseIsLocked         another process holds it: nothing was written, try again
│   └── TransactionAborted   two were in each other's way, and this one had to yield: run it again
├── DatabaseIsFull           make room, then run the same command again: nothing filed is lost
├── DatabaseIsDamaged        the file or the disk is at fault: restore a copy
├── DatabaseConnectionLost   the server went away: try again when it is back
├── TakenForDead             another process has taken over: stop, and begin anew
├── CannotStore              one row is at fault: leave it out and go on
├── SourceExists             the name or the address is taken: `.source` says by whom
├── ExtraIsMissing           a library is not installed: the message says how to get it
└── BadQuery                 nothing in the query can be searched: the message says what can
"""

import re
import sqlite3
import unicodedata


class StorageError(Exception):
    """Anything that storage/ raises on purpose. `str()` of it is a sentence for the user."""


class CannotOpenDatabase(StorageError):
    """There is no archive to open there."""


class DatabaseIsAway(CannotOpenDatabase):
    """Its server does not answer, or its file's folder is not there; it may be soon."""


class DatabaseIsNewer(StorageError):
    """The schema was made by a newer copydesk."""


class DatabaseIsReadOnly(StorageError):
    """It can be read, but not written."""


class DatabaseIsLocked(StorageError):
    """Another process kept it locked for longer than we wait."""


class TransactionAborted(DatabaseIsLocked):
    """The server ended the transaction in favour of another; run again, it is likely to succeed."""


class DatabaseIsFull(StorageError):
    """No room is left on its disk."""


class DatabaseIsDamaged(StorageError):
    """Its file cannot be read as it was written."""


class DatabaseConnectionLost(StorageError):
    """The server stopped answering."""


class TakenForDead(StorageError):
    """This process showed no sign of life for so long that another one took its place."""


class CannotStore(StorageError, ValueError):
    """A row holds what no engine can keep; the transaction is as it was before."""


class SourceExists(StorageError):
    """The name or the address of a new source is taken."""

    def __init__(self, message: str, *, source: str) -> None:
        super().__init__(message)
        self.source = source
        """Name of the source that has it."""


class ExtraIsMissing(StorageError, ImportError):
    """What was asked for needs a library that copydesk is installed without."""


class BadQuery(StorageError):
    """A search that asks for nothing, or cannot be understood. `str()` shows the place where it is known."""

    def __init__(
        self, reason: str, *, query: str | None = None, start: int | None = None, end: int | None = None
    ) -> None:
        self.reason = reason
        """The sentence alone."""
        self.query = query
        self.start = start
        """Where in the query, in characters; null where it is about the whole."""
        self.end = end
        if query is None or start is None or end is None:
            super().__init__(reason)
        else:
            super().__init__(f"{reason}\n{_pointed(query, start, end)}")


def _pointed(query: str, start: int, end: int) -> str:
    """The query, and a line of carets under the place."""
    shown = "".join(" " if letter.isspace() else letter for letter in query)
    return f"  {shown.rstrip()}\n  {' ' * _columns(shown[:start])}{'^' * max(1, _columns(shown[start:end]))}"


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    marks = sum(unicodedata.category(letter) in ("Mn", "Me", "Cf") for letter in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


# Result codes, extended or primary: https://sqlite.org/rescode.html
_SQLITE: dict[int, tuple[type[StorageError], str]] = {
    sqlite3.SQLITE_PERM: (CannotOpenDatabase, "may not be opened: check its permissions"),
    sqlite3.SQLITE_BUSY: (DatabaseIsLocked, "is locked by another process: let it finish, then try again"),
    sqlite3.SQLITE_LOCKED: (DatabaseIsLocked, "is locked by another thread: let it finish, then try again"),
    sqlite3.SQLITE_READONLY: (
        DatabaseIsReadOnly,
        "cannot be written: check the permissions of the file and its folder",
    ),
    sqlite3.SQLITE_IOERR: (
        DatabaseIsDamaged,
        "could not be read or written: check the disk, its space and its quota",
    ),
    # A quota and a limit on a file's size come as this one: only of a full disk SQLite says that it is full.
    sqlite3.SQLITE_IOERR_WRITE: (
        DatabaseIsFull,
        "could not be written: check the disk, its space and its quota, then run the same command again",
    ),
    sqlite3.SQLITE_CORRUPT: (
        DatabaseIsDamaged,
        "is damaged: restore a copy, or save what can be read with `copydesk db salvage NEW.sqlite`",
    ),
    sqlite3.SQLITE_FULL: (
        DatabaseIsFull,
        "has no room left on its disk: make room, then run the same command again",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        CannotOpenDatabase,
        "cannot be opened: check the path and the permissions of its folder",
    ),
    sqlite3.SQLITE_TOOBIG: (CannotStore, "cannot keep a value so large"),
    sqlite3.SQLITE_NOTADB: (
        CannotOpenDatabase,
        "is not an SQLite database: give another path, or move that file away",
    ),
}

_OF_THE_FILE = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN}
)

# SQLSTATE, whole or its class: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL: dict[str, tuple[type[StorageError], str]] = {
    "08": (DatabaseConnectionLost, "does not answer any more: try again when the server is back"),
    "22": (CannotStore, "cannot keep a value"),
    "25006": (DatabaseIsReadOnly, "cannot be written: its server or this user's sessions are read-only"),
    "28": (CannotOpenDatabase, "did not let us in: check the user and the password"),
    "3D000": (CannotOpenDatabase, "does not exist: make it with `createdb`"),
    "40001": (TransactionAborted, "was busy with another process: try again"),
    "40P01": (TransactionAborted, "was busy with another process: try again"),
    "42501": (DatabaseIsReadOnly, "cannot be written by this user: grant it the rights"),
    "53100": (DatabaseIsFull, "has no room left on its disk: make room, then run the same command again"),
    "53": (DatabaseIsLocked, "is out of memory or connections: try again later"),
    "54": (CannotStore, "cannot keep a value so large"),
    "55P03": (DatabaseIsLocked, "is locked by another process: let it finish, then try again"),
    "57P": (DatabaseConnectionLost, "was shut down: try again when the server is back"),
    "58": (DatabaseIsDamaged, "could not be read or written: see the server's log"),
    "XX00": (DatabaseIsDamaged, "is damaged: see the server's log"),
}


_REFUSED = re.compile(r"FATAL: .*(authentication|does not exist|pg_hba|permi)|invalid")
"""What a server says, before there is an SQLSTATE to go by, that waiting does not help; in another language
it is taken for a server that is away."""


def storage_error(error: BaseException, database: str, *, connecting: bool = False) -> StorageError | None:
    """What an engine's own error means; None where it is not about the database as a whole or one value.

    `database` is its name for a person (without a password); `connecting`: it arose before there was a
    connection.
    """
    found = _of_sqlite(error) if isinstance(error, sqlite3.Error) else _of_postgresql(error, connecting)
    if found is None:
        return None
    kind, meaning = found
    return kind(f"{database} {meaning} ({_first_line(error)})")


def is_of_the_file(error: BaseException) -> bool:
    """Whether SQLite could not read or write its file: a connection may hold on to a disk that is gone."""
    code = getattr(error, "sqlite_errorcode", None) if isinstance(error, sqlite3.Error) else None
    return code is not None and code & 0xFF in _OF_THE_FILE


def _of_sqlite(error: sqlite3.Error) -> tuple[type[StorageError], str] | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else _SQLITE.get(code) or _SQLITE.get(code & 0xFF)


def _of_postgresql(error: BaseException, connecting: bool) -> tuple[type[StorageError], str] | None:
    state: str | None = getattr(error, "sqlstate", None)
    if connecting and state is None:
        if _REFUSED.search(str(error)):
            return CannotOpenDatabase, "cannot be reached: check the address, the user and the password"
        return DatabaseIsAway, "cannot be reached: check the address, or try again when the server is back"
    if state is not None:
        return next((_POSTGRESQL[state[:n]] for n in (5, 4, 3, 2) if state[:n] in _POSTGRESQL), None)
    # psycopg's own errors carry no SQLSTATE: a value it refuses to send, or a connection that broke.
    match type(error).__name__:
        case "DataError":
            return _POSTGRESQL["22"]
        case "OperationalError":
            return _POSTGRESQL["08"]
        case _:
            return None


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].strip()
