"""Compares the tables of an archive with those that this copydesk makes."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from storage.care.finding import Finding, Repair, Weight
from storage.models import Base
from storage.schema import VERSION_TABLE, is_ours
from storage.session import open_database

_KINDS = ("table", "trigger", "view", "index")


def check_schema(connection: Connection) -> Iterator[Finding]:
    """What an archive of this version has more, less or otherwise than one that is made now."""
    differences = _differences(connection)
    others = [entry for entry in differences if entry[0] != "add_index"]
    missing = [str(entry[1].name) for entry in differences if entry[0] == "add_index"]
    missing += [name for name, _ in _indexes_beside_the_models(connection)]
    if missing:
        yield Finding(
            name="schema",
            weight=Weight.FAULT,
            what=f"indexes are missing: {', '.join(missing)}",
            means="what looks for rows by them takes long",
            way_out="`copydesk db check --repair`",
            repair=Repair.MISSING_INDEXES,
        )
    told = [_told(entry) for entry in others]
    if connection.dialect.name == "sqlite":
        told += _beside_the_models(connection)
    if told:
        yield Finding(
            name="schema",
            weight=Weight.FAULT,
            what="; ".join(told),
            means="another program has changed the archive's tables",
            way_out="copy what is in it to a new archive: `copydesk db move NEW.sqlite`",
        )


def make_missing_indexes(connection: Connection) -> None:
    """Make the indexes that an archive that is made now has, and this one has not."""
    for entry in _differences(connection):
        if entry[0] == "add_index":
            entry[1].create(connection)
    for _, sql in _indexes_beside_the_models(connection):
        connection.execute(text(sql))


def _differences(connection: Connection) -> Sequence[Any]:
    options = {"include_object": is_ours, "version_table": VERSION_TABLE}
    context = MigrationContext.configure(connection, opts=options)
    found = compare_metadata(context, Base.metadata)
    # What somebody has made for himself beside the archive's own is nobody's fault.
    return [entry for entry in found if entry[0] not in ("remove_table", "remove_index")]


def _told(entry: Any) -> str:
    """A difference as Alembic gives it, in a few words: what to do to come to the models."""
    if isinstance(entry, list):  # of one column: several in a list
        return "; ".join(map(_told, entry))
    kind, *parts = entry
    names = [str(getattr(part, "name", part)) for part in parts if part is not None and part != {}]
    return f"{kind.replace('_', ' ')} {'.'.join(names[:3])}"


def _beside_the_models(connection: Connection) -> list[str]:
    """Triggers and the tables of the full text, which only the steps of the schema know."""
    here = dict(_drawn(connection.connection.cursor()))
    made = made_now()
    known = Base.metadata.tables.keys()
    lacking = [
        f"the {kind} {name} is missing"
        for kind, name in made.keys() - here.keys()
        if kind != "index" and name not in known
    ]
    changed = [
        f"the {kind} {name} is another"
        for kind, name in made.keys() & here.keys()
        if name not in known and made[kind, name] != here[kind, name]
    ]
    return sorted(lacking + changed)


def _indexes_beside_the_models(connection: Connection) -> list[tuple[str, str]]:
    """Indexes that only the steps of the schema know, and that are not there, with what makes them."""
    if connection.dialect.name != "sqlite":
        return []
    here = dict(_drawn(connection.connection.cursor()))
    known = {index.name for table in Base.metadata.tables.values() for index in table.indexes}
    return [
        (name, sql)
        for (kind, name), sql in made_now().items()
        if kind == "index" and sql and name not in known and (kind, name) not in here
    ]


@cache
def made_now() -> dict[tuple[str, str], str]:
    """What stands in an archive of SQLite that is made now: kind, name, and the statement that made it."""
    with TemporaryDirectory(prefix="copydesk-") as folder:
        fresh = Path(folder) / "fresh.sqlite"
        open_database(str(fresh)).close()
        with closing(sqlite3.connect(fresh)) as other:
            return dict(_drawn(other.cursor()))


def _drawn(cursor: Any) -> Iterator[tuple[tuple[str, str], str]]:
    marks = ", ".join("?" for _ in _KINDS)
    cursor.execute(f"SELECT type, name, sql FROM sqlite_master WHERE type IN ({marks})", _KINDS)  # noqa: S608
    for kind, name, sql in cursor.fetchall():
        yield (kind, name), sql or ""
