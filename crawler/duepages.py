"""Hands out the pages that are due in one run, and knows which of them are on their way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from crawler.revisit import WITHIN_RUN
from storage.frontier import DuePage
from storage.thread import ArchiveThread

BATCH = 50
"""Pages asked of the frontier at a time."""

AskFrontier = Callable[[Session, datetime, int, Collection[int]], Sequence[DuePage]]
"""Pages due at a time, so many at most, without those whose ids are given."""


class DuePages:
    """Iterates over what the frontier has due, until nothing is; waits for pages soon to be tried again.

    It may be iterated over again, where more has become due by then.

    A page handed out is on its way until `landed` says that its visit is filed. One that was `lost` (nobody
    could say how its visit ended) is not handed out again in this run.
    """

    def __init__(
        self, archive: ArchiveThread, ask: AskFrontier, *, limit: int | None, may_go_on: Callable[[], bool]
    ) -> None:
        """`limit`: most pages handed out. `may_go_on` is asked before each of them."""
        self._archive = archive
        self._ask = ask
        self._limit = limit
        self._may_go_on = may_go_on
        self._given = 0
        self._under_way: dict[int, DuePage] = {}
        self._lost: set[int] = set()
        self._all_landed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[DuePage]:
        while self._may_go_on() and not self.exhausted:
            room = BATCH if self._limit is None else min(BATCH, self._limit - self._given)
            pages = await self._due(timedelta(0), room)
            if not pages and self._under_way:
                await self._all_landed.wait()  # one of them may fail, and be due again
            elif not pages:
                if not any(map(_is_retry, await self._due(WITHIN_RUN, BATCH))):
                    return
                await asyncio.sleep(0.5)
            for page in pages:
                if not self._may_go_on():
                    return
                self._given += 1
                self._under_way[page.id] = page
                self._all_landed.clear()
                yield page

    @property
    def exhausted(self) -> bool:
        """Whether as many pages were handed out as may be."""
        return self._limit is not None and self._given >= self._limit

    def under_way(self, page_id: int) -> DuePage | None:
        """A page that is on its way; None for others."""
        return self._under_way.get(page_id)

    def landed(self, page_id: int) -> None:
        """The visit of a page is over."""
        self._under_way.pop(page_id, None)
        if not self._under_way:
            self._all_landed.set()

    def lost(self, page_id: int) -> None:
        """The visit of a page is over, and nobody could say how."""
        self._lost.add(page_id)
        self.landed(page_id)

    async def _due(self, ahead: timedelta, limit: int) -> Sequence[DuePage]:
        skip, when = frozenset(self._under_way.keys() | self._lost), datetime.now(UTC) + ahead
        return await self._archive.read(lambda session: self._ask(session, when, limit, skip))


def _is_retry(page: DuePage) -> bool:
    """Whether a page is to be tried again; second looks come due all the time, and a run would never end."""
    return page.attempts > 0 or page.article_id is None
