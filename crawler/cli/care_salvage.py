"""The command that saves what can be read of a damaged archive: db salvage."""

from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.care_progress import shown_amount
from crawler.cli.invocation import Invocation
from crawler.cli.terminal import counted, note, say, show_json, show_table

if TYPE_CHECKING:
    from storage.care.salvage import Saved

_SHOWN = 20
"""Addresses of lost articles that are shown; --json has them all."""


def salvage(
    context: typer.Context,
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: a new SQLite file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Save what can be read of a damaged SQLite archive into a new one.

    Where `db check` finds the file damaged and there is no backup. It is read row by row, past what cannot be
    read, and stays as it is. Pages whose article is lost are due again: the next crawl fetches them. The exit
    status is 1 if anything was lost.

    \b
    Examples:
      copydesk db salvage saved.sqlite
      copydesk --db /mnt/copies/damaged.sqlite db salvage saved.sqlite --json
    """
    from storage.care.salvage import salvage as save

    invocation: Invocation = context.obj
    with shown_amount(0) as on_rows:
        saved = save(invocation.config().database, to, partial(datetime.now, UTC), on_rows)
    if as_json:
        show_json({**asdict(saved), "is_all": saved.is_all})
    else:
        _show(saved)
    if not saved.is_all:
        raise typer.Exit(1)


def _show(saved: "Saved") -> None:
    show_table(
        ["table", "saved", "lost"],
        [
            (table.table, f"{table.rows:,}", "unknown" if table.lost is None else f"{table.lost:,}")
            for table in saved.tables
            if table.rows or table.lost != 0
        ],
    )
    for url in saved.to_fetch[:_SHOWN]:
        say(f"lost, and due again: {url}")
    if (more := len(saved.to_fetch) - _SHOWN) > 0:
        say(f"and {counted(more, 'address')} more")
    say(f"{saved.to} has {'all' if saved.is_all else 'what could be read'}")
    note(f"`copydesk --db {saved.to} db check` looks it over; then put it where the archive was")
