"""How the runs of a crawl are reported: a table, or JSON."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from crawler.cli.terminal import Row, counted, fits, note, say, show_table, shown_size
from crawler.report import RunCounts, RunReport
from storage.models import RunState

_FOLD_ABOVE = 30
"""Rows from which on sources with nothing to tell are told in one line."""
_NUMBERS = ("found", "new", "revised", "unchanged", "duplicate")
_TRAFFIC = ("fetched", "not_modified", "seeds_fetched", "seeds_not_modified", "bytes")


def show_reports(reports: Sequence[RunReport]) -> None:
    """A row per source, and why pages were rejected or failed; what broke a run, on stderr."""
    told = [report for report in reports if len(reports) <= _FOLD_ABOVE or _has_news(report)]
    folded = [report for report in reports if len(reports) > _FOLD_ABOVE and not _has_news(report)]
    total = _total(reports)
    if told:
        _show_rows([(report.source, report.counts) for report in told], total if len(reports) > 1 else None)
    if folded:
        unchanged = sum(report.counts.unchanged for report in folded)
        more = "more source" if told else "source"
        say(f"{counted(len(folded), more)} with nothing new ({counted(unchanged, 'page')} unchanged)")
    if total.walked:
        say(f"{counted(total.walked, 'old sitemap')} or pages of archives taken in")
    if total.left_out:
        say(f"{counted(total.left_out, 'candidate')} left for the next run, which is more than one takes")
    if traffic := _traffic(total):
        say(traffic)
    if total.by_template:
        again = f", {total.read_again:,} of the others once more" if total.read_again else ""
        say(f"{counted(total.by_template, 'article')} read by what was learned of their sources{again}")
    if total.cleaned_afterwards:
        say(f"{counted(total.cleaned_afterwards, 'article')} cleaned afterwards, by what was learned")
    for report in reports:
        if report.error:
            note(f"{report.source}: {report.error}")


def _traffic(total: RunCounts) -> str:
    """What was asked of the sites: "fetched 20 pages and 3 seeds, 1.2 MB; 2 seeds unchanged (304)"."""
    pages, seeds = counted(total.fetched, "page"), counted(total.seeds_fetched, "seed")
    unchanged = [
        counted(number, thing)
        for number, thing in ((total.not_modified, "page"), (total.seeds_not_modified, "seed"))
        if number
    ]
    parts = []
    if total.fetched or total.seeds_fetched:
        parts.append(f"fetched {pages} and {seeds}, {shown_size(total.bytes)}")
    if unchanged:
        parts.append(f"{' and '.join(unchanged)} unchanged (304)")
    return "; ".join(parts)


def _show_rows(told: Sequence[tuple[str, RunCounts]], total: RunCounts | None) -> None:
    """The table; where it has no room for why pages were rejected or failed, that stands below it."""
    columns = ["source", *_NUMBERS, "rejected", "failed"]
    rows = [_row(name, counts) for name, counts in told]
    last = _row("total", total) if total else []
    if fits(columns, rows, last):
        show_table(columns, rows, last)
        return
    short = [_short_row(name, counts) for name, counts in told]
    show_table(columns, short, _short_row("total", total) if total else [])
    for name, counts in told:
        for outcome, reasons in (("rejected", counts.rejected), ("failed", counts.failed)):
            if reasons:
                say(f"{name}: {outcome} {_reasons(reasons)}")


def _has_news(report: RunReport) -> bool:
    counts = report.counts
    numbers = (counts.found, counts.new, counts.revised, counts.duplicate, counts.rejected, counts.failed)
    return report.state is not RunState.DONE or any(numbers)


def _short_row(name: str, counts: RunCounts) -> Row:
    numbers = [getattr(counts, key) for key in _NUMBERS]
    return [name, *numbers, counts.rejected.total(), counts.failed.total()]


def _row(name: str, counts: RunCounts) -> Row:
    numbers = [getattr(counts, key) for key in _NUMBERS]
    return [name, *numbers, _reasons(counts.rejected), _reasons(counts.failed)]


def _reasons(counted: Counter[str]) -> str:
    """How many, and why: "4: section page 3, stub 1"."""
    if not counted:
        return "0"
    return f"{counted.total():,}: " + ", ".join(
        f"{reason} {count:,}" for reason, count in counted.most_common()
    )


def _total(reports: Sequence[RunReport]) -> RunCounts:
    total = RunCounts()
    for report in reports:
        total.add(report.counts)
    return total


def reports_as_json(reports: Sequence[RunReport]) -> list[dict[str, Any]]:
    """The runs, for a program."""
    return [
        {
            "source": report.source,
            "source_id": report.source_id,
            "state": str(report.state),
            "error": report.error,
            "seconds": round(report.seconds, 3),
            **report.counts.as_dict(),
        }
        for report in reports
    ]
