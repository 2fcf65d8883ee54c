"""What a crawl tells while it runs, to whoever shows it."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from crawler.crawl import RunReport  # which needs this module: the crawl reports to a Progress


class Progress(Protocol):
    """Told of each step of a crawl, in the process and the thread that crawls: it must return at once."""

    def run_started(self, source: str) -> None:
        """A run of the source with this name has begun."""

    def found(self, source: str, count: int) -> None:
        """`count` more pages of it are to be fetched in this run."""

    def page_done(self, source: str, outcome: str) -> None:
        """One page is done with; `outcome` is "new", "rejected", "failed", …"""

    def run_ended(self, report: "RunReport") -> None:
        """The run is over."""
