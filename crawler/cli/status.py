"""The command that tells how the sources are doing."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.invocation import Invocation
from crawler.cli.terminal import note, show_json, show_table
from crawler.cli.times import shown_time

if TYPE_CHECKING:
    from storage.sources import SourceHealth


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON list.")] = False,
) -> None:
    """Show how each source is doing.

    Its last run, its last new article, how many articles it gave, and what failed.

    \b
    Examples:
      copydesk status
      copydesk status --json | jq '.[] | select(.failures > 0) | .name'
    """
    from storage.sources import source_health

    invocation: Invocation = context.obj
    with invocation.open_existing() as database, database.read() as session:
        health = source_health(session)
    if as_json:
        show_json([asdict(source) for source in health])
    elif not health:
        note("no sources yet: `copydesk add https://…` adds one")
    else:
        show_table(
            ["source", "last run", "state", "last new article", "articles", "waiting", "failures"],
            [_row(source, datetime.now(UTC)) for source in health],
            ["total", "", "", "", *(sum(getattr(s, key) for s in health) for key in _SUMS)]
            if len(health) > 1
            else [],
        )
        for source in health:
            if source.last_error:
                note(f"{source.name}: {source.last_error}")


_SUMS = ("articles", "waiting", "failures")


_QUIET = timedelta(minutes=5)
"""Without a visit for so long, a run may have been killed."""
_LOST = timedelta(hours=1)
"""Without a visit for so long, it was; the next crawl writes that down."""


def run_state(source: "SourceHealth", now: datetime) -> str:
    """The state of the last run; of one that was not ended, what its last sign of life lets believe."""
    sign, started = source.last_sign_at, source.last_run_started_at
    if source.last_run_state is None:
        return "never run"
    if source.last_run_state != "running" or sign is None or now - sign < _QUIET:
        return str(source.last_run_state)
    if now - sign > _LOST:
        return "broken off"
    return f"running? since {shown_time(started)}"


def _row(source: "SourceHealth", now: datetime) -> list[str | int]:
    state = run_state(source, now)
    return [
        source.name,
        shown_time(source.last_run_at),
        state if source.enabled else f"{state}, disabled",
        shown_time(source.last_new_at),
        source.articles,
        source.waiting,
        source.failures,
    ]
