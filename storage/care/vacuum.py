"""Gives back the space of what was deleted, and brings the engine's statistics up to date."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from storage.care.backup import check_room
from storage.care.finding import OnStep
from storage.care.raw import raw_connection
from storage.care.words import full_texts
from storage.models import Base
from storage.session import Database

_ROWS = 1000
"""Rows of each index that statistics are made from: https://sqlite.org/lang_analyze.html"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacuumed:
    """The size of the archive, in bytes."""

    before: int
    after: int


def vacuum(database: Database, on_step: OnStep, *, full: bool = False) -> Vacuumed:
    """Make the archive small. It is locked meanwhile on SQLite, and with `full` on PostgreSQL.

    On PostgreSQL, without `full`, the room is kept for what comes next, and nobody waits. Stopped at any
    point, the archive is whole. Raises `DatabaseIsFull` before anything is done, and `DatabaseIsLocked`.
    """
    if database.engine.dialect.name == "sqlite":
        return _vacuum_file(database, Path(database.url), on_step)
    return _vacuum_tables(database, on_step, full=full)


def _vacuum_file(database: Database, path: Path, on_step: OnStep) -> Vacuumed:
    before = file_size(path)
    _check_rooms(path, before)
    with raw_connection(database) as connection:
        for name, *_ in full_texts():
            on_step("the full text is joined together")
            connection.execute(f'INSERT INTO "{name}"("{name}") VALUES (\'optimize\')')  # noqa: S608
        on_step("statistics")
        connection.execute(f"PRAGMA analysis_limit = {_ROWS}")
        connection.execute("ANALYZE")
        on_step("the file is written anew")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Vacuumed(before=before, after=file_size(path))


def file_size(path: Path) -> int:
    """Bytes of an SQLite database and its log."""
    parts = (path, Path(f"{path}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


def _check_rooms(path: Path, size: int) -> None:
    # The file is written anew to a temporary one, and from there through the log back to where it was.
    folder, scratch = path.parent, _scratch_folder()
    together = folder.stat().st_dev == scratch.stat().st_dev
    check_room(folder, 2 * size if together else size, "a vacuum")
    if not together:
        check_room(scratch, size, "a vacuum (SQLITE_TMPDIR names another folder)")


def _scratch_folder() -> Path:
    """Where SQLite puts temporary files: https://sqlite.org/tempfiles.html#temporary_file_storage_locations"""
    named = (os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp")  # noqa: S108
    folders = (Path(name) for name in named if name)
    return next((folder for folder in folders if folder.is_dir() and os.access(folder, os.W_OK)), Path())


def _vacuum_tables(database: Database, on_step: OnStep, *, full: bool) -> Vacuumed:
    how = "FULL, ANALYZE" if full else "ANALYZE"
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        size: Callable[[], int] = lambda: connection.scalar(_TABLE_SIZES, {"names": names}) or 0  # noqa: E731
        names = [table.name for table in Base.metadata.sorted_tables]
        before = size()
        for name in names:
            on_step(name)
            connection.execute(text(f'VACUUM ({how}) "{name}"'))
        return Vacuumed(before=before, after=size())


_TABLE_SIZES = text(
    "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class"
    " WHERE relkind = 'r' AND relname = ANY(:names) AND relnamespace = current_schema()::regnamespace"
)
