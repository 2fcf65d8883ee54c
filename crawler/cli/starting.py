"""The commands one starts with: init, add."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.failures import WrongUsage
from crawler.cli.invocation import Invocation, scratch_database
from crawler.cli.names import is_address
from crawler.cli.schedules import read_when
from crawler.cli.terminal import note, say, show_json
from storage.shown import in_one_line

if TYPE_CHECKING:
    from crawler.desk import Desk
    from crawler.discover import Discovery
    from storage.errors import StorageError
    from storage.session import Database


def init(context: typer.Context) -> None:
    """Write a commented copydesk.toml, make the archive.

    An archive of an older copydesk is upgraded. What is there already stays as it is. A database given with
    --db is written into the new file.

    \b
    Examples:
      copydesk init
      copydesk --db postgresql+psycopg://me@localhost/news init
      copydesk --config /etc/copydesk.toml init
    """
    from crawler.cli.whole_file import whole_file
    from crawler.config import CONFIG_FILE, default_toml

    invocation: Invocation = context.obj
    file = invocation.config_file or CONFIG_FILE
    if file.exists():
        invocation.config()  # a mistake in it is told before anything is made
        say(f"{file} is there already")
    else:
        with whole_file(file, private=True) as out:  # the database's address may hold a password
            out.write(default_toml(_from(file, invocation.database)))
        invocation.config_file = file
        say(f"{file} written: put your e-mail address there as `contact`")
    with invocation.open_database() as database:
        say(f"{database.url} is ready; next: copydesk add https://…")


def _from(file: Path, database: str | None) -> str | None:
    """What --db means, as it is to stand in a file: a path there starts at the file's folder, not at ours."""
    if database is None or "://" in database or file.parent.resolve() == Path.cwd():
        return database
    return str(Path(database).resolve())


def add(
    context: typer.Context,
    urls: Annotated[list[str], typer.Argument(metavar="URL", help="A site's address, or its feed's.")],
    name: Annotated[str | None, typer.Option(help="What to call it; without it, its host.")] = None,
    schedule: Annotated[
        str,
        typer.Option(
            metavar="WHEN",
            help='"auto", an interval ("every 15 min"), or a cron line ("0 6 * * * Europe/Rome").',
        ),
    ] = "auto",
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what is found, and three articles; store nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON list.")] = False,
) -> None:
    """Follow a site: make it a source.

    Its feeds, news sitemaps and sitemaps are found from its page, robots.txt and well-known addresses.

    \b
    Examples:
      copydesk add https://paper.example
      copydesk add paper.example --name "The Paper" --schedule "every 2 h"
      copydesk add https://paper.example --preview
    """
    import asyncio

    invocation: Invocation = context.obj
    if wrong := [url for url in urls if not is_address(url)]:
        raise WrongUsage(f"{wrong[0]!r} is no web address: write it like https://paper.example")
    if name is not None and (len(urls) > 1 or not name.strip()):
        raise WrongUsage("--name names one source: add the others in calls of their own")
    if name is not None and in_one_line(name) != name:
        raise WrongUsage("--name holds characters that cannot be shown: write it on one line, in plain text")
    schedule = read_when(schedule)
    with scratch_database() if preview else invocation.open_database() as database:
        failed = asyncio.run(_add(invocation, database, urls, name, schedule, preview, as_json))
    if failed:
        raise typer.Exit(1)


async def _add(
    invocation: Invocation,
    database: "Database",
    urls: list[str],
    name: str | None,
    schedule: str,
    preview: bool,
    as_json: bool,
) -> bool:
    """Add each address; whether any could not be."""
    from crawler.cli.logs import show_logs
    from crawler.cli.stopping import stopped_by_signals
    from crawler.desk import open_desk
    from crawler.discover import DiscoveryFailed, discover
    from storage.errors import SourceExists

    told: list[dict[str, Any]] = []
    async with open_desk(invocation.config(), database) as desk:
        show_logs(invocation, desk)
        with stopped_by_signals(desk.stop, "no further site is looked at"):
            for url in urls:
                try:
                    discovery = await discover(desk, url)
                    name_given = name if preview else await store(desk, discovery, name, schedule)
                except (DiscoveryFailed, SourceExists) as error:
                    if archive_failed := archive_failure(error):
                        raise archive_failed from error
                    note(str(error))
                    continue
                told.append(await _tell(desk, discovery, name_given, preview, as_json))
    if as_json:
        show_json(told)
    return len(told) < len(urls)


def archive_failure(error: BaseException) -> "StorageError | None":
    """The failure of the archive that made a fetch fail, if one did: then the site is not to blame."""
    from storage.errors import SourceExists, StorageError

    cause: BaseException | None = error
    seen: list[BaseException] = []
    # What a fetch of robots.txt was raised for is raised again: then it is what it was raised from.
    while cause is not None and not any(cause is one for one in seen):
        seen.append(cause)
        if isinstance(cause, StorageError) and not isinstance(cause, SourceExists):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


async def store(desk: "Desk", discovery: "Discovery", name: str | None = None, schedule: str = "auto") -> str:
    """Make a source of what was discovered, and return its name. Raises SourceExists."""
    from datetime import UTC, datetime

    from storage.sources import SourceDraft, add_source, unique_name

    def write(session: Any) -> str:
        draft = SourceDraft(
            name=name.strip() if name else unique_name(session, discovery.name),
            url=discovery.url,
            schedule=schedule,
            seeds=discovery.seeds,
        )
        return add_source(session, draft, datetime.now(UTC)).name

    return await desk.archive.write(write)


async def _tell(
    desk: "Desk", discovery: "Discovery", name: str | None, preview: bool, as_json: bool
) -> dict[str, Any]:
    """Show what was found, or give it back for `--json`."""
    from crawler.cli.findings import discovery_as_json, reading_as_json, show_discovery, show_reading
    from crawler.discover import preview as sample

    readings = await sample(desk, discovery) if preview else []
    if not as_json:
        show_discovery(discovery, None if preview else name)
        for reading in readings:
            show_reading(reading)
        if preview and not readings:
            note(f"{discovery.url}: none of the first pages could be fetched")
    told = discovery_as_json(discovery, name)
    return {**told, "articles": [reading_as_json(reading) for reading in readings]} if preview else told
