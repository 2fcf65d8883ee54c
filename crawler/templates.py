"""What a run knows of how its source's pages are made: used for each page, and learned anew as it goes on."""

import logging
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from crawler.config import CleaningConfig
from crawler.workers import WorkerPool, WorkersBroken, WorkLost
from pipelines.article import EXTRACTOR, TEMPLATE, Article, Reading
from pipelines.cleaning import Cleaning
from pipelines.page import Page
from pipelines.source_templates import (
    KnownTemplates,
    Lesson,
    keep_relearned,
    known_templates,
    learn_from,
    lesson_of,
    note_lessons,
)
from pipelines.store import Visited, file_other_reading
from pipelines.templates.drift import is_audited
from storage.errors import CannotStore, StorageError
from storage.templates import MISFIT, MOST_SAMPLES, count_samples, samples_of
from storage.thread import ArchiveThread

T = TypeVar("T")

_AT_FIRST = (3, 5, 10, 20, MOST_SAMPLES)
"""Pages kept of a source at which it pays to learn again: what is known of a new one grows fast."""
_THEN_EVERY = 15
"""New ones after which it does, within a run: to learn takes the time of some two pages."""
_MISFITS = (5, 10, 20)
"""The same of those that templates have refused: the source may be made anew."""
_AT_LEAST = 5
"""New ones after which it does at the end of a run; fewer wait for a run a day later that has one."""
_DAY = timedelta(days=1)
_ENOUGH = 30
"""Pages of a run that teach something: as many as are kept."""
_ONE_IN = 4
"""Of the pages after these, one in so many is to teach: it takes a third more time to read one so."""
_NOTED_EVERY = 50
"""Pages after which it is noted how the templates did, where nothing is learned meanwhile."""
_MOST_KEPT = 20
_MOST_BYTES = 10_000_000
"""Pages, and bytes of them as compressed, that a run keeps to read them again at its end."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A page that was read without a template, to be read again."""

    page_id: int
    page: Page
    body: bytes
    at: datetime
    body_hash: str


class RunTemplates:
    """The templates of the sources whose pages one run reads; of `source_id`, its own, it learns them.

    Its methods raise StorageError if the archive fails. A fault in learning is logged, and costs the run what
    it would have learned.
    """

    def __init__(
        self, archive: ArchiveThread, workers: WorkerPool, settings: CleaningConfig, source_id: int | None
    ) -> None:
        self._archive = archive
        self._workers = workers
        self._on = settings.learn and settings.templates
        self._source_id = source_id
        self._known: dict[int, KnownTemplates] = {}
        self._unnoted: list[Lesson] = []
        self._asked = 0
        self._before = 0
        """Pages of its source that were kept before the run."""
        self._taught = 0
        """Pages of this run that teach something."""
        self._learned = 0
        """Those of them that were learned from."""
        self._misfits = 0
        """Pages of this run that templates have refused."""
        self._misfits_learned = 0
        self._learning = False
        self._kept: list[_Kept] = []
        self._bytes = 0

    async def cleaning_for(
        self,
        source_id: int | None,
        url: str,
        read_by: str | None,
        cleaning: Cleaning,
        *,
        alone: bool = False,
    ) -> Cleaning:
        """The cleaning of the page at `url`, by templates where they may read it.

        `read_by`: what read the article that is known to stand there. What the extractor has read it reads
        again, corrected or not: else the difference between two ways to read would have to be told from an
        edit. `alone`: the extractor is to read it, and nothing to correct that.
        """
        if not self._on or source_id is None:
            return cleaning
        if source_id not in self._known:
            self._known[source_id], before = await self._archive.read(
                lambda s: (known_templates(s, source_id), count_samples(s, source_id))
            )
            if source_id == self._source_id:
                self._before = before
                if self._known[source_id].is_outdated and not self._learning:
                    await self._learn_alone()  # the pages that are asked for meanwhile are read without
        templates = None if alone else self._known[source_id].usable
        fast = read_by != EXTRACTOR
        audit = templates is not None and fast and is_audited(url, templates)
        teach = source_id == self._source_id and self._is_to_teach()
        return replace(cleaning, templates=templates, fast=fast, audit=audit, teach=teach)

    def _is_to_teach(self) -> bool:
        self._asked += 1
        return self._taught < _ENOUGH or self._asked % _ONE_IN == 0

    def was_read(self, page_id: int, page: Page, visit: Visited) -> None:
        """Keep a page that no template has read, as long as this source's are few: for a second reading."""
        article = visit.reading.article if visit.reading else None
        if not self._on or self._source_id is None or article is None or visit.body_hash is None:
            return
        if article.read_by == TEMPLATE or article.refused is not None or len(self._kept) >= _MOST_KEPT:
            return
        body = zlib.compress(page.body, 1)
        if self._bytes + len(body) <= _MOST_BYTES:
            self._bytes += len(body)
            bare = replace(page, body=b"")
            self._kept.append(
                _Kept(page_id=page_id, page=bare, body=body, at=visit.at, body_hash=visit.body_hash)
            )

    async def filed(self, reading: Reading | None) -> None:
        """A page was filed: note how it was read, and learn again if it is time to."""
        lesson = lesson_of(reading) if self._on and self._source_id is not None and reading else None
        if lesson is None:
            return
        self._unnoted.append(lesson)
        if lesson.sample is not None:
            self._taught += 1
            self._misfits += lesson.sample.kind == MISFIT
        if not self._learning and lesson.sample is not None and self._is_time_to_learn():
            await self._learn_alone()
        elif len(self._unnoted) >= _NOTED_EVERY:
            await self._note()

    async def finish(self, cleaning: Cleaning, *, stopping: bool = False) -> int:
        """Note and learn what is left, and read the first pages again; how many that gave another text.

        A run that is `stopping` before its end only notes it.
        """
        if not self._on or self._source_id is None:
            return 0
        if self._unnoted:
            await self._note()
        if stopping:
            return 0
        if self._is_worth_learning():
            await self._learn()
        known = self._known.get(self._source_id)
        if known is None or known.usable is None:
            return 0
        by_template = replace(cleaning, templates=known.usable, only_fast=True)
        with suppress(WorkersBroken):
            return sum([await self._read_again(kept, by_template) for kept in self._kept])
        return 0

    async def _read_again(self, kept: _Kept, cleaning: Cleaning) -> bool:
        page = replace(kept.page, body=zlib.decompress(kept.body))
        reading = await self._workers.read(page, cleaning, self._source_id)
        if reading.article is None:
            return False
        article: Article = reading.article
        changed = await self._safely(
            self._archive.write(
                lambda s: file_other_reading(
                    s, kept.page_id, self._source_id, article, kept.at, kept.body_hash
                )
            )
        )
        return bool(changed)

    async def _note(self) -> None:
        source_id, lessons = self._own, self._unnoted
        self._unnoted = []
        now = datetime.now(UTC)
        await self._keep(lambda session: note_lessons(session, source_id, lessons, now))

    def _is_time_to_learn(self) -> bool:
        """Whether it pays to learn again, as the run goes on."""
        if any(self._misfits_learned < at <= self._misfits for at in _MISFITS):
            return True
        learned, there = self._before + self._learned, self._before + self._taught
        return there >= learned + _THEN_EVERY or any(learned < at <= there for at in _AT_FIRST)

    def _is_worth_learning(self) -> bool:
        """Whether it does at its end."""
        new, known = self._taught - self._learned, self._known.get(self._own)
        if known is None or known.learned_at is None or known.suspended_at is not None:
            return new > 0
        is_young = self._before + self._taught <= MOST_SAMPLES
        return new >= (1 if is_young or datetime.now(UTC) - known.learned_at >= _DAY else _AT_LEAST)

    async def _learn_alone(self) -> None:
        """Note and learn; what is filed meanwhile is learned from the next time."""
        self._learning = True
        try:
            if self._unnoted:
                await self._note()
            await self._learn()
        finally:
            self._learning = False

    async def _learn(self) -> None:
        waiting = sum(lesson.sample is not None for lesson in self._unnoted)
        source_id, self._learned, self._misfits_learned = self._own, self._taught - waiting, self._misfits

        def ask(session: Session) -> tuple[KnownTemplates, list[bytes]]:
            return known_templates(session, source_id), samples_of(session, source_id)

        known, samples = await self._archive.read(ask)
        try:
            relearned = await self._workers.do(learn_from, samples, known.templates)
        except (WorkLost, ValueError) as error:
            self._give_up(error)
            return
        except WorkersBroken:
            return  # whoever reads a page is told so
        now = datetime.now(UTC)
        await self._keep(lambda session: keep_relearned(session, source_id, relearned, now))

    @property
    def _own(self) -> int:
        assert self._source_id is not None
        return self._source_id

    async def _keep(self, work: Callable[[Session], KnownTemplates]) -> None:
        known = await self._safely(self._archive.write(work))
        if known is not None:
            self._known[self._own] = known

    async def _safely(self, work: Awaitable[T]) -> T | None:
        """What `work` gives; None where it is not the archive that failed, but what it was to do."""
        try:
            return await work
        except Exception as error:
            if isinstance(error, StorageError) and not isinstance(error, CannotStore):
                raise
            self._give_up(error)
            return None

    def _give_up(self, error: Exception) -> None:
        _log.error("source %s: its templates are learned no further in this run", self._own, exc_info=error)
        self._on = False


def was_read_by_template(reading: Reading | None) -> bool:
    """Whether a page gave an article, and a template read it."""
    return reading is not None and reading.article is not None and reading.article.read_by == TEMPLATE
