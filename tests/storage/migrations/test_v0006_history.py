"""The sixth step: what revisions and changes tell of the past is taken over, and triggers keep the rest."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, make_url, text

from storage.engine import make_engine, parse_url
from storage.export import Request, export_rows
from storage.schema import alembic_config
from storage.session import Database, open_database

AT = datetime(2026, 3, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADD_ARTICLE = """
INSERT INTO articles (id, url, canonical_url, title, authors, text, tags, removed, text_hash, content_hash,
    fetched_at, first_seen_at, changed_at)
VALUES (1, 'https://gazette.example/1', 'https://gazette.example/1', 'Third', '["Zoe"]', 'Now.', '[]', '[]',
    'x', 'x', :at, :at, :at)
"""
ADD_REVISION = """
INSERT INTO revisions (article_id, number, title, authors, modified_at, text, removed, content_hash,
    fetched_at, replaced_at)
VALUES (1, :number, :title, '["Ann"]', :modified_at, :text, '[]', 'x', :at, :at)
"""
ADD_CHANGE = "INSERT INTO changes (article_id, at, kind) VALUES (1, :at, :kind)"


def fill(connection: Connection) -> None:
    run = connection.execute
    run(text(ADD_ARTICLE), {"at": stored(connection, AT)})
    for number, title in ((1, "First"), (2, "Second")):
        moment = stored(connection, AT + number * HOUR)
        told = {"number": number, "title": title, "text": f"{title}.", "modified_at": moment}
        run(text(ADD_REVISION), told | {"at": moment})
    for hours, kind in ((3, "gone"), (4, "back"), (5, "gone")):
        run(text(ADD_CHANGE), {"at": stored(connection, AT + hours * HOUR), "kind": kind})
    gone = "UPDATE articles SET gone_at = :at, gone_how = 'http 410'"
    run(text(gone), {"at": stored(connection, AT + 5 * HOUR)})


def stored(connection: Connection, moment: datetime) -> Any:
    return moment if connection.dialect.name == "postgresql" else f"{moment:%Y-%m-%d %H:%M:%S.%f}"


@pytest.fixture
def upgraded(empty_database_url: str) -> Any:
    engine = make_engine(parse_url(empty_database_url), wait=5)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0003")
        fill(connection)
    engine.dispose()
    with open_database(empty_database_url) as database:
        yield database


def at(database: Database, hours: float) -> dict[str, Any]:
    with database.read() as session:
        [row] = export_rows(session, Request(as_of=AT + hours * HOUR))
        return row


def test_the_past_is_known_as_far_as_it_was_kept(upgraded: Database) -> None:
    first, second, third = (at(upgraded, hours) for hours in (0, 1.5, 2))
    assert [row["title"] for row in (first, second, third)] == ["First", "Second", "Third"]
    assert [row["text"] for row in (first, second, third)] == ["First.", "Second.", "Now."]
    assert [row["authors"] for row in (first, second, third)] == [["Ann"], ["Ann"], ["Zoe"]]
    assert [row["modified_at"] for row in (first, third)] == ["2026-03-04T01:00:00+00:00", None]
    told = [at(upgraded, hours)["gone_at"] for hours in (2, 3, 4, 5)]
    assert told == [None, "2026-03-04T03:00:00+00:00", None, "2026-03-04T05:00:00+00:00"]
    assert at(upgraded, 5)["gone_how"] == "http 410"


def test_triggers_keep_it_from_now_on(upgraded: Database) -> None:
    names = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if upgraded.engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    before = at(upgraded, 6)
    with upgraded.write() as session:
        # A step that makes a table anew on SQLite loses its triggers.
        kept = {"articles_states", "sources_states_delete", "sources_states_rename"}
        assert kept <= set(session.scalars(text(names)))
        session.execute(text("UPDATE articles SET title = 'Fourth'"))
        earlier = session.scalar(text("SELECT earlier FROM article_states ORDER BY id DESC LIMIT 1"))
    assert (json.loads(earlier) if isinstance(earlier, str) else earlier) == {"title": "Third"}
    assert at(upgraded, 6) == before


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_who_writes_with_another_search_path_writes_into_the_same_archives_past(
    empty_database_url: str,
) -> None:
    """There is another archive in the schema that comes first."""
    with open_database(empty_database_url) as other, other.write() as session:
        session.execute(text("CREATE SCHEMA news"))
    url = make_url(empty_database_url).update_query_dict({"options": "-csearch_path=news"})
    with open_database(url.render_as_string(hide_password=False)) as database, database.write() as session:
        fill(session.connection())
    with open_database(empty_database_url) as other, other.write() as session:
        session.execute(text("UPDATE news.articles SET title = 'Fourth'"))
        kept = [
            session.scalars(text(f"SELECT earlier FROM {name}.article_states")).all()  # noqa: S608
            for name in ("news", "public")
        ]
    assert kept == [[{"gone_at": None, "gone_how": None}, {"title": "Third"}], []]
