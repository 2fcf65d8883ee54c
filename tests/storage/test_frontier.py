"""The frontier: what is due comes newest first, and a visit leaves the page as the caller decided."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from storage.candidates import Candidate, add_pages
from storage.errors import CannotStore
from storage.frontier import (
    VisitRecord,
    ask_for_page,
    count_due,
    due_among,
    due_pages,
    heed_clock,
    record_visits,
    try_failed_again,
)
from storage.models import Article, Page, PageState, RunState, Visit
from storage.runs import end_run, start_run
from storage.session import Database

HOUR = timedelta(hours=1)
ARTICLE = {
    "url": "https://gazette.example/story",
    "canonical_url": "https://gazette.example/story",
    "title": "Story",
    "text": "Text",
    "text_hash": "",
    "content_hash": "",
} | {name: [] for name in ("authors", "dates", "images", "tags", "removed", "makes", "restored")}


def found(database: Database, source_id: int | None, now: datetime, **dates: datetime | None) -> None:
    """Put pages into the frontier, each by the last part of its address."""
    candidates = [
        Candidate(url=f"https://gazette.example/{name}", published_at=date) for name, date in dates.items()
    ]
    with database.write() as session:
        add_pages(session, source_id, None, candidates, now)


def due(database: Database, source_id: int, now: datetime, limit: int = 10, **how: Any) -> list[str]:
    with database.read() as session:
        return [page.url.rpartition("/")[2] for page in due_pages(session, source_id, now, limit, **how)]


def page(database: Database) -> Page:
    with database.read() as session:
        return session.scalars(select(Page)).one()


def visit(database: Database, at: datetime, **told: Any) -> None:
    told = {"page_id": 1, "run_id": None, "outcome": "new", "state": PageState.STORED, "due_at": None} | told
    with database.write() as session:
        record_visits(session, [VisitRecord(at=at, **told)])


def test_newest_story_is_due_first(database: Database, source_id: int, now: datetime) -> None:
    found(database, source_id, now, old=now - 9 * HOUR, undated=None, new=now - HOUR, undated2=None)
    assert due(database, source_id, now) == ["new", "old", "undated", "undated2"]
    assert due(database, source_id, now, limit=2) == ["new", "old"]


def test_news_come_before_second_looks_and_these_before_a_backfill(
    database: Database, source_id: int, now: datetime
) -> None:
    names = ("backfill", "seen", "seen_later", "failed", "fresh")
    found(database, source_id, now, **dict.fromkeys(names, now - HOUR), newest=now)
    with database.write() as session:
        session.execute(insert(Article).values(**ARTICLE, first_seen_at=now, fetched_at=now))
        for name, values in {
            "backfill": {"priority": 1},
            "seen": {"article_id": 1, "hint_published_at": now - 2 * HOUR},
            "seen_later": {"article_id": 1},
            "failed": {"state": PageState.FAILED, "visited_at": now},
        }.items():
            session.execute(update(Page).where(Page.url.endswith(f"/{name}")).values(values))
    assert due(database, source_id, now) == ["newest", "failed", "fresh", "seen_later", "seen", "backfill"]


def test_due_page_tells_when_it_was_found(database: Database, source_id: int, now: datetime) -> None:
    found(database, source_id, now, a=None)
    found(database, source_id, now + HOUR, a=None, b=None)
    with database.read() as session:
        pages = due_pages(session, source_id, now + HOUR, 10)
    assert [page.found_at for page in pages] == [now, now + HOUR]


def test_pages_in_hand_are_skipped_and_do_not_use_up_the_limit(
    database: Database, source_id: int, now: datetime
) -> None:
    found(database, source_id, now, a=None, b=None, c=None, d=None)
    assert due(database, source_id, now, limit=2, skip={1, 2, 99}) == ["c", "d"]


def test_page_is_due_at_its_moment_and_for_its_own_source(
    database: Database, source_id: int, now: datetime
) -> None:
    found(database, source_id, now, a=None)
    found(database, None, now, b=None)
    assert due(database, source_id, now - timedelta(microseconds=1)) == []
    assert due(database, source_id, now) == ["a"]
    assert due(database, source_id + 1, now) == []


DUE = {
    PageState.WAITING: True,
    PageState.STORED: True,
    PageState.FAILED: True,
    PageState.REJECTED: True,
    PageState.FORBIDDEN: False,
    PageState.GONE: True,  # with a time to look again: a 404 may be a mistake
}


def test_states_that_are_ever_due(database: Database, source_id: int, now: datetime) -> None:
    found(database, source_id, now, **dict.fromkeys(map(str, PageState)))
    with database.write() as session:
        for state in PageState:
            session.execute(update(Page).where(Page.url.endswith(f"/{state}")).values(state=state))
    assert set(due(database, source_id, now)) == {str(state) for state, is_due in DUE.items() if is_due}
    assert DUE.keys() == set(PageState)


def test_page_that_is_never_to_be_fetched_again_is_not_due(
    database: Database, source_id: int, now: datetime
) -> None:
    found(database, source_id, now, a=None)
    visit(database, now, due_at=None)
    assert due(database, source_id, now + 10_000 * HOUR) == []


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=365)])
def test_when_the_clock_was_set_back_what_waits_by_the_other_one_is_due(
    database: Database, source_id: int, now: datetime, ahead: timedelta
) -> None:
    found(database, source_id, now - HOUR, visited_then=None)
    visit(database, now + ahead, due_at=now + ahead + HOUR)
    found(database, source_id, now - HOUR, visited_before=None)
    visit(database, now - HOUR, due_at=now + HOUR, page_id=2)
    found(database, source_id, now + ahead, found_then=None)
    with database.write() as session:
        heed_clock(session, now)
    assert due(database, source_id, now) == []  # no run tells that the clock was ever ahead
    with database.write() as session:
        end_run(session, start_run(session, source_id, now), RunState.DONE, {}, None, now + ahead)
        heed_clock(session, now)
    assert sorted(due(database, source_id, now)) == ["found_then", "visited_then"]


def test_due_among_the_pages_asked_for(database: Database, source_id: int, now: datetime) -> None:
    found(database, source_id, now, a=None, b=None, c=None)
    with database.read() as session:
        assert [one.id for one in due_among(session, [1, 3, 99], now, 10, skip=[1])] == [3]


def test_due_page_has_what_a_request_needs(database: Database, source_id: int, now: datetime) -> None:
    candidate = Candidate(
        url="https://gazette.example/a",
        asked_url="https://gazette.example/a?id=1",
        title="Title",
        published_at=now - HOUR,
    )
    with database.write() as session:
        add_pages(session, source_id, None, [candidate], now)
    visit(database, now, due_at=now, etag='"1"', last_modified="Mon", state=PageState.FAILED)
    with database.read() as session:
        [one] = due_pages(session, source_id, now, 1)
    assert (one.url, one.asked_url) == (candidate.url, candidate.asked_url)
    assert (one.etag, one.last_modified, one.attempts) == ('"1"', "Mon", 1)
    assert (one.hint_title, one.hint_published_at) == ("Title", now - HOUR)


def test_visit_is_written_down_and_the_page_is_as_it_says(
    database: Database, source_id: int, now: datetime
) -> None:
    found(database, source_id, now, a=None)
    visit(
        database,
        now,
        status=200,
        size=5,
        milliseconds=70,
        final_url="https://gazette.example/b",
        outcome="rejected",
        reason="stub: nul\0",
        state=PageState.REJECTED,
        due_at=now + HOUR,
        etag='"1"',
    )
    one = page(database)
    assert (one.state, one.reason, one.due_at, one.visited_at, one.etag) == (
        PageState.REJECTED,
        "stub: nul\ufffd",
        now + HOUR,
        now,
        '"1"',
    )
    with database.read() as session:
        [kept] = session.scalars(select(Visit))
    assert (kept.page_id, kept.at, kept.status, kept.size, kept.milliseconds) == (1, now, 200, 5, 70)
    assert (kept.final_url, kept.outcome, kept.reason) == (
        "https://gazette.example/b",
        "rejected",
        "stub: nul\ufffd",
    )


def test_attempts_count_the_failures_since_the_last_success(
    database: Database, source_id: int, now: datetime
) -> None:
    found(database, source_id, now, a=None)
    attempts = []
    for told in (
        {"state": PageState.FAILED},
        {"state": PageState.FAILED},
        {"state": PageState.FAILED, "attempted": False},
        {"state": PageState.STORED},
        {"state": PageState.FAILED},
        {"state": PageState.GONE},
    ):
        visit(database, now, **told)
        attempts.append(page(database).attempts)
    assert attempts == [1, 2, 2, 0, 1, 0]


@pytest.mark.parametrize(
    ("told", "rows"),
    [
        ({"state": PageState.FAILED, "reason": "unknown host", "due": True}, 0),
        ({"state": PageState.FORBIDDEN, "reason": "robots.txt", "due": False}, 3),
        ({"state": PageState.FAILED, "reason": "private address", "due": False}, 3),
    ],
)
def test_a_host_that_is_never_asked_leaves_no_visits_without_end(
    database: Database, source_id: int, now: datetime, told: dict[str, Any], rows: int
) -> None:
    found(database, source_id, now, a=None)
    visit(database, now, status=200, etag='"1"', body_hash="f" * 64, full_fetch_at=now)
    due_at = now + 9 * HOUR if told["due"] else None
    for hours in (1, 2, 3):
        visit(
            database,
            now + hours * HOUR,
            attempted=False,
            outcome="failed",
            due_at=due_at,
            state=told["state"],
            reason=told["reason"],
        )
    one = page(database)
    assert (one.state, one.reason, one.due_at) == (told["state"], told["reason"], due_at)
    assert (one.visited_at, one.etag) == ((now + 3 * HOUR, None) if rows else (now, '"1"'))
    with database.read() as session:
        assert len(session.scalars(select(Visit.id)).all()) == 1 + rows


VALIDATORS = {
    "another body": (200, '"2"', None, ('"2"', None)),
    "an answer without any": (200, None, None, (None, None)),
    "not modified": (304, None, None, ('"1"', "Mon")),
    "not modified, with a new one": (304, '"2"', None, ('"2"', "Mon")),
}


@pytest.mark.parametrize(("status", "etag", "last_modified", "kept"), VALIDATORS.values(), ids=VALIDATORS)
def test_validators(
    database: Database,
    source_id: int,
    now: datetime,
    status: int,
    etag: str | None,
    last_modified: str | None,
    kept: tuple[str | None, str | None],
) -> None:
    found(database, source_id, now, a=None)
    visit(database, now, status=200, etag='"1"', last_modified="Mon", body_hash="f" * 64, full_fetch_at=now)
    visit(database, now + HOUR, status=status, etag=etag, last_modified=last_modified)
    one = page(database)
    assert (one.etag, one.last_modified) == kept
    assert (one.body_hash, one.full_fetch_at) == (("f" * 64, now) if status == 304 else (None, None))


def test_visit_that_says_nothing_new_leaves_state_and_reason(
    database: Database, source_id: int, now: datetime
) -> None:
    found(database, source_id, now, a=None)
    visit(database, now, state=PageState.REJECTED, reason="stub")
    visit(database, now + HOUR, state=None, status=304, outcome="unchanged", due_at=now + 2 * HOUR)
    one = page(database)
    assert (one.state, one.reason, one.visited_at, one.due_at) == (
        PageState.REJECTED,
        "stub",
        now + HOUR,
        now + 2 * HOUR,
    )


def test_visits_of_a_removed_page_are_passed_over_and_the_others_kept(
    database: Database, source_id: int, now: datetime
) -> None:
    found(database, source_id, now, a=None)
    told = {"run_id": 4711, "at": now, "outcome": "new", "state": PageState.STORED, "due_at": None}
    with database.write() as session:
        record_visits(session, [VisitRecord(page_id=99, **told), VisitRecord(page_id=1, **told)])  # type: ignore[arg-type]
        record_visits(session, [])
    with database.read() as session:
        assert session.execute(select(Visit.page_id, Visit.run_id)).all() == [(1, None)]
    assert page(database).state is PageState.STORED


def test_page_asked_for_by_hand_is_made_and_due(database: Database, source_id: int, now: datetime) -> None:
    with database.write() as session:
        page_id = ask_for_page(
            session, "https://gazette.example/a", source_id, now, asked_url="http://x.example"
        )
    one = page(database)
    assert (one.id, one.source_id, one.asked_url, one.due_at) == (page_id, source_id, "http://x.example", now)


@pytest.mark.parametrize("state", [PageState.GONE, PageState.FORBIDDEN, PageState.STORED])
def test_page_asked_for_by_hand_is_due_whatever_became_of_it(
    database: Database, source_id: int, now: datetime, state: PageState
) -> None:
    found(database, None, now, a=None)
    visit(database, now, state=state)
    with database.write() as session:
        assert ask_for_page(session, "https://gazette.example/a", source_id, now + HOUR) == 1
    assert due(database, source_id, now + HOUR) == ["a"]


@pytest.mark.parametrize(
    ("failures", "due_at", "other", "is_due"),
    [
        (3, HOUR, False, True),
        (3, None, False, False),  # given up
        (1, HOUR, False, False),  # nothing that changes within minutes
        (3, HOUR, True, False),  # of another source
    ],
)
def test_page_that_failed_is_due_when_its_source_is_crawled_by_hand(
    database: Database,
    source_id: int,
    now: datetime,
    failures: int,
    due_at: timedelta | None,
    other: bool,
    is_due: bool,
) -> None:
    found(database, source_id, now, story=now)
    for number in range(failures):
        again = now if number < failures - 1 else due_at and now + due_at
        visit(database, now, outcome="failed", state=PageState.FAILED, due_at=again)
    with database.write() as session:
        hastened = try_failed_again(session, source_id + other, now, 2)
    assert (hastened, due(database, source_id, now)) == ((1, ["story"]) if is_due else (0, []))
    assert page(database).attempts == (0 if is_due else failures)


def test_address_that_cannot_be_kept_is_refused(database: Database, now: datetime) -> None:
    with database.write() as session, pytest.raises(CannotStore):
        ask_for_page(session, "https://gazette.example/\0", None, now)


def test_the_due_pages_can_be_counted(database: Database, source_id: int, now: datetime) -> None:
    found(database, source_id, now, a=None, b=now, c=None)
    with database.read() as session:
        assert count_due(session, source_id, now) == 3
        assert count_due(session, source_id, now - HOUR) == 0
