"""Shows a crawl while it runs: a bar on a terminal, a line per source elsewhere; always on stderr."""

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from crawler.cli.terminal import console, note
from crawler.progress import Progress
from crawler.report import RunReport
from storage.shown import in_one_line


@contextmanager
def shown_progress(runs: int, limit: int | None) -> Iterator[Progress]:
    """What a crawl of `runs` sources, at most `limit` pages of each, reports to."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.fields[runs]}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("pages  {task.fields[outcomes]}", markup=False),
        TimeElapsedColumn(),
    )
    with RichProgress(*columns, console=console(sys.stderr), transient=True, expand=True) as progress:
        yield Bar(progress, runs, limit)


@contextmanager
def shown_count(things: str, total: int) -> Iterator[Callable[..., None]]:
    """A bar for work on `total` things, where a terminal shows it; call what is given after each, or after
    some, with their number.
    """
    if not sys.stderr.isatty():
        yield lambda _=1: None
        return
    columns = (BarColumn(bar_width=None), MofNCompleteColumn(), TextColumn(things), TimeElapsedColumn())
    with RichProgress(*columns, console=console(sys.stderr), transient=True, expand=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda count=1: progress.advance(task, count)


class Lines:
    """A line when a source is done with."""

    def run_started(self, source: str) -> None: ...

    def found(self, source: str, count: int) -> None: ...

    def page_done(self, source: str, outcome: str) -> None: ...

    def run_ended(self, report: RunReport) -> None:
        """Tell what the run came to."""
        counts = report.counts
        outcomes = {
            "new": counts.new,
            "revised": counts.revised,
            "unchanged": counts.unchanged,
            "duplicate": counts.duplicate,
            "rejected": counts.rejected.total(),
            "failed": counts.failed.total(),
            "old sitemaps or pages of archives": counts.walked,
            "cleaned afterwards": counts.cleaned_afterwards,
        }
        told = ", ".join(f"{count:,} {name}" for name, count in outcomes.items() if count) or "nothing new"
        note(f"{report.source}: {report.state}, {told} ({report.seconds:.1f} s)")


class Bar:
    """One bar for all sources together."""

    def __init__(self, progress: RichProgress, runs: int, limit: int | None) -> None:
        self._progress = progress
        self._runs, self._limit = runs, limit
        self._ended: set[str] = set()
        self._label = ""
        self._found: defaultdict[str, int] = defaultdict(int)
        self._done: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._task = progress.add_task("", total=None, runs="", outcomes="")
        self._show()

    def run_started(self, source: str) -> None:
        """Show the name of the source, where there is only one."""
        self._label = in_one_line(source)
        self._ended.discard(source)  # a backfill takes one run after the other
        self._show()

    def found(self, source: str, count: int) -> None:
        """Make the bar longer."""
        self._found[source] += count
        self._show()

    def page_done(self, source: str, outcome: str) -> None:
        """Fill the bar."""
        self._done[source] += 1
        self._outcomes[outcome] += 1
        self._show()

    def run_ended(self, report: RunReport) -> None:
        """What a source found, but did not fetch, is not waited for any more."""
        self._ended.add(report.source)
        self._found[report.source] = self._done[report.source]
        self._show()

    def _show(self) -> None:
        # Pages of earlier runs may be due too, unannounced: the bar is never shorter than what is done.
        total = sum(max(self._expected(source), self._done[source]) for source in {*self._found, *self._done})
        if self._runs > 1:
            self._label = f"{len(self._ended):,}/{self._runs:,} sources"
        self._progress.update(
            self._task,
            total=total or None,
            completed=self._done.total(),
            outcomes=in_one_line(" ".join(f"{outcome} {n:,}" for outcome, n in self._outcomes.most_common())),
            runs=self._label,
        )

    def _expected(self, source: str) -> int:
        return min(self._found[source], self._limit or self._found[source])
