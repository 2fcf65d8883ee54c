"""What SQLite knows of the soundness of its file, and of the full text in it; nothing is changed by it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from storage.care.finding import Finding, OnStep, Repair, Weight, some
from storage.care.raw import full_texts, interruptible

_MOST = 20
"""Messages of an engine that are shown."""
_RESTORE = (
    "restore a backup (`copydesk db backup` makes them), or save what can be read: sqlite3 FILE .recover"
)
_VIRTUAL = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s+", re.IGNORECASE)


def check_file(path: str, on_step: OnStep, *, quick: bool) -> Iterator[Finding]:
    """Ask SQLite whether its file is sound, and whether the full text agrees with the articles.

    `quick`: without a look at each entry of each index and each word.
    """
    with (
        closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection,
        interruptible(connection),
    ):
        connection.execute("BEGIN")  # reads: everything as of one moment, and nobody waits for it
        on_step("the file, page by page" if quick else "the file, and every index")
        try:
            found = list(_file(connection, quick=quick))
            yield from found
            if not any(finding.weight is Weight.DAMAGE for finding in found):
                on_step("the rows of the full text" if quick else "every word of the full text")
                yield from _full_text(connection, quick=quick)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise
            yield _damaged(str(error))


def _file(connection: sqlite3.Connection, *, quick: bool) -> Iterator[Finding]:
    pragma = "quick_check" if quick else "integrity_check"
    said = [row[0] for row in connection.execute(f"PRAGMA {pragma}({_MOST})")]
    # An index that lacks a row can be made anew from the table; what else is wrong has cost something.
    of_indexes = [line for line in said if re.search(r"(missing from|of entries in) index|^non-unique", line)]
    unused = [line for line in said if line.endswith("is never used")]
    lost = [line for line in said if line != "ok" and line not in (*of_indexes, *unused)]
    if lost:
        yield _damaged("; ".join(lost[:3]))
    if unused and not lost:
        yield Finding(
            name="space",
            weight=Weight.NOTE,
            what=f"some pages of the file hold nothing: {some(list(unused), len(unused))}",
            means="they take up room",
            way_out="`copydesk db vacuum`",
        )
    if of_indexes and not lost:
        yield Finding(
            name="indexes",
            weight=Weight.FAULT,
            what="; ".join(of_indexes[:3]),
            means="rows that are there are not found",
            way_out="`copydesk db check --repair`",
            repair=Repair.INDEXES,
        )


def _damaged(said: str) -> Finding:
    return Finding(
        name="file",
        weight=Weight.DAMAGE,
        what=said,
        means="parts of the file are not as they were written: the disk, or a program that is not SQLite",
        way_out=_RESTORE,
    )


def _full_text(connection: sqlite3.Connection, *, quick: bool) -> Iterator[Finding]:
    for name, sql in full_texts(connection):
        if said := _missing_rows(connection, name, sql) or (None if quick else _words(connection, name, sql)):
            yield Finding(
                name="words",
                weight=Weight.FAULT,
                what=f"the full text {name} {said}",
                means="a search misses articles, or gives some that it should not",
                way_out="`copydesk db check --repair`",
                repair=Repair.WORDS,
            )


def _missing_rows(connection: sqlite3.Connection, name: str, sql: str) -> str | None:
    content = re.search(r"content\s*=\s*['\"](\w+)['\"]", sql)
    row_id = re.search(r"content_rowid\s*=\s*['\"](\w+)['\"]", sql)
    if content is None:
        return None
    number = row_id[1] if row_id else "rowid"
    rows = f'SELECT "{number}" FROM "{content[1]}"'  # noqa: S608  names of the schema
    indexed = f'SELECT id FROM "{name}_docsize"'  # noqa: S608
    lacking, left = (
        connection.execute(f"SELECT count(*) FROM ({one} EXCEPT {other})").fetchone()[0]  # noqa: S608
        for one, other in ((rows, indexed), (indexed, rows))
    )
    told = [f"lacks {lacking:,} rows"] if lacking else []
    told += [f"has {left:,} rows of articles that are gone"] if left else []
    return " and ".join(told) or None


def _words(connection: sqlite3.Connection, name: str, sql: str) -> str | None:
    # FTS5's own check is an INSERT: on the archive it would take the lock for writing. So its index is copied
    # to a temporary table, beside a view of the articles; both live in a file of this connection alone.
    # https://sqlite.org/fts5.html#the_integrity_check_command
    content = re.search(r"content\s*=\s*['\"](\w+)['\"]", sql)
    if content is not None:
        connection.execute(f'CREATE TEMP VIEW "{content[1]}" AS SELECT * FROM main."{content[1]}"')  # noqa: S608
    connection.execute(_VIRTUAL.sub("CREATE VIRTUAL TABLE temp.", sql.strip(), count=1))
    for (part,) in connection.execute(
        "SELECT substr(name, ?) FROM temp.sqlite_master WHERE name LIKE ? ESCAPE '\\' AND type = 'table'",
        (len(name) + 1, name.replace("_", "\\_") + "\\_%"),
    ).fetchall():
        connection.execute(f'DELETE FROM temp."{name}{part}"')  # noqa: S608
        connection.execute(f'INSERT INTO temp."{name}{part}" SELECT * FROM main."{name}{part}"')  # noqa: S608
    try:
        connection.execute(f'INSERT INTO temp."{name}"("{name}", rank) VALUES (\'integrity-check\', 1)')  # noqa: S608
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        return "has other words than the articles"
    finally:
        if content is not None:
            connection.execute(f'DROP VIEW IF EXISTS temp."{content[1]}"')
    return None
