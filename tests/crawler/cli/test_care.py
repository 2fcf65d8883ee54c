"""copydesk db: what the archive is, whether it is whole, its copies, what may go."""

import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from crawler.cli.care_space import read_age
from crawler.leases import this_machine
from storage.engine import make_engine, parse_url
from storage.leases import register
from storage.schema import alembic_config, versions
from storage.session import open_database

NEWEST = versions()[0]


def test_what_the_archive_is(archive: Path, copydesk) -> None:
    for words in (["db"], ["db", "info"]):
        assert copydesk(*words) == 0
        first, *rest = copydesk.out.splitlines()
        assert first.startswith("copydesk.sqlite: SQLite 3.")
        assert f"schema {NEWEST}" in first
        assert ["articles", "4"] in [line.split() for line in rest]
    assert copydesk("db", "--json") == 0
    told = json.loads(copydesk.out)
    assert told["counts"]["articles"] == {"rows": 4, "exact": True}
    assert told["parts"]["full text"] > 0


def test_a_check_tells_what_it_means_and_the_way_out(archive: Path, copydesk) -> None:
    assert copydesk("db", "check") == 0
    assert copydesk.out == "copydesk.sqlite is whole\n"
    with open_database(str(archive)) as database, database.write() as session:
        session.execute(text("DROP INDEX ix_articles_url"))
        session.execute(text("UPDATE articles SET text = 'not this' WHERE id = 2"))
    assert copydesk("db", "check") == 1
    damage = copydesk.out.split("damage: ")[1].splitlines()
    assert damage[0] == "articles have another text than was filed: 2"
    assert damage[1].startswith("  it means: ")
    assert damage[2].startswith("  way out:  restore a backup")
    assert copydesk.out.splitlines()[-1] == "copydesk.sqlite is not whole"
    assert copydesk("db", "check", "--quick", "--json") == 1
    [finding] = json.loads(copydesk.out)["findings"]
    assert (finding["name"], finding["weight"]) == ("schema", "fault")
    assert copydesk("db", "check", "--quick", "--repair") == 0
    assert copydesk.err == "copydesk: done: the missing indexes are made\n"


def test_a_file_that_is_none_of_ours_is_not_whole(archive: Path, copydesk) -> None:
    Path("letter.txt").write_text("Dear editor, " * 100)
    assert copydesk("--db", "letter.txt", "db", "check", "--json") == 1
    told = json.loads(copydesk.out)
    assert told["findings"][0]["weight"] == "damage"
    assert "not a database" in told["findings"][0]["what"]


def test_a_backup_is_an_archive(archive: Path, copydesk) -> None:
    assert copydesk("db", "backup", "copy.sqlite") == 0
    assert "copy.sqlite is a backup of copydesk.sqlite" in copydesk.out
    assert copydesk("--db", "copy.sqlite", "search", "harbour") == 0
    assert "Harbour wall" in copydesk.out
    assert copydesk("db", "backup", "copy.sqlite") == 1
    assert "copy.sqlite is there already" in copydesk.err
    assert copydesk("db", "backup", "copy.sqlite", "--force") == 0
    assert copydesk("db", "backup", "second.sqlite", "--json") == 0
    told = {
        "archive": "copydesk.sqlite",
        "backup": "second.sqlite",
        "size": Path("second.sqlite").stat().st_size,
    }
    assert json.loads(copydesk.out) == told
    assert copydesk("db", "backup", "no/such/copy.sqlite") == 1
    assert "there is no folder no/such" in copydesk.err


def test_what_can_be_read_is_saved_to_a_new_file(archive: Path, copydesk) -> None:
    assert copydesk("db", "salvage", "saved.sqlite") == 0
    assert "saved.sqlite has all" in copydesk.out
    assert "articles" in copydesk.out
    assert copydesk("--db", "saved.sqlite", "db", "check") == 0
    assert copydesk("db", "salvage", "saved.sqlite") == 1
    assert "there already" in copydesk.err
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'articles'").fetchone()
    with archive.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)
    assert copydesk("db", "salvage", "rest.sqlite", "--json") == 1
    told = json.loads(copydesk.out)
    assert [table for table in told["tables"] if table["table"] == "articles"] == [
        {"table": "articles", "rows": 0, "lost": 4}
    ]
    assert not told["is_all"]


def test_there_and_back(archive: Path, copydesk, postgresql_url: str) -> None:
    assert copydesk("db", "move", postgresql_url, "--json") == 0
    told = json.loads(copydesk.out)
    assert copydesk("--db", postgresql_url, "db", "check") == 0, copydesk.out
    assert copydesk("--db", postgresql_url, "db", "backup", "copy.sqlite") == 0
    assert copydesk("--db", postgresql_url, "db", "move", "back.sqlite") == 0
    assert "back.sqlite has all" in copydesk.out
    for table in told["tables"]:
        if table["rows"]:
            assert f"{table['total']:032x} on both sides" in copydesk.out
    for name in ("copy.sqlite", "back.sqlite"):
        assert copydesk("--db", name, "db", "check") == 0, copydesk.out
    assert copydesk("db", "move", postgresql_url) == 1
    assert "is not empty" in copydesk.err
    assert copydesk("--db", postgresql_url, "db", "vacuum") == 0
    assert "PostgreSQL" not in copydesk.err
    assert copydesk("--db", postgresql_url, "db", "info") == 0
    assert "PostgreSQL 1" in copydesk.out


@contextmanager
def somebody_crawls(archive: Path) -> Iterator[int]:
    with open_database(str(archive)) as database:
        with database.write() as session:
            pid = 1  # always there
            register(session, this_machine(), pid, datetime.now(UTC))
        yield pid
        with database.write() as session:
            session.execute(text("DELETE FROM holders"))


def test_what_a_crawl_would_be_held_up_by_waits_for_its_end(archive: Path, copydesk) -> None:
    with somebody_crawls(archive) as pid:
        for words in (["db", "vacuum"], ["db", "move", "new.sqlite"]):
            assert copydesk(*words) == 1
            assert f"process {pid} on " in copydesk.err
            assert "stop it first" in copydesk.err
        assert copydesk("db", "backup", "copy.sqlite") == 0
        assert copydesk("db", "check") == 0
    assert copydesk("db", "vacuum") == 0
    assert " before, " in copydesk.out
    assert copydesk("db", "vacuum", "--json") == 0
    told = json.loads(copydesk.out)
    assert 0 < told["after"] <= told["before"]


@pytest.fixture
def older(archive: Path) -> str:
    """An archive of the third schema."""
    engine = make_engine(parse_url("older.sqlite"), wait=5)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0003")
    engine.dispose()
    return "older.sqlite"


def test_an_upgrade_puts_a_copy_aside(older: str, copydesk) -> None:
    assert copydesk("--db", older, "db", "upgrade", "--check") == 1
    assert copydesk.out == f"older.sqlite is older: schema 0003, and this version has {NEWEST}\n"
    assert copydesk("--db", older, "db", "check") == 1
    assert "`copydesk db upgrade`" in copydesk.out
    assert copydesk("--db", older, "db", "upgrade") == 0
    assert f"schema {NEWEST}, before 0003" in copydesk.out
    aside = f"older.sqlite.before-{NEWEST}"
    assert copydesk("--db", aside, "db", "upgrade", "--check") == 1
    assert copydesk("--db", older, "db", "upgrade", "--check") == 0
    assert copydesk("--db", older, "db", "check") == 0, copydesk.out
    # A second one does not take the place of the first copy.
    assert copydesk("--db", aside, "db", "upgrade", "--no-backup") == 0
    assert copydesk("--db", aside, "db", "upgrade") == 0


def test_an_upgrade_is_told_to_programs_too(older: str, copydesk) -> None:
    told = {"archive": "older.sqlite", "found": "0003", "newest": NEWEST, "is_older": True}
    assert copydesk("--db", older, "db", "upgrade", "--check", "--json") == 1
    assert json.loads(copydesk.out) == {**told, "upgraded": False, "aside": None}
    assert copydesk("--db", older, "db", "upgrade", "--json") == 0
    aside = f"older.sqlite.before-{NEWEST}"
    assert json.loads(copydesk.out) == {**told, "upgraded": True, "aside": aside}
    assert Path(aside).is_file()
    assert copydesk("--db", older, "db", "upgrade", "--json") == 0
    after = {"found": NEWEST, "is_older": False, "upgraded": False, "aside": None}
    assert json.loads(copydesk.out) == told | after


def test_what_may_go_is_told_asked_and_let_go(archive: Path, copydesk, monkeypatch) -> None:
    assert copydesk("db", "prune") == 2
    assert "--older-than AGE, --source NAME or --lang CODE" in copydesk.err
    assert copydesk("db", "prune", "--lang", "en", "--dry-run") == 0
    assert "articles   2, of which 1 copy\n" in copydesk.out
    assert copydesk("db", "prune", "--lang", "de", "--dry-run", "--json") == 0
    assert json.loads(copydesk.out)["articles"] == 1
    assert copydesk("db", "prune", "--lang", "en") == 2
    assert "add --yes" in copydesk.err
    assert copydesk("show", "1") == 0
    assert copydesk("db", "prune", "--lang", "en", "--older-than", "2024-05-08", "--yes") == 0
    assert "stay       1 article whose original goes" in copydesk.out
    assert "1 article let go" in copydesk.err
    assert copydesk("show", "1") == 1
    assert copydesk("show", "4") == 0
    assert copydesk("db", "prune", "--source", "The Paper", "--yes", "--json") == 0
    assert json.loads(copydesk.out)["gone"] == 3
    assert copydesk("db", "check") == 0, copydesk.out


@pytest.mark.parametrize(
    ("age", "means"),
    [
        ("2y", "2022-02-28"),
        ("18m", "2022-08-29"),
        ("1 m", "2024-01-29"),
        ("7d", "2024-02-22"),
        ("2w", "2024-02-15"),
        ("2023-05", "2023-05-01"),
        ("2023", "2023-01-01"),
    ],
)
def test_ages(age: str, means: str) -> None:
    assert read_age(age, datetime(2024, 2, 29, tzinfo=UTC)).date().isoformat() == means


@pytest.mark.parametrize("age", ["9999y", "old", "-3m"])
def test_what_is_no_age(archive: Path, copydesk, age: str) -> None:
    assert copydesk("db", "prune", f"--older-than={age}", "--dry-run") == 2
    assert "write 2" in copydesk.err


def test_ctrl_c_ends_a_vacuum_and_leaves_the_archive_whole(archive: Path, start, copydesk) -> None:
    with closing(sqlite3.connect(archive, isolation_level=None)) as other:
        other.execute("INSERT INTO pages (id, url, state, found_at, attempts) VALUES (1, 'a', 'gone', '', 0)")
        other.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)"
            " INSERT INTO visits (page_id, at, outcome, reason)"
            " SELECT 1, '', 'new', hex(randomblob(400)) FROM n"
        )
    process = start("db", "vacuum")
    deadline = time.monotonic() + 20
    while not _is_longer(Path(f"{archive}-wal"), 1_000_000) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert (process.returncode, told.decode()) == (1, "copydesk: stopped\n")
    with closing(sqlite3.connect(archive, isolation_level=None)) as other:
        assert other.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        assert other.execute("SELECT count(*) FROM visits").fetchall() == [(60_000,)]
    assert {path.name for path in archive.parent.iterdir()} == {archive.name}


def _is_longer(file: Path, size: int) -> bool:
    with suppress(FileNotFoundError):
        return file.stat().st_size > size
    return False
