"""Makes the SQLAlchemy engine for an archive: what each engine must be told before it is used."""

import re
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from storage.errors import CannotOpenDatabase, StorageError, is_of_the_file, storage_error
from storage.search.marks import marks_of_row
from storage.search.words import stream

READING = "copydesk_reading"
"""Execution option: the transaction only reads, so that on SQLite it need not wait for a writer."""

_CONNECTION = {
    "connect_timeout": 10,
    # A server that cannot be reached any more is noticed within a minute; else the kernel waits for a quarter
    # of an hour for an answer to what was sent, and for ever where nothing was.
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,
}
"""How PostgreSQL is connected to where the URL says nothing else: seconds, the last one milliseconds.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

_DURABLE = "FULL"
"""With WAL: each commit is written through to the disk. https://sqlite.org/pragma.html#pragma_synchronous"""
_SYNCHRONOUS = frozenset({"OFF", "NORMAL", "FULL", "EXTRA"})
"""What `?synchronous=` of an SQLite URL may say."""
_FILE = "copydesk_file"
"""Under this name a connection of the pool remembers which file it has open."""


_NO_URL = "that is no database URL; one looks like postgresql://user@host/name"
_NO_PATH = re.compile(
    r"(?i)(?:^\s*|/)(?:postgres\w*|mysql|sqlite)(?:\+\w+)?(?::|//|/[^/\s]*:[^/\s]*@)|\b(?:password|dbname|host)\s*="
)
"""A URL written wrongly, or what libpq connects by: as a path, its password would stand in messages."""
_SQLITE_MAY = {
    "uri": ("true",),
    "mode": ("ro", "rw", "rwc"),
    "immutable": ("0", "1"),
    "nolock": ("0", "1"),
}
"""https://sqlite.org/uri.html#recognized_query_parameters"""


def parse_url(url: str) -> URL:
    """The database that `url` names: an SQLAlchemy URL, or else the path of an SQLite file.

    Raises `CannotOpenDatabase` for what is neither.
    """
    if "://" not in url:
        if _NO_PATH.search(url):
            raise CannotOpenDatabase(_NO_URL)
        if not url.strip() or url == ":memory:":
            raise CannotOpenDatabase("a database needs a path, such as copydesk.sqlite")
        return URL.create("sqlite", database=str(Path(url).expanduser()))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise CannotOpenDatabase(_NO_URL) from None  # it would tell what was given
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise CannotOpenDatabase(
            f"copydesk keeps an archive in SQLite or PostgreSQL, not in {parsed.drivername}"
        )
    if "@" in (parsed.host or ""):  # part of a password, and would be told as a host
        raise CannotOpenDatabase(f"{_NO_URL}; in a password, @ is written %40, / %2F and : %3A")
    if parsed.get_backend_name() == "sqlite" and (parsed.database or ":memory:") == ":memory:":
        raise CannotOpenDatabase("a database needs a path, such as sqlite:///copydesk.sqlite")
    if parsed.get_backend_name() == "sqlite":
        _check_query(parsed)
    return parsed


def _check_query(url: URL) -> None:
    """Raise `CannotOpenDatabase` for what an SQLite URL may not ask for: another file system, memory."""
    if _synchronous(url) not in _SYNCHRONOUS:
        raise CannotOpenDatabase("synchronous= is FULL (every commit is on the disk), NORMAL, EXTRA or OFF")
    asked = url.difference_update_query(["synchronous"]).query
    if asked and asked.get("uri") != "true":
        raise CannotOpenDatabase(
            "behind an SQLite file's ? has to stand uri=true, with file: before its path"
        )
    for name, value in asked.items():
        if value not in _SQLITE_MAY.get(name, ()):
            allowed = "; ".join(f"{key}={'|'.join(values)}" for key, values in _SQLITE_MAY.items())
            raise CannotOpenDatabase(f"behind an SQLite file's ? may stand {allowed}")


_SECRET = re.compile("password|secret|token")


def label(url: URL) -> str:
    """The database's name for a person: the path of a file, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database).removeprefix("file:")
    secret = [name for name in url.query if _SECRET.search(name)]  # also that of a key
    return url.difference_update_query(secret).render_as_string(hide_password=True)


def make_engine(url: URL, *, wait: float, create: bool = True) -> Engine:
    """An engine whose connections wait up to `wait` seconds for a lock, and raise `StorageError`s.

    Without `create` no file of SQLite is made where there is none. Raises `CannotOpenDatabase` if the driver
    is not installed.
    """
    try:
        engine = (
            _sqlite(url, wait, create=create)
            if url.get_backend_name() == "sqlite"
            else _postgresql(url, wait)
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise CannotOpenDatabase(
            "PostgreSQL needs a driver that is not installed: pip install 'copydesk[postgresql]'"
        ) from error
    name = label(url)

    @event.listens_for(engine, "handle_error", retval=True)
    def translate(context: ExceptionContext) -> BaseException | None:
        error = context.original_exception
        if context.is_pre_ping:  # the pool only asks whether a connection is alive, and makes another
            return None
        if is_of_the_file(error):  # the disk may be back, and this connection would not know
            context.is_disconnect = True
        return _cause(error) or storage_error(error, name, connecting=context.connection is None)

    return engine


def _cause(error: BaseException) -> StorageError | None:
    # SQLite rolls everything back by itself when the disk is full; the ROLLBACK TO that follows then finds no
    # savepoint. The first error is the one to tell of.
    first = error.__context__
    if isinstance(first, StorageError) and "no such savepoint" in str(error):
        return type(first)(*first.args)
    return None


def _postgresql(url: URL, wait: float) -> Engine:
    defaults = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    options = f"-c timezone=UTC -c lock_timeout={int(wait * 1000)}"
    given = url.query.get("options")
    if isinstance(given, str):
        options = f"{options} {given}"
    engine = create_engine(
        url.difference_update_query(["options"]),
        connect_args={"options": options} | defaults,
        pool_pre_ping=True,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Not SQLAlchemy's postgresql_readonly: after it, writers say READ WRITE, and so override what the
        # server or the user is set to.
        if connection.get_execution_options().get(READING):
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    return engine


def _sqlite(url: URL, wait: float, *, create: bool) -> Engine:
    # isolation_level=None: the driver starts no transactions of its own, `begin` below does.
    engine = create_engine(
        url.difference_update_query(["synchronous"]),
        connect_args={"timeout": wait, "isolation_level": None},
    )
    path, synchronous = label(url), _synchronous(url)

    made = not create

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, _: ConnectionPoolEntry, names: list[str], options: dict[str, Any]) -> Any:
        if "uri" in options:
            return None  # as the URL says
        # Later on SQLite would make an empty file where the disk that has the archive is away just now.
        name = f"file:{quote(str(names[0]))}?mode={'rw' if made else 'rwc'}"
        return dialect.connect(name, **options, uri=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        nonlocal made
        run = connection.execute
        run("PRAGMA foreign_keys = ON")
        run(f"PRAGMA synchronous = {synchronous}")
        run("PRAGMA cache_size = -32000")  # 32 MB
        run("PRAGMA journal_size_limit = 64000000")  # bytes: the log shrinks again after a long reader
        know_words(connection)
        _use_wal(connection, patience=wait)
        entry.info[_FILE], made = _file_at(path), True

    @event.listens_for(engine, "checkout")
    def same_file(_: Any, entry: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        # Another may stand there by now, or none: what is written to one that is gone would be lost.
        if entry.info.get(_FILE) != _file_at(path):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = bool(connection.get_execution_options().get(READING))
        connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
        # A writer takes the lock at once: two that have begun by reading would wait for each other for ever.
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _synchronous(url: URL) -> str:
    asked = url.query.get("synchronous", _DURABLE)
    return asked.upper() if isinstance(asked, str) and url.get_backend_name() == "sqlite" else _DURABLE


def _file_at(path: str) -> tuple[int, int] | None:
    """Which file stands at a path; None where there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def know_words(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that the triggers of the full text call; PostgreSQL has its own."""

    def words(text: str | None) -> str:
        return " ".join(stream(text or ""))

    connection.create_function("copydesk_stream", 1, words, deterministic=True)
    connection.create_function("copydesk_marks", 7, marks_of_row, deterministic=True)
    # Some builds let no trigger call a function that is not SQLite's own.
    connection.execute("PRAGMA trusted_schema = ON")


def _use_wal(connection: sqlite3.Connection, *, patience: float) -> None:
    # Switching needs the file for itself, and SQLite does not wait for that: without this, of several
    # processes that open a new file at the same moment some would fail.
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
                return
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
