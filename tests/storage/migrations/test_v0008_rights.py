"""The eighth step: nobody knows what is reserved of articles filed before, and that stays their past."""

from datetime import UTC, datetime, timedelta

from alembic import command
from sqlalchemy import text

from storage.engine import make_engine, parse_url
from storage.export import Request, export_rows
from storage.hosts import load_robots
from storage.reservations import note_reservations
from storage.schema import alembic_config
from storage.session import open_database

AT = datetime(2026, 3, 4, tzinfo=UTC)
ARTICLE = """
INSERT INTO articles (id, url, canonical_url, kind, title, authors, dates, text, images, tags, removed, makes,
    restored, access, rules_version, text_hash, content_hash, fetched_at, first_seen_at)
VALUES (1, 'https://a.example/1', 'https://a.example/1', 'article', 'x', '[]', '[]', 'x', '[]', '[]', '[]',
    '[]', '[]', 'unknown', 0, 'x', 'x', :at, :at)
"""
HOST = "INSERT INTO hosts (host, robots_status, robots_at) VALUES ('a.example', 200, :at)"


def test_an_older_archive_is_upgraded(empty_database_url: str) -> None:
    engine = make_engine(parse_url(empty_database_url), wait=5)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0007")
        at = AT if engine.dialect.name == "postgresql" else f"{AT:%Y-%m-%d %H:%M:%S.%f}"
        for statement in (ARTICLE, HOST):
            connection.execute(text(statement), {"at": at})
    engine.dispose()
    with open_database(empty_database_url) as database:
        with database.write() as session:
            note_reservations(session, 1, ["meta: noai"], AT + timedelta(hours=1))
        with database.read() as session:
            assert load_robots(session, "a.example") is None
            told = [
                next(export_rows(session, Request(as_of=AT + timedelta(hours=hours))))["reservations"]
                for hours in (0, 1)
            ]
            shown = session.scalars(text("SELECT reservations FROM archive_articles")).one()
        assert told == [None, ["meta: noai"]]
        assert shown in (["meta: noai"], '["meta: noai"]')
