"""What PostgreSQL knows of the soundness of the archive's tables; nothing is locked or changed."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection, text

from storage.care.finding import Finding, OnStep, Repair, Weight, some
from storage.models import Base
from storage.views import VIEWS


def check_server(connection: Connection, on_step: OnStep, *, quick: bool) -> Iterator[Finding]:
    """Ask PostgreSQL for what it says of the archive's tables: indexes, constraints, triggers, every row."""
    names = [table.name for table in Base.metadata.sorted_tables]
    on_step("indexes and constraints")
    yield from _catalog(connection, names)
    yield from _lacking(connection)
    if quick:
        return
    for name in names:
        on_step(f"every row of {name}")
        yield from _readable(connection, name)
    yield from _amcheck(connection, names, on_step)


_OURS = "relname = ANY(:names) AND relnamespace = current_schema()::regnamespace"
_CATALOG = (
    Finding(
        name="indexes",
        weight=Weight.FAULT,
        what="SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class c ON c.oid = indrelid"
        " WHERE NOT (indisvalid AND indisready)",
        means="these indexes are not valid: searches are slow, or double rows are let in",
        way_out="`copydesk db check --repair`",
        repair=Repair.INDEXES,
    ),
    Finding(
        name="constraints",
        weight=Weight.FAULT,
        what="SELECT conname FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid WHERE NOT convalidated",
        means="these constraints were never looked at: rows may refer to what is not there",
        way_out="ALTER TABLE … VALIDATE CONSTRAINT …",
    ),
    Finding(
        name="triggers",
        weight=Weight.FAULT,
        what="SELECT c.relname || '.' || tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid"
        " WHERE tgenabled = 'D'",
        means="these triggers are switched off: what they look after is not kept in step",
        way_out="ALTER TABLE … ENABLE TRIGGER ALL",
    ),
)
"""What is asked of the catalog, and what it means if there is an answer."""


def _catalog(connection: Connection, names: list[str]) -> Iterator[Finding]:
    for wrong in _CATALOG:
        if found := connection.scalars(text(f"{wrong.what} AND {_OURS}"), {"names": names}).all():
            yield replace(wrong, what=some(list(found), len(found)))


STEPS_MADE = (
    *("articles_states", "articles_rights", "sources_states_delete", "sources_states_rename"),
    "ix_articles_words",
)
"""Triggers and indexes that only the steps of the schema know, and not the models."""
_THERE = text(
    "SELECT tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE c.relnamespace = current_schema()::regnamespace"
    " UNION ALL SELECT relname::text FROM pg_class"
    " WHERE relkind IN ('i', 'v') AND relnamespace = current_schema()::regnamespace"
)


def _lacking(connection: Connection) -> Iterator[Finding]:
    there = set(connection.scalars(_THERE))
    if missing := [name for name in (*STEPS_MADE, *VIEWS) if name not in there]:
        yield Finding(
            name="schema",
            weight=Weight.FAULT,
            what=f"triggers, indexes or views are missing: {', '.join(missing)}",
            means="the past is not kept, searches take long, or queries of somebody's own fail",
            way_out="copy what is in it to a new archive: `copydesk db move NEW.sqlite`",
        )


def _readable(connection: Connection, name: str) -> Iterator[Finding]:
    # As text each value is read whole, also what is kept apart from its row.
    savepoint = connection.begin_nested()
    try:
        connection.execute(text(f'SELECT sum(length(t::text)) FROM "{name}" t'))  # noqa: S608
    except Exception as error:  # noqa: BLE001  whatever the server says is what was found
        savepoint.rollback()
        yield Finding(
            name="rows",
            weight=Weight.DAMAGE,
            what=f"{name} cannot be read: {error}",
            means="rows are lost, unless a backup has them",
            way_out="see the server's log; restore a backup",
        )
    else:
        savepoint.commit()


def _amcheck(connection: Connection, names: list[str], on_step: OnStep) -> Iterator[Finding]:
    """Where the extension amcheck is installed: https://www.postgresql.org/docs/current/amcheck.html"""
    schema = connection.scalar(
        text(
            "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
            " WHERE extname = 'amcheck'"
        )
    )
    if schema is None:
        return
    on_step("every index")
    indexes = connection.scalars(
        text(
            "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
            " JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am a ON a.oid = x.relam"
            " WHERE a.amname = 'btree' AND i.indisvalid AND c.relname = ANY(:names)"
            " AND c.relnamespace = current_schema()::regnamespace"
        ),
        {"names": names},
    ).all()
    for index in indexes:
        savepoint = connection.begin_nested()
        try:
            connection.execute(text(f"SELECT {schema}.bt_index_check('{index}'::regclass, true)"))
        except Exception as error:  # noqa: BLE001
            savepoint.rollback()
            yield Finding(
                name="indexes",
                weight=Weight.FAULT,
                what=f"{index}: {error}",
                means="rows that are there are not found",
                way_out="`copydesk db check --repair`",
                repair=Repair.INDEXES,
            )
        else:
            savepoint.commit()
