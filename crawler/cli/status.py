"""The command that tells how the sources are doing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.invocation import Invocation
from crawler.cli.names import known_source
from crawler.cli.terminal import counted, note, say, show_json, show_table
from crawler.cli.times import shown_time

if TYPE_CHECKING:
    from storage.health import SourceHealth
    from storage.leases import HolderState

_FOLD_ABOVE = 50
"""Sources from which on those that are well are told in one line."""


def status(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="A source's name or address: tell all of it."),
    ] = None,
    problems: Annotated[
        bool, typer.Option("--problems", help="Leave out the sources that are well.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="List those that are well, however many they are.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 if a source is not well, for a monitor.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Show how each source is doing.

    The worst comes first: what is wrong with it, since when, and what to do. A source is gone, moved,
    blocked, failing, broken (its pages are not read as they were), quiet beyond its own rhythm, new, or
    well. Sources that are disabled are listed last and make no check fail.

    \b
    Examples:
      copydesk status
      copydesk status --check --problems || mail-the-desk
      copydesk status --json | jq -r '.sources[] | select(.health != "well") | .name'
    """
    from storage.health import source_health
    from storage.leases import SCHEDULER, holder_of

    invocation: Invocation = context.obj
    now = datetime.now(UTC)
    with invocation.open_existing() as database, database.read() as session:
        ids = {known_source(session, name).id for name in names} if names else None
        sources = sorted(source_health(session, now, ids), key=_rank)
        scheduler = holder_of(session, SCHEDULER)
        shown = [source for source in sources if not problems or _is_unwell(source)]
        if as_json:
            from crawler.cli.source_details import details_as_json

            more = {source.id: details_as_json(session, source.id, now) for source in shown if names}
            show_json(
                {
                    "at": now,
                    "scheduler": _scheduler_as_json(scheduler, invocation, now),
                    "sources": [_as_json(source, now) | more.get(source.id, {}) for source in shown],
                }
            )
        else:
            _show(shown, sources, everything=everything or bool(names) or problems, now=now)
            if names:
                from crawler.cli.source_details import show_details

                for source in shown:
                    show_details(session, source, now)
            say()
            say(_told_of(scheduler, invocation, now))
    if check and any(map(_is_unwell, sources)):
        raise typer.Exit(1)


def _is_unwell(source: "SourceHealth") -> bool:
    from crawler.health.verdict import health_of

    return source.enabled and not health_of(source.health).is_well


def _rank(source: "SourceHealth") -> tuple[bool, int, str]:
    from crawler.health.verdict import WORST_FIRST, health_of

    return not source.enabled, WORST_FIRST.index(health_of(source.health)), source.name


def _show(
    shown: Sequence["SourceHealth"], sources: Sequence["SourceHealth"], *, everything: bool, now: datetime
) -> None:
    if not sources:
        note("no sources yet: `copydesk add https://…` adds one")
        return
    unwell = [source for source in shown if _is_unwell(source)]
    listed = shown if everything or len(shown) <= _FOLD_ABOVE else unwell
    columns = [
        "state",
        "since",
        "source",
        "last run",
        "last new article",
        "articles",
        "waiting",
        "next visit",
    ]
    total: list[str | int] = [
        "total",
        "",
        "",
        "",
        "",
        *(sum(getattr(s, key) for s in sources) for key in _SUMS),
    ]
    if listed:
        show_table(
            columns, [_row(source, now) for source in listed], [*total, ""] if len(sources) > 1 else []
        )
    if len(listed) < len(shown):
        rest = counted(len(shown) - len(listed), "more source" if listed else "source")
        say(f"{rest} with nothing wrong (--all lists them)")
    if not listed and not shown:
        say(f"{counted(len(sources), 'source')} with nothing wrong")
    for source in unwell:
        _explain(source)


_SUMS = ("articles", "waiting")


def _row(source: "SourceHealth", now: datetime) -> list[str | int]:
    return [
        source.health if source.enabled else f"{source.health}, disabled",
        shown_time(source.since),
        source.name,
        last_run(source, now),
        shown_time(source.last_new_at),
        source.articles,
        source.waiting,
        next_visit(source, now),
    ]


def next_visit(source: "SourceHealth", now: datetime) -> str:
    """When the schedule crawls it next."""
    if not source.enabled:
        return "-"
    return shown_time(source.due_at) if source.due_at and source.due_at > now else "due"


def last_run(source: "SourceHealth", now: datetime) -> str:
    """When the last run ended, and how, if not well."""
    state = run_state(source, now)
    if state == "done":
        return shown_time(source.last_run_at)
    return (
        state if source.last_run_state in (None, "running") else f"{shown_time(source.last_run_at)} {state}"
    )


_QUIET = timedelta(minutes=5)
"""Without a sign of life for so long, a run may have been killed."""
_LOST = timedelta(hours=1)
"""Without one for so long, it was; the next crawl writes that down."""


def run_state(source: "SourceHealth", now: datetime) -> str:
    """The state of the last run; of one that was not ended, what its last sign of life lets believe."""
    sign, started = source.last_sign_at, source.last_run_started_at
    if source.last_run_state is None:
        return "never run"
    if source.last_run_state != "running":
        return str(source.last_run_state)
    if sign is None or now - sign < _QUIET:
        return "running"
    if now - sign > _LOST:
        return "broken off"
    return f"running? since {shown_time(started)}"


def _explain(source: "SourceHealth") -> None:
    """What is wrong, by what it is seen, and what to do."""
    evidence = source.evidence
    told = f"{source.name} is {source.health} since {shown_time(source.since)}"
    say()
    say(f"{told}: {source.reason}" if source.reason else told)
    for name, sight in (("first bad", evidence.first_bad), ("last good", evidence.last_good)):
        if sight:
            article = f" (article {sight.article_id})" if sight.article_id else ""
            why = f", {sight.why}" if sight.why else ""
            say(f"  {name}: {shown_time(sight.at)} {sight.url}{article}{why}")
    if advice := _advice(source):
        say(f"  {advice}")


def _advice(source: "SourceHealth") -> str | None:
    from crawler.health.advice import advice
    from crawler.health.verdict import health_of

    return advice(health_of(source.health), source.name, source.url, source.reason, source.evidence)


def _told_of(scheduler: "HolderState | None", invocation: Invocation, now: datetime) -> str:
    if scheduler is None:
        return "Nothing crawls by the schedule: `copydesk run` does, while it runs."
    who = f"`copydesk run` ({scheduler})"
    if _is_alive(scheduler, invocation, now):
        return f"{who} crawls by the schedule since {shown_time(scheduler.started_at)}."
    return f"{who} was last seen {shown_time(scheduler.seen_at)}: nothing crawls by the schedule now."


def _is_alive(scheduler: "HolderState", invocation: Invocation, now: datetime) -> bool:
    from crawler.leases import seems_alive

    return seems_alive(scheduler, invocation.config().service.lease, now)


def _scheduler_as_json(
    scheduler: "HolderState | None", invocation: Invocation, now: datetime
) -> dict[str, Any] | None:
    from dataclasses import asdict

    if scheduler is None:
        return None
    return asdict(scheduler) | {"alive": _is_alive(scheduler, invocation, now)}


def _as_json(source: "SourceHealth", now: datetime) -> dict[str, Any]:
    told = {name: getattr(source, name) for name in source.__slots__ if name != "evidence"}
    running = source.last_run_state == "running"
    return {
        **told,
        "last_run_state": run_state(source, now).partition("?")[0] if running else source.last_run_state,
        **source.evidence.as_dict(),
        "advice": _advice(source),
    }
