"""A run learns at growing numbers; a fault in learning costs nothing but what would have been learned."""

import random
from collections.abc import AsyncIterator, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

import crawler.relearning
from crawler.config import CleaningConfig
from crawler.relearning import Relearning, is_time_to_learn
from pipelines.article import Article
from pipelines.fingerprint import fingerprint, resemblance
from pipelines.source_cleaning import clean_stored, learn_source
from storage.articles import file_article
from storage.errors import CannotStore, DatabaseIsFull
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source
from storage.stored import articles
from storage.thread import ArchiveThread

NOW = datetime(2026, 3, 4, tzinfo=UTC)
HOUSE_LINE = "The Paper is owned by its readers; anybody may join them, and three thousand have."


@pytest.fixture
def database(sqlite_path: Path) -> Iterator[Database]:
    with open_database(str(sqlite_path)) as database:
        with database.write() as session:
            add_source(session, SourceDraft(name="The Paper", url="https://paper.example/"), NOW)
        yield database


@pytest.fixture
async def archive(database: Database) -> AsyncIterator[ArchiveThread]:
    thread = ArchiveThread(database)
    yield thread
    thread.close()


def story(number: int) -> Article:
    letters = random.Random(number)
    words = ["".join(letters.choices("abcdefghijklmnop", k=7)) for _ in range(60)]
    lines = [f"The {' '.join(words[n : n + 15])} said it." for n in range(0, 60, 15)]
    text = "\n".join([*lines, HOUSE_LINE])
    url = f"https://paper.example/{number}"
    return Article(
        url=url,
        canonical_url=url,
        title=words[0],
        text=text,
        makes=("p<div.story<article",) * 5,
        fingerprint=fingerprint(text),
    )


async def file(archive: ArchiveThread, knowledge: Relearning, count: int) -> None:
    for number in range(count):
        filed = await archive.write(lambda s, n=number: file_article(s, 1, story(n), NOW, resemblance))
        await knowledge.filed(str(filed.outcome))


def with_house_line(database: Database) -> int:
    with database.read() as session:
        return sum(HOUSE_LINE in article.text for article in articles(session))


def test_it_is_learned_often_at_first() -> None:
    times = [[new for new in range(161) if is_time_to_learn(new, known)] for known in (0, 4, 300)]
    assert times == [[3, 5, 10, 20, 50, 100, 150], [1, 6, 16, 50, 100, 150], [50, 100, 150]]


async def test_what_was_known_before_the_run_counts(
    archive: ArchiveThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Relearning(archive, CleaningConfig(), 1)
    await file(archive, first, 4)
    assert await first.finish() == 4
    learned_at: list[int] = []
    filed = 0

    def learning(session: Session, source_id: int, now: datetime) -> Any:
        learned_at.append(filed)
        return learn_source(session, source_id, now)

    monkeypatch.setattr(crawler.relearning, "learn_source", learning)
    later = Relearning(archive, CleaningConfig(), 1)
    assert (await later.cleaning_for(1)).learned is not None
    for filed in range(1, 6):  # noqa: B007  it is read above
        await later.filed("new")
    assert learned_at == [1]  # the fifth of the source
    await later.finish()
    assert learned_at == [1, 5]


async def test_the_third_article_teaches_how_the_next_is_cleaned(archive: ArchiveThread) -> None:
    knowledge = Relearning(archive, CleaningConfig(keep=["fact box"]), 1)
    known = []
    for count in (0, 2, 3):
        await file(archive, knowledge, count)
        known.append((await knowledge.cleaning_for(1)).learned)
    assert known[0] is None
    assert known[1] is None
    assert known[2] is not None
    assert len(known[2].lines) == 1
    assert (await knowledge.cleaning_for(1)).keep == {"fact box"}
    assert (await knowledge.cleaning_for(None)).learned is None
    addresses_alone = Relearning(archive, CleaningConfig(), None)
    assert (await addresses_alone.cleaning_for(1)).learned == known[2]


async def test_at_the_end_the_first_articles_are_cleaned_too(
    archive: ArchiveThread, database: Database
) -> None:
    knowledge = Relearning(archive, CleaningConfig(), 1)
    await file(archive, knowledge, 4)
    assert with_house_line(database) == 4
    assert await knowledge.finish() == 4
    assert with_house_line(database) == 0
    assert await Relearning(archive, CleaningConfig(), 1).finish() == 0  # a run that filed nothing


async def test_at_the_end_nothing_is_done_twice(
    archive: ArchiveThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[int] = []
    looked_at: list[int] = []

    def learning(session: Session, source_id: int, now: datetime) -> Any:
        learned.append(source_id)
        return learn_source(session, source_id, now)

    def cleaning(session: Session, now: datetime, *, ids: Collection[int], **asked: Any) -> Any:
        looked_at.extend(ids)
        return clean_stored(session, now, ids=ids, **asked)

    monkeypatch.setattr(crawler.relearning, "learn_source", learning)
    monkeypatch.setattr(crawler.relearning, "clean_stored", cleaning)
    knowledge = Relearning(archive, CleaningConfig(), 1)
    await file(archive, knowledge, 3)
    assert learned == [1]
    assert await knowledge.finish() == 3
    assert learned == [1]  # nothing is new since the third
    assert len(looked_at) == 3
    assert await knowledge.finish() == 0
    assert len(looked_at) == 3  # they were cleaned by just that
    kept = Relearning(archive, CleaningConfig(keep=["fact box"]), 1)
    await kept.filed("new")
    assert await kept.finish() == 0
    assert learned == [1, 1]
    assert len(looked_at) == 6  # what is to be kept may have changed


@pytest.mark.parametrize(
    "settings", [CleaningConfig(learn=False), CleaningConfig(keep=["learned line", "learned block"])]
)
async def test_the_settings_may_ask_for_nothing_to_be_taken_out(
    archive: ArchiveThread, database: Database, settings: CleaningConfig
) -> None:
    knowledge = Relearning(archive, settings, 1)
    await file(archive, knowledge, 4)
    assert await knowledge.finish() == 0
    assert with_house_line(database) == 4


@pytest.mark.parametrize("fault", [TypeError("a fault of ours"), CannotStore("a line that cannot be kept")])
async def test_a_fault_in_learning_ends_the_learning(
    archive: ArchiveThread,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    calls = []

    def faulty(session: Session, source_id: int, now: datetime) -> Any:
        calls.append(source_id)
        raise fault

    monkeypatch.setattr(crawler.relearning, "learn_source", faulty)
    knowledge = Relearning(archive, CleaningConfig(), 1)
    await file(archive, knowledge, 5)
    assert await knowledge.finish() == 0
    assert calls == [1]
    assert "nothing more is learned in this run" in caplog.text


async def test_an_archive_that_fails_is_told(archive: ArchiveThread, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise DatabaseIsFull("no room left on the disk")

    monkeypatch.setattr(crawler.relearning, "learn_source", full)
    knowledge = Relearning(archive, CleaningConfig(), 1)
    with pytest.raises(DatabaseIsFull):
        await file(archive, knowledge, 3)
