"""An open archive on each engine, and articles to put into it."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.article import Article
from pipelines.fingerprint import fingerprint, resemblance
from storage.articles import Filed, file_article
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty archive; it waits half a second for a lock."""
    with open_database(database_url, wait=0.5) as database:
        yield database


@pytest.fixture
def database_on_postgresql(postgresql_url: str) -> Iterator[Database]:
    """An open, empty archive, for what only PostgreSQL can do."""
    with open_database(postgresql_url, wait=0.5) as database:
        yield database


@pytest.fixture
def source_id(database: Database) -> int:
    """The id of a source, the Gazette."""
    with database.write() as session:
        return add_source(session, SourceDraft(name="Gazette", url="https://gazette.example/"), NOW).id


@pytest.fixture
def prose() -> Callable[..., str]:
    """Makes texts: `prose(1)` is always the same, and nothing like `prose(2)`."""

    def write(seed: int, words: int = 120) -> str:
        draw = random.Random(seed)
        return " ".join(f"w{draw.randrange(100_000)}" for _ in range(words))

    return write


@pytest.fixture
def article(prose: Callable[..., str]) -> Callable[..., Article]:
    """Makes articles: `article("a")` is the one at https://gazette.example/a, with a text of its own."""

    def make(name: str, text: str | None = None, **values: Any) -> Article:
        text = prose(sum(name.encode()) + 1000) if text is None else text
        values.setdefault("url", f"https://gazette.example/{name}")
        values.setdefault("canonical_url", values["url"])
        values.setdefault("title", f"Story {name}")
        return Article(text=text, fingerprint=fingerprint(text), **values)

    return make


@pytest.fixture
def file(database: Database) -> Callable[..., Filed]:
    """Files an article in a transaction of its own."""

    def run(article: Article, source_id: int | None = None, now: datetime = NOW) -> Filed:
        with database.write() as session:
            return file_article(session, source_id, article, now, resemblance)

    return run
