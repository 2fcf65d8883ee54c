"""What an export is asked for."""

from dataclasses import dataclass
from datetime import datetime

from storage.export.columns import KEYS, PAST_KEYS
from storage.filters import EVERYTHING, ArticleFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Which articles are to be written out, as of when, and what of them.

    Raises ValueError for a column that there is not, that is named twice or whose past is not kept, and for a
    search in the past.
    """

    wanted: ArticleFilter = EVERYTHING
    query: str | None = None
    """As `search` takes it. The present only: the index has the words of today."""
    now: datetime | None = None
    """Aware. What "7d" in a query is counted from; there must be one with a query."""
    as_of: datetime | None = None
    """Aware. The archive as it stood at this moment; what happened at it has happened. None: as it stands."""
    all_copies: bool = False
    """Every copy of a story; else it comes once, as its original, or, where filter and query leave that
    out, as the first copy that they let through."""
    columns: tuple[str, ...] = ()
    """In this order; empty: all."""
    limit: int | None = None
    """At most so many articles."""

    def __post_init__(self) -> None:
        if self.as_of is not None and self.as_of.tzinfo is None:
            raise ValueError(f"a time needs a zone: {self.as_of!r}")
        if self.query is not None and self.now is None:
            raise ValueError("a query needs a time that it is asked at")
        if self.as_of is not None and self.query is not None:
            raise ValueError("a search looks in the words of today, and cannot be asked of the past")
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("a column is named twice")
        for name in self.columns:
            if name not in KEYS:
                raise ValueError(f"there is no column {name!r}; there are {', '.join(self._known())}")
            if name not in self._known():
                raise ValueError(
                    f"{name!r} is written when its page is read, and what it was before is not kept"
                )

    def _known(self) -> tuple[str, ...]:
        return KEYS if self.as_of is None else PAST_KEYS

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of each row, in order."""
        return self.columns or self._known()
