"""A database file that appears whole under its name, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import CannotOpenDatabase
from storage.new_file import BESIDE, new_file_beside


@contextmanager
def new_database_file(path: Path, *, replace: bool = False, like: Path | None = None) -> Iterator[Path]:
    """A temporary name beside `path` for a file that takes its name at the end of the block.

    It is written through to the disk first. If the block raises, nothing is left of it, and what stood at
    `path` stands there still. Nobody may read it who may not read `like`. Raises `CannotOpenDatabase` where
    there is something, unless `replace`, and where `path` seems to be open: SQLite would apply the log of the
    old database to the new one.
    """
    _check(path, replace=replace)
    descriptor, temporary = new_file_beside(path, like)
    os.close(descriptor)
    try:
        yield temporary
        _write_through(temporary)
        _check(path, replace=replace)  # it may have come up meanwhile
        temporary.replace(path)
        _write_through(path.parent)
    finally:
        for rest in ("", *BESIDE):
            Path(f"{temporary}{rest}").unlink(missing_ok=True)


def _check(path: Path, *, replace: bool) -> None:
    if path.is_dir():
        raise CannotOpenDatabase(f"{path} is a folder: name a file in it, such as {path / 'copydesk.sqlite'}")
    if not path.parent.is_dir():
        raise CannotOpenDatabase(f"{path} cannot be made: there is no folder {path.parent}")
    if path.exists() and not replace:
        raise CannotOpenDatabase(f"{path} is there already: give another name, or move it away")
    for rest in BESIDE:
        if Path(f"{path}{rest}").exists():
            raise CannotOpenDatabase(
                f"{path}{rest} is there: {path} is open, or was never closed; give another name"
            )


def _write_through(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
