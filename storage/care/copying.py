"""Copies every row of an archive into an empty one, on either engine, and makes sure that none is missing."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, Connection, String, Table, delete, func, insert, select, text

from storage.care.digest import BATCH, TableDigest, Tally, plain, plain_rows
from storage.engine import READING
from storage.errors import CannotStore, StorageError, storage_error
from storage.models import Base
from storage.rows import check_row
from storage.session import Database

_CHUNK = 100 * BATCH
"""Rows sent to PostgreSQL in one COPY: it remembers each until it has looked at its foreign keys."""

Rows = Sequence[Sequence[Any]]
OnRows = Callable[[str, int], None]
"""Told the table's name, and how many of its rows were done just now."""


class CopyDiffers(StorageError):
    """The copy does not hold what the archive holds; nothing is left of it."""


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """A connection that sees the archive as it stands now, whatever is written meanwhile."""
    options: dict[str, Any] = {READING: True}
    if database.engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with database.engine.connect().execution_options(**options) as connection, connection.begin():
        connection.execute(select(func.count()).select_from(Base.metadata.tables["sources"]))  # from now on
        yield connection


def tables() -> list[Table]:
    """Every table of the archive, each behind those that it refers to."""
    return list(Base.metadata.sorted_tables)


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables()}


def copy_rows(source: Connection, target: Connection, on_rows: OnRows, name: str) -> list[TableDigest]:
    """Copy all tables, and return what was read. `name`: the target's, for messages. Ids are kept.

    What the target's own triggers feed comes of itself; a table of the archive that they feed as well is
    emptied before its rows are copied. Raises `CannotStore`, naming the row that no engine can keep.
    """
    digests = []
    for table in tables():
        target.execute(delete(table))
        tally = Tally(table)
        batches = _checked(table, plain_rows(source, table), tally, on_rows)
        if target.dialect.name == "sqlite":
            _insert(target, table, batches)
        else:
            _copy_in(target, table, batches, name)
        digests.append(tally.digest())
    _keep_counting(target, last_ids(source))
    return digests


def compare(copied: Sequence[TableDigest], target: Connection, on_rows: OnRows, name: str) -> None:
    """Read the copy back. Raises `CopyDiffers` where a table does not hold what was copied into it."""
    for table, expected in zip(tables(), copied, strict=True):
        tally = Tally(table)
        for batch in plain_rows(target, table):
            for row in batch:
                tally.add(row)
            on_rows(table.name, len(batch))
        if (found := tally.digest()) != expected:
            what = (
                f"has {found.rows:,} rows of {expected.rows:,}"
                if found.rows != expected.rows
                else "does not hold what it should"
            )
            raise CopyDiffers(f"{name} is not used: its table {table.name} {what}")


def _checked(table: Table, batches: Iterator[Rows], tally: Tally, on_rows: OnRows) -> Iterator[Rows]:
    has_text = any(isinstance(column.type, JSON | String) for column in table.columns)
    for batch in batches:
        for row in batch:
            if has_text:
                _check(table, row)
            tally.add(row)
        yield batch
        on_rows(table.name, len(batch))


def _check(table: Table, row: Sequence[Any]) -> None:
    values = dict(zip(table.columns.keys(), row, strict=True))
    try:
        for column in table.columns:
            if isinstance(column.type, JSON) and values[column.name] is not None:
                values[column.name] = json.loads(values[column.name])
        check_row(table, values)
    except ValueError as error:
        key = ", ".join(str(values[column.name]) for column in table.primary_key)
        raise CannotStore(f"{table.name} {key} cannot be copied: {error}") from error


def _insert(target: Connection, table: Table, batches: Iterator[Rows]) -> None:
    statement, names = insert(plain(table)), table.columns.keys()
    for batch in batches:
        target.execute(statement, [dict(zip(names, row, strict=True)) for row in batch])


def _copy_in(target: Connection, table: Table, batches: Iterator[Rows], name: str) -> None:
    # Keys that point into the table itself are looked at when the statement ends, so that is one statement.
    # https://www.postgresql.org/docs/current/sql-copy.html
    refers_to_itself = any(key.column.table is table for key in table.foreign_keys)
    quoted = target.dialect.identifier_preparer
    columns = ", ".join(quoted.quote(column) for column in table.columns.keys())  # noqa: SIM118  no dict
    statement = f"COPY {quoted.format_table(table)} ({columns}) FROM STDIN"
    going_on = True
    while going_on:
        chunk = _Chunk(batches, None if refers_to_itself else _CHUNK)
        try:
            driver: Any = target.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                for row in chunk:
                    copy.write_row(row)
        except StorageError:
            raise
        except Exception as error:
            if (meaning := storage_error(error, name)) is None:
                raise
            raise meaning from error
        going_on = chunk.cut_off


class _Chunk:
    """The next rows, about so many, and whether there may be more."""

    def __init__(self, batches: Iterator[Rows], most: int | None) -> None:
        self._batches, self._most = batches, most
        self.cut_off = False

    def __iter__(self) -> Iterator[Sequence[Any]]:
        given = 0
        for batch in self._batches:
            yield from batch
            given += len(batch)
            if self._most is not None and given >= self._most:
                self.cut_off = True
                return


def last_ids(connection: Connection) -> dict[str, int]:
    """The last id that each table with numbered rows has given; it may be gone, and never comes again."""
    found = {}
    for table in tables():
        if table.autoincrement_column is None:
            continue
        if connection.dialect.name == "postgresql":
            sequence = _sequence_of(connection, table)
            last = sequence and connection.scalar(
                text(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608  a name of the catalog
            )
        elif _is_counted(table):
            statement = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
            last = connection.scalar(statement, {"name": table.name})
        else:
            last = connection.scalar(select(func.max(table.autoincrement_column)))
        if last:
            found[table.name] = int(last)
    return found


def _keep_counting(target: Connection, last: dict[str, int]) -> None:
    """Have the next rows numbered on from the last ones."""
    for table in tables():
        if table.name not in last:
            continue
        values = {"name": table.name, "last": last[table.name]}
        if target.dialect.name == "postgresql":
            if sequence := _sequence_of(target, table):
                target.execute(text("SELECT setval(:name, :last)"), values | {"name": sequence})
        elif _is_counted(table):
            target.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
            target.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)


def _sequence_of(connection: Connection, table: Table) -> str | None:
    column = table.autoincrement_column
    assert column is not None
    statement = text("SELECT pg_get_serial_sequence(:name, :column)")
    found: str | None = connection.scalar(statement, {"name": table.name, "column": column.name})
    return found


def _is_counted(table: Table) -> bool:
    """Whether SQLite never gives an id of the table twice: https://sqlite.org/autoinc.html"""
    return bool(table.dialect_options["sqlite"]["autoincrement"])
