"""An archive of the first schema, with articles in it, is brought to the second, and loses nothing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import func, select, text

from pipelines.article import Article as Story
from pipelines.article import Removed
from pipelines.fingerprint import fingerprint, resemblance
from pipelines.lines import woven
from storage.articles import FilingOutcome, file_article
from storage.engine import make_engine, parse_url
from storage.models import Article, Page
from storage.revisions import content_hash
from storage.schema import alembic_config, versions
from storage.search.hits import search
from storage.session import Database, open_database
from storage.stored import RemovedPassage, find_article, revisions_of

BEFORE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MANY = 1100
"""Articles with removed lines: more than are given places at a time."""

ADD_SOURCE = """
INSERT INTO sources (id, name, url, schedule, enabled, created_at)
VALUES (1, 'Gazette', 'https://gazette.example/', 'auto', true, :at)
"""
ADD_PAGE = """
INSERT INTO pages (source_id, url, state, found_at, attempts, article_id)
VALUES (1, 'https://gazette.example/1', 'stored', :at, 0, 1)
"""
ADD_ARTICLE = """
INSERT INTO articles (id, source_id, url, canonical_url, title, standfirst, authors, published_at,
    published_offset, language, text, tags, removed, text_hash, content_hash, fetched_at, first_seen_at,
    duplicate_of, similarity)
VALUES (:id, 1, :url, :url, :title, NULL, '["Ann"]', :at, 60, 'en', :text, '["one"]', :removed, :text_hash,
    :content_hash, :at, :at, :duplicate_of, :similarity)
"""
ADD_REVISION = """
INSERT INTO revisions (article_id, number, title, authors, text, removed, content_hash, fetched_at,
    replaced_at)
VALUES (1, 1, 'Earlier', '[]', 'One line.', :removed, 'x', :at, :at)
"""


def article_row(number: int, words: str, *removed: str, **values: object) -> dict[str, Any]:
    title = f"Story {number}"
    kept = [{"text": line, "rule": "see also"} for line in removed]
    return {
        "id": number,
        "url": f"https://gazette.example/{number}",
        "title": title,
        "text": words,
        "removed": json.dumps(kept),
        "text_hash": fingerprint(words).text_hash,
        "content_hash": content_hash(title, None, words),
        "at": BEFORE,
        "duplicate_of": None,
        "similarity": None,
    } | values


@pytest.fixture
def old_archive(empty_database_url: str) -> str:
    """The address of an archive of the first schema: a story with an earlier state, a copy, and many more."""
    engine = make_engine(parse_url(empty_database_url), wait=5)
    rows = [
        article_row(1, "The harbour bridge.\nIt is open.\nAt last.", "See also: tunnels", "Share"),
        article_row(2, "The harbour bridge.\nIt is open.\nAt last.", duplicate_of=1, similarity=1.0),
        article_row(3, "", "Share"),
        *(article_row(4 + n, f"Number {n}\nof many", "Share") for n in range(MANY)),
    ]
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(text(ADD_SOURCE), {"at": BEFORE})
        connection.execute(text(ADD_ARTICLE), rows)
        connection.execute(text(ADD_PAGE), {"at": BEFORE})
        earlier = json.dumps([{"text": "Share", "rule": "named: share"}])
        connection.execute(text(ADD_REVISION), {"removed": earlier, "at": BEFORE})
    engine.dispose()
    return empty_database_url


@pytest.fixture
def upgraded(old_archive: str) -> Any:
    with open_database(old_archive) as database:
        yield database


def test_nothing_is_lost(upgraded: Database) -> None:
    with upgraded.read() as session:
        assert session.scalar(select(func.count()).select_from(Article)) == MANY + 3
        [page] = session.scalars(select(Page))
        article = find_article(session, 1)
        copy = find_article(session, 2)
    assert page.article_id == 1
    assert article is not None
    assert copy is not None
    assert (article.text, article.authors, article.tags, article.source) == (
        "The harbour bridge.\nIt is open.\nAt last.",
        ("Ann",),
        ("one",),
        "Gazette",
    )
    assert article.published_at == article.first_seen_at == BEFORE
    assert (copy.duplicate_of, copy.removed) == (1, ())


def test_removed_lines_stand_after_the_text(upgraded: Database) -> None:
    with upgraded.read() as session:
        article = find_article(session, 1)
        empty = find_article(session, 3)
        last = find_article(session, MANY + 3)
        [revision] = revisions_of(session, 1)
    assert article is not None
    assert article.removed == (
        RemovedPassage(text="See also: tunnels", rule="see also", at=3),
        RemovedPassage(text="Share", rule="see also", at=4),
    )
    removed = [Removed(text=out.text, rule=out.rule, at=out.at) for out in article.removed]
    lines = woven(article.text, removed, article.makes)
    assert [line.text for line in lines][3:] == ["See also: tunnels", "Share"]
    assert empty is not None
    assert [passage.at for passage in empty.removed] == [0]
    assert last is not None
    assert [passage.at for passage in last.removed] == [2]
    assert revision.removed == (RemovedPassage(text="Share", rule="named: share", at=1),)


def test_what_was_not_known_is_said_to_be_unknown(upgraded: Database) -> None:
    with upgraded.read() as session:
        article = find_article(session, 1)
    assert article is not None
    assert (article.kind, article.access, article.kicker) == ("article", "unknown", None)
    assert (article.images, article.dates, article.makes, article.restored) == ((), (), (), ())
    assert (article.rules_version, article.learned_version) == (0, None)
    assert (article.date_confidence, article.date_flag) == (None, None)


def test_full_text_is_still_kept_in_step(upgraded: Database) -> None:
    with upgraded.write() as session:
        oldest = search(session, "harbour", all_copies=True, now=BEFORE, sort="oldest")
        assert [hit.id for hit in oldest] == [1, 2]
        session.execute(text("UPDATE articles SET text = 'A tunnel.' WHERE id = 2"))
        assert [hit.id for hit in search(session, "harbour", all_copies=True, now=BEFORE)] == [1]
        assert [hit.id for hit in search(session, "tunnel", all_copies=True, now=BEFORE)] == [2]


def test_same_page_filed_again_is_unchanged_and_takes_what_is_new(
    upgraded: Database, article: Callable[..., Story], now: datetime
) -> None:
    words = "The harbour bridge.\nIt is open.\nAt last."
    again = article("1", words, title="Story 1", makes=("p", "p", "p"), rules_version=3)
    with upgraded.write() as session:
        assert file_article(session, 1, again, now, resemblance).outcome is FilingOutcome.UNCHANGED
        stored = find_article(session, 1)
    assert stored is not None
    assert (stored.makes, stored.rules_version) == (("p", "p", "p"), 3)


def test_old_archive_opened_twice_is_upgraded_once(
    old_archive: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with open_database(old_archive) as database, database.read() as session:
            assert session.scalar(text("SELECT version_num FROM copydesk_version")) == versions()[0]
            [passage] = find_article(session, 3).removed  # type: ignore[union-attr]
            assert passage.at == 0
    told = [record.getMessage() for record in caplog.records if record.name == "storage.schema"]
    assert len(told) == 1
    assert "is brought from schema 0001 to" in told[0]
