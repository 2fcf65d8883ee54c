"""Opens a database and hands out transactions on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session, sessionmaker

from storage.engine import READING, label, make_engine, parse_url
from storage.errors import CannotOpenDatabase, DatabaseIsAway
from storage.schema import prepare_schema


class Database:
    """An open archive; may be used from several threads, each in transactions of its own.

    Errors of the engine rise as the `StorageError`s of storage/errors.py, wherever the session is used.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.url = label(engine.url)
        """For a person to read: the file's path, or the URL without its password."""
        reader = engine.execution_options(**{READING: True})
        self._writing = sessionmaker(engine, expire_on_commit=False)
        self._reading = sessionmaker(reader, expire_on_commit=False)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, rolled back if the block raises.

        On SQLite there is one writer at a time: keep it short, and fetch nothing inside it.
        """
        with self._writing.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that cannot write. On SQLite it waits for no writer, and no writer for it."""
        with self._reading() as session:
            yield session

    def reconnect(self) -> None:
        """Close the connections, which may hold on to what is gone; others are made when they are needed."""
        self.engine.dispose()

    def close(self) -> None:
        """Close every connection. Sessions still open must not be used any more."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def open_database(
    url: str, *, upgrade: bool = True, create: bool | None = None, wait: float = 30.0
) -> Database:
    """Open the archive at `url`: an SQLAlchemy URL, or the path of an SQLite file.

    With `upgrade`, an older archive is brought to this version's schema, and one is made where there is none
    (unless `create` is false); several processes may do so at once. Without, nothing is changed, and anything
    but an archive of this version raises. `wait`: seconds to wait for a lock that another process holds.

    Raises `CannotOpenDatabase`, `DatabaseIsNewer`, `DatabaseIsReadOnly`, `DatabaseIsLocked`,
    `DatabaseIsFull` or `DatabaseIsDamaged`, each with a sentence for the user.
    """
    parsed = parse_url(url)
    create = upgrade if create is None else create and upgrade
    if parsed.get_backend_name() == "sqlite":
        check_place(parsed, create=create)
    engine = make_engine(parsed, wait=wait, create=create)
    try:
        prepare_schema(engine, label(parsed), upgrade=upgrade, create=create)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine)


def check_place(url: URL, *, create: bool) -> None:
    """Raise `CannotOpenDatabase` where no SQLite file can be at `url`, or none is and none may be made."""
    # SQLite says "unable to open database file" for each of these.
    path = Path(label(url))
    if path.is_dir():
        raise CannotOpenDatabase(f"{path} is a folder: name a file in it, such as {path / 'copydesk.sqlite'}")
    if not path.parent.is_dir():
        if not create:
            raise DatabaseIsAway(f"{path} is not there: there is no folder {path.parent}")
        raise CannotOpenDatabase(f"{path} cannot be made: there is no folder {path.parent}")
    if not create and not path.exists():
        raise CannotOpenDatabase(f"{path} does not exist: run `copydesk init` to make it")
