"""The file that an export goes to: hashed as it is written, and compressed if that is wanted."""

import gzip
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from storage.export.manifest import Digest

_LEVEL = 6


class Hashed(io.RawIOBase):
    """A file to write that knows the hash of what went through it, if that is wanted."""

    def __init__(self, file: BinaryIO, hashed: bool) -> None:
        self._file = file
        self._hash = hashlib.sha256() if hashed else None
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Write all of it."""
        self._file.write(data)
        if self._hash is not None:
            self._hash.update(data)
        size = memoryview(data).nbytes
        self._size += size
        return size

    def tell(self) -> int:
        """The bytes written so far."""
        return self._size

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()

    def digest(self) -> Digest:
        """Of all that was written so far. Raises ValueError where it was not wanted."""
        if self._hash is None:
            raise ValueError("nothing was hashed")
        return Digest(size=self._size, sha256=self._hash.hexdigest())


class Target:
    """Where an export is written to. After the block of `open_target`, both digests are whole."""

    def __init__(self, file: Hashed, content: Hashed) -> None:
        self._file, self._content = file, content
        self.binary = cast("BinaryIO", content)
        self.text = io.TextIOWrapper(self.binary, encoding="utf-8", newline="")

    @property
    def file(self) -> Digest:
        """Of the file."""
        return self._file.digest()

    @property
    def content(self) -> Digest:
        """Of what is in it, before it was compressed."""
        return self._content.digest()


@contextmanager
def open_target(file: BinaryIO, *, compressed: bool, hashed: bool) -> Iterator[Target]:
    """Write to `file`, which stays open.

    `compressed`: as gzip, in which no time and no name stands. `hashed`: the digests are wanted.
    """
    outer = Hashed(file, hashed)
    if not compressed:
        target = Target(outer, outer)
        yield target
        target.text.flush()
        return
    packed = gzip.GzipFile("", "wb", _LEVEL, cast("BinaryIO", outer), mtime=0)
    with packed:
        target = Target(outer, Hashed(cast("BinaryIO", packed), hashed))
        yield target
        target.text.flush()
