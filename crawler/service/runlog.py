"""Writes a line into the service's log for each run that brought something, or failed."""

import logging

from crawler.report import RunReport
from storage.models import RunState

_NUMBERS = ("new", "revised", "duplicate", "walked")

logger = logging.getLogger(__name__)


class RunLog:
    """A Progress that logs. It is told of a run's end inside that run, whose name the line then bears."""

    def run_started(self, source: str) -> None: ...

    def found(self, source: str, count: int) -> None: ...

    def page_done(self, source: str, outcome: str) -> None: ...

    def run_ended(self, report: RunReport) -> None:
        """Of a run in which nothing was new only DEBUG tells."""
        counts = report.counts
        told = [f"{number} {name}" for name in _NUMBERS if (number := getattr(counts, name))]
        told += [
            f"{reasons.total()} {outcome} ({', '.join(f'{why} {n}' for why, n in reasons.most_common(5))})"
            for outcome, reasons in (("rejected", counts.rejected), ("failed", counts.failed))
            if reasons.total()
        ]
        failed = report.state is RunState.FAILED
        level = logging.WARNING if failed else logging.INFO if told else logging.DEBUG
        what = report.error if failed and report.error else ", ".join(told) or "nothing new"
        data = {"state": str(report.state), "seconds": round(report.seconds, 3), **counts.as_dict()}
        logger.log(level, "%s (%.1f s)", what, report.seconds, extra={"data": data})
