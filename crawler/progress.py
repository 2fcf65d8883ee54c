"""What a crawl tells while it runs, to whoever shows it."""

from typing import Protocol

from crawler.report import RunReport


class Progress(Protocol):
    """Told of each step of a crawl, in the thread that crawls: it must return at once."""

    def run_started(self, source: str) -> None:
        """A run of the source with this name has begun."""

    def found(self, source: str, count: int) -> None:
        """`count` more pages of it are to be fetched in this run."""

    def page_done(self, source: str, outcome: str) -> None:
        """One page is done with; `outcome` is "new", "rejected", "failed", …"""

    def run_ended(self, report: RunReport) -> None:
        """The run is over."""


class Silent:
    """A Progress that shows nothing."""

    def run_started(self, source: str) -> None: ...

    def found(self, source: str, count: int) -> None: ...

    def page_done(self, source: str, outcome: str) -> None: ...

    def run_ended(self, report: RunReport) -> None: ...


class Together:
    """A Progress that tells several."""

    def __init__(self, *listeners: Progress) -> None:
        self._listeners = listeners

    def run_started(self, source: str) -> None:
        for listener in self._listeners:
            listener.run_started(source)

    def found(self, source: str, count: int) -> None:
        for listener in self._listeners:
            listener.found(source, count)

    def page_done(self, source: str, outcome: str) -> None:
        for listener in self._listeners:
            listener.page_done(source, outcome)

    def run_ended(self, report: RunReport) -> None:
        for listener in self._listeners:
            listener.run_ended(report)
