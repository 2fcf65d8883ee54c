"""Files that appear whole, or not at all."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from crawler.cli.failures import CommandFailed
from storage.new_file import BESIDE, new_file_beside

_SQLITE = b"SQLite format 3\0"
"""What such a file begins with: https://sqlite.org/fileformat.html#the_database_header"""


@contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[TextIO]:
    """A UTF-8 text file to write that takes the place of `path` at the end of the block.

    If the block raises, what stood at `path` stands there still. A device or a pipe is written as it is.
    `private`: a new file may be read by its owner alone.
    Raises OSError, with the path that the user gave.
    """
    with whole_binary_file(path, private=private) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            yield text
            text.flush()
        finally:
            with _no_second_error():
                text.detach()


@contextmanager
def whole_binary_file(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """The same for bytes."""
    try:
        with _whole_file(path, private) as file:
            yield file
    except OSError as error:
        # A write that fails names no file. A closed pipe is no fault of the file's.
        if error.filename is None and not isinstance(error, BrokenPipeError):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


@contextmanager
def _whole_file(path: Path, private: bool) -> Iterator[BinaryIO]:
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    place = path.resolve()  # a link stays a link
    _spare_archives(place, path)
    try:
        descriptor, temporary = new_file_beside(place, private=private)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        temporary.replace(place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _spare_archives(place: Path, named: Path) -> None:
    """Raises CommandFailed where the file would take the place of an archive, any archive, or of its log."""
    for rest in ("", *BESIDE):
        database = place.with_name(place.name.removesuffix(rest)) if place.name.endswith(rest) else place
        if database.is_file():
            with database.open("rb") as file:
                if file.read(len(_SQLITE)) == _SQLITE:
                    what = "is an archive" if database == place else f"belongs to the archive {database}"
                    raise CommandFailed(f"{named} {what}: give another name, or move it away")


@contextmanager
def _no_second_error() -> Iterator[None]:
    # What could not be written is tried once more when the text lets go of the file: the first error tells.
    try:
        yield
    except OSError:
        return
