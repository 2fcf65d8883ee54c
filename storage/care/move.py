"""Moves an archive to an empty database, on the other engine or the same."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from storage.care.copying import OnRows, compare, copy_rows, snapshot, tables
from storage.care.digest import TableDigest
from storage.care.place import new_database_file
from storage.engine import label, make_engine, parse_url
from storage.errors import CannotOpenDatabase
from storage.models import Change
from storage.session import Database, open_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy holds."""

    to: str
    """The copy's name for a person."""
    tables: tuple[TableDigest, ...]
    """Of the archive as it was copied, and of the copy: both are the same."""
    filed_meanwhile: int
    """Changes that came into the archive while it was copied; they are not in the copy."""

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)


def move_archive(source: Database, target: str, on_rows: OnRows) -> Copied:
    """Copy the archive to the database that `target` names, which is to be empty; the archive stays.

    It is copied as it stands at one moment, and read back and compared before it is there for others: if
    this raises, or the process dies, a file is not there, and a database of PostgreSQL holds no row. Raises
    `CannotOpenDatabase` where it cannot be a target, `CannotStore`, `CopyDiffers`.
    """
    url = parse_url(target)
    if url.get_backend_name() == "sqlite":
        return copy_to_file(source, Path(label(url)), on_rows)
    return _copy_to_server(source, target, on_rows)


def copy_to_file(source: Database, path: Path, on_rows: OnRows, *, replace: bool = False) -> Copied:
    """Copy an archive to an SQLite file: as `move_archive`, and with `replace` in place of what is there."""
    with new_database_file(path, replace=replace) as temporary:
        open_database(str(temporary)).close()
        engine = make_engine(parse_url(str(temporary)), wait=30)
        try:
            with snapshot(source) as read, engine.connect() as connection:
                raw = connection.connection.cursor()
                # Nobody else knows of the file, and what fails is thrown away: no log is needed. Keys that
                # point to rows which are still to come are looked at in the end.
                for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
                    raw.execute(f"PRAGMA {pragma}")
                with connection.begin():
                    copied = copy_rows(read, connection, on_rows, str(path))
                    _check_keys(connection, path)
                    compare(copied, connection, on_rows, str(path))
                    last = _last_change(read)
                raw.execute("PRAGMA analysis_limit = 1000")
                raw.execute("ANALYZE")
        finally:
            engine.dispose()
    return Copied(to=str(path), tables=tuple(copied), filed_meanwhile=_filed_since(source, last))


def _copy_to_server(source: Database, target: str, on_rows: OnRows) -> Copied:
    with open_database(target) as database:
        name = database.url
        with snapshot(source) as read, database.engine.connect() as connection:
            with connection.begin():
                _have_it_alone(connection, name)
                copied = copy_rows(read, connection, on_rows, name)
                compare(copied, connection, on_rows, name)
            last = _last_change(read)
        with database.engine.connect() as connection, connection.begin():
            connection.execute(text("ANALYZE"))
    return Copied(to=name, tables=tuple(copied), filed_meanwhile=_filed_since(source, last))


def _have_it_alone(connection: Connection, name: str) -> None:
    """Keep others from filing into the target until all is there. Raises where there is something already."""
    quoted = connection.dialect.identifier_preparer
    every = ", ".join(quoted.format_table(table) for table in tables())
    connection.execute(text(f"LOCK TABLE {every} IN EXCLUSIVE MODE"))
    for table in tables():
        if connection.execute(select(table.primary_key.columns[0]).limit(1)).first() is not None:
            raise CannotOpenDatabase(f"{name} is not empty (it has {table.name}): give an empty database")


def _check_keys(connection: Connection, path: Path) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise CannotOpenDatabase(
            f"{path} is not made: a row of {broken[0]} refers to one of {broken[2]} that is not there;"
            " `copydesk db check` tells more"
        )


def _last_change(connection: Connection) -> int:
    return connection.scalar(select(func.max(Change.id))) or 0


def _filed_since(source: Database, last: int) -> int:
    with source.read() as session:
        return session.scalar(select(func.count()).where(Change.id > last)) or 0
