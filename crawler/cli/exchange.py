"""The commands that take a list of sources in or give it out: sources import, sources export."""

import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.failures import CommandFailed
from crawler.cli.invocation import Invocation
from crawler.cli.terminal import counted, note, say, show_whole

if TYPE_CHECKING:
    from crawler.cli.source_lists import ListedSource


class Form(StrEnum):
    """How a list of sources is written."""

    OPML = "opml"
    """For feed readers: names, addresses and feeds."""
    TOML = "toml"
    """All there is: also sitemaps, schedules, and which sources are disabled."""
    TXT = "txt"
    """One address a line."""


def import_list(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="OPML, TOML, or one address a line; - for stdin.")
    ],
) -> None:
    """Add the sources of a list. Those we have already stay as they are; nothing is fetched.

    A source that comes without feeds is looked at when it is first crawled.

    \b
    Examples:
      copydesk sources import subscriptions.opml
      copydesk sources import sources.toml
      cat addresses.txt | copydesk sources import -
    """
    from crawler.cli.source_lists import read_list

    invocation: Invocation = context.obj
    body = sys.stdin.buffer.read() if file == Path("-") else file.read_bytes()
    listed, problems = read_list(body, str(file))
    for problem in problems:
        note(f"{file}: {problem}")
    added, known, refused = _file(invocation, listed)
    for problem in refused:
        note(f"{file}: {problem}")
    say(f"{counted(added, 'source')} added, {known:,} known already")
    if problems or refused:
        raise typer.Exit(1)


def _file(invocation: Invocation, listed: "list[ListedSource]") -> tuple[int, int, list[str]]:
    """Store what is new: how many were, how many we had, and what could not be kept."""
    from datetime import UTC, datetime

    from storage.errors import CannotStore, SourceExists
    from storage.shown import in_one_line
    from storage.sources import SourceDraft, add_source, list_sources, set_enabled, unique_name

    added, refused = 0, []
    now = datetime.now(UTC)
    with invocation.open_database() as database, database.write() as session:
        known = {_bare(source.url) for source in list_sources(session)}
        for entry in listed:
            if _bare(entry.url) in known:
                continue
            known.add(_bare(entry.url))
            name = in_one_line(entry.name).strip() or entry.url
            seeds = tuple(entry.seeds)
            draft = SourceDraft(name=name, url=entry.url, schedule=entry.schedule, seeds=seeds)
            try:
                try:
                    source = add_source(session, draft, now)
                except SourceExists:  # another has the name
                    draft = replace(draft, name=unique_name(session, name))
                    source = add_source(session, draft, now)
            except CannotStore as error:
                refused.append(f"{entry.url}: {error}")
                continue
            if not entry.enabled:
                set_enabled(session, source.id, False)
            added += 1
    return added, len(listed) - added - len(refused), refused


def _bare(url: str) -> str:
    """An address without what two spellings of it differ by."""
    return url.partition("://")[2].rstrip("/").lower()


def export_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; - for stdout.")] = Path("-"),
    form: Annotated[
        Form | None, typer.Option("--format", help="Without it, by the file's name, else toml.")
    ] = None,
) -> None:
    """Write the list of sources to a file.

    OPML is for feed readers; TOML has all there is; txt is one address a line.

    \b
    Examples:
      copydesk sources export sources.toml
      copydesk sources export subscriptions.opml
      copydesk sources export --format txt -
    """
    from crawler.cli.source_lists import ListedSource, write_list
    from crawler.cli.whole_file import whole_file
    from storage.sources import list_sources, seeds_by_source

    invocation: Invocation = context.obj
    suffix = file.suffix.lower().removeprefix(".")
    form = form or (Form(suffix) if suffix in set(Form) else Form.TOML)
    with invocation.open_existing() as database, database.read() as session:
        seeds = seeds_by_source(session)
        listed = [
            ListedSource(
                name=source.name,
                url=source.url,
                schedule=source.schedule,
                enabled=source.enabled,
                seeds=seeds.get(source.id, []),
            )
            for source in list_sources(session)
        ]
    if not listed:
        raise CommandFailed("there is no source to export: `copydesk add https://…` adds one")
    text = write_list(listed, form.value)
    if file == Path("-"):
        show_whole(text)
        return
    with whole_file(file) as out:
        out.write(text)
    note(f"{counted(len(listed), 'source')} written to {file}")
