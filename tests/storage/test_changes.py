"""What happened to articles: noted as it is filed, read on from a cursor without a gap."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from pipelines.article import Article as Story
from pipelines.article import Removed
from pipelines.edits import edit_between
from pipelines.fingerprint import resemblance
from storage.articles import Filed, file_article
from storage.candidates import Candidate, add_pages
from storage.changes import ChangeKind, StoredChange, changes_of, changes_since, cursor_now, read_cursor
from storage.frontier import VisitRecord, record_visits
from storage.gone import note_back, note_gone
from storage.models import Article, Change, PageState
from storage.session import Database

MakeArticle = Callable[..., Story]
File = Callable[..., Filed]
NOW = datetime(2026, 3, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOTICE = "Correction: the wall is of granite."


def changes(database: Database, *args: object, **how: object) -> list[StoredChange]:
    with database.read() as session:
        return list(changes_since(session, *args, **how))  # type: ignore[arg-type]


def kinds(database: Database) -> list[str]:
    return [str(change.kind) for change in changes(database)]


def test_each_state_of_an_article_is_a_change(
    database: Database, file: File, article: MakeArticle, now: datetime, source_id: int
) -> None:
    file(article("a"), source_id, now)
    file(article("a"), source_id, now + HOUR)
    file(article("a", title="Another title"), source_id, now + 2 * HOUR)
    file(article("a", "Another text.", title="Another title"), source_id, now + 3 * HOUR)
    assert changes(database) == [
        StoredChange(
            cursor=f"c{number}",
            at=now + hours * HOUR,
            kind=kind,
            article_id=1,
            source="Gazette",
            url="https://gazette.example/a",
            title=title,
            title_before=before,
            revision=revision,
        )
        for number, hours, kind, title, before, revision in [
            (1, 0, ChangeKind.NEW, "Story a", None, None),
            (2, 2, ChangeKind.HEADLINE, "Another title", "Story a", 1),
            (3, 3, ChangeKind.TEXT, "Another title", None, 2),
        ]
    ]


def test_a_copy_of_another_article_is_new_too(database: Database, file: File, article: MakeArticle) -> None:
    file(article("a"))
    file(article("b", article("a").text))
    assert kinds(database) == ["new", "new"]


CORRECTED = {
    "with an edit": ("Of granite.", (), "revised"),
    "by itself, and taken out of the text": (None, (Removed(text=NOTICE, rule="call", at=1),), "unchanged"),
}


@pytest.mark.parametrize(("text", "removed", "outcome"), CORRECTED.values(), ids=CORRECTED)
def test_an_edit_that_owns_to_a_mistake_is_a_correction_once(
    database: Database,
    file: File,
    article: MakeArticle,
    text: str | None,
    removed: tuple[Removed, ...],
    outcome: str,
) -> None:
    file(article("a"))
    lines = f"{text}\n{NOTICE}" if text else None
    corrected = article("a", lines, removed=removed, corrections=(NOTICE,))
    assert [str(file(corrected).outcome) for _ in range(2)] == [outcome, "unchanged"]
    assert kinds(database) == ["new", "correction"]
    assert changes(database)[1].revision == (1 if text else None)
    edited = article("a", "Of marble.\n" + NOTICE, corrections=(NOTICE,))
    file(edited)
    assert kinds(database) == ["new", "correction", "text"]


def test_a_notice_that_stood_there_from_the_first_is_no_correction(
    database: Database, file: File, article: MakeArticle
) -> None:
    for _ in range(2):
        file(article("a", f"Of granite.\n{NOTICE}", corrections=(NOTICE,)))
    assert kinds(database) == ["new"]


def test_what_changes_by_itself_takes_its_new_form_and_is_no_change(
    database: Database, article: MakeArticle, now: datetime
) -> None:
    for comments in ("12 comments", "13 comments"):
        with database.write() as session:
            story = article("a", f"The wall stands.\n{comments}")
            filed = file_article(session, None, story, now, resemblance, edit_between)
    assert (str(filed.outcome), kinds(database)) == ("unchanged", ["new"])
    with database.read() as session:
        row = session.get_one(Article, 1)
        assert (row.text, row.changed_at) == ("The wall stands.\n13 comments", None)


def test_a_page_that_goes_to_and_fro_is_noted_once_each_way_and_shown_as_it_is(
    database: Database, file: File, article: MakeArticle
) -> None:
    shown = ["A", "B", "A", "B", "A", "B"]
    outcomes = [str(file(article("a", title=title)).outcome) for title in shown]
    assert outcomes == ["new", "revised", "revised", "unchanged", "unchanged", "unchanged"]
    with database.read() as session:
        assert session.get_one(Article, 1).title == "B"
    assert str(file(article("a", title="C")).outcome) == "revised"


def test_three_headlines_on_trial_come_to_rest(database: Database, file: File, article: MakeArticle) -> None:
    for title in ["A", "B", "C"] * 4:
        file(article("a", title=title))
    assert kinds(database) == ["new", "headline", "headline", "headline"]


def test_the_second_form_of_an_article_is_noted_once(
    database: Database, file: File, article: MakeArticle
) -> None:
    page = article("a")
    print_view = article(
        "a", page.text + " printed", url="https://gazette.example/print/a", canonical_url=page.canonical_url
    )
    for form in (page, print_view, page, print_view, page, print_view):
        file(form)
    assert len(kinds(database)) <= 3


@pytest.mark.parametrize(("limit", "calls"), [(1, 6), (2, 3), (4, 2), (None, 1)])
def test_a_cursor_misses_no_change_and_gives_none_twice(
    database: Database, file: File, article: MakeArticle, limit: int | None, calls: int
) -> None:
    for name in "abcdef":
        file(article(name))
    cursor, read, asked = "c0", [], 0
    while found := changes(database, cursor, limit=limit):
        read += [change.url[-1] for change in found]
        cursor, asked = found[-1].cursor, asked + 1
    assert ("".join(read), asked) == ("abcdef", calls)


def test_changes_from_a_time_on(database: Database, file: File, article: MakeArticle, now: datetime) -> None:
    for hours, name in enumerate("abc"):
        file(article(name), None, now + hours * HOUR)
    assert [change.url[-1] for change in changes(database, now + HOUR)] == ["b", "c"]


def test_changes_from_a_time_on_are_found_by_the_index(
    database: Database, file: File, article: MakeArticle
) -> None:
    """And not by a walk over all that there are."""
    file(article("a"))
    rows = [{"article_id": 1, "at": NOW + n * HOUR, "kind": "text"} for n in range(20_000)]
    with database.write() as session:
        session.execute(insert(Change), rows)
    told: list[tuple[str, Any]] = []
    with database.engine.connect() as connection, Session(connection) as session:
        connection.exec_driver_sql("ANALYZE")
        event.listen(connection, "before_cursor_execute", lambda *args: told.append((args[2], args[3])))
        assert len(list(changes_since(session, rows[-3]["at"]))) == 3  # type: ignore[arg-type]
        assert len(list(changes_since(session, rows[-3]["at"], limit=2))) == 2  # type: ignore[arg-type]
        sqlite = connection.dialect.name == "sqlite"
        for statement, values in told[:2]:
            explained = connection.exec_driver_sql(
                f"{'EXPLAIN QUERY PLAN' if sqlite else 'EXPLAIN'} {statement}", values
            )
            plan = "\n".join(str(tuple(row)) for row in explained)
            assert "ix_changes_at" in plan
            assert ("SCAN changes" if sqlite else "Seq Scan on changes") not in plan


def test_changes_are_chosen_by_source_and_kind(
    database: Database, file: File, article: MakeArticle, source_id: int
) -> None:
    file(article("a"), source_id)
    file(article("b"))
    file(article("a", title="Other"), source_id)
    assert [change.cursor for change in changes(database, source="Gazette")] == ["c1", "c3"]
    assert [change.cursor for change in changes(database, kinds=["headline", "gone"])] == ["c3"]
    assert changes(database, source="Nobody") == []


def test_titles_are_those_of_their_time(database: Database, file: File, article: MakeArticle) -> None:
    for title in ("A", "B", "C"):
        file(article("a", title=title))
    with database.read() as session:
        told = [(change.title_before, change.title) for change in changes_of(session, 1)]
    assert told == [(None, "A"), ("A", "B"), ("B", "C")]


def test_an_archive_without_changes_has_a_cursor_too(
    database: Database, file: File, article: MakeArticle
) -> None:
    with database.read() as session:
        assert cursor_now(session) == "c0"
    file(article("a"))
    with database.read() as session:
        assert cursor_now(session) == "c1"


@pytest.mark.parametrize(
    ("text", "number"), [("c17", 17), (" c0 ", 0), ("17", None), ("2024", None), ("c", None)]
)
def test_cursor(text: str, number: int | None) -> None:
    assert read_cursor(text) == number


@pytest.mark.parametrize("since", ["17", "", NOW.replace(tzinfo=None)])
def test_what_is_neither_a_cursor_nor_a_time_with_a_zone_is_refused(
    database: Database, since: str | datetime
) -> None:
    with pytest.raises(ValueError, match=r"no cursor|needs a zone"):
        changes(database, since)


def test_a_change_becomes_visible_in_the_order_of_ids(
    database_on_postgresql: Database, article: MakeArticle, now: datetime
) -> None:
    """Who goes on from the last cursor misses none: a second filing waits for the first to be committed."""
    database, began = database_on_postgresql, threading.Event()
    committed: list[str] = []

    def file(name: str) -> None:
        with database.write() as session:
            if name == "b":
                began.set()
            file_article(session, None, article(name), now, resemblance)
        committed.append(name)

    with database.write() as session:
        file_article(session, None, article("a"), now, resemblance)
        second = threading.Thread(target=file, args=("b",))
        second.start()
        began.wait()
        second.join(0.2)
        assert second.is_alive()  # it waits
        assert changes(database) == []
        committed.append("a")
    second.join()
    assert [change.url[-1] for change in changes(database)] == committed == ["a", "b"]


def test_gone_and_back_are_noted_once(
    database: Database, file: File, article: MakeArticle, now: datetime, source_id: int
) -> None:
    file(article("a"), source_id)
    with database.write() as session:
        add_pages(session, source_id, None, [Candidate(url="https://gazette.example/a")], now)
        stored = VisitRecord(
            page_id=1, run_id=None, at=now, outcome="new", state=PageState.STORED, due_at=None, article_id=1
        )
        record_visits(session, [stored])
    for _ in range(2):
        with database.write() as session:
            note_gone(session, 1, "http 410", now + HOUR)
    with database.read() as session:
        row = session.get_one(Article, 1)
        assert (row.gone_at, row.gone_how) == (now + HOUR, "http 410")
    for _ in range(2):
        with database.write() as session:
            note_back(session, [1, 99], now + 2 * HOUR)
    with database.write() as session:
        note_gone(session, 99, "http 404", now)
    assert kinds(database) == ["new", "gone", "back"]
    with database.read() as session:
        row = session.get_one(Article, 1)
        assert (row.gone_at, row.gone_how) == (None, None)
