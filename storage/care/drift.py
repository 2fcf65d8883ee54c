"""Compares the tables of an archive with those that this copydesk makes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from storage.care.finding import Finding, Repair, Weight
from storage.models import Base
from storage.schema import VERSION_TABLE, is_ours
from storage.session import open_database

_KINDS = ("table", "trigger", "view")


def check_schema(connection: Connection) -> Iterator[Finding]:
    """What an archive of this version has more, less or otherwise than one that is made now."""
    context = MigrationContext.configure(
        connection, opts={"include_object": is_ours, "version_table": VERSION_TABLE}
    )
    differences = compare_metadata(context, Base.metadata)
    missing = [entry[1] for entry in differences if entry[0] == "add_index"]
    others = [entry for entry in differences if entry[0] != "add_index"]
    if missing:
        yield Finding(
            name="schema",
            weight=Weight.FAULT,
            what=f"indexes are missing: {', '.join(str(index.name) for index in missing)}",
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


def missing_indexes(connection: Connection) -> list[Any]:
    """The indexes that the models have and the archive has not."""
    context = MigrationContext.configure(
        connection, opts={"include_object": is_ours, "version_table": VERSION_TABLE}
    )
    return [entry[1] for entry in compare_metadata(context, Base.metadata) if entry[0] == "add_index"]


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
    made = _made_now()
    known = Base.metadata.tables.keys()
    lacking = [
        f"the {kind} {name} is missing" for kind, name in made.keys() - here.keys() if name not in known
    ]
    changed = [
        f"the {kind} {name} is another"
        for kind, name in made.keys() & here.keys()
        if name not in known and made[kind, name] != here[kind, name]
    ]
    return sorted(lacking + changed)


@cache
def _made_now() -> dict[tuple[str, str], str]:
    with TemporaryDirectory(prefix="copydesk-") as folder:
        fresh = Path(folder) / "fresh.sqlite"
        open_database(str(fresh)).close()
        with closing(sqlite3.connect(fresh)) as other:
            return dict(_drawn(other.cursor()))


def _drawn(cursor: Any) -> Iterator[tuple[tuple[str, str], str]]:
    marks = ", ".join("?" for _ in _KINDS)
    cursor.execute(f"SELECT type, name, sql FROM sqlite_master WHERE type IN ({marks})", _KINDS)  # noqa: S608
    for kind, name, sql in cursor.fetchall():
        yield (kind, name), " ".join((sql or "").split())
