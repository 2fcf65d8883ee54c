"""The archive is tidied in short transactions, with pauses between them."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crawler.service.tidying import tidy_up
from storage import tidy as room
from storage.models import Page, PageState, Run, RunState, Visit
from storage.session import Database, open_database
from storage.thread import ArchiveThread

NOW = datetime(2026, 3, 4, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)


@pytest.fixture
async def archive(database_url: str) -> AsyncIterator[ArchiveThread]:
    with open_database(database_url) as database:
        fill(database)
        thread = ArchiveThread(database)
        yield thread
        thread.close()


def fill(database: Database) -> None:
    page = {"url": "https://a.example/", "state": PageState.STORED, "found_at": NOW, "attempts": 0}
    visit = {"page_id": 1, "at": LONG_AGO, "outcome": "unchanged"}
    run = {"started_at": LONG_AGO, "ended_at": LONG_AGO, "state": RunState.DONE, "counts": {}}
    with database.write() as session:
        session.execute(insert(Page).values(**page))
        session.execute(insert(Run), [run] * 7 + [run | {"started_at": NOW, "ended_at": NOW}] * 2)
        session.execute(insert(Visit), [visit | {"run_id": n % 3 + 1} for n in range(10)])
        session.execute(insert(Visit), [visit | {"at": NOW, "run_id": 9}] * 20)


async def test_all_that_is_old_goes_in_short_transactions(
    archive: ArchiveThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LOOKED_AT", 6)
    monkeypatch.setattr(room, "BATCH", 4)
    pauses: list[float] = []
    writes: list[int] = []
    write = archive.write

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async def counted(work: Callable[[Session], Any]) -> Any:
        writes.append(await write(work))
        return writes[-1]

    monkeypatch.setattr(archive, "write", counted)
    assert await tidy_up(archive, NOW, pause) == 17
    assert writes == [4, 2, 4, 4, 2, 1]
    assert len(pauses) >= len(writes)
    assert await archive.read(lambda session: session.scalars(select(Run.id)).all()) == [8, 9]
    assert await archive.read(lambda session: len(session.scalars(select(Visit.id)).all())) == 20
    assert await tidy_up(archive, NOW, pause) == 0
    assert len(writes) == 6


async def test_a_walk_may_be_stopped_in_a_pause(
    archive: ArchiveThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "BATCH", 4)

    async def stopped(seconds: float) -> None:
        raise KeyError(seconds)

    with pytest.raises(KeyError):
        await tidy_up(archive, NOW, stopped)
    assert await archive.read(lambda session: len(session.scalars(select(Visit.id)).all())) == 26
