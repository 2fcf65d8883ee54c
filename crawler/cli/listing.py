"""The commands that keep the list of sources: sources list, schedule, remove, disable, enable."""

from typing import Annotated

import typer

from crawler.cli.invocation import Invocation
from crawler.cli.names import known_source
from crawler.cli.schedules import read_when
from crawler.cli.terminal import note, say, show_json, show_table

sources = typer.Typer(
    help="""Keep the list of sources.

    Without a further word, list them.

    \b
    Examples:
      copydesk sources
      copydesk sources schedule "every 15 min" "Harbour Gazette"
      copydesk sources disable "Harbour Gazette"
      copydesk sources import feeds.opml
    """,
    invoke_without_command=True,
)
Names = Annotated[list[str], typer.Argument(metavar="SOURCE", help="A source's name or address.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write a JSON list.")]


@sources.callback()
def sources_alone(context: typer.Context, as_json: AsJson = False) -> None:
    """Without a further word, list the sources."""
    if context.invoked_subcommand is None:
        list_them(context, as_json)


@sources.command("list")
def list_them(context: typer.Context, as_json: AsJson = False) -> None:
    """List the sources, and where each is polled.

    \b
    Examples:
      copydesk sources list
      copydesk sources list --json | jq -r '.[].url'
    """
    from storage.sources import list_sources, seeds_by_source

    invocation: Invocation = context.obj
    with invocation.open_existing() as database, database.read() as session:
        known, seeds = list_sources(session), seeds_by_source(session)
    if as_json:
        show_json(
            [
                {
                    "id": source.id,
                    "name": source.name,
                    "url": source.url,
                    "schedule": source.schedule,
                    "enabled": source.enabled,
                    "seeds": [{"kind": str(seed.kind), "url": seed.url} for seed in seeds.get(source.id, [])],
                }
                for source in known
            ]
        )
    elif not known:
        note("no sources yet: `copydesk add https://…` adds one")
    else:
        rows = [
            (s.name, s.url, s.schedule if s.enabled else f"{s.schedule}, disabled", len(seeds.get(s.id, [])))
            for s in known
        ]
        show_table(["source", "address", "schedule", "seeds"], rows)


@sources.command("schedule")
def schedule(
    context: typer.Context,
    when: Annotated[
        str,
        typer.Argument(
            metavar="WHEN", help='"auto", an interval, or a cron line, which may end in a time zone.'
        ),
    ],
    names: Names,
) -> None:
    """Say when sources are crawled by `copydesk run`.

    "auto" learns when a source publishes. A running service takes the new schedule up by itself.

    \b
    Examples:
      copydesk sources schedule auto "Harbour Gazette"
      copydesk sources schedule "every 15 min" paper.example other.example
      copydesk sources schedule "0 6,18 * * mon-fri Europe/Lisbon" paper.example
    """
    from datetime import UTC, datetime

    from crawler.schedule.plan import due_by
    from storage.agenda import set_schedule

    invocation: Invocation = context.obj
    kept, settings = read_when(when), invocation.config().schedule
    with invocation.open_existing(writing=True) as database, database.write() as session:
        found = [known_source(session, name) for name in names]
        for source in found:
            poll_at = due_by(kept, source.rhythm, source.last_run_at, datetime.now(UTC), settings)
            set_schedule(session, source.id, kept, poll_at)
    for source in found:
        say(f"{source.name!r} is crawled {kept!r} now")


@sources.command("remove")
def remove(context: typer.Context, names: Names) -> None:
    """Forget sources; their articles stay in the archive.

    \b
    Examples:
      copydesk sources remove "Harbour Gazette"
      copydesk sources remove https://paper.example https://other.example
    """
    from datetime import UTC, datetime

    from storage.sources import remove_source

    invocation: Invocation = context.obj
    with invocation.open_existing() as database, database.write() as session:
        found = [known_source(session, name) for name in names]
        told = [f"{source.name!r} removed; its articles stay" for source in found]
        for source_id in {source.id for source in found}:
            remove_source(session, source_id, datetime.now(UTC))
    for line in dict.fromkeys(told):
        say(line)


@sources.command("disable")
def disable(context: typer.Context, names: Names) -> None:
    """Let sources rest, until they are enabled.

    Neither `crawl --all` nor a schedule crawls them.

    \b
    Examples:
      copydesk sources disable "Harbour Gazette"
      copydesk sources disable paper.example other.example
    """
    _enable(context, names, enabled=False)


@sources.command("enable")
def enable(context: typer.Context, names: Names) -> None:
    """Crawl sources again.

    \b
    Examples:
      copydesk sources enable "Harbour Gazette"
      copydesk sources enable paper.example other.example
    """
    _enable(context, names, enabled=True)


def _enable(context: typer.Context, names: list[str], *, enabled: bool) -> None:
    from storage.sources import set_enabled

    invocation: Invocation = context.obj
    with invocation.open_existing() as database, database.write() as session:
        found = [known_source(session, name) for name in names]
        for source in found:
            set_enabled(session, source.id, enabled)
    for source in found:
        say(f"{source.name!r} {'enabled' if enabled else 'disabled'}")
