"""All that `copydesk status NAME` tells of one source: its seeds, its last runs, what came of them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawler.cli.terminal import note, say, show_table, shown_size
from crawler.cli.times import shown_time

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storage.health import SourceHealth
    from storage.run_history import StoredRun, StoredSeed, Totals

_NUMBERS = ("found", "fetched", "not_modified", "new", "revised", "duplicate")
_PERIODS = {"24 h": timedelta(hours=24), "7 days": timedelta(days=7)}
_SEEDS = 20
"""Seeds listed; an index of sitemaps may name thousands."""


def show_details(session: "Session", source: "SourceHealth", now: datetime) -> None:
    """The seeds and the runs of a source, below its line."""
    from storage.run_history import last_runs, polled_seeds, totals_since

    seeds = polled_seeds(session, source.id)
    say()
    say(f"{source.url}, schedule {source.schedule}; polled:")
    show_table(["seed", "kind", "visited", "answer", "failures"], [_seed(seed) for seed in seeds[:_SEEDS]])
    if len(seeds) > _SEEDS:
        say(f"and {len(seeds) - _SEEDS:,} more")
    for line in _templates(session, source.id):
        say(line)
    say()
    say("last runs:")
    columns = ["began", "took", "state", *(name.replace("_", " ") for name in _NUMBERS)]
    columns = [*columns, "rejected", "failed", "size"]
    runs = last_runs(session, source.id)
    show_table(columns, [_run(run) for run in runs])
    periods = {name: totals_since(session, source.id, now - span) for name, span in _PERIODS.items()}
    say()
    show_table(
        ["in the last", "runs", *columns[3:]], [_total(name, totals) for name, totals in periods.items()]
    )
    for error in dict.fromkeys(run.error for run in runs if run.error):
        note(f"{source.name}: {error}")


def _templates(session: "Session", source_id: int) -> list[str]:
    """How far it is learned how the pages are made; `copydesk learn NAME --show` tells more."""
    from crawler.cli.learning import use_lines
    from pipelines.source_templates import known_templates

    known = known_templates(session, source_id)
    if known.off:
        return ["templates: switched off"]
    if known.suspended_at is not None:
        return [f"templates: suspended since {shown_time(known.suspended_at)}, {known.suspended_why}"]
    ready = sum(template.is_ready for template in known.templates.templates)
    return [f"templates: {ready} in use", *(f"  {line}" for line in use_lines(known))] if ready else []


def details_as_json(session: "Session", source_id: int, now: datetime) -> dict[str, Any]:
    """The same, for a program."""
    from crawler.cli.learning import use_as_json
    from pipelines.source_templates import known_templates
    from storage.run_history import last_runs, polled_seeds, totals_since

    known = known_templates(session, source_id)

    return {
        "templates": {
            "in_use": sum(template.is_ready for template in known.templates.templates) if known.usable else 0,
            **use_as_json(known),
        },
        "polled": [asdict(seed) for seed in polled_seeds(session, source_id)],
        "runs": [asdict(run) for run in last_runs(session, source_id)],
        "totals": {
            name: totals_since(session, source_id, now - span).as_dict() for name, span in _PERIODS.items()
        },
    }


def _seed(seed: "StoredSeed") -> list[str | int]:
    answer = seed.error or (f"http {seed.status}" if seed.status else "-")
    answer = answer.removeprefix(f"{seed.url}: ")
    return [seed.url, str(seed.kind).replace("_", " "), shown_time(seed.visited_at), answer, seed.failures]


def _run(run: "StoredRun") -> list[str | int]:
    counts = run.counts
    took = f"{(run.ended_at - run.started_at).total_seconds():,.0f} s" if run.ended_at else "-"
    reasons = [_reasons(counts.get(name) or {}) for name in ("rejected", "failed")]
    numbers = [counts.get(name, 0) for name in _NUMBERS]
    began = shown_time(run.started_at)
    return [began, took, str(run.state), *numbers, *reasons, shown_size(counts.get("bytes", 0))]


def _total(name: str, totals: "Totals") -> list[str | int]:
    numbers = [totals.numbers[key] for key in _NUMBERS]
    runs = _reasons(totals.runs)
    size = shown_size(totals.numbers["bytes"])
    return [name, runs, *numbers, _reasons(totals.rejected), _reasons(totals.failed), size]


def _reasons(counted: "dict[str, int]") -> str:
    """ "section page 3, stub 1"; the most frequent four."""
    most: Sequence[tuple[str, int]] = sorted(counted.items(), key=lambda pair: -pair[1])
    told = ", ".join(f"{reason} {count:,}" for reason, count in most[:4] if count)
    return f"{told}, …" if len(most) > 4 else told or "0"
