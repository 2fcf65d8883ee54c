"""Whether SQLite's full text has the words of the articles, and how it is made anew."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from storage.care.drift import made_now
from storage.care.finding import Finding, OnStep, Repair, Weight
from storage.care.raw import raw_connection
from storage.session import Database

_VIRTUAL = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s+", re.IGNORECASE)
_ADDING = r"AFTER INSERT ON (\w+)\s+BEGIN\s+INSERT INTO {name}\s*\(([^)]*)\)\s*VALUES\s*\((.*)\)\s*;\s*END"


def check_words(database: Database, on_step: OnStep, *, quick: bool) -> Iterator[Finding]:
    """Compare the full text with the articles: row by row, and unless `quick` word by word.

    Nothing is locked: FTS5's own check is an INSERT, which would take the lock on writing. So a second index
    is made in a temporary table of this connection alone, and the two are compared.
    """
    with raw_connection(database) as connection, _at_one_moment(connection):
        for name, table, filling in full_texts():
            on_step(f"the rows of {name}")
            said = _rows(connection, name, table)
            if said is None and not quick:
                on_step(f"every word of {name}")
                said = _words(connection, name, filling)
            if said is not None:
                yield Finding(
                    name="words",
                    weight=Weight.FAULT,
                    what=f"the full text {name} {said}",
                    means="a search misses articles, or gives some that it should not",
                    way_out="`copydesk db check --repair`",
                    repair=Repair.WORDS,
                )


def rebuild_words(database: Database) -> None:
    """Make the full text anew, in one transaction."""
    with raw_connection(database) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for name, _, filling in full_texts():
            connection.execute(f"INSERT INTO {name}({name}) VALUES ('delete-all')")  # noqa: S608
            connection.execute(filling.format(schema="main"))
        connection.execute("COMMIT")


def full_texts() -> Iterator[tuple[str, str, str]]:
    """The tables of the full text, the table that each is of, and the statement that fills it.

    That is what the trigger on a new row does, done for all rows; {schema} stands for where the full text is.
    """
    made = made_now()
    for name in [name for (kind, name), sql in made.items() if kind == "table" and "USING fts5" in sql]:
        for (kind, _), sql in made.items():
            adding = re.search(_ADDING.format(name=name), sql, re.DOTALL)
            if kind == "trigger" and adding:
                table, columns, values = adding.groups()
                # The row has the name in the statement that it has in the trigger.
                yield (
                    name,
                    table,
                    f"INSERT INTO {{schema}}.{name}({columns}) SELECT {values} FROM main.{table} AS new",  # noqa: S608
                )


@contextmanager
def _at_one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _rows(connection: sqlite3.Connection, name: str, table: str) -> str | None:
    rows, indexed = f"SELECT id FROM {table}", f"SELECT id FROM {name}_docsize"  # noqa: S608  names of ours
    lacking, left = (
        connection.execute(f"SELECT count(*) FROM ({one} EXCEPT {other})").fetchone()[0]  # noqa: S608
        for one, other in ((rows, indexed), (indexed, rows))
    )
    told = [f"lacks {lacking:,} rows"] if lacking else []
    told += [f"has {left:,} rows of articles that are gone"] if left else []
    return " and ".join(told) or None


def _words(connection: sqlite3.Connection, name: str, filling: str) -> str | None:
    made = _VIRTUAL.sub("CREATE VIRTUAL TABLE temp.", made_now()["table", name].strip(), count=1)
    connection.execute(made)
    connection.execute(filling.format(schema="temp"))
    # Which word stands in which column of how many articles, and how often: https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module
    for vocabulary, schema in (("there", "main"), ("wanted", "temp")):
        connection.execute(f"CREATE VIRTUAL TABLE temp.{vocabulary} USING fts5vocab({schema}, {name}, 'col')")
    try:
        lacking, left = (
            connection.execute(
                f"SELECT count(*) FROM (SELECT * FROM temp.{one} EXCEPT SELECT * FROM temp.{other})"  # noqa: S608
            ).fetchone()[0]
            for one, other in (("wanted", "there"), ("there", "wanted"))
        )
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        return "cannot be read"
    return f"has {max(lacking, left):,} words elsewhere than the articles" if lacking or left else None
