"""The commands that make another archive of the archive: db backup, move, upgrade."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.care_progress import shown_amount
from crawler.cli.failures import CommandFailed
from crawler.cli.invocation import Invocation
from crawler.cli.terminal import counted, note, say, show_json, shown_size

if TYPE_CHECKING:
    from storage.care.move import Copied
    from storage.care.upgrade import Standing
    from storage.session import Database


def backup(
    context: typer.Context,
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: an SQLite file, of either engine.")],
    force: Annotated[bool, typer.Option("--force", help="Take the place of what is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Back the archive up while it is in use.

    What stands in it at one moment is copied and checked, and then gets its name: a file under it is whole.
    It is an archive that every command opens with --db; `copydesk db move` brings it back to PostgreSQL.

    \b
    Examples:
      copydesk db backup /mnt/copies/news.sqlite
      copydesk db backup "news-$(date +%F).sqlite"
      copydesk --db postgresql+psycopg://me@host/news db backup news.sqlite --force
    """
    from storage.care.backup import backup_file
    from storage.care.move import copy_to_file
    from storage.engine import label, parse_url

    invocation: Invocation = context.obj
    url = parse_url(invocation.config().database)
    if url.get_backend_name() == "sqlite":
        with shown_amount(0) as on_amount:
            # How much it is, is known only with the first part.
            size = backup_file(Path(label(url)), to, _parts(on_amount), replace=force)
    else:
        with invocation.open_existing() as database, shown_amount(_rows_of(database)) as on_amount:
            copy_to_file(database, to, on_amount, replace=force)
            size = to.stat().st_size
    if as_json:
        show_json({"archive": label(url), "backup": str(to), "size": size})
    else:
        say(f"{to} is a backup of {label(url)}: {shown_size(size)}, checked")


def move(
    context: typer.Context,
    to: Annotated[
        str, typer.Argument(metavar="URL", help="An empty database of PostgreSQL, or a new SQLite file.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Move the archive to another database.

    It may be of the other engine or of the same. Everything is copied, ids and all, as it stands at one
    moment; then it is read back, and the rows of each table are counted and their hashes compared. Until
    that is done there is no archive at the target, also if it is stopped. The old one stays as it was.

    \b
    Examples:
      copydesk db move postgresql+psycopg://me@localhost/news
      copydesk --db postgresql+psycopg://me@localhost/news db move news.sqlite
    """
    from storage.care.move import move_archive

    invocation: Invocation = context.obj
    with invocation.open_existing() as database:
        refuse_while_crawling(invocation, database, "what it files from now on would stay behind")
        with shown_amount(_rows_of(database)) as on_amount:
            copied = move_archive(database, to, on_amount)
    if as_json:
        show_json(asdict(copied))
    else:
        _tell(copied)
    if copied.filed_meanwhile:
        raise CommandFailed(
            f"{counted(copied.filed_meanwhile, 'change')} came into the archive meanwhile and are not in the"
            " copy: stop what crawls, and move it once more to an empty database"
        )


def _tell(copied: "Copied") -> None:
    width = max((len(table.table) for table in copied.tables if table.rows), default=0)
    for table in copied.tables:
        if table.rows:
            say(f"{table.table:<{width}} {table.rows:>12,} rows, {table.total:032x} on both sides")
    say(f"{copied.to} has all {copied.rows:,} rows")
    note(f"set `database` in copydesk.toml to {copied.to} to go on there")


def upgrade(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell whether it is needed: the exit status is 1 then.")
    ] = False,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Put no copy of an SQLite file aside before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object.")] = False,
) -> None:
    """Bring an older archive to this version.

    Every command does so by itself when it opens one; this one puts a copy aside first, FILE.before-VERSION.
    An upgrade is one transaction: if it fails or is stopped, the archive is as it was. On PostgreSQL make a
    backup with the copydesk that made the archive, or with pg_dump.

    \b
    Examples:
      copydesk db upgrade --check
      copydesk db upgrade
      copydesk db upgrade --no-backup
    """
    from storage.care.upgrade import standing_of, upgrade_archive

    invocation: Invocation = context.obj
    url = invocation.config().database
    standing = standing_of(url)
    name = standing.archive
    upgrades = standing.is_older and not check
    if upgrades:
        note(f"{name} is brought from schema {standing.found} to {standing.newest}")
        with shown_amount(0) as on_amount:
            upgrade_archive(url, standing, _parts(on_amount), backup=not no_backup)
    aside = standing.aside if upgrades and standing.is_file and not no_backup else None
    if as_json:
        show_json(_upgrade_as_json(standing, aside, upgraded=upgrades))
    elif not standing.is_older:
        say(f"{name} is of this version: schema {standing.newest}")
    elif check:
        say(f"{name} is older: schema {standing.found}, and this version has {standing.newest}")
    else:
        say(f"{name} is of this version now: schema {standing.newest}, before {standing.found}")
        if aside:
            say(f"{aside} is a copy of it as it was")
    if standing.is_older and check:
        raise typer.Exit(1)


def _upgrade_as_json(standing: "Standing", aside: Path | None, *, upgraded: bool) -> dict[str, Any]:
    return {
        "archive": standing.archive,
        "found": standing.found,
        "newest": standing.newest,
        "is_older": standing.is_older,
        "upgraded": upgraded,
        "aside": str(aside) if aside else None,
    }


def refuse_while_crawling(invocation: Invocation, database: "Database", because: str) -> None:
    """Raise CommandFailed if a process crawls into the archive."""
    from crawler.cli.care_check import alive_by
    from storage.leases import holders

    with database.read() as session:
        alive = list(filter(alive_by(invocation), holders(session)))
    if alive:
        raise CommandFailed(f"{alive[0]} is crawling into {database.url}, and {because}: stop it first")


def _rows_of(database: "Database") -> int:
    """Rows to be read for a copy: each once, and once more to compare."""
    from storage.care.copying import count_rows, snapshot

    with snapshot(database) as connection:
        return 2 * sum(count_rows(connection).values())


def _parts(on_amount: Any) -> Any:
    """For what is told in parts done and parts in all."""
    return lambda done, total: on_amount(f"{done:,} of {total:,} pages", 0)
