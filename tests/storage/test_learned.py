"""What was learned of a source: a version for each state of it, gone with the source."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from pipelines.article import Article as Story
from storage.articles import Filed
from storage.errors import CannotStore
from storage.learned import LearnedRow, forget_learned, keep_learned, learned_of
from storage.models import Learned
from storage.session import Database
from storage.sources import remove_source

DAY = timedelta(days=1)


@pytest.fixture
def keep(database: Database, source_id: int, now: datetime) -> Callable[..., int]:
    """Keeps lines and makes in a transaction of its own; returns the version."""

    def run(lines: tuple[str, ...], makes: tuple[str, ...] = (), articles: int = 5, later: int = 0) -> int:
        with database.write() as session:
            at = now + later * DAY
            return keep_learned(session, source_id, lines=lines, makes=makes, articles=articles, now=at)

    return run


def known(database: Database, source_id: int) -> LearnedRow | None:
    with database.read() as session:
        return learned_of(session, source_id)


def test_nothing_is_known_before(database: Database, source_id: int) -> None:
    assert known(database, source_id) is None


def test_what_is_learned_is_kept(
    database: Database, source_id: int, keep: Callable[..., int], now: datetime
) -> None:
    assert keep(("share", "следите", "share"), ("p.promo<div",)) == 1
    assert known(database, source_id) == LearnedRow(
        version=1, learned_at=now, articles=5, lines=("share", "следите"), makes=("p.promo<div",)
    )


@pytest.mark.parametrize(
    ("lines", "makes", "version"),
    [
        (("b", "a"), ("p",), 1),
        (("a",), ("p",), 2),
        (("a", "b"), (), 2),
        (("a", "b"), ("p", "li"), 2),
        ((), (), 2),
    ],
    ids=["the same in another order", "a line less", "a make less", "a make more", "nothing any more"],
)
def test_version_is_raised_by_a_change_only(
    database: Database,
    source_id: int,
    keep: Callable[..., int],
    now: datetime,
    lines: tuple[str, ...],
    makes: tuple[str, ...],
    version: int,
) -> None:
    keep(("a", "b"), ("p",))
    assert keep(lines, makes, articles=9, later=1) == version
    row = known(database, source_id)
    assert row is not None
    assert (row.version, row.learned_at, row.articles) == (version, now + DAY, 9)
    assert (row.lines, row.makes) == (tuple(sorted(lines)), tuple(sorted(makes)))


def test_number_of_what_was_forgotten_does_not_come_to_mean_something_else(
    database: Database,
    source_id: int,
    keep: Callable[..., int],
    file: Callable[..., Filed],
    article: Callable[..., Story],
) -> None:
    keep(("a",))
    keep(("b",))
    file(article("cleaned", learned_version=2), source_id)
    with database.write() as session:
        forget_learned(session, source_id)
    assert known(database, source_id) is None
    assert keep(("c",)) == 3


def test_two_who_learn_at_once_wait_for_each_other(
    database: Database, source_id: int, keep: Callable[..., int], now: datetime
) -> None:
    with ThreadPoolExecutor() as pool:
        with database.write() as session:
            told = {"makes": (), "articles": 5, "now": now}
            assert keep_learned(session, source_id, lines=("a",), **told) == 1  # type: ignore[arg-type]
            second = pool.submit(keep, ("b",))
            time.sleep(0.1)
        assert second.result() == 2


def test_knowledge_goes_with_its_source(
    database: Database, source_id: int, keep: Callable[..., int], now: datetime
) -> None:
    keep(("a",))
    with database.write() as session:
        remove_source(session, source_id, now)
    assert keep(("b",)) == 0
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Learned)) == 0


def test_line_that_no_engine_can_keep_is_refused(keep: Callable[..., int]) -> None:
    with pytest.raises(CannotStore, match=r"learned\.lines holds a NUL"):
        keep(("a\0",))
