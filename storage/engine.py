"""Makes the SQLAlchemy engine for an archive: what each engine must be told before it is used."""

import re
import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import CannotOpenDatabase, StorageError, storage_error
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
    if url.query and url.query.get("uri") != "true":
        raise CannotOpenDatabase(
            "behind an SQLite file's ? has to stand uri=true, with file: before its path"
        )
    for name, value in url.query.items():
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


def make_engine(url: URL, *, wait: float) -> Engine:
    """An engine whose connections wait up to `wait` seconds for a lock, and raise `StorageError`s.

    Raises `CannotOpenDatabase` if the driver is not installed.
    """
    try:
        engine = _sqlite(url, wait) if url.get_backend_name() == "sqlite" else _postgresql(url, wait)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise CannotOpenDatabase(
            "PostgreSQL needs a driver that is not installed: pip install 'copydesk[postgresql]'"
        ) from error
    name = label(url)

    @event.listens_for(engine, "handle_error", retval=True)
    def translate(context: ExceptionContext) -> BaseException | None:
        error = context.original_exception
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


def _sqlite(url: URL, wait: float) -> Engine:
    # isolation_level=None: the driver starts no transactions of its own, `begin` below does.
    engine = create_engine(url, connect_args={"timeout": wait, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        run = connection.execute
        run("PRAGMA foreign_keys = ON")
        run("PRAGMA synchronous = NORMAL")  # with WAL: a power cut may cost the last moment, never the file
        run("PRAGMA cache_size = -32000")  # 32 MB
        run("PRAGMA journal_size_limit = 64000000")  # bytes: the log shrinks again after a long reader
        know_words(connection)
        _use_wal(connection, patience=wait)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = bool(connection.get_execution_options().get(READING))
        connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
        # A writer takes the lock at once: two that have begun by reading would wait for each other for ever.
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


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
