"""Transactions of several processes on one archive: none ends because another was in its way."""

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pipelines.store import Visited, file_visits, file_visits_apart
from storage import thread as room
from storage.candidates import Candidate, add_pages
from storage.errors import TransactionAborted
from storage.frontier import VisitRecord, record_visits
from storage.models import Page, PageState
from storage.session import Database
from storage.thread import ArchiveThread

PAGES = 40


def known_pages(database: Database, now: datetime) -> None:
    """Pages whose ids and whose addresses are in opposite orders, and a seed that names them."""
    with database.write() as session:
        for number in reversed(range(PAGES)):
            add_pages(session, None, None, [candidate(number, now)], now)
        session.execute(sa.update(Page).values(visited_at=now))


def candidate(number: int, modified_at: datetime) -> Candidate:
    return Candidate(url=f"https://a.example/{number:03}", modified_at=modified_at)


def at_once(database: Database, *works: Callable[[Session], None]) -> list[BaseException]:
    """Run each work again and again in a thread of its own, all at once; what they raised."""
    errors: list[BaseException] = []
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[Session], None]) -> None:
        barrier.wait()
        for _ in range(30):
            try:
                with database.write() as session:
                    session.execute(sa.text("SET LOCAL lock_timeout = 0"))
                    session.execute(sa.text("SET LOCAL deadlock_timeout = '20ms'"))
                    work(session)
            except Exception as error:  # noqa: BLE001  whatever it was
                errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def failed(page_id: int, at: datetime) -> VisitRecord:
    return VisitRecord(
        page_id=page_id, run_id=None, at=at, outcome="failed", state=PageState.FAILED, due_at=at
    )


def gone(page_id: int, at: datetime) -> Visited:
    return Visited(
        page_id=page_id,
        source_id=None,
        run_id=None,
        at=at,
        failure="http 404",
        failed_as=PageState.GONE,
    )


def test_filing_and_reading_a_seed_do_not_deadlock(database_on_postgresql: Database, now: datetime) -> None:
    known_pages(database_on_postgresql, now)
    later = iter(range(1, 10**6))

    def read_seed(session: Session) -> None:
        at = now + timedelta(seconds=next(later))
        new = [Candidate(url=f"https://a.example/new/{at.timestamp()}")]
        add_pages(session, None, None, [*(candidate(number, at) for number in range(PAGES)), *new], at)

    def file_forwards(session: Session) -> None:
        record_visits(session, [failed(page_id, now) for page_id in range(1, PAGES + 1)])

    def file_backwards(session: Session) -> None:
        record_visits(session, [failed(page_id, now) for page_id in range(PAGES, 0, -1)])

    works = read_seed, read_seed, file_forwards, file_backwards
    assert at_once(database_on_postgresql, *works) == []


@pytest.mark.parametrize("file", [file_visits, file_visits_apart])
def test_filing_what_is_gone_does_not_deadlock(
    database_on_postgresql: Database, now: datetime, file: Callable[..., object]
) -> None:
    known_pages(database_on_postgresql, now)
    ids = list(range(1, PAGES + 1))

    def file_forwards(session: Session) -> None:
        file(session, [gone(page_id, now) for page_id in ids])

    def file_backwards(session: Session) -> None:
        file(session, [gone(page_id, now) for page_id in reversed(ids)])

    def file_others(session: Session) -> None:
        record_visits(session, [failed(page_id, now) for page_id in ids])

    assert at_once(database_on_postgresql, file_forwards, file_backwards, file_others) == []


def test_a_visit_filed_since_the_seed_was_compared_is_not_written_over(
    database_on_postgresql: Database, now: datetime
) -> None:
    """What the seed's reader has waited for stands when it writes."""
    database, tomorrow = database_on_postgresql, now + timedelta(days=1)
    known_pages(database, now)
    reading = threading.Thread(target=lambda: _read_titles(database, now))
    with database.write() as session:
        visit = VisitRecord(
            page_id=1, run_id=None, at=now, outcome="new", state=PageState.STORED, due_at=tomorrow
        )
        record_visits(session, [visit])
        reading.start()
        _wait_until_somebody_waits(session)
    reading.join()
    with database.read() as session:
        assert session.scalars(sa.select(Page.due_at).where(Page.id == 1)).one() == tomorrow


def _read_titles(database: Database, now: datetime) -> None:
    titled = [Candidate(url=f"https://a.example/{number:03}", title="A title") for number in range(PAGES)]
    with database.write() as session:
        session.execute(sa.text("SET LOCAL lock_timeout = 0"))
        add_pages(session, None, None, titled, now)


def _wait_until_somebody_waits(session: Session) -> None:
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    for _ in range(500):
        if session.scalar(waiting):
            return
        session.execute(sa.text("SELECT pg_sleep(0.01), pg_stat_clear_snapshot()"))
    pytest.fail("nobody waits")


async def test_the_victim_of_a_deadlock_is_run_again(database_on_postgresql: Database, now: datetime) -> None:
    known_pages(database_on_postgresql, now)
    archives = [ArchiveThread(database_on_postgresql) for _ in range(2)]
    barrier, tries = threading.Barrier(2), []

    def crosswise(first: int, second: int) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            tries.append(first)
            session.execute(sa.text("SET LOCAL lock_timeout = 0"))
            record_visits(session, [failed(first, now)])
            if len(tries) <= 2:
                barrier.wait()
            record_visits(session, [failed(second, now)])

        return work

    works = crosswise(1, 2), crosswise(2, 1)
    await asyncio.gather(*(archive.write(work) for archive, work in zip(archives, works, strict=True)))
    assert len(tries) == 3
    for archive in archives:
        archive.close()


async def test_a_transaction_that_never_gets_through_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PAUSES", (0.0, 0.0, 0.0))
    archive, tries = ArchiveThread(database), []

    def work(session: Session) -> None:
        tries.append(session)
        raise TransactionAborted("was busy")

    with pytest.raises(TransactionAborted):
        await archive.write(work)
    assert len(tries) == 4
    archive.close()
