"""INSERT … ON CONFLICT, which each engine's dialect has as a construct of its own."""

from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session


def is_postgresql(session: Session) -> bool:
    """True on PostgreSQL, False on SQLite."""
    return session.get_bind().dialect.name == "postgresql"


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table of a model: for the statements that deal in rows, not objects."""
    return cast("Table", model.__table__)


def insert_into(session: Session, model: type[DeclarativeBase]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    table = table_of(model)
    return postgresql.insert(table) if is_postgresql(session) else sqlite.insert(table)
