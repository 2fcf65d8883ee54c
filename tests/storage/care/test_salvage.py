"""Of a damaged file all is saved that does not stand on the damaged page, and what is lost is told."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from pipelines.article import Article as Story
from pipelines.fingerprint import fingerprint, resemblance
from storage.archive import Archive
from storage.articles import file_article
from storage.care.check import check_archive
from storage.care.salvage import Saved, salvage
from storage.errors import CannotOpenDatabase
from storage.models import Article, Band, Base, Page, PageState, Visit
from storage.session import Database, open_database

Fill = Callable[[Database], None]
PAGE = 4096
ARTICLES = 60


@pytest.fixture
def archive(sqlite_path: Path, fill: Fill, article: Callable[..., Story], now: datetime) -> Path:
    path = sqlite_path
    with open_database(str(path)) as database:
        fill(database)
        with database.write() as session:
            for number in range(ARTICLES - 12):
                file_article(session, 1, article(f"more{number}"), now, resemblance)
            session.execute(text("DELETE FROM changes WHERE id = (SELECT max(id) FROM changes)"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return path


def leaves(path: Path, name: str) -> list[int]:
    """The pages of the file that hold the rows of a table or the entries of an index."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (name,))
        return [page for (page,) in rows]


def overwrite(path: Path, *pages: int) -> None:
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE)
            file.write(b"\xa5" * PAGE)


def save(path: Path, now: datetime) -> Saved:
    to = path.with_name("saved.sqlite")
    to.unlink(missing_ok=True)
    return salvage(str(path), to, lambda: now, lambda table, rows: None)


def counts(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table.name: connection.execute(str(select(func.count()).select_from(table))).fetchone()[0]
            for table in Base.metadata.sorted_tables
        }


def faults(path: Path) -> list[str]:
    checked = check_archive(str(path), fingerprint, lambda holder: True, lambda step: None)
    return [f"{finding.name}: {finding.what}" for finding in checked.findings]


def test_of_a_file_that_is_whole_everything_is_saved(archive: Path, now: datetime) -> None:
    content = archive.read_bytes()
    saved = save(archive, now)
    assert saved.is_all
    assert saved.to_fetch == ()
    without = {"holders": 0, "leases": 0}  # they say which processes are alive
    assert counts(Path(saved.to)) == counts(archive) | without
    assert faults(Path(saved.to)) == []
    assert archive.read_bytes() == content
    assert {path.name for path in archive.parent.iterdir()} == {"archive.sqlite", "saved.sqlite"}
    with closing(sqlite3.connect(archive)) as one, closing(sqlite3.connect(saved.to)) as other:
        given = "SELECT name, seq FROM sqlite_sequence WHERE name = 'changes'"
        assert one.execute(given).fetchall() == other.execute(given).fetchall()


def test_a_damaged_page_of_articles_costs_the_articles_on_it_and_they_are_fetched_again(
    archive: Path, now: datetime
) -> None:
    pages = leaves(archive, "articles")
    overwrite(archive, pages[1])
    saved = save(archive, now)
    [lost] = [table for table in saved.tables if table.lost]
    assert lost.table == "articles"
    assert lost.lost is not None
    assert 0 < lost.lost < 6
    assert lost.rows == ARTICLES - lost.lost
    assert faults(Path(saved.to)) == []
    with open_database(saved.to) as database, database.read() as session:
        assert session.scalar(select(func.count()).select_from(Article)) == lost.rows
        due = session.scalars(select(Page.url).where(Page.state == PageState.WAITING, Page.due_at <= now))
        assert tuple(sorted(due)) == saved.to_fetch
        first = session.scalars(select(Article.id)).all()
        assert Archive(database).search("слово5x7", all_copies=True) or 11 not in first


def test_a_row_whose_text_cannot_be_read_on_costs_itself(
    sqlite_path: Path, article: Callable[..., Story], now: datetime
) -> None:
    path = sqlite_path
    with open_database(str(path)) as database, database.write() as session:
        for name in "abc":
            file_article(session, None, article(name, f"{name} " * 20_000), now, resemblance)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        overflow = "SELECT pageno FROM dbstat WHERE name = 'articles' AND pagetype = 'overflow' ORDER BY path"
        pages = [page for (page,) in connection.execute(overflow)]
    overwrite(path, pages[len(pages) // 2])
    saved = save(path, now)
    [lost] = [table for table in saved.tables if table.lost]
    assert (lost.table, lost.rows, lost.lost) == ("articles", 2, 1)
    assert faults(Path(saved.to)) == []


@pytest.mark.parametrize("name", ["bands", "pages", "ix_articles_url", "articles_fts_data"])
def test_whatever_page_is_damaged_the_articles_are_saved(archive: Path, now: datetime, name: str) -> None:
    overwrite(archive, leaves(archive, name)[0])
    saved = save(archive, now)
    with open_database(saved.to) as database, database.read() as session:
        assert session.scalar(select(func.count()).select_from(Article)) == ARTICLES
        if name == "bands":
            assert (session.scalar(select(func.count()).select_from(Band)) or 0) > 500
        if name == "ix_articles_url":
            assert saved.is_all
        if name == "pages":
            assert session.scalar(select(func.count()).select_from(Visit).where(Visit.page_id.is_(None))) == 0
    assert [fault for fault in faults(Path(saved.to)) if not fault.startswith("bands")] == []


def test_what_is_no_archive_is_told(tmp_path: Path, archive: Path, now: datetime) -> None:
    for page in (leaves(archive, "sqlite_schema")[-1], 1):  # it takes several pages
        overwrite(archive, page)
        with pytest.raises(CannotOpenDatabase, match="what tables it has cannot be read"):
            save(archive, now)
    with pytest.raises(CannotOpenDatabase, match="does not exist"):
        save(tmp_path / "nothing.sqlite", now)
    with pytest.raises(CannotOpenDatabase, match="pg_dump"):
        salvage("postgresql://ann@host/news", tmp_path / "to", lambda: now, lambda table, rows: None)
    assert [path.name for path in tmp_path.iterdir()] == ["archive.sqlite"]
