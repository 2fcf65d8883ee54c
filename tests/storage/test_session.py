"""Transactions: whole or not at all, readers that cannot write, writers that wait for each other."""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import IntegrityError

from pipelines.article import Article
from pipelines.fingerprint import resemblance
from storage.articles import Filed, FilingOutcome, file_article
from storage.errors import CannotOpenDatabase, DatabaseIsReadOnly
from storage.hosts import load_robots, save_robots
from storage.models import Host, Page
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source, list_sources


def test_write_commits_at_the_end_of_the_block(database: Database, now: datetime) -> None:
    with database.write() as session:
        save_robots(session, "a.example", 200, b"", now)
    with database.read() as session:
        assert load_robots(session, "a.example") is not None


def test_write_leaves_nothing_if_the_block_raises(database: Database, now: datetime) -> None:
    def write_and_fail() -> None:
        with database.write() as session:
            save_robots(session, "a.example", 200, b"", now)
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with database.read() as session:
        assert load_robots(session, "a.example") is None


def test_what_a_block_gave_can_be_used_after_it(database: Database, now: datetime) -> None:
    with database.write() as session:
        source = add_source(session, SourceDraft(name="A", url="https://a.example/"), now)
    assert (source.name, source.enabled, source.created_at) == ("A", True, now)


def test_reader_cannot_write(database: Database, now: datetime) -> None:
    with database.read() as session, pytest.raises(DatabaseIsReadOnly):
        save_robots(session, "a.example", 200, b"", now)
    with database.write() as session:  # the connection is used again, and writes
        save_robots(session, "a.example", 200, b"", now)


def test_reader_does_not_wait_for_a_writer(database: Database, now: datetime) -> None:
    with database.write() as writer:
        save_robots(writer, "a.example", 200, b"", now)
        with database.read() as reader:
            assert load_robots(reader, "a.example") is None


def test_foreign_keys_are_enforced(database: Database) -> None:
    def orphan() -> None:
        with database.write() as session:
            session.execute(text("INSERT INTO bands (key, article_id) VALUES (1, 4711)"))

    with pytest.raises(IntegrityError):
        orphan()


def test_threads_have_transactions_of_their_own(database_url: str, now: datetime) -> None:
    failed = []

    def add(thread: int) -> None:
        try:
            for number in range(5):
                name = f"{thread}-{number}"
                with database.write() as session:
                    add_source(session, SourceDraft(name=name, url=f"https://{name}.example/"), now)
        except Exception as error:  # noqa: BLE001 - told of below
            failed.append(error)

    with open_database(database_url) as database:
        threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.read() as session:
            assert len(list_sources(session)) == 30
    assert failed == []


def test_two_that_file_the_same_page_at_once_both_end_well(
    database: Database, article: Callable[..., Article], now: datetime
) -> None:
    """The second waits for the first to commit, then sees what it filed."""
    entered, filed = threading.Event(), []

    def second() -> None:
        with open_database(database.engine.url.render_as_string(hide_password=False)) as other:
            entered.wait()
            with other.write() as session:
                filed.append(file_article(session, None, article("a"), now, resemblance))

    thread = threading.Thread(target=second)
    thread.start()
    with database.write() as session:
        filed.append(file_article(session, None, article("a"), now, resemblance))
        entered.set()
        thread.join(timeout=0.3)
        assert thread.is_alive()
    thread.join()
    assert filed == [
        Filed(outcome=FilingOutcome.NEW, article_id=1),
        Filed(outcome=FilingOutcome.UNCHANGED, article_id=1),
    ]


def test_two_that_file_the_same_text_at_once_see_that_it_is_the_same(
    database: Database, article: Callable[..., Article], prose: Callable[..., str], now: datetime
) -> None:
    outcomes = []

    def run(name: str) -> None:
        with database.write() as session:
            outcomes.append(file_article(session, None, article(name, prose(1)), now, resemblance).outcome)

    threads = [threading.Thread(target=run, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [FilingOutcome.DUPLICATE, FilingOutcome.NEW]


@pytest.mark.parametrize(("asked", "level"), [("", 2), ("?synchronous=normal", 1), ("?synchronous=FULL", 2)])
def test_every_connection_of_sqlite_writes_each_commit_through(
    tmp_path: Path, asked: str, level: int
) -> None:
    with open_database(f"sqlite:///{tmp_path}/a.sqlite{asked}") as database:
        with database.write() as one, database.read() as other:
            for session in (one, other):
                assert session.scalar(text("PRAGMA journal_mode")) == "wal"
                assert session.scalar(text("PRAGMA synchronous")) == level
        assert database.url == str(tmp_path / "a.sqlite")


def test_synchronous_is_one_of_four(tmp_path: Path) -> None:
    with pytest.raises(CannotOpenDatabase, match="synchronous= is FULL"):
        open_database(f"sqlite:///{tmp_path}/a.sqlite?synchronous=perhaps")


def test_a_file_that_was_moved_away_is_not_written_to_and_none_is_made_in_its_place(
    tmp_path: Path, now: datetime
) -> None:
    disk, away = tmp_path / "disk", tmp_path / "away"
    disk.mkdir()

    def write(host: str) -> None:
        with database.write() as session:
            save_robots(session, host, 200, b"", now)

    with open_database(str(disk / "a.sqlite")) as database:
        write("a.example")
        disk.rename(away)
        with pytest.raises(CannotOpenDatabase):
            write("b.example")
        disk.mkdir()  # where it is mounted otherwise
        with pytest.raises(CannotOpenDatabase):
            write("c.example")
        assert list(disk.iterdir()) == []
        disk.rmdir()
        away.rename(disk)
        write("d.example")
        with database.read() as session:
            hosts = session.scalars(select(Host.host).order_by(Host.host)).all()
    assert hosts == ["a.example", "d.example"]


def test_name_for_people_has_no_password(database: Database) -> None:
    url = make_url(database.url) if "://" in database.url else None
    assert url is None or url.password in (None, "***")
    assert database.engine.url.database is not None
    assert database.engine.url.database in database.url


WRITE_GROUPS = """
import sys
from datetime import UTC, datetime
from itertools import count
from storage.candidates import Candidate, add_pages
from storage.session import open_database
with open_database(sys.argv[1]) as database:
    for group in count():
        with database.write() as session:
            for number in range(50):
                candidate = Candidate(url=f"https://a.example/{group}/{number}")
                add_pages(session, None, None, [candidate], datetime.now(UTC))
        print(group, flush=True)
"""


def test_killed_process_leaves_whole_transactions_and_a_sound_file(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_GROUPS, url], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        groups = [int(writer.stdout.readline()) for _ in range(5)]
        writer.kill()
    assert groups == [0, 1, 2, 3, 4]
    with database.read() as session:
        pages = session.scalar(select(func.count()).select_from(Page)) or 0
        assert pages >= 250
        assert pages % 50 == 0
        if database.engine.dialect.name == "sqlite":
            assert session.scalars(text("PRAGMA integrity_check")).all() == ["ok"]
