"""What SQLite knows of the soundness of its file; nothing is locked or changed."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from storage.care.finding import Finding, OnStep, Repair, Weight, some
from storage.care.raw import interruptible

_MOST = 20
"""Messages of an engine that are shown."""
_RESTORE = (
    "restore a backup (`copydesk db backup` makes them), or save what can be read: `copydesk db salvage FILE`"
)


def check_file(path: str, on_step: OnStep, *, quick: bool) -> Iterator[Finding]:
    """Ask SQLite whether its file is sound; `quick`: without a look at each entry of each index."""
    with (
        closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection,
        interruptible(connection),
    ):
        connection.execute("BEGIN")  # reads: everything as of one moment, and nobody waits for it
        on_step("the file, page by page" if quick else "the file, and every index")
        try:
            yield from _file(connection, quick=quick)
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
