"""What an archive is made of: how many of each thing, and how much room it takes. Quick at any size."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table, func, select, text

from storage.care.vacuum import file_size
from storage.durability import settings_of
from storage.engine import READING
from storage.models import Base
from storage.schema import schema_version
from storage.session import Database

_MEASURED = 200_000_000
"""Bytes up to which the parts of a file are measured unasked: all of it has to be read for that."""
_COUNTED = 2_000_000
"""Ids up to which rows are counted; beyond it they are estimated, as a count would take seconds."""
_PARTS = {
    "articles": "articles",
    "bands": "bands",
    "revisions": "revisions",
    "changes": "changes",
    "visits": "visits",
    **dict.fromkeys(("pages", "seeds", "hosts", "rests"), "frontier"),
}
_WORDS = ("articles_fts", "ix_articles_words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many rows a table has."""

    rows: int
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveInfo:
    """An archive at a glance."""

    archive: str
    """Its name for a person."""
    engine: str
    """"SQLite 3.45.1", "PostgreSQL 18.1"."""
    schema: str | None
    size: int
    """Bytes on the disk, with indexes and log."""
    parts: Mapping[str, int] | None
    """Bytes of each part, largest first; None where they were not measured."""
    free: int | None
    """Bytes within the file that hold nothing any more; None on PostgreSQL."""
    counts: Mapping[str, Count]
    """Of each table whose rows mean something, by its name."""
    durability: Mapping[str, str]
    """The settings by which a commit outlives a power cut, or does not: see storage/durability.py."""


def archive_info(database: Database, *, measure: bool = False) -> ArchiveInfo:
    """Tell what an archive is made of; `measure`: also the parts of a large file, which is read whole."""
    version = schema_version(database.engine, database.url)
    with database.engine.connect().execution_options(**{READING: True}) as connection, connection.begin():
        if database.engine.dialect.name == "postgresql":
            sizes = _server_sizes(connection)
            return ArchiveInfo(
                archive=database.url,
                engine=f"PostgreSQL {connection.scalar(text('SHOW server_version'))}".split(" (")[0],
                schema=version,
                size=sizes.total(),
                parts=dict(sizes.most_common()),
                free=None,
                counts={table.name: _estimate(connection, table) for table in _countable()},
                durability=settings_of(connection),
            )
        size = file_size(Path(database.url))
        sizes = _file_sizes(connection) if measure or size <= _MEASURED else Counter()
        return ArchiveInfo(
            archive=database.url,
            engine=f"SQLite {sqlite3.sqlite_version}",
            schema=version,
            size=size,
            parts=dict(sizes.most_common()) or None,
            free=_free(connection),
            counts={table.name: _count(connection, table) for table in _countable()},
            durability=settings_of(connection),
        )


def _part(table: str, index: str) -> str:
    if table.startswith(_WORDS) or index.startswith(_WORDS):
        return "full text"
    return _PARTS.get(table, "other")


def _server_sizes(connection: Connection) -> Counter[str]:
    names = [table.name for table in Base.metadata.sorted_tables]
    sizes: Counter[str] = Counter()
    tables = text(
        "SELECT relname, pg_table_size(oid) FROM pg_class WHERE relkind = 'r' AND relname = ANY(:names)"
        " AND relnamespace = current_schema()::regnamespace"
    )
    for name, size in connection.execute(tables, {"names": names}):
        sizes[_part(name, "")] += size
    indexes = text(
        "SELECT t.relname, x.relname, pg_relation_size(x.oid) FROM pg_index i"
        " JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid"
        " WHERE t.relname = ANY(:names) AND t.relnamespace = current_schema()::regnamespace"
    )
    for name, index, size in connection.execute(indexes, {"names": names}):
        sizes[_part(name, index)] += size
    return sizes


def _file_sizes(connection: Connection) -> Counter[str]:
    """Nothing where SQLite was built without this table: https://sqlite.org/dbstat.html"""
    sizes: Counter[str] = Counter()
    if not connection.scalar(text("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'")):
        return sizes
    rows = connection.execute(
        text(
            "SELECT coalesce(m.tbl_name, s.name), s.name, s.pgsize FROM dbstat s"
            " LEFT JOIN sqlite_master m ON m.name = s.name WHERE s.aggregate = TRUE"
        )
    )
    for table, index, size in rows:
        sizes[_part(table, index)] += size
    return sizes


def _free(connection: Connection) -> int:
    pages, size = (connection.scalar(text(f"PRAGMA {name}")) or 0 for name in ("freelist_count", "page_size"))
    return int(pages * size)


def _countable() -> list[Table]:
    """Without tables of pairs (the bands): their rows say nothing, and to count them takes seconds."""
    return [table for table in Base.metadata.sorted_tables if len(table.primary_key.columns) == 1]


def _count(connection: Connection, table: Table) -> Count:
    """By the ids where there are many: rows that were deleted count in then."""
    key = table.autoincrement_column
    if key is not None:
        first, last = (connection.scalar(select(edge(key))) for edge in (func.min, func.max))
        span = 0 if last is None or first is None else last - first + 1
        if span > _COUNTED:
            return Count(rows=span, exact=False)
    return Count(rows=connection.scalar(select(func.count()).select_from(table)) or 0, exact=True)


def _estimate(connection: Connection, table: Table) -> Count:
    """By what the last ANALYZE saw, where the table is large: a count would read it whole."""
    statement = text(
        "SELECT reltuples::bigint, pg_relation_size(oid) FROM pg_class WHERE oid = to_regclass(:name)"
    )
    known, size = connection.execute(statement, {"name": table.name}).one()
    if known >= 0 and size > _MEASURED:
        return Count(rows=known, exact=False)
    return Count(rows=connection.scalar(select(func.count()).select_from(table)) or 0, exact=True)
