"""Makes a file beside the place that it will take, under a name that nobody can foresee."""

import os
import secrets
from pathlib import Path

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database: https://sqlite.org/tempfiles.html"""
_TRIES = 20


def new_file_beside(place: Path, like: Path | None = None, *, private: bool = False) -> tuple[int, Path]:
    """A descriptor to write, and the path: made now, by us, and no link of somebody else's.

    What stands at `place` already may be read by the same people afterwards; a new file by those whom the
    umask lets, of those who may read `like`, or by its owner alone if it is `private`. The kernel sees to
    that: to ask for the umask is to set it for a moment, for every thread. Raises OSError.
    """
    mode = place.stat().st_mode & 0o777 if place.is_file() else None
    most = (
        0o600 if mode is not None or private else like.stat().st_mode & 0o666 if like is not None else 0o666
    )
    for _ in range(_TRIES):
        path = place.with_name(f".{place.name[:200]}.{secrets.token_hex(6)}")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, most)
        except FileExistsError:
            continue
        if mode is not None:
            os.fchmod(descriptor, mode)
        return descriptor, path
    raise FileExistsError(f"{place.parent} has a file of every name that was tried")
