"""An open archive on each engine, and articles to put into it."""

from collections.abc import Iterator

import pytest

from storage.session import Database, open_database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty archive; it waits half a second for a lock."""
    with open_database(database_url, wait=0.5) as database:
        yield database
