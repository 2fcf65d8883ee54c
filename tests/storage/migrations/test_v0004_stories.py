"""An archive of the third schema gets keys for its texts, and keeps its groups of copies."""

import random
from datetime import UTC, datetime

from alembic import command
from sqlalchemy import select, text

from pipelines.fingerprint import fingerprint
from storage.engine import make_engine, parse_url
from storage.migrations.versions.v0004_stories import keys_of
from storage.models import Article, Band
from storage.schema import alembic_config
from storage.session import open_database

BEFORE = datetime(2026, 1, 2, tzinfo=UTC)
MANY = 250
"""More than are held in memory at a time."""
ADD_ARTICLE = """
INSERT INTO articles (id, url, canonical_url, title, authors, text, tags, removed, text_hash, content_hash,
    fetched_at, first_seen_at, duplicate_of, similarity)
VALUES (:id, :url, :url, 'Story', '[]', :text, '[]', '[]', 'x', 'x', :at, :at, :of, :similarity)
"""
ALPHABETS = (
    "abcdefgh",
    "äöüéßøæıłñ’",
    "0123456789., \u00a0",
    "港口堤坝台风",
    "กำแพงท่าเรือ",
    "बंदरगाहकी",
    "ميناءالعاصفة",
    "-\u00ad\ufb01\u2028",
)


def texts() -> list[str]:
    draw = random.Random(4)
    letters = "".join(ALPHABETS) + "   "
    return ["".join(draw.choices(letters, k=draw.randrange(600))) for _ in range(MANY)]


def test_the_step_makes_the_keys_that_are_made_today() -> None:
    for words in [*texts(), "", " ".join(f"word{n}" for n in range(400))]:
        assert tuple(keys_of(words)) == fingerprint(words).bands


def test_an_older_archive_is_brought_along(empty_database_url: str) -> None:
    engine = make_engine(parse_url(empty_database_url), wait=5)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0003")
        rows = [
            {"id": n + 1, "url": f"https://a.example/{n}", "text": words, "at": BEFORE}
            | {"of": 1 if n == 1 else None, "similarity": 0.9 if n == 1 else None}
            for n, words in enumerate(texts())
        ]
        connection.execute(text(ADD_ARTICLE), rows)
        connection.execute(text("INSERT INTO bands (key, article_id) VALUES (17, 1)"))
    engine.dispose()
    with open_database(empty_database_url) as database, database.read() as session:
        stored = {(band.article_id, band.key) for band in session.scalars(select(Band))}
        copy = session.get_one(Article, 2)
        assert (copy.duplicate_of, copy.similarity, copy.coverage) == (1, 0.9, 0.9)
    assert stored == {(n + 1, key) for n, words in enumerate(texts()) for key in fingerprint(words).bands}
    assert len({number for number, _ in stored}) > 200
