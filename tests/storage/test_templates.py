"""The templates of a source and the pages they are learned from: the newest, gone with the source."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import func, select

from storage.errors import CannotStore
from storage.models import Sample, Templates
from storage.session import Database
from storage.sources import SourceDraft, add_source, remove_source
from storage.templates import (
    MOST_OF_OTHER_KINDS,
    MOST_SAMPLES,
    NewSample,
    TemplatesRow,
    change_templates,
    forget_samples,
    keep_samples,
    samples_of,
    templates_of,
)

Keep = Callable[..., None]


@pytest.fixture
def keep(database: Database, source_id: int, now: datetime) -> Keep:
    """Keeps a page for each name, in a transaction of its own."""

    def run(*names: str, kind: str = "article", source: int = source_id) -> None:
        samples = [NewSample(story=name, kind=kind, labels=f"{kind} {name}".encode()) for name in names]
        with database.write() as session:
            keep_samples(session, source, samples, now)

    return run


@pytest.fixture
def row(now: datetime) -> TemplatesRow:
    return TemplatesRow(version=1, known={"templates": ["p<^ é"]}, learned_at=now, use={"fast": 1})


def kept(database: Database, source_id: int) -> list[str]:
    with database.read() as session:
        return [labels.decode() for labels in samples_of(session, source_id)]


def known(database: Database, source_id: int) -> TemplatesRow | None:
    with database.read() as session:
        return templates_of(session, source_id)


def test_nothing_is_kept_before(database: Database, source_id: int) -> None:
    assert kept(database, source_id) == []
    assert known(database, source_id) is None


@pytest.mark.parametrize(
    ("kind", "most"), [("article", MOST_SAMPLES), ("live blog", MOST_OF_OTHER_KINDS), ("video", 10)]
)
def test_of_each_kind_the_newest_are_kept(
    database: Database, source_id: int, keep: Keep, kind: str, most: int
) -> None:
    names = [f"s{number}" for number in range(most + 5)]
    keep(*names[:20], kind=kind)
    keep(*names[20:], kind=kind)
    assert kept(database, source_id) == [f"{kind} {name}" for name in names[-most:]]


def test_kinds_do_not_push_each_other_out(database: Database, source_id: int, keep: Keep) -> None:
    keep(*(f"a{number}" for number in range(MOST_SAMPLES)))
    for kind in ("gallery", "live blog"):
        keep(*(f"{kind}{number}" for number in range(MOST_OF_OTHER_KINDS + 3)), kind=kind)
    assert len(kept(database, source_id)) == MOST_SAMPLES + 2 * MOST_OF_OTHER_KINDS
    assert kept(database, source_id)[0] == "article a0"


def test_a_copy_of_an_article_takes_its_place_as_the_newest(
    database: Database, source_id: int, keep: Keep
) -> None:
    keep("a", "b", "c", "b")
    keep("a")
    keep("c", kind="gallery")
    assert kept(database, source_id) == ["article b", "article a", "gallery c"]


def test_sources_are_apart(database: Database, source_id: int, keep: Keep, now: datetime) -> None:
    with database.write() as session:
        other = add_source(session, SourceDraft(name="Other", url="https://other.example/"), now).id
    keep("a", "b")
    keep("a", source=other)
    assert (kept(database, source_id), kept(database, other)) == (["article a", "article b"], ["article a"])


def test_two_who_keep_the_same_article_at_once_keep_it_once(
    database: Database, source_id: int, keep: Keep, now: datetime
) -> None:
    with ThreadPoolExecutor() as pool:
        with database.write() as session:
            keep_samples(session, source_id, [NewSample(story="a", kind="article", labels=b"one")], now)
            second = pool.submit(keep, "a")
            time.sleep(0.1)
        second.result()
    assert len(kept(database, source_id)) == 1


def test_what_is_changed_is_kept(
    database: Database, source_id: int, row: TemplatesRow, now: datetime
) -> None:
    given: list[TemplatesRow | None] = []
    other = replace(row, version=2, suspended_at=now, suspended_why="they differ", off=True)
    for after in (row, other, other):
        with database.write() as session:
            assert (
                change_templates(session, source_id, lambda before, a=after: given.append(before) or a)
                == after
            )  # type: ignore[misc,func-returns-value]
    assert given == [None, row, other]
    assert known(database, source_id) == other


def test_two_who_change_them_at_once_wait_for_each_other(
    database: Database, source_id: int, row: TemplatesRow
) -> None:
    def add_one(before: TemplatesRow | None) -> TemplatesRow:
        return replace(row, version=before.version + 1) if before else row

    def change() -> TemplatesRow | None:
        with database.write() as session:
            return change_templates(session, source_id, add_one)

    with ThreadPoolExecutor() as pool:
        with database.write() as session:
            change_templates(session, source_id, add_one)
            waiting = pool.submit(change)
            time.sleep(0.1)
        assert waiting.result() == replace(row, version=2)
    assert known(database, source_id) == replace(row, version=2)


def test_pages_are_forgotten(database: Database, source_id: int, keep: Keep) -> None:
    keep("a")
    with database.write() as session:
        forget_samples(session, source_id)
    assert kept(database, source_id) == []


def test_they_go_with_their_source_and_come_to_none_that_is_not_there(
    database: Database, source_id: int, keep: Keep, row: TemplatesRow, now: datetime
) -> None:
    keep("a")
    with database.write() as session:
        change_templates(session, source_id, lambda _: row)
    with database.write() as session:
        remove_source(session, source_id, now)
    keep("b")
    with database.write() as session:
        assert change_templates(session, source_id, lambda _: row) is None
        for table in (Sample, Templates):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_what_no_engine_can_keep_is_refused(database: Database, source_id: int, row: TemplatesRow) -> None:
    with database.write() as session, pytest.raises(CannotStore, match=r"templates\.known"):
        change_templates(session, source_id, lambda _: replace(row, known={"a": "\x00"}))
