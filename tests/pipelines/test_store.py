"""What a visit leaves behind: the page's state, when it is due again, and what is known of its body."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from pipelines.article import Article as Story
from pipelines.article import Reading, Rejection
from pipelines.fingerprint import fingerprint
from pipelines.store import Visited, file_visits
from storage.changes import changes_since
from storage.frontier import ask_for_page
from storage.looks import Life
from storage.models import Article, Page, PageState
from storage.session import Database, open_database

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "https://gazette.example/a"
TEXT = "The harbour wall of Skerrow is to be rebuilt by the spring, the council said on Monday."


def in_a_week(page_id: int, life: Life, now: datetime) -> datetime:
    return now + timedelta(days=7)


def reading(text: str = TEXT, url: str = URL, **told: Any) -> Reading:
    story = Story(url=url, canonical_url=url, title="Wall", text=text, fingerprint=fingerprint(text), **told)
    return Reading(article=story)


def visit(page_id: int = 1, at: datetime = NOW, **told: Any) -> Visited:
    return Visited(page_id=page_id, source_id=None, run_id=None, at=at, **told)


STORED = visit(status=200, etag='"1"', last_modified="Mon", body_hash="f" * 64, reading=reading())
REJECTED = Reading(rejection=Rejection.STUB)
GONE: dict[str, Any] = {"status": 404, "failure": "http 404", "failed_as": PageState.GONE}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An archive with two pages, of which nothing is known yet."""
    with open_database(database_url) as database:
        with database.write() as session:
            for url in (URL, f"{URL}?print"):
                ask_for_page(session, url, None, NOW)
        yield database


def file(database: Database, *group: Visited) -> list[str]:
    with database.write() as session:
        return [filed.outcome for filed in file_visits(session, group, in_a_week)]


def page(database: Database, number: int = 1) -> Page:
    with database.read() as session:
        return session.get_one(Page, number)


def gone_since(database: Database) -> datetime | None:
    with database.read() as session:
        return session.scalars(select(Article.gone_at)).one()


def changes(database: Database) -> list[str]:
    with database.read() as session:
        return [str(change.kind) for change in changes_since(session)]


def test_an_article_is_looked_at_again_and_its_body_is_known(database: Database) -> None:
    assert file(database, STORED) == ["new"]
    one = page(database)
    assert (one.state, one.due_at) == (PageState.STORED, NOW + timedelta(days=7))
    assert (one.etag, one.last_modified, one.body_hash, one.full_fetch_at) == ('"1"', "Mon", "f" * 64, NOW)


@pytest.mark.parametrize(
    ("told", "at_once"),
    [
        ({"unchanged": True, "status": 304}, True),
        ({"reading": reading(read_by="template", template=1), "same_bytes": True}, True),
        ({"reading": reading(), "same_bytes": True}, False),
        ({"reading": REJECTED}, False),
    ],
)
def test_what_is_to_be_read_again_is_due_at_once_after_a_visit_that_did_not_know_it(
    database: Database, told: dict[str, Any], at_once: bool
) -> None:
    file(database, STORED)
    with database.write() as session:
        session.execute(update(Article).values(read_by=None, template=1, template_version=1))
    at = NOW + HOUR
    file(database, visit(at=at, **told))
    assert page(database).due_at == (at if at_once else at + timedelta(days=7))


def test_what_is_no_article_is_not_looked_at_again(database: Database) -> None:
    assert file(database, replace(STORED, reading=REJECTED)) == ["rejected"]
    one = page(database)
    assert (one.due_at, one.etag, one.body_hash, one.full_fetch_at) == (None, None, None, None)


SECOND = {
    # what the second visit came to: the page's state, when it is due, whether its body is known still
    "304": ({"status": 304, "unchanged": True}, PageState.STORED, 7 * 24 * HOUR, NOW),
    "the same body": (
        {"status": 200, "unchanged": True, "body_hash": "f" * 64},
        PageState.STORED,
        7 * 24 * HOUR,
        NOW + HOUR,
    ),
    "no article": (
        {"status": 200, "reading": REJECTED, "body_hash": "e" * 64},
        PageState.REJECTED,
        7 * 24 * HOUR,
        None,
    ),
    "a failure to be tried again": (
        {"failure": "timeout", "due_at": NOW + 3 * HOUR},
        PageState.FAILED,
        2 * HOUR,
        None,
    ),
    "a failure given up": ({"failure": "timeout"}, PageState.FAILED, 7 * 24 * HOUR, None),
    "gone": (GONE, PageState.GONE, 7 * 24 * HOUR, None),
    "forbidden": (
        {"failure": "robots.txt", "failed_as": PageState.FORBIDDEN},
        PageState.FORBIDDEN,
        None,
        None,
    ),
}


@pytest.mark.parametrize(("told", "state", "wait", "whole"), SECOND.values(), ids=SECOND)
def test_second_look(
    database: Database,
    told: dict[str, Any],
    state: PageState,
    wait: timedelta | None,
    whole: datetime | None,
) -> None:
    file(database, STORED)
    file(database, visit(at=NOW + HOUR, **told))
    one = page(database)
    assert (one.state, one.article_id) == (state, 1)
    assert one.due_at == (None if wait is None else NOW + HOUR + wait)
    assert (one.full_fetch_at, one.body_hash) == (whole, "f" * 64 if whole else None)


def test_a_page_that_is_gone_takes_its_article_along_and_brings_it_back(database: Database) -> None:
    file(database, STORED)
    assert file(database, visit(at=NOW + HOUR, **GONE)) == ["failed"]
    assert gone_since(database) == NOW + HOUR
    file(database, visit(at=NOW + 2 * HOUR, **GONE))
    assert gone_since(database) == NOW + HOUR
    file(database, replace(STORED, at=NOW + 3 * HOUR))
    assert gone_since(database) is None
    file(database, visit(at=NOW + 4 * HOUR, **GONE), visit(page_id=2, **GONE))
    file(database, replace(STORED, at=NOW + 5 * HOUR, reading=reading(TEXT + "\nA new paragraph came.")))
    assert changes(database) == ["new", "gone", "back", "gone", "back", "text"]


def test_a_page_that_never_gave_an_article_is_gone_for_good(database: Database) -> None:
    file(database, visit(**GONE))
    assert (page(database).state, page(database).due_at) == (PageState.GONE, None)
    assert changes(database) == []


def test_an_article_stands_while_one_of_its_pages_does(database: Database) -> None:
    file(database, STORED, replace(STORED, page_id=2))
    file(database, visit(at=NOW + HOUR, **GONE))
    assert (gone_since(database), page(database).due_at) == (None, None)
    assert page(database, 2).due_at == NOW + HOUR  # it is asked at once
    file(database, visit(page_id=2, at=NOW + HOUR, status=304, unchanged=True))
    file(database, visit(at=NOW + 2 * HOUR, **GONE))
    assert page(database, 2).due_at == NOW + HOUR + timedelta(days=7)  # once is enough
    file(database, visit(page_id=2, at=NOW + 3 * HOUR, **GONE))
    assert gone_since(database) == NOW + 3 * HOUR


def test_pages_found_gone_together_leave_no_article_standing(database: Database) -> None:
    file(database, STORED, replace(STORED, page_id=2))
    file(database, visit(at=NOW + HOUR, **GONE), visit(page_id=2, at=NOW + HOUR, **GONE))
    assert gone_since(database) == NOW + HOUR
    assert changes(database) == ["new", "gone"]


def test_a_page_that_fails_may_still_have_its_article(database: Database) -> None:
    file(database, STORED, replace(STORED, page_id=2))
    file(database, visit(page_id=2, at=NOW + HOUR, failure="timeout", due_at=NOW + 2 * HOUR))
    file(database, visit(at=NOW + HOUR, **GONE))
    assert gone_since(database) is None
    file(database, visit(page_id=2, at=NOW + 2 * HOUR, **GONE))
    assert gone_since(database) == NOW + 2 * HOUR
