"""What can go wrong with a database: each with an error of its own, and a sentence that says what to do."""

import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.article import Article as Story
from storage.articles import Filed
from storage.errors import (
    CannotOpenDatabase,
    DatabaseConnectionLost,
    DatabaseIsDamaged,
    DatabaseIsFull,
    DatabaseIsLocked,
    DatabaseIsReadOnly,
    StorageError,
    TransactionAborted,
)
from storage.hosts import load_robots, save_robots
from storage.models import Article, Host
from storage.session import Database, open_database

MakeArticle = Callable[..., Story]


def is_sqlite(database: Database) -> bool:
    return database.engine.dialect.name == "sqlite"


def write(database: Database, now: datetime, host: str = "a.example") -> None:
    with database.write() as session:
        save_robots(session, host, 200, b"", now)


@contextmanager
def another_program(database: Database) -> Iterator[sa.Connection]:
    """A connection that is none of ours, in a transaction."""
    engine = sa.create_engine(database.engine.url, connect_args={})
    with engine.connect() as connection:
        yield connection
    engine.dispose()


# Places where there is no archive.

NO_ARCHIVE = {
    "no path": ("", "needs a path"),
    "memory": (":memory:", "needs a path"),
    "memory, as a URL": ("sqlite://", "needs a path"),
    "another engine": ("mysql://localhost/news", "in SQLite or PostgreSQL, not in mysql"),
    "no URL": ("http//://", "no database URL"),
    "a folder": ("{tmp}", "is a folder"),
    "no such folder": ("{tmp}/no/such/copydesk.sqlite", "there is no folder"),
    "not a database": ("{tmp}/page.html", "is not an SQLite database"),
    "no server": ("postgresql://ann:secret@127.0.0.1:1/news", "cannot be reached"),
}


@pytest.mark.parametrize(("url", "message"), NO_ARCHIVE.values(), ids=NO_ARCHIVE)
def test_place_where_no_archive_can_be(tmp_path: Path, url: str, message: str) -> None:
    (tmp_path / "page.html").write_text("<!doctype html>" * 500)
    with pytest.raises(CannotOpenDatabase, match=message) as caught:
        open_database(url.format(tmp=tmp_path))
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_database_that_the_server_does_not_have(postgresql_server: sa.URL) -> None:
    with pytest.raises(CannotOpenDatabase, match='database "news" does not exist'):
        open_database(postgresql_server.set(database="news").render_as_string(hide_password=False))


# Locked.


def test_locked_by_another_program(database: Database, now: datetime) -> None:
    lock = "BEGIN IMMEDIATE" if is_sqlite(database) else "LOCK TABLE hosts IN ACCESS EXCLUSIVE MODE"
    with another_program(database) as other:
        other.exec_driver_sql(lock)
        with pytest.raises(DatabaseIsLocked, match="another process: let it finish, then try again"):
            write(database, now)
    write(database, now)


def test_locked_while_it_is_made(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    other.execute("CREATE TABLE anything (at)")
    with pytest.raises(DatabaseIsLocked):
        open_database(str(path), wait=0.1)
    other.close()


def test_new_file_that_another_process_has_begun_to_write_is_waited_for(tmp_path: Path) -> None:
    """SQLite itself does not wait where the journal's mode changes."""
    path = tmp_path / "archive.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA user_version = 1")
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.2, other.close)
    timer.start()
    open_database(str(path), wait=10).close()
    timer.join()


def test_deadlock_ends_one_of_two(database_on_postgresql: Database, now: datetime) -> None:
    """On SQLite there is none: a writer takes the one lock there is at once."""
    for host in ("a", "b"):
        write(database_on_postgresql, now, host)
    barrier, errors = threading.Barrier(2), []

    def crosswise(first: str, second: str) -> None:
        try:
            with database_on_postgresql.write() as session:
                session.execute(sa.text("SET LOCAL lock_timeout = 0"))
                save_robots(session, first, 1, None, now)
                barrier.wait()
                save_robots(session, second, 1, None, now)
        except StorageError as error:
            errors.append(error)

    threads = [threading.Thread(target=crosswise, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(error) for error in errors] == [TransactionAborted]


# Read-only.


@pytest.fixture
def powerless() -> Iterator[Callable[[], None]]:
    """Gives up root's right to write everything, where the tests run as root."""
    user = os.geteuid()
    yield lambda: os.seteuid(65534) if user == 0 else None
    os.seteuid(user)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users can get to, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="copydesk-") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_file_that_may_only_be_read(
    public_folder: Path, powerless: Callable[[], None], now: datetime
) -> None:
    path = public_folder / "archive.sqlite"
    with open_database(str(path)) as database:
        write(database, now)
    path.chmod(0o444)
    powerless()
    with open_database(str(path)) as database:
        with database.read() as session:
            assert load_robots(session, "a.example") is not None
        with pytest.raises(DatabaseIsReadOnly, match="check the permissions of the file and its folder"):
            write(database, now)


def test_folder_that_may_only_be_read(public_folder: Path, powerless: Callable[[], None]) -> None:
    path = public_folder / "archive.sqlite"
    open_database(str(path)).close()
    public_folder.chmod(0o555)
    powerless()
    with pytest.raises(DatabaseIsReadOnly):
        open_database(str(path))
    with open_database(f"sqlite:///file:{path}?immutable=1&uri=true") as database, database.read() as session:
        assert load_robots(session, "a.example") is None
    with pytest.raises(CannotOpenDatabase, match="permissions of its folder"):
        open_database(str(public_folder / "new.sqlite"))


def test_server_that_may_only_be_read(database_on_postgresql: Database, now: datetime) -> None:
    write(database_on_postgresql, now)
    url = database_on_postgresql.engine.url.update_query_dict(
        {"options": "-c default_transaction_read_only=on"}
    )
    with open_database(url.render_as_string(hide_password=False)) as database:
        with database.read() as session:
            assert load_robots(session, "a.example") is not None
        with pytest.raises(DatabaseIsReadOnly, match="read-only"):
            write(database, now)


def test_user_who_may_only_read(database_on_postgresql: Database, now: datetime) -> None:
    database = database_on_postgresql
    with another_program(database) as other:
        for statement in (
            "DROP ROLE IF EXISTS reader",
            "CREATE ROLE reader LOGIN",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
        ):
            other.exec_driver_sql(statement)
        other.commit()
    url = database.engine.url.set(username="reader").render_as_string(hide_password=False)
    with open_database(url) as readers, pytest.raises(DatabaseIsReadOnly, match="grant it the rights"):
        write(readers, now)
    with another_program(database) as other:
        other.exec_driver_sql("DROP OWNED BY reader")
        other.exec_driver_sql("DROP ROLE reader")
        other.commit()


# Full.


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """No room for another page of the file; on PostgreSQL, the server's own error for it."""
    if is_sqlite(database):

        def stop_growing(connection: sa.Connection) -> None:
            connection.exec_driver_sql(
                "PRAGMA max_page_count = 1"
            )  # as many as there are, for it cannot shrink

        sa.event.listen(database.engine, "begin", stop_growing)
        yield
        sa.event.remove(database.engine, "begin", stop_growing)
        with database.read() as session:
            session.execute(sa.text("PRAGMA max_page_count = 1000000000"))
    else:
        refuse = "BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END"
        with database.write() as session:
            session.execute(
                sa.text(f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {refuse} $$")
            )
            for table in ("articles", "hosts"):
                session.execute(
                    sa.text(f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION refuse()")
                )
        yield
        with database.write() as session:
            session.execute(sa.text("DROP FUNCTION refuse CASCADE"))


def count_articles(database: Database) -> int:
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Article)) or 0


def test_disk_that_fills_up_loses_nothing_that_was_filed(
    database: Database, article: MakeArticle, file: Callable[..., Filed]
) -> None:
    for name in ("one", "two", "three"):
        file(article(name))
    with full_disk(database), pytest.raises(DatabaseIsFull, match="make room, then run the same command"):
        file(article("four", "long " * 20_000))
    assert count_articles(database) == 3
    file(article("four"))
    assert count_articles(database) == 4


def test_disk_that_fills_up_within_a_savepoint_is_told_of_as_such(database: Database, now: datetime) -> None:
    """SQLite rolls the whole transaction back by itself; the savepoint that is gone must not hide why."""

    def save_group() -> None:
        with database.write() as session:
            for host in ("a.example", "b.example"):
                with session.begin_nested():
                    save_robots(session, host, 200, b"x" * 500_000, now)

    with full_disk(database), pytest.raises(DatabaseIsFull):
        save_group()
    with database.read() as session:
        assert load_robots(session, "a.example") is None
    save_group()
    with database.read() as session:
        assert load_robots(session, "b.example") is not None


# Damaged, and gone.


def test_damaged_file(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "archive.sqlite"
    with open_database(str(path)) as database:
        for number in range(200):
            write(database, now, f"host{number}.example")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))

    def read_all() -> None:
        with open_database(str(path)) as database, database.read() as session:
            session.scalars(sa.select(Host)).all()

    with pytest.raises(DatabaseIsDamaged, match="restore a copy"):
        read_all()


def test_server_that_goes_away_and_comes_back(database_on_postgresql: Database, now: datetime) -> None:
    database = database_on_postgresql

    def lose_the_connection() -> None:
        with database.write() as session:
            pid = session.scalar(sa.text("SELECT pg_backend_pid()"))
            with another_program(database) as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            save_robots(session, "a.example", 200, b"", now)

    with pytest.raises(DatabaseConnectionLost, match="try again"):
        lose_the_connection()
    write(database, now)


def test_a_connection_that_was_ended_while_nobody_used_it_is_replaced_unnoticed(
    database_on_postgresql: Database, now: datetime
) -> None:
    database = database_on_postgresql
    with database.read() as session:
        pid = session.scalar(sa.text("SELECT pg_backend_pid()"))
    with another_program(database) as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    write(database, now)


def test_other_errors_of_an_engine_stay_what_they_are(database: Database) -> None:
    with database.read() as session, pytest.raises(sa.exc.DBAPIError) as caught:
        session.execute(sa.text("SELECT nothing FROM nowhere"))
    assert not isinstance(caught.value, StorageError)
