"""Files what the visits of pages gave, many in one transaction."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import Any, Self

from sqlalchemy.orm import Session

from pipelines.article import Article, Reading
from pipelines.article_lines import lines_in, with_lines
from pipelines.cleaning import put_back_lines
from pipelines.edits import edit_between
from pipelines.fingerprint import resemblance
from pipelines.likeness import compare
from pipelines.metadata.rights import OF_ROBOTS
from storage.articles import FilingOutcome, file_article
from storage.cleaned import restored_at
from storage.errors import CannotStore, StorageError
from storage.frontier import VisitRecord, record_visits
from storage.gone import lock_for_filing, note_back, note_gone
from storage.looks import Life, articles_of, lives_of, reading_of
from storage.models import PageState
from storage.reservations import note_reservations, reservations_of
from storage.stored import RestoredLine
from storage.thread import ArchiveThread

UNSTORABLE = "could not be stored"
GROUP_SIZE = 50
GROUP_WAIT = 0.2
"""Seconds that a first visit waits for company before it is written."""

LookAgain = Callable[[int, Life, datetime], datetime | None]
"""When a page, by its id, is due again after a visit, by what is known of its article; None: never."""


def never_again(page_id: int, life: Life, now: datetime) -> datetime | None:
    """A `LookAgain` by which no article is looked at twice."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One visit of a page as the spider saw it: a reading, a failure, or `unchanged` (304, an equal body)."""

    page_id: int
    source_id: int | None
    run_id: int | None
    at: datetime
    status: int | None = None
    size: int | None = None
    milliseconds: int | None = None
    final_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    """SHA-256, hexadecimal, of the body, if one came."""
    reading: Reading | None = None
    reservations: tuple[str, ...] | None = None
    """What robots.txt reserves now, if it is known, of a visit that is `unchanged`; the reading of another
    has all."""
    unchanged: bool = False
    same_bytes: bool = False
    """Whether the reading is of the very bytes that were read last."""
    failure: str | None = None
    detail: str | None = None
    failed_as: PageState = PageState.FAILED
    attempted: bool = True
    """False where the host was not asked at all."""
    due_at: datetime | None = None
    """When to try again what failed; None: not because it failed."""

    @property
    def gone(self) -> bool:
        """Whether the site says that the page is not there."""
        return self.failure is not None and self.failed_as is PageState.GONE


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledVisit:
    """What became of a visit: an outcome ("new", "rejected"…) and, where there is one, the reason."""

    outcome: str
    reason: str | None = None
    article_id: int | None = None


class Filer:
    """Collects visits and files them in groups: by GROUP_SIZE, or GROUP_WAIT after the first.

    A visit that cannot be stored costs itself. A database that fails raises StorageError to all who wait: the
    crawl must stop, and its frontier still has what was not filed.
    """

    def __init__(self, archive: ArchiveThread, look_again: LookAgain = never_again) -> None:
        self._archive = archive
        self._look_again = look_again
        self._waiting: list[tuple[Visited, asyncio.Future[FiledVisit]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    async def file(self, visited: Visited) -> FiledVisit:
        """File one visit; returns when its group is committed. Raises StorageError."""
        loop = asyncio.get_running_loop()
        filed: asyncio.Future[FiledVisit] = loop.create_future()
        self._waiting.append((visited, filed))
        if len(self._waiting) >= GROUP_SIZE:
            self._write_waiting()
        elif self._timer is None:
            self._timer = loop.call_later(GROUP_WAIT, self._write_waiting)
        return await filed

    async def flush(self) -> None:
        """Write what waits, and wait until it is written."""
        self._write_waiting()
        await asyncio.gather(*self._writing, return_exceptions=True)

    def _write_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            group, self._waiting = self._waiting, []
            task = asyncio.ensure_future(self._write(group))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _write(self, group: list[tuple[Visited, asyncio.Future[FiledVisit]]]) -> None:
        try:
            filed = await self._file([visited for visited, _ in group])
        except Exception as error:  # noqa: BLE001  whoever waits must be told, whatever it was
            for _, waiting in group:
                if not waiting.done():
                    waiting.set_exception(error)
            return
        for (_, waiting), result in zip(group, filed, strict=True):
            if not waiting.done():
                waiting.set_result(result)

    async def _file(self, group: Sequence[Visited]) -> list[FiledVisit]:
        """In one go; where that fails on a row, again with every visit on its own."""
        again = self._look_again
        try:
            return await self._archive.write(lambda session: file_visits(session, group, again))
        except Exception as error:
            if _is_databases_own(error):
                raise
            return await self._archive.write(lambda session: file_visits_apart(session, group, again))


def file_visits(
    session: Session, group: Sequence[Visited], look_again: LookAgain = never_again
) -> list[FiledVisit]:
    """File a group of visits in the transaction given: the articles, and the new state of the pages.

    `look_again` decides when the pages of articles are due again.
    """
    if any(visited.gone for visited in group):
        lock_for_filing(session, [visited.page_id for visited in group])
    group = _with_restored_lines(session, group)
    filed = [_file_article(session, visited) for visited in group]
    _note_reservations(session, group)
    lives = _note_lives(session, group, filed)
    due = [_due_at(visited, life, look_again) for visited, life in zip(group, lives, strict=True)]
    record_visits(session, [_record(*told) for told in zip(group, filed, due, strict=True)])
    return filed


def file_other_reading(
    session: Session, page_id: int, source_id: int | None, article: Article, at: datetime, body_hash: str
) -> bool:
    """File another reading of the bytes that came `at`; whether that gave the article another text.

    It is no visit, and nothing has happened to the article. Nothing is written if the page, or its article,
    is not any more as it was left then.
    """
    stored = reading_of(session, page_id)
    if stored is None or (stored.body_hash, stored.fetched_at) != (body_hash, at):
        return False
    if stored.canonical_url != article.canonical_url:
        return False  # it stands under another address: a copy, or not this article
    restored = restored_at(session, {article.url, article.canonical_url})
    staying = restored.get(article.canonical_url) or restored.get(article.url)
    read = _with_put_back(article, staying) if staying else article
    filed = file_article(session, source_id, read, at, resemblance, edit_between, compare, same_bytes=True)
    return filed.article_id == stored.article_id and read.fingerprint.text_hash != stored.text_hash


def _note_reservations(session: Session, group: Sequence[Visited]) -> None:
    """Keep what is reserved now of articles that are not filed anew: what did not change, or is withheld.

    Of what did not change only robots.txt is known; what page and headers reserved stays.
    """
    told = {
        visited.page_id: visited
        for visited in group
        if visited.unchanged or (visited.reading is not None and visited.reading.reservations is not None)
    }
    articles = articles_of(session, told)
    before = reservations_of(session, set(articles.values()))
    for page_id, article_id in sorted(articles.items(), key=itemgetter(1)):  # one order for all who write
        visited, known = told[page_id], before.get(article_id)
        if visited.reading is not None and visited.reading.reservations is not None:
            now = list(visited.reading.reservations)
        elif known is None or visited.reservations is None:
            continue  # nobody looked when it was filed, or looks now: one half says nothing of the other
        else:
            now = [*visited.reservations, *(one for one in known if not one.startswith(OF_ROBOTS))]
        if now != known:
            note_reservations(session, article_id, now, visited.at)


def _note_lives(session: Session, group: Sequence[Visited], filed: Sequence[FiledVisit]) -> list[Life | None]:
    """Note which articles are gone and which are back; what is known then of each visit's article, if any."""
    known = articles_of(session, [visited.page_id for visited in group])
    articles = [
        one.article_id or known.get(visited.page_id) for visited, one in zip(group, filed, strict=True)
    ]
    gone = [visited.page_id for visited in group if visited.gone and visited.page_id in known]
    for visited, article in zip(group, articles, strict=True):
        if visited.gone and article is not None:
            note_gone(session, visited.page_id, visited.failure or "", visited.at, gone)
        elif visited.unchanged and article is not None:
            note_back(session, [article], visited.at)
    lives = lives_of(session, {article for article in articles if article is not None})
    return [None if article is None else lives.get(article) for article in articles]


def _due_at(visited: Visited, life: Life | None, look_again: LookAgain) -> datetime | None:
    """When a page is due again: because its fetch failed, or because there may be news of its article."""
    if visited.due_at is not None or life is None or visited.failed_as is PageState.FORBIDDEN:
        return visited.due_at
    if visited.gone and life.gone_at is None:  # the article stands elsewhere
        return None
    if life.read_again and (visited.unchanged or (visited.reading and visited.reading.article)):
        return visited.at  # it was asked for while this visit was under way, which did not know it
    return look_again(visited.page_id, life, visited.at)


def file_visits_apart(
    session: Session, group: Sequence[Visited], look_again: LookAgain = never_again
) -> list[FiledVisit]:
    """As `file_visits`, each visit in a savepoint: one that the database does not take costs itself."""
    filed = []
    lock_for_filing(session, [visited.page_id for visited in group])
    for visited in group:
        try:
            with session.begin_nested():
                filed += file_visits(session, [visited], look_again)
        except Exception as error:
            if _is_databases_own(error):
                raise
            cause = getattr(error, "orig", None) or error
            refused = replace(visited, reading=None, failure=UNSTORABLE, detail=str(cause))
            filed += file_visits(session, [refused], look_again)
    return filed


def _with_restored_lines(session: Session, group: Sequence[Visited]) -> list[Visited]:
    """The visits, with the lines that a person has once put back into their articles."""
    articles = [visited.reading.article for visited in group if visited.reading and visited.reading.article]
    restored = restored_at(session, {url for each in articles for url in (each.url, each.canonical_url)})
    return [_restored(visited, restored) for visited in group] if restored else list(group)


def _restored(visited: Visited, restored: Mapping[str, Sequence[RestoredLine]]) -> Visited:
    reading = visited.reading
    if reading is None or reading.article is None:
        return visited
    article = reading.article
    staying = restored.get(article.canonical_url) or restored.get(article.url)
    if not staying:
        return visited
    return replace(visited, reading=replace(reading, article=_with_put_back(article, staying)))


def _with_put_back(article: Article, restored: Sequence[RestoredLine]) -> Article:
    lines = lines_in(article)
    put_back_lines(lines, restored)
    return with_lines(article, lines, article.learned_version)


def _is_databases_own(error: Exception) -> bool:
    """Whether an error is the database's trouble, and not brought about by one row."""
    return isinstance(error, StorageError) and not isinstance(error, CannotStore)


def _file_article(session: Session, visited: Visited) -> FiledVisit:
    """What a visit comes to; its article, if it is one, is filed."""
    if visited.reading is not None and visited.reading.article is not None:
        article = visited.reading.article
        filed = file_article(
            session,
            visited.source_id,
            article,
            visited.at,
            resemblance,
            edit_between,
            compare,
            same_bytes=visited.same_bytes,
        )
        return FiledVisit(outcome=str(filed.outcome), article_id=filed.article_id)
    if visited.reading is not None:
        return FiledVisit(outcome="rejected", reason=str(visited.reading.rejection))
    if visited.unchanged:
        return FiledVisit(outcome=str(FilingOutcome.UNCHANGED))
    outcome = "rejected" if visited.failed_as is PageState.FORBIDDEN else "failed"
    return FiledVisit(outcome=outcome, reason=visited.failure)


def _record(visited: Visited, filed: FiledVisit, due_at: datetime | None) -> VisitRecord:
    """The visit as the frontier keeps it."""
    state: PageState | None
    if filed.article_id is not None:
        state, detail = PageState.STORED, None
    elif visited.reading is not None:
        state, detail = PageState.REJECTED, visited.reading.detail
    else:
        state, detail = None if visited.unchanged else visited.failed_as, visited.detail
    known = filed.article_id is not None or visited.unchanged
    return VisitRecord(
        page_id=visited.page_id,
        run_id=visited.run_id,
        at=visited.at,
        status=visited.status,
        size=visited.size,
        milliseconds=visited.milliseconds,
        final_url=visited.final_url,
        outcome=filed.outcome,
        reason=": ".join(part for part in (filed.reason, detail) if part)[:500] or None,
        state=state,
        due_at=due_at,
        attempted=visited.attempted,
        # An answer that gave no article is fetched whole the next time: a 304 would only repeat the verdict.
        etag=visited.etag if known else None,
        last_modified=visited.last_modified if known else None,
        body_hash=visited.body_hash if known else None,
        full_fetch_at=visited.at if known and visited.body_hash is not None else None,
        article_id=filed.article_id,
    )


class StorePipeline:
    """Scrapy's item pipeline: has the spider file each Visited, which it counts."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Items of other kinds pass through untouched, for spiders of one's own."""
        if isinstance(item, Visited):
            await self._crawler.spider.file(item)
        return item
