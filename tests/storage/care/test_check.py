"""A check finds what is wrong, says so, changes nothing; what can be put right is put right."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from pipelines.fingerprint import fingerprint
from storage.archive import Archive
from storage.care.check import Checked, check_archive
from storage.care.finding import Weight
from storage.care.raw import raw_connection
from storage.care.repair import repair
from storage.care.server import STEPS_MADE
from storage.errors import CannotOpenDatabase, DatabaseIsNewer
from storage.leases import HolderState
from storage.models import Article, Band
from storage.session import Database, open_database

Fill = Callable[[Database], None]


def all_alive(holder: HolderState) -> bool:
    return True


def all_dead(holder: HolderState) -> bool:
    return False


def check(url: str, *, quick: bool = False, is_alive: Callable[[HolderState], bool] = all_alive) -> Checked:
    checked = check_archive(url, fingerprint, is_alive, lambda step: None, quick=quick)
    # The server of the tests runs without fsync, which a check tells: that has a test of its own.
    return replace(checked, findings=tuple(f for f in checked.findings if f.name != "durability"))


def names(checked: Checked) -> list[str]:
    return [finding.name for finding in checked.findings]


@pytest.fixture
def archive(database_url: str, fill: Fill) -> str:
    with open_database(database_url) as database:
        fill(database)
    return database_url


def damage(url: str, *statements: str) -> None:
    """Do what another program could, with no regard to keys."""
    with open_database(url) as database, database.engine.connect() as connection:
        for statement in statements:
            with connection.begin():
                connection.execute(text(statement))


def test_a_whole_archive_is_found_whole(archive: str) -> None:
    for quick in (False, True):
        checked = check(archive, quick=quick)
        assert (checked.findings, checked.is_whole) == ((), True)


ROWS = [
    ("UPDATE articles SET duplicate_of = 2, similarity = 1 WHERE id = 4", "chains", True),
    ("UPDATE articles SET duplicate_of = 3, similarity = 1 WHERE id = 3", "chains", True),
    ("UPDATE articles SET similarity = 1 WHERE duplicate_of IS NULL", "likeness", True),
    ("UPDATE pages SET article_id = NULL WHERE article_id = 1", "articles", False),
    ("UPDATE articles SET text_hash = '' WHERE id = 9", "hashes", False),
    ("DELETE FROM revisions WHERE article_id = 1", None, False),
    ("UPDATE revisions SET number = 2 WHERE article_id = 1", "revisions", False),
    ("UPDATE pages SET source_id = NULL", "pages", False),
    ("UPDATE runs SET holder_id = NULL", "runs", True),
    ("DELETE FROM bands WHERE article_id = 7", "bands", False),
    ("UPDATE articles SET title = 'another' WHERE id = 7", "texts", False),
    ("UPDATE revisions SET text = 'another'", "texts", False),
    ("DROP INDEX ix_articles_text_hash", "schema", True),
    ("ALTER TABLE visits ADD COLUMN more integer", "schema", False),
]


@pytest.mark.parametrize(("statement", "name", "can_be_repaired"), ROWS, ids=[row[0] for row in ROWS])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_wrong_with_the_rows_is_found(
    archive: str, now: datetime, statement: str, name: str | None, can_be_repaired: bool
) -> None:
    damage(archive, statement)
    checked = check(archive)
    assert names(checked) == ([] if name is None else [name])
    assert check(archive) == checked  # nothing was changed
    with open_database(archive) as database:
        repair(database, {one.repair for one in checked.findings if one.repair}, all_alive, lambda: now)
    assert names(check(archive)) == ([] if can_be_repaired or name is None else [name])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_same_is_found_on_postgresql(archive: str, now: datetime) -> None:
    wrong = [row for row in ROWS if row[1] and not row[0].startswith("ALTER")]
    with open_database(archive) as database:
        damage(archive, *(row[0] for row in wrong))
        with database.write() as session:
            session.execute(
                text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_visits_run_id'::regclass")
            )
    checked = check(archive)
    assert set(names(checked)) == {str(row[1]) for row in wrong} | {"indexes"}
    with open_database(archive) as database:
        repair(database, {one.repair for one in checked.findings if one.repair}, all_alive, lambda: now)
    assert set(names(check(archive))) == {str(row[1]) for row in wrong if not row[2]}


def test_what_somebody_made_beside_the_archive_is_no_fault(empty_database_url: str) -> None:
    open_database(empty_database_url).close()
    damage(
        empty_database_url,
        "CREATE INDEX mine ON articles (section)",
        "CREATE TABLE notes (id integer PRIMARY KEY, note text UNIQUE)",
        "CREATE INDEX notes_of_mine ON notes (note, id)",
        "CREATE VIEW mine_too AS SELECT id, title FROM archive_articles",
    )
    assert check(empty_database_url).findings == ()


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_what_only_the_steps_of_the_schema_make_is_missed_on_postgresql(empty_database_url: str) -> None:
    with open_database(empty_database_url) as database, database.read() as session:
        triggers = session.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).all()
    assert set(triggers) <= set(STEPS_MADE)
    damage(
        empty_database_url,
        *(f"DROP TRIGGER {name} ON {name.partition('_')[0]}" for name in triggers),
        "DROP INDEX ix_articles_words",
        "DROP VIEW archive_visits",
    )
    [finding] = check(empty_database_url, quick=True).findings
    assert finding.name == "schema"
    assert finding.what.endswith(": " + ", ".join((*STEPS_MADE, "archive_visits")))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_rows_that_refer_to_nothing_are_found_and_let_go(archive: str, now: datetime) -> None:
    with open_database(archive) as database, raw_connection(database) as other:
        other.execute("PRAGMA foreign_keys = OFF")
        copy, root = other.execute("SELECT id, duplicate_of FROM articles WHERE duplicate_of > 6").fetchone()
        other.execute("DELETE FROM articles WHERE id = ?", (root,))
        other.execute("DELETE FROM holders")
    checked = check(archive)
    assert set(names(checked)) == {"keys", "runs"}
    assert f"articles that are not there: {copy}" in " ".join(finding.what for finding in checked.findings)
    with open_database(archive) as database:
        repair(database, {one.repair for one in checked.findings if one.repair}, all_alive, lambda: now)
        with database.read() as session:
            assert session.scalar(select(Article.duplicate_of).where(Article.id == copy)) is None
            assert session.scalar(select(func.count()).where(Band.article_id == root)) == 0
    assert names(check(archive)) == ["articles"]  # its page: that it is gone stays a loss


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_article_that_the_full_text_lacks_is_found(archive: str, now: datetime) -> None:
    damage(archive, "DELETE FROM articles_fts_docsize WHERE id = 5")
    checked = check(archive, quick=True)
    assert names(checked) == ["words"]
    assert "lacks 1 rows" in checked.findings[0].what
    with open_database(archive) as database:
        repair(database, {one.repair for one in checked.findings if one.repair}, all_alive, lambda: now)
        assert {hit.id for hit in Archive(database).search("слово2x7")} < {5, 6}  # a story once
    assert check(archive).findings == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_words_that_are_not_the_articles_are_found_while_somebody_writes(archive: str) -> None:
    damage(
        archive,
        "DROP TRIGGER articles_fts_update",
        "UPDATE articles SET language = 'de', title = 'x' || title WHERE id = 5",
    )
    with closing(sqlite3.connect(archive, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE sources SET name = 'renamed' WHERE id = 2")
        checked = check(archive)
        writer.execute("ROLLBACK")
    assert names(checked) == ["words", "schema", "texts"]
    assert "the trigger articles_fts_update is missing" in checked.findings[1].what
    assert "words" not in names(check(archive, quick=True))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_damage_to_the_file_is_found_wherever_it_is(archive: str, tmp_path: Path) -> None:
    """One page after the other is overwritten: what holds rows or indexes is missed, and nothing breaks."""
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        roots = dict(connection.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"))
    harmed = tmp_path / "harmed.sqlite"
    for name in (
        "articles",
        "bands",
        "pages",
        "ix_articles_url",
        "sqlite_autoindex_pages_1",
        "articles_fts_data",
    ):
        shutil.copy(archive, harmed)
        with harmed.open("r+b") as file:
            file.seek((roots[name] - 1) * size)
            file.write(b"\xa5" * size)
        checked = check(str(harmed))
        assert not checked.is_whole, name
        assert checked.findings[0].weight is Weight.DAMAGE, name
    shutil.copy(archive, harmed)
    harmed.write_bytes(b"not a database" + harmed.read_bytes()[14:])
    assert names(check(str(harmed))) == ["file"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_changed_letter_in_a_text_is_found(archive: str) -> None:
    """SQLite itself does not see it: its pages carry no sums."""
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    content = Path(archive).read_bytes()
    found = content.index("слово4x40".encode())
    Path(archive).write_bytes(content[:found] + "С".encode() + content[found + 2 :])
    checked = check(archive)
    assert set(names(checked)) & {"texts", "words"}
    assert not checked.is_whole
    assert check(archive, quick=True).is_whole


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_index_that_lacks_a_row_is_made_anew(archive: str, now: datetime) -> None:
    # While it is said to hold no row, it is not kept in step.
    whole, nothing = "sql = replace(sql, ' WHERE id < 0', '')", "sql = sql || ' WHERE id < 0'"
    for change, statement in (
        (nothing, "SELECT 1"),
        (whole, "UPDATE articles SET language = 'fr' WHERE id = 3"),
    ):
        with open_database(archive) as database, raw_connection(database) as other:
            other.execute(statement)
            other.execute("PRAGMA writable_schema = ON")
            other.execute(f"UPDATE sqlite_master SET {change} WHERE name = 'ix_articles_language'")  # noqa: S608
    checked = check(archive)
    assert names(checked)[0] == "indexes"
    with open_database(archive) as database:
        repair(database, {one.repair for one in checked.findings if one.repair}, all_alive, lambda: now)
    assert "indexes" not in names(check(archive))


def test_processes_that_are_dead_are_told_of_and_forgotten(archive: str, now: datetime) -> None:
    checked = check(archive, is_alive=all_dead)
    assert names(checked) == ["leases"]
    assert checked.is_whole  # the next crawl sees to it
    with open_database(archive) as database:
        repair(database, {one.repair for one in checked.findings if one.repair}, all_dead, lambda: now)
        with database.read() as session:
            assert session.scalar(text("SELECT state FROM runs")) == "failed"
            assert session.scalar(select(func.count()).select_from(text("leases"))) == 0
    assert check(archive, is_alive=all_dead).findings == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_archive_of_another_version_is_not_looked_into(archive: str) -> None:
    damage(archive, "UPDATE copydesk_version SET version_num = '0003'")
    assert names(check(archive)) == ["version"]
    with closing(sqlite3.connect(archive, isolation_level=None)) as other:
        other.execute("UPDATE copydesk_version SET version_num = '9999'")
    with pytest.raises(DatabaseIsNewer):
        check(archive)


@pytest.mark.parametrize("name", ["none.sqlite", "."])
def test_where_no_archive_is_none_is_checked(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotOpenDatabase):
        check(str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("engine", "setting"), [("sqlite", "synchronous is NORMAL"), ("postgresql", "fsync is off")]
)
def test_what_a_power_cut_may_cost_is_told_and_is_no_fault(
    engine: str, setting: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path}/archive.sqlite?synchronous=NORMAL"
        open_database(url).close()
    else:
        url = request.getfixturevalue("postgresql_url")
    checked = check_archive(url, fingerprint, all_alive, lambda step: None, quick=True)
    assert [finding.what for finding in checked.findings] == [setting]
    assert checked.is_whole
