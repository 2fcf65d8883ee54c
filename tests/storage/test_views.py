"""The views: what docs/sql.md says of them is so on both engines, and they survive an upgrade."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from pipelines.article import Article as Story
from pipelines.article import Removed
from storage.articles import Filed
from storage.candidates import Candidate, add_pages
from storage.engine import make_engine, parse_url
from storage.errors import CannotOpenDatabase, StorageError
from storage.frontier import VisitRecord, record_visits
from storage.models import PageState
from storage.session import Database, open_database
from storage.views import VIEWS, make_views

GUIDE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
DESCRIBED = {
    name: re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE)
    for name, body in re.findall(r"^## (archive_\w+)\n(.*?)(?=^## )", GUIDE, re.MULTILINE | re.DOTALL)
}
EXAMPLES = re.findall(r"```sql\n(?:-- (\w+)\n)?(.*?)```", GUIDE, re.DOTALL)

PROMISED = {
    "archive_articles": """
        id source url canonical_url kind title kicker standfirst authors published_at published_offset
        modified_at date_precision date_from date_confidence date_flag language text image images section tags
        credit access first_seen_at fetched_at changed_at gone_at gone_how story_id duplicate_of similarity
        reservations read_by template template_version refused
    """,
    "archive_stories": """
        story_id title source canonical_url language published_at first_seen_at last_seen_at places sources
    """,
    "archive_sightings": """
        story_id article_id source canonical_url title similarity published_at first_seen_at gone_at
    """,
    "archive_revisions": """
        article_id number source canonical_url title standfirst authors modified_at text fetched_at
        replaced_at edit
    """,
    "archive_changes": "id seen_at kind article_id source canonical_url title title_before revision",
    "archive_removed": "article_id source rule text place",
    "archive_sources": """
        id name url schedule enabled health health_since health_reason created_at last_run_at last_new_at
        due_at articles
    """,
    "archive_pages": """
        id url source state reason found_at found_in due_at visited_at failures article_id
    """,
    "archive_visits": """
        id visited_at page_id page_url source article_id status bytes milliseconds final_url outcome reason
    """,
}
"""What a version has had, and people use. Nothing is ever taken out of it: new columns come at the end."""


@pytest.fixture
def filled(
    database: Database,
    file: Callable[..., Filed],
    article: Callable[..., Story],
    source_id: int,
    prose: Callable[..., str],
    now: datetime,
) -> Database:
    """A bridge whose headline was changed, a wire story in two places, a page that gave no article."""
    see_also = (Removed(text="See also: the harbour wall", rule="see also", at=1),)
    later, bridge = now + timedelta(hours=6), "The bridge is open."
    told = {"authors": ("Ann Lee",), "published_at": now}
    file(article("bridge", bridge, title="Bridge to open", **told), source_id)
    file(article("bridge", bridge, title="Bridge open", removed=see_also, **told), source_id, later)
    file(article("wire", prose(1), title="Harbour wall"), source_id)
    file(article("copy", prose(1)), None, later)
    with database.write() as session:
        add_pages(session, source_id, None, [Candidate(url="https://gazette.example/tag")], now)
        visit = {"run_id": None, "at": now, "status": 200, "size": 999, "milliseconds": 5, "due_at": None}
        rejected = {"state": PageState.REJECTED, "outcome": "rejected", "reason": "section page"}
        record_visits(session, [VisitRecord(page_id=1, **visit, **rejected)])
    return database


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.read() as session:
        return [tuple(row) for row in session.execute(text(query))]


def columns_of(database: Database, view: str) -> list[str]:
    return [column["name"] for column in inspect(database.engine).get_columns(view)]


def test_the_guide_describes_every_view_and_column_in_order(database: Database) -> None:
    assert list(DESCRIBED) == list(VIEWS)
    assert set(inspect(database.engine).get_view_names()) == set(VIEWS)
    assert {view: columns_of(database, view) for view in VIEWS} == DESCRIBED


def test_what_was_promised_is_kept(database: Database) -> None:
    for view, promised in PROMISED.items():
        names = promised.split()
        assert columns_of(database, view)[: len(names)] == names


def test_views_tell_what_is_stored(filled: Database) -> None:
    def told(query: str) -> list[tuple[object, ...]]:
        return rows(filled, query)

    assert told("SELECT id, source, title, story_id, duplicate_of FROM archive_articles ORDER BY id") == [
        (1, "Gazette", "Bridge open", 1, None),
        (2, "Gazette", "Harbour wall", 2, None),
        (3, None, "Story copy", 2, 2),
    ]
    assert told("SELECT story_id, places, sources FROM archive_stories ORDER BY 1") == [(1, 1, 1), (2, 2, 1)]
    assert told("SELECT last_seen_at > first_seen_at FROM archive_stories ORDER BY story_id") == [(0,), (1,)]
    assert told("SELECT article_id, similarity FROM archive_sightings WHERE story_id = 2 ORDER BY 1") == [
        (2, None),
        (3, 1.0),
    ]
    assert told("SELECT article_id, number, title, edit FROM archive_revisions") == [
        (1, 1, "Bridge to open", "headline")
    ]
    assert told("SELECT id, kind, title, title_before, revision FROM archive_changes ORDER BY id") == [
        (1, "new", "Bridge to open", None, None),
        (2, "headline", "Bridge open", "Bridge to open", 1),
        (3, "new", "Harbour wall", None, None),
        (4, "new", "Story copy", None, None),
    ]
    assert told("SELECT article_id, source, rule, text, place FROM archive_removed") == [
        (1, "Gazette", "see also", "See also: the harbour wall", 1)
    ]
    assert told("SELECT name, enabled, articles FROM archive_sources") == [("Gazette", 1, 2)]
    assert told("SELECT url, source, state, reason, found_in, failures FROM archive_pages") == [
        ("https://gazette.example/tag", "Gazette", "rejected", "section page", None, 0)
    ]
    assert told("SELECT page_url, source, status, bytes, milliseconds, outcome FROM archive_visits") == [
        ("https://gazette.example/tag", "Gazette", 200, 999, 5, "rejected")
    ]


def test_examples_of_the_guide_run_and_find_something(filled: Database) -> None:
    ours = [query for engine, query in EXAMPLES if engine.lower() in ("", filled.engine.dialect.name)]
    assert len(ours) > 5
    assert [query for query in ours if "CREATE ROLE" not in query and not rows(filled, query)] == []


def test_whoever_may_read_the_views_needs_no_right_on_the_tables(database_on_postgresql: Database) -> None:
    [(_, grants)] = [example for example in EXAMPLES if "CREATE ROLE" in example[1]]
    with database_on_postgresql.engine.connect() as connection:  # rolled back in the end
        connection.exec_driver_sql(grants + "SET LOCAL ROLE reader")
        assert connection.exec_driver_sql("SELECT * FROM archive_articles").all() == []
        with pytest.raises(StorageError, match="permission denied for table articles"):
            connection.exec_driver_sql("SELECT * FROM articles")


def test_times_are_read_by_the_engines_own_functions(filled: Database) -> None:
    assert rows(filled, "SELECT CAST(date(published_at) AS text) FROM archive_articles WHERE id = 1") == [
        ("2026-03-04",)
    ]
    if filled.engine.dialect.name == "sqlite":
        query = "SELECT count(*) FROM archive_articles WHERE datetime(first_seen_at) IS NULL"
    else:
        query = (
            "SELECT count(*) FROM information_schema.columns WHERE table_name LIKE 'archive\\_%' AND"
            " column_name LIKE '%\\_at' AND data_type <> 'timestamp with time zone'"
        )
    assert rows(filled, query) == [(0,)]


def test_views_cannot_be_written_to(filled: Database) -> None:
    for view in VIEWS:
        with (
            filled.engine.connect() as connection,
            pytest.raises((DBAPIError, StorageError), match=r"because it is a view|cannot delete from view"),
        ):
            connection.execute(text(f"DELETE FROM {view}"))  # noqa: S608  a name of ours


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_looked_for_is_found_by_an_index(filled: Database) -> None:
    for condition, index in {
        "id = 7": "PRIMARY KEY",
        "canonical_url = 'x'": "(canonical_url=?)",
        "published_at >= '2026-01-01'": "ix_articles_published_at",
        "source = 'Gazette'": "ix_articles_source_id_first_seen_at",
    }.items():
        asked = f"SELECT title FROM archive_articles WHERE {condition}"  # noqa: S608  our own
        plan = rows(filled, f"EXPLAIN QUERY PLAN {asked}")
        assert any(index in str(step) for step in plan), plan


def test_views_made_anew_keep_what_is_built_on_them(filled: Database) -> None:
    with filled.engine.begin() as connection:
        connection.execute(text("CREATE VIEW mine AS SELECT title FROM archive_articles"))
    try:
        with filled.engine.begin() as connection:
            make_views(connection)
        assert len(rows(filled, "SELECT * FROM mine")) == 3
    finally:
        with filled.engine.begin() as connection:
            connection.execute(text("DROP VIEW mine"))


@pytest.mark.parametrize(
    "what", ["TABLE archive_articles (a integer)", "VIEW archive_visits AS SELECT 1 AS a"]
)
def test_what_somebody_else_has_under_such_a_name_is_left_alone(empty_database_url: str, what: str) -> None:
    # A file with another program's table is refused as a whole.
    refused = r"another program's tables|keeps its views \(archive_\w+\): rename it"
    engine = make_engine(parse_url(empty_database_url), wait=5)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE {what}"))
    engine.dispose()
    with pytest.raises(CannotOpenDatabase, match=refused):
        open_database(empty_database_url)
