"""Brings a database to this copydesk's schema, and refuses one that is not an archive or is too new."""

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, inspect, select, table, text
from sqlalchemy.schema import SchemaItem

from storage import migrations
from storage.engine import READING
from storage.errors import CannotOpenDatabase, DatabaseIsNewer
from storage.models import Base
from storage.views import FIRST_STEP, VIEWS, make_views

if TYPE_CHECKING:
    # Loaded only where a step is to be run: it takes as long as all else that an archive is opened with.
    from alembic.config import Config

logger = logging.getLogger(__name__)

VERSION_TABLE = "copydesk_version"
"""Alembic's table, under a name of ours: an archive may share a PostgreSQL schema with other programs."""

_LOCK = 0x636F7079_6465736B  # "copydesk"; any number that is always the same
_STEP = re.compile(r"v(\d{4})_\w+\.py")
_OLDEST = {"sqlite": (3, 35), "postgresql": (13,)}  # RETURNING; normalize()


def prepare_schema(engine: Engine, name: str, *, upgrade: bool, create: bool) -> None:
    """Make or upgrade the tables, as far as it is allowed; nothing if they are as they should be.

    `name` is the database's, for messages. Raises `CannotOpenDatabase` if it holds something else or may not
    be made or upgraded, `DatabaseIsNewer` if a newer copydesk made it.
    """
    found = schema_version(engine, name)
    if found is None and not create:
        raise CannotOpenDatabase(f"{name} holds no archive: run `copydesk init` to make one")
    if found == versions()[0]:
        return
    if not upgrade:
        raise CannotOpenDatabase(f"{name} was made by an older copydesk: run `copydesk init` to upgrade it")
    if found is not None:
        # Before it is done: with many articles it takes a while.
        logger.warning("%s is brought from schema %s to %s", name, found, versions()[0])
    with engine.connect() as connection:
        _upgrade(connection, name)


def schema_version(engine: Engine, name: str) -> str | None:
    """The step that the database stands at, as it is; None if it is empty.

    Raises `CannotOpenDatabase` if it holds something else, `DatabaseIsNewer` if a newer copydesk made it.
    """
    with engine.connect().execution_options(**{READING: True}) as connection:
        return _version(connection, name)


def is_ours(item: SchemaItem, name: str | None, kind: str, reflected: bool, other: SchemaItem | None) -> bool:
    """False for what the models do not draw: the full text, which each engine keeps in its own way."""
    del item, other
    return not (
        reflected
        and name is not None
        and (name == "words" or name.startswith(("articles_fts", "ix_articles_words")))
    )


def versions() -> tuple[str, ...]:
    """Every step of the schema that this copydesk knows, newest first."""
    steps = (_STEP.fullmatch(file.name) for file in Path(migrations.__path__[0], "versions").iterdir())
    return tuple(sorted((step[1] for step in steps if step), reverse=True))


def alembic_config(connection: Connection | None = None) -> "Config":
    """What Alembic must know to run the steps on `connection`, in its transaction."""
    from alembic.config import Config

    config = Config()
    here = str(Path(migrations.__path__[0]))
    config.set_main_option("script_location", here.replace("%", "%%"))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection, name: str) -> str | None:
    """The step that the database stands at; None if it is empty."""
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        _refuse_strangers(connection, tables, name)
        return None
    found: str | None = connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))
    known = versions()
    if found is not None and found not in known:
        raise DatabaseIsNewer(
            f"{name} was made by a newer copydesk: upgrade copydesk (schema {found}, known up to {known[0]})"
        )
    return found


def _refuse_strangers(connection: Connection, tables: set[str], name: str) -> None:
    # A file belongs to one program; a PostgreSQL schema may be shared as long as no name is taken.
    strangers = tables if connection.dialect.name == "sqlite" else tables & Base.metadata.tables.keys()
    if strangers:
        some = ", ".join(sorted(strangers)[:3])
        raise CannotOpenDatabase(
            f"{name} holds another program's tables ({some}): give the archive another place"
        )


def _refuse_takers_of_names(connection: Connection, name: str) -> None:
    """Raise where somebody has made something of his own under the name of a view that is to come."""
    known = inspect(connection)
    taken = VIEWS.keys() & {*known.get_table_names(), *known.get_view_names()}
    if taken:
        some = ", ".join(sorted(taken)[:3])
        raise CannotOpenDatabase(
            f"{name} holds something else where copydesk keeps its views ({some}): rename it, then run "
            "`copydesk init`"
        )


def _upgrade(connection: Connection, name: str) -> None:
    from alembic import command

    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        # A step that rebuilds a table drops the old one, and that would cascade. No effect in a transaction.
        cursor.execute("PRAGMA foreign_keys = OFF")
        # Nor may it mind that views, ours and the user's own, show a table that is not there meanwhile.
        cursor.execute("PRAGMA legacy_alter_table = ON")
    with connection.begin():
        _check_engine(connection, name)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        # On SQLite the transaction itself is the lock (BEGIN IMMEDIATE). Another process may have been first.
        found = _version(connection, name)
        if found != versions()[0]:
            if found is None or found < FIRST_STEP:
                _refuse_takers_of_names(connection, name)
            command.upgrade(alembic_config(connection), "head")
            make_views(connection)
    if connection.dialect.name == "sqlite":
        connection.invalidate()  # the next one has foreign keys on again


def _check_engine(connection: Connection, name: str) -> None:
    engine = connection.dialect.name
    version = connection.dialect.server_version_info or (0,)
    if version < _OLDEST[engine]:
        found, needed = (".".join(map(str, numbers)) for numbers in (version, _OLDEST[engine]))
        raise CannotOpenDatabase(
            f"{name} cannot be an archive: {engine} is {found}, and must be {needed} or newer"
        )
    if engine == "sqlite":
        modules = connection.scalars(text("SELECT name FROM pragma_module_list"))
        if "fts5" not in modules:
            raise CannotOpenDatabase(
                f"{name} cannot be an archive: this Python's SQLite is built without FTS5"
            )
    elif (encoding := connection.scalar(text("SHOW server_encoding"))) != "UTF8":
        raise CannotOpenDatabase(f"{name} is encoded in {encoding}: make it with `createdb --encoding UTF8`")
