"""What a run did, in numbers."""

from collections import Counter
from dataclasses import dataclass, field, fields

from crawler.health.judge import HealthChange
from storage.models import RunState


@dataclass(slots=True, kw_only=True)
class RunCounts:
    """Pages by what became of them in the end: one that failed and then came counts once, as what it is."""

    found: int = 0
    """Pages new to the frontier, or said to have changed."""
    left_out: int = 0
    """What seeds named in excess of what one run takes of a source: the next one goes on with it."""
    fetched: int = 0
    """Answers that brought the body of a page (2xx); seeds and robots.txt are no pages."""
    not_modified: int = 0
    """Pages answered by a 304."""
    seeds_fetched: int = 0
    """As `fetched`, of seeds and of what was tried to find them."""
    seeds_not_modified: int = 0
    bytes: int = 0
    """Size of all these bodies, and of those that came with an error, decompressed."""
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """By reason."""
    failed: Counter[str] = field(default_factory=Counter)
    """By reason."""
    walked: int = 0
    """Sitemaps, and pages of archives, that a backfill took in."""
    cleaned_afterwards: int = 0
    """Stored articles whose text changed by what the run learned of its source."""
    by_template: int = 0
    """Articles that a template of their source read."""
    read_again: int = 0
    """Articles of the run whose text changed as they were read by the template that it had learned."""
    _failed_pages: dict[int, str] = field(default_factory=dict, repr=False, compare=False)

    def count(self, page_id: int, outcome: str, reason: str | None = None) -> None:
        """Count a visit under its outcome, which is the name of a field."""
        if (earlier := self._failed_pages.pop(page_id, None)) is not None:
            self.failed -= Counter([earlier])
        if outcome == "failed":
            self._failed_pages[page_id] = reason or "unknown"
        if outcome in ("rejected", "failed"):
            getattr(self, outcome)[reason or "unknown"] += 1
        else:
            setattr(self, outcome, getattr(self, outcome) + 1)

    @property
    def pages(self) -> int:
        """Those that the run is done with."""
        filed = self.new + self.revised + self.unchanged + self.duplicate
        return filed + self.rejected.total() + self.failed.total()

    def add(self, other: "RunCounts") -> None:
        """Count what another run did besides."""
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rejected.update(other.rejected)
        self.failed.update(other.failed)

    def answered(self, status: int | None, size: int | None, *, seed: bool = False) -> None:
        """Count what an HTTP answer cost; a status of None is none."""
        self.bytes += size or 0
        if status == 304:
            self.seeds_not_modified += seed
            self.not_modified += not seed
        elif status is not None and 200 <= status < 300:
            self.seeds_fetched += seed
            self.fetched += not seed

    def as_dict(self) -> dict[str, object]:
        """As it is kept in the run's row, and shown by `--json`."""
        numbers = {name: getattr(self, name) for name in NUMBERS}
        return {**numbers, "rejected": dict(self.rejected), "failed": dict(+self.failed)}


NUMBERS = tuple(counted.name for counted in fields(RunCounts) if type(counted.default) is int)
"""The fields of `RunCounts` that are plain numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """How one run ended."""

    source: str
    source_id: int | None
    state: RunState
    counts: RunCounts
    error: str | None = None
    seconds: float = 0.0
    change: HealthChange | None = None
    """What it changed in the state of its source."""
