"""Backs an archive up while it is in use; a backup of either engine is an SQLite file that copydesk opens."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from storage.care.copying import CopyDiffers
from storage.care.place import new_database_file
from storage.errors import CannotOpenDatabase, DatabaseIsDamaged, DatabaseIsFull, storage_error

_PAGES = 2000
"""Pages copied in one go, about 8 MB."""

OnPart = Callable[[int, int], None]
"""Told how many pages are done, and how many there are."""


def backup_file(archive: Path, to: Path, on_part: OnPart, *, replace: bool = False) -> int:
    """Copy an SQLite archive of any version, as it stands at one moment, and check the copy; bytes of it.

    Writers go on meanwhile. `to` gets its name when the copy is whole. Raises `CannotOpenDatabase`,
    `DatabaseIsFull`, `DatabaseIsDamaged`, `CopyDiffers`.
    """
    if not archive.is_file():
        raise CannotOpenDatabase(f"{archive} does not exist: run `copydesk init` to make it")
    if to.exists() and to.samefile(archive):
        raise CannotOpenDatabase(f"{to} is the archive itself: give another name")
    try:
        with new_database_file(to, replace=replace, like=archive) as temporary:
            check_room(temporary.parent, archive.stat().st_size, "the backup")
            _copy(archive, temporary, on_part)
    except sqlite3.Error as error:
        if (meaning := storage_error(error, str(archive))) is None:
            raise
        raise meaning from error
    return to.stat().st_size


def check_room(folder: Path, size: int, what: str) -> None:
    """Raise `DatabaseIsFull` where a folder's disk has less room than `size` bytes."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise DatabaseIsFull(
            f"{folder} has {free // 10**6:,} MB left, and {what} takes up to {-(-size // 10**6):,} MB:"
            " make room"
        )


def _copy(archive: Path, to: Path, on_part: OnPart) -> None:
    with (
        closing(sqlite3.connect(archive, isolation_level=None, timeout=30)) as source,
        closing(sqlite3.connect(to, isolation_level=None)) as target,
    ):
        # Within one transaction of our own all parts are of one moment. Without it, the copy would begin anew
        # each time that somebody else writes: https://sqlite.org/c3ref/backup_finish.html
        source.execute("BEGIN")
        before = _counts(source)
        source.backup(target, pages=_PAGES, progress=lambda _, left, total: on_part(total - left, total))
        target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        _check(target, before, to)


def _check(target: sqlite3.Connection, expected: dict[str, int], to: Path) -> None:
    [(said,)] = target.execute("PRAGMA quick_check(1)").fetchall()
    if said != "ok":
        raise DatabaseIsDamaged(
            f"the archive is damaged, and so would its copy be ({said}): see `copydesk db check`"
        )
    if (found := _counts(target)) != expected:
        wrong = ", ".join(name for name in expected if found.get(name) != expected[name])
        raise CopyDiffers(f"{to} is not used: it has not all rows of {wrong}")


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        " AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  of the schema
        for (name,) in names
    }
