"""What an archive is made of is told, and what was deleted gives its space back."""

import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete

from storage.archive import Archive
from storage.care.raw import raw_connection
from storage.care.sizes import Count, archive_info
from storage.care.vacuum import vacuum
from storage.errors import DatabaseIsFull, DatabaseIsLocked
from storage.models import Article
from storage.session import Database

Fill = Callable[[Database], None]


def test_sizes_and_counts(database: Database, fill: Fill) -> None:
    fill(database)
    info = archive_info(database)
    assert info.counts["articles"] == Count(rows=12, exact=True)
    assert info.counts["changes"] == Count(rows=15, exact=True)
    assert "bands" not in info.counts
    assert info.parts is not None
    assert {"articles", "full text", "bands", "revisions", "frontier", "visits"} <= info.parts.keys()
    assert 0 < sum(info.parts.values()) <= info.size
    assert info.archive == database.url
    assert "SQL" in info.engine
    assert info.schema is not None


def test_counts_and_parts_of_what_is_large_are_estimated_or_left_out(
    database: Database, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    monkeypatch.setattr("storage.care.sizes._COUNTED", 10)
    monkeypatch.setattr("storage.care.sizes._MEASURED", 10)
    vacuum(database, lambda step: None)
    info = archive_info(database)
    assert info.counts["articles"] == Count(rows=12, exact=False)
    if database.engine.dialect.name == "sqlite":
        assert info.parts is None
        assert archive_info(database, measure=True).parts is not None


def test_a_vacuum_gives_space_back(database: Database, fill: Fill) -> None:
    fill(database)
    with database.write() as session:
        session.execute(delete(Article).where(Article.id > 2))
    steps: list[str] = []
    done = vacuum(database, steps.append, full=True)
    assert done.after < done.before
    assert steps
    with database.read() as session:
        assert {hit.id for hit in Archive(database).search("слово0x7")} < {1, 2}  # a story once
        assert Archive(database).search("слово1x7") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ctrl_c_ends_a_statement_that_would_not_end(database: Database) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    pressed = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    pressed.start()
    with pytest.raises(KeyboardInterrupt), raw_connection(database) as connection:
        connection.execute(endless)
    pressed.join()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_vacuum_that_cannot_be_is_told(
    database: Database, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    with closing(sqlite3.connect(Path(database.url), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseIsLocked, match="let it finish, then try again"):
            vacuum(database, lambda step: None)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("", (), {"free": 1000}))
    with pytest.raises(DatabaseIsFull, match="a vacuum takes up to"):
        vacuum(database, lambda step: None)
