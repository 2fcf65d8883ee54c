"""What a run did, in numbers."""

from collections import Counter
from dataclasses import dataclass, field

from storage.models import RunState


@dataclass(slots=True, kw_only=True)
class RunCounts:
    """Pages by what became of them. `found` counts pages new to the frontier, the others visits."""

    found: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """By reason."""
    failed: Counter[str] = field(default_factory=Counter)
    """By reason; a page that was tried again and came counts under both."""

    def count(self, outcome: str, reason: str | None = None) -> None:
        """Count one visit under its outcome, which is the name of a field."""
        if outcome in ("rejected", "failed"):
            getattr(self, outcome)[reason or "unknown"] += 1
        else:
            setattr(self, outcome, getattr(self, outcome) + 1)

    def as_dict(self) -> dict[str, object]:
        """As it is kept in the run's row, and shown by `--json`."""
        return {
            "found": self.found,
            "new": self.new,
            "revised": self.revised,
            "unchanged": self.unchanged,
            "duplicate": self.duplicate,
            "rejected": dict(self.rejected),
            "failed": dict(self.failed),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """How one run ended."""

    source: str
    source_id: int | None
    state: RunState
    counts: RunCounts
    error: str | None = None
    seconds: float = 0.0
