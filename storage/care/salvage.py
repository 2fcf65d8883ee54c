"""Saves what can still be read of a damaged SQLite archive into a new one, and says what could not.

Rows are read in the order of the numbers under which SQLite keeps them. Where that fails it goes on from the
next number from which it goes, so that a damaged page of the file costs what stands on it.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import JSON, DateTime, Table, select, update

from storage.care.copying import OnRows, tables
from storage.care.finding import Repair
from storage.care.place import new_database_file
from storage.care.repair import repair
from storage.engine import know_words, label, parse_url
from storage.errors import CannotOpenDatabase, CannotStore
from storage.insert import table_of
from storage.models import Article, Holder, Lease, Page, PageState
from storage.recorded import Clock
from storage.rows import check_row
from storage.schema import VERSION_TABLE, versions
from storage.session import Database, open_database

BATCH = 500
"""Rows after which somebody is told."""
MOST_SINGLY = 100_000
"""Numbers behind a damaged place that are tried one by one, which takes some seconds."""
_FIRST, _LAST = -(2**63), 2**63 - 1
_PASSING = frozenset({Holder.__tablename__, Lease.__tablename__})
"""What only says which processes are alive."""
_PAGES, _ARTICLES = table_of(Page), table_of(Article)


@dataclass(slots=True, kw_only=True)
class SavedTable:
    """What became of one table."""

    table: str
    rows: int = 0
    """Saved."""
    lost: int | None = 0
    """Named by an index of the table, and not to be read; None where no index could be read either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What could be saved of an archive."""

    to: str
    tables: tuple[SavedTable, ...]
    to_fetch: tuple[str, ...]
    """Addresses whose article is lost, and that are due to be fetched again."""

    @property
    def is_all(self) -> bool:
        """Whether nothing was lost."""
        return all(table.lost == 0 for table in self.tables)


def salvage(url: str, to: Path, clock: Clock, on_rows: OnRows) -> Saved:
    """Copy all that can be read of the SQLite archive at `url` to a new file; the damaged one stays as it is.

    What refers to a lost row is let go or made to refer to nothing, as when the row is deleted. Raises
    `CannotOpenDatabase` where it is no file of this version's schema or what tables it has cannot be read, or
    where `to` cannot be made.
    """
    parsed = parse_url(url)
    path = Path(label(parsed))
    if parsed.get_backend_name() != "sqlite":
        raise CannotOpenDatabase(f"{path} is no SQLite file: pg_dump saves what PostgreSQL can read")
    with new_database_file(to) as temporary:
        open_database(str(temporary)).close()
        with closing(_damaged(path)) as source, closing(_new(temporary)) as target:
            saved = [
                _save(source, target, table, on_rows) for table in tables() if table.name not in _PASSING
            ]
            _keep_counting(source, target)
        with open_database(str(temporary)) as database:
            to_fetch = _fetch_again(database, clock())
            repair(database, {Repair.KEYS, Repair.CHAINS, Repair.RUNS}, lambda holder: False, clock)
        with closing(sqlite3.connect(temporary, isolation_level=None)) as target:
            target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
    return Saved(to=str(to), tables=tuple(saved), to_fetch=tuple(to_fetch))


def _damaged(path: Path) -> sqlite3.Connection:
    """A connection that reads. Raises `CannotOpenDatabase` where there is nothing to begin with."""
    if not path.is_file():
        raise CannotOpenDatabase(f"{path} does not exist")
    # Read-only: on closing, SQLite would else take the log over into a file that is to stay as it is.
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, timeout=30
    )
    try:
        connection.execute("PRAGMA cell_size_check = ON")
        found = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608  ours
    except sqlite3.Error as error:
        connection.close()
        raise CannotOpenDatabase(
            f"{path}: what tables it has cannot be read ({error}): restore a backup, or try"
            " `sqlite3 FILE .recover`"
        ) from error
    if found is None or found[0] != versions()[0]:
        connection.close()
        raise CannotOpenDatabase(
            f"{path} has schema {found[0] if found else 'unknown'}, and this version has {versions()[0]}:"
            " save it with the copydesk that made it"
        )
    return connection


def _new(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    know_words(connection)
    # Nobody else knows of the file, and what fails is thrown away.
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _save(
    source: sqlite3.Connection, target: sqlite3.Connection, table: Table, on_rows: OnRows
) -> SavedTable:
    saved = SavedTable(table=table.name)
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    places = ", ".join("?" for _ in table.columns)
    insert = f'INSERT OR IGNORE INTO "{table.name}" ({columns}) VALUES ({places})'  # noqa: S608  of the schema
    reading = Reading(source, table, columns)
    target.execute(f'DELETE FROM "{table.name}"')  # noqa: S608  what a trigger has fed comes as it was
    target.execute("BEGIN")
    nonsense = 0
    for row in reading.rows():
        if not is_whole(table, row):
            nonsense += 1
        elif target.execute(insert, row).rowcount:
            saved.rows += 1
            if saved.rows % BATCH == 0:
                on_rows(table.name, BATCH)
        else:
            nonsense += reading.numbered  # it has the key of another
    target.execute("COMMIT")
    saved.lost = nonsense
    if reading.failed:
        there = _entries(source, table)
        saved.lost = None if there is None else max(there - saved.rows, nonsense)
    return saved


class Reading:
    """Reads what can be read of one table."""

    def __init__(self, source: sqlite3.Connection, table: Table, columns: str) -> None:
        self.numbered = bool(table.dialect_options["sqlite"]["with_rowid"])
        # Without a number for each row the first column of the key serves: several rows may have it.
        self._key = "rowid" if self.numbered else f'"{next(iter(table.primary_key)).name}"'
        self._source = source
        self._statement = (
            f'SELECT {self._key}, {columns} FROM "{table.name}"'  # noqa: S608  names of the schema
            f" WHERE {self._key} BETWEEN ? AND ? ORDER BY {self._key}"
        )
        self.failed = False
        """Whether anything could not be read."""

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows, some of them perhaps twice where they have no numbers."""
        first: int | None = _FIRST
        while first is not None:
            try:
                for row in self._source.execute(self._statement, (first, _LAST)):
                    first = row[0] + self.numbered
                    yield row[1:]
                return
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
            self.failed = True
            # Python's module reads one row ahead, and what it fails by there costs it the row before.
            while (row := self._next(first)) is not None:
                first = row[0] + 1
                yield row[1:]
            broken, first = first, self._readable_after(first)
            if self.numbered:
                yield from self._singly(broken + 1, _LAST if first is None else first)

    def _readable_after(self, broken: int) -> int | None:
        """The next number from which on reading goes, found by ever longer steps and then by halving."""
        step, bad = 1, broken
        while not self._can_read(broken + step):
            bad, step = broken + step, 2 * step
            if broken + step > _LAST:
                return None
        good = broken + step
        while good - bad > 1:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if self._can_read(middle) else (good, middle)
        return good

    def _can_read(self, first: int) -> bool:
        return self._next(first) is not None

    def _next(self, first: int) -> tuple[Any, ...] | None:
        """The first row from a number on; None where there is none, or it cannot be read."""
        try:
            found = self._source.execute(f"{self._statement} LIMIT 1", (first, _LAST)).fetchone()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            return None
        return None if found is None else tuple(found)

    def _singly(self, first: int, end: int) -> Iterator[tuple[Any, ...]]:
        """What was stepped over: between two damaged pages there may be one that is whole."""
        for number in range(first, min(end, first + MOST_SINGLY)):
            try:
                yield from (row[1:] for row in self._source.execute(self._statement, (number, number)))
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Also of text that is none: Python's module says so without a code."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_ERROR)


def is_whole(table: Table, row: tuple[Any, ...]) -> bool:
    """Whether a row holds what the archive would have written: damage can leave nonsense behind."""
    try:
        for column, value in zip(table.columns, row, strict=True):
            if value is None:
                if not column.nullable:
                    return False
            elif isinstance(column.type, JSON):
                json.loads(value)
            elif isinstance(column.type, DateTime) or isinstance(
                getattr(column.type, "impl", None), DateTime
            ):
                datetime.fromisoformat(value)
            elif column.type.python_type in (int, float, str) and not isinstance(
                value, column.type.python_type
            ):
                return False
        check_row(table, {column.name: value for column, value in zip(table.columns, row, strict=True)})
    except (CannotStore, ValueError, TypeError):
        return False
    return True


def _entries(source: sqlite3.Connection, table: Table) -> int | None:
    """How many rows an index says that there are; None where none can be read."""
    name = table.name
    indexes = [
        row[1]
        for row in source.execute(f'PRAGMA index_list("{name}")')
        if not row[4] and not row[1].startswith("sqlite_autoindex")
    ]
    for index in indexes:
        try:
            counted = f'SELECT count(*) FROM "{name}" INDEXED BY "{index}"'  # noqa: S608  names of the schema
            return int(source.execute(counted).fetchone()[0])
        except sqlite3.DatabaseError:
            continue
    return None


def _keep_counting(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """No number that was given comes again: https://sqlite.org/autoinc.html"""
    try:
        given = source.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
    except sqlite3.DatabaseError:
        return
    for name, last in given:
        target.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, name))


def _fetch_again(database: Database, now: datetime) -> list[str]:
    """Make the pages due whose article is lost; their addresses."""
    there = select(_ARTICLES.c.id)
    lost = _PAGES.c.article_id.is_not(None), _PAGES.c.article_id.not_in(there)
    as_new = {
        **dict.fromkeys(("article_id", "etag", "last_modified", "body_hash", "full_fetch_at", "reason")),
        "state": PageState.WAITING,
        "attempts": 0,
        "due_at": now,
    }
    with database.write() as session:
        statement = update(_PAGES).where(*lost).values(as_new).returning(_PAGES.c.url)
        return sorted(session.scalars(statement))
