"""What a run knows of its source: learned anew as it files articles, and applied to those stored before."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from crawler.config import CleaningConfig
from pipelines.cleaning import Cleaning
from pipelines.learned import Learned
from pipelines.source_cleaning import Part, as_learned, clean_stored, learn_source, parts_of
from storage.articles import FilingOutcome
from storage.errors import CannotStore, StorageError
from storage.learned import learned_of
from storage.thread import ArchiveThread

T = TypeVar("T")

_AT_FIRST = (3, 5, 10, 20)
"""Articles of a source at which it pays to learn again: what is known of a new source grows fast."""
_THEN_EVERY = 50
"""New articles of a run after which it does, however many are known."""
CLEANED_AFTERWARDS = 500
"""The newest articles of a source that are cleaned by what its run has learned."""
_FILED_FIRST = (FilingOutcome.NEW, FilingOutcome.DUPLICATE)

_log = logging.getLogger(__name__)


def is_time_to_learn(new: int, known: int = 0) -> bool:
    """Whether to learn again after so many new articles, where so many were learned from before the run."""
    return known + new in _AT_FIRST or (new > 0 and new % _THEN_EVERY == 0)


class Relearning:
    """One run's knowledge of `source_id`; None where it fetches addresses alone, and learns nothing.

    Its methods raise StorageError if the archive fails. A fault in learning itself is logged, and costs the
    run what it would have learned.
    """

    def __init__(self, archive: ArchiveThread, settings: CleaningConfig, source_id: int | None) -> None:
        self._archive = archive
        self._learns = settings.learn
        self._keep = frozenset(settings.keep)
        self._source_id = source_id
        self._known: dict[int | None, Learned | None] = {None: None}
        self._before = 0
        """Articles that were learned from before the run."""
        self._new = 0
        self._learned = 0
        """How many were new when it was learned last."""
        self._learning = False

    async def cleaning_for(self, source_id: int | None) -> Cleaning:
        """How a page of this source is to be cleaned; None: of no source."""
        if self._learns and source_id is not None and source_id not in self._known:
            row = await self._archive.read(lambda session: learned_of(session, source_id))
            self._known[source_id] = as_learned(row) if row else None
            if row is not None and source_id == self._source_id:
                self._before = row.articles
        return Cleaning(keep=self._keep, learned=self._known.get(source_id))

    async def filed(self, outcome: str) -> None:
        """A page was filed: learn again, if it is time to."""
        self._new += outcome in _FILED_FIRST
        if outcome not in _FILED_FIRST or not is_time_to_learn(self._new, self._before) or self._learning:
            return
        self._learning = True  # what is filed meanwhile is learned from the next time
        try:
            await self._learn()
        finally:
            self._learning = False

    async def finish(self) -> int:
        """Clean what is stored by what the run's articles teach; how many articles that changed.

        What was cleaned by just that stays as it is; unless rules are to be kept, which may be others by now.
        """
        if (source_id := self._source_id) is None or self._new == 0:
            return 0
        if self._learned < self._new and not await self._learn():
            return 0
        learned = None if self._keep else self._known.get(source_id)
        parts = await self._archive.read(
            lambda session: parts_of(session, source_id, CLEANED_AFTERWARDS, learned)
        )
        return sum([await self._clean(part) for part in parts if self._learns])

    async def _clean(self, part: Part) -> int:
        changed = await self._written(
            lambda session: clean_stored(
                session, datetime.now(UTC), ids=part.ids, newest=part.newest, keep=self._keep
            )
        )
        return len(changed or ())

    async def _learn(self) -> bool:
        if (source_id := self._source_id) is None or not self._learns:
            return False
        new = self._new  # more may be filed meanwhile
        learned = await self._written(lambda session: learn_source(session, source_id, datetime.now(UTC)))
        if learned is not None:
            self._known[source_id], self._learned = learned, new
        return learned is not None

    async def _written(self, work: Callable[[Session], T]) -> T | None:
        """What `work` gives; None where it is not the archive that failed, but what it was to do."""
        try:
            return await self._archive.write(work)
        except Exception as error:
            if isinstance(error, StorageError) and not isinstance(error, CannotStore):
                raise
            _log.exception("source %s: nothing more is learned in this run", self._source_id)
            self._learns = False
            return None
