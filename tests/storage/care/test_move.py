"""An archive moves to the other engine and back: nothing is lost, and a half of it is never taken for one."""

import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from pipelines.article import Article as Story
from pipelines.fingerprint import resemblance
from storage.archive import Archive
from storage.articles import FilingOutcome, file_article
from storage.care.copying import CopyDiffers, copy_rows, last_ids, snapshot
from storage.care.move import move_archive
from storage.changes import changes_since
from storage.errors import CannotOpenDatabase, CannotStore
from storage.insert import table_of
from storage.models import Article, Base, Change, Seed, Source
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source

Fill = Callable[[Database], None]


def no_rows(table: str, count: int) -> None:
    """Nobody looks on."""


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows, as the models read them."""
    with database.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def filled(empty_archive: Path, tmp_path: Path, fill: Fill) -> Database:
    database = open_database(str(shutil.copy(empty_archive, tmp_path / "from.sqlite")))
    fill(database)
    return database


def test_everything_comes_to_the_other_engine_and_back(
    filled: Database, postgresql_url: str, tmp_path: Path, article: Callable[..., Story], now: datetime
) -> None:
    there = move_archive(filled, postgresql_url, no_rows)
    back = tmp_path / "back.sqlite"
    with open_database(postgresql_url) as server:
        returned = move_archive(server, str(back), no_rows)
        assert there.tables == returned.tables
        assert everything(server) == everything(filled)
        check_use(server, article, now)
    with open_database(str(back)) as database:
        assert everything(database) == everything(filled)
        check_use(database, article, now)
        assert null_documents(database) == null_documents(filled) != [0]
    assert there.rows == sum(map(len, everything(filled).values()))
    assert there.filed_meanwhile == 0
    assert sorted(path.name for path in tmp_path.glob("*") if "from" not in path.name) == ["back.sqlite"]


def null_documents(database: Database) -> list[int | None]:
    """SQL's null is not JSON's: how many there are of it."""
    with database.read() as session:
        return [session.scalar(select(func.count()).where(Source.health_evidence.is_(None)))]


def check_use(database: Database, article: Callable[..., Story], now: datetime) -> None:
    """Search, changes and filing go on where they were."""
    with database.write() as session:
        assert {hit.id for hit in Archive(database).search("слово3x7")} < {7, 8}  # a story once
        last = session.scalar(select(func.max(Change.id))) or 0
        copied = session.scalars(select(Article.text).where(Article.id == 7)).one()
        filed = file_article(session, 1, article("fresh", copied), now, resemblance)
        assert (filed.outcome, filed.article_id) == (FilingOutcome.DUPLICATE, 13)
        assert filed.duplicate_of in (7, 8)
        [change] = changes_since(session, f"c{last}")
        assert change.article_id == filed.article_id
        session.rollback()


def test_a_number_that_was_given_never_comes_again(
    filled: Database, postgresql_url: str, tmp_path: Path
) -> None:
    with filled.write() as session:
        last = session.scalars(select(func.max(Change.id))).one()
        session.execute(delete(Change).where(Change.id > last - 3))
    move_archive(filled, postgresql_url, no_rows)
    with open_database(postgresql_url) as server:
        move_archive(server, str(tmp_path / "back.sqlite"), no_rows)
        with server.write() as session:
            assert note(session) == last + 1
    with open_database(str(tmp_path / "back.sqlite")) as database, database.write() as session:
        assert note(session) == last + 1


def note(session: Session) -> int:
    """Note a change, and return its number."""
    row = {"article_id": 1, "at": datetime.fromisoformat("2026-03-04T00:00Z"), "kind": "new"}
    return session.scalars(insert(table_of(Change)).values(row).returning(Change.id)).one()  # type: ignore[no-any-return]


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_a_target_that_is_not_empty_is_refused(
    filled: Database, postgresql_url: str, tmp_path: Path, now: datetime, where: str
) -> None:
    target = str(tmp_path / "there.sqlite") if where == "sqlite" else postgresql_url
    with open_database(target) as database, database.write() as session:
        add_source(session, SourceDraft(name="A", url="https://a.example/"), now)
    with pytest.raises(CannotOpenDatabase, match=r"there already|is not empty \(it has sources\)"):
        move_archive(filled, target, no_rows)
    with open_database(target) as database, database.read() as session:
        assert session.scalars(select(Source.name)).all() == ["A"]


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_stopped_half_way_there_is_no_archive_at_the_target(
    filled: Database, postgresql_url: str, tmp_path: Path, where: str
) -> None:
    target = str(tmp_path / "there.sqlite") if where == "sqlite" else postgresql_url
    before = everything(filled)

    def stop(table: str, count: int) -> None:
        if table == "visits":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move_archive(filled, target, stop)
    if where == "sqlite":
        assert [path.name for path in tmp_path.glob("*there*")] == []
    else:
        with open_database(target) as database:
            assert not any(everything(database).values())
    move_archive(filled, target, no_rows)  # and it can be done again
    assert everything(filled) == before


@pytest.mark.parametrize(
    ("column", "value"), [("text", "a\0b"), ("tags", '["a\\u0000"]'), ("language", "x" * 17)]
)
def test_a_row_that_cannot_be_kept_is_named(
    filled: Database, postgresql_url: str, column: str, value: str
) -> None:
    with filled.write() as session:
        spoil = text(f"UPDATE articles SET {column} = :value WHERE id = 5")  # noqa: S608
        session.execute(spoil, {"value": value})
    with pytest.raises(CannotStore, match=rf"articles 5 cannot be copied: articles\.{column} "):
        move_archive(filled, postgresql_url, no_rows)


def test_a_copy_that_differs_is_not_used(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(*arguments: object) -> object:
        digests = copy_rows(*arguments)  # type: ignore[arg-type]
        arguments[1].execute(update(Article).where(Article.id == 3).values(tags=[]))  # type: ignore[attr-defined]
        return digests

    monkeypatch.setattr("storage.care.move.copy_rows", careless)
    with pytest.raises(CopyDiffers, match="its table articles does not hold what it should"):
        move_archive(filled, str(tmp_path / "there.sqlite"), no_rows)
    assert not (tmp_path / "there.sqlite").exists()


def test_what_is_filed_meanwhile_is_told(filled: Database, tmp_path: Path) -> None:
    def file_more(table: str, count: int) -> None:
        if table == "sources" and not done:
            done.append(table)
            with open_database(filled.url) as writer, writer.write() as session:
                note(session)

    done: list[str] = []
    copied = move_archive(filled, str(tmp_path / "there.sqlite"), file_more)
    assert copied.filed_meanwhile == 1
    with sqlite3.connect(tmp_path / "there.sqlite") as there:
        with snapshot(filled) as here:
            newest = last_ids(here)["changes"]
        assert there.execute("SELECT max(id) FROM changes").fetchone() == (newest - 1,)
    there.close()


def test_seeds_come_before_those_they_named(filled: Database, postgresql_url: str) -> None:
    with filled.write() as session:  # the child has the lower number
        session.execute(insert(table_of(Seed)).values(
            id=50, source_id=1, url="https://g.example/50", kind="sitemap", failures=0, idle=0
        ))  # fmt: skip
        session.execute(update(Seed).where(Seed.id == 1).values(parent_id=50))
    assert move_archive(filled, postgresql_url, no_rows).rows > 0
