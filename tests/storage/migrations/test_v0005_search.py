"""An archive of the step before is searched as one of today, and loses nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import text

from storage.engine import make_engine, parse_url
from storage.schema import alembic_config
from storage.search.hits import search
from storage.session import Database, open_database

THEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ADD_SOURCE = """
INSERT INTO sources (id, name, url, schedule, enabled, created_at)
VALUES (1, 'Gazette', 'https://gazette.example/', 'auto', true, :at)
"""
ADD_ARTICLE = """
INSERT INTO articles (id, source_id, url, canonical_url, title, authors, language, text, tags, removed,
    text_hash, content_hash, fetched_at, first_seen_at)
VALUES (:id, :source, :url, :url, :title, :authors, 'ja', :text, '[]', '[]', 'x', 'y', :at, :at)
"""


@pytest.fixture
def upgraded(empty_database_url: str) -> Iterator[Database]:
    rows = [
        {"title": "東京都知事選挙", "authors": '["Jos\\u00e9 \\u00d3"]', "text": "The harbour.", "source": 1},
        {"title": "Harbour", "authors": "[]", "text": "東京", "source": None},
    ]
    engine = make_engine(parse_url(empty_database_url), wait=5)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0004")
        connection.execute(text(ADD_SOURCE), {"at": THEN})
        for number, row in enumerate(rows, 1):
            place = {"id": number, "url": f"https://gazette.example/{number}", "at": THEN}
            connection.execute(text(ADD_ARTICLE), row | place)
    engine.dispose()
    with open_database(empty_database_url) as database:
        yield database


FOUND = {
    "harbour": [1, 2],
    "title:harbour": [2],
    "京都": [1],
    "東京": [1, 2],
    "author:jose": [1],
    "source:gazette": [1],
    "lang:ja after:2026": [1, 2],
    "harbour before:2026": [],
}


def test_articles_that_were_there_are_found(upgraded: Database) -> None:
    with upgraded.read() as session:
        got = {query: [hit.id for hit in search(session, query, now=THEN, sort="oldest")] for query in FOUND}
    assert got == FOUND


def test_index_is_kept_in_step(upgraded: Database) -> None:
    with upgraded.write() as session:
        session.execute(text("UPDATE articles SET text = 'A tunnel.' WHERE id = 1"))
        session.execute(text("DELETE FROM articles WHERE id = 2"))
        assert search(session, "harbour OR 東京 -tunnel", now=THEN) == []
        assert [hit.id for hit in search(session, "tunnel 知事", now=THEN)] == [1]
