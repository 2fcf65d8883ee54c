"""Candidates: what is new joins the frontier, what changed is due again, and nothing is there twice."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from storage.candidates import Candidate, Found, KnownPage, add_pages, is_changed
from storage.frontier import due_pages
from storage.models import Page, PageState, Seed, SeedKind
from storage.seeds import seeds_of
from storage.session import Database, open_database
from storage.sources import SeedDraft, add_seeds

URL = "https://gazette.example/a"
HOUR = timedelta(hours=1)
VISITED = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def seed_ids(database: Database, source_id: int) -> tuple[int, int]:
    """A feed and a sitemap of the Gazette."""
    drafts = [
        SeedDraft(url="https://gazette.example/rss", kind=SeedKind.FEED),
        SeedDraft(url="https://gazette.example/map", kind=SeedKind.SITEMAP),
    ]
    with database.write() as session:
        add_seeds(session, source_id, drafts)
        feed, sitemap = seeds_of(session, source_id)
    return feed.id, sitemap.id


def known(**values: Any) -> KnownPage:
    told = {
        "id": 1,
        "url": URL,
        "source_id": 1,
        "seed_id": 1,
        "due_at": None,
        "visited_at": VISITED,
        "priority": 0,
        "hint_title": "Title",
        "hint_published_at": None,
        "hint_modified_at": None,
    }
    return KnownPage(**(told | values))


def said(**values: Any) -> Candidate:
    return Candidate(url=URL, **values)


CHANGED = {
    "nothing is said": (known(), said(), 1, False),
    "the same title": (known(), said(title="Title"), 1, False),
    "another title": (known(), said(title="New title"), 1, True),
    "another title, in another seed": (known(), said(title="Title - Gazette"), 2, False),
    "another title, of a page given by hand": (known(seed_id=None), said(title="New title"), None, False),
    "a first title": (known(hint_title=None), said(title="Title"), 1, False),
    "changed since the visit": (known(), said(modified_at=VISITED + HOUR), 1, True),
    "changed before the visit": (known(), said(modified_at=VISITED - HOUR), 1, False),
    "changed since, by another seed": (known(), said(modified_at=VISITED + HOUR), 2, True),
    "a later change than was known": (
        known(hint_modified_at=VISITED - 2 * HOUR),
        said(modified_at=VISITED - HOUR),
        1,
        True,
    ),
    "the same change again": (
        known(hint_modified_at=VISITED + HOUR),
        said(modified_at=VISITED + HOUR),
        1,
        False,
    ),
    "published anew": (known(), said(published_at=VISITED + HOUR), 1, False),
    "never visited": (known(visited_at=None), said(title="New", modified_at=VISITED + HOUR), 1, False),
}


@pytest.mark.parametrize(("page", "candidate", "seed_id", "changed"), CHANGED.values(), ids=CHANGED)
def test_is_changed(page: KnownPage, candidate: Candidate, seed_id: int | None, changed: bool) -> None:
    assert is_changed(page, candidate, seed_id) is changed


def pages(database: Database) -> list[Page]:
    with database.read() as session:
        return list(session.scalars(select(Page).order_by(Page.id)))


def add(database: Database, now: datetime, *candidates: Candidate, seed_id: int | None = None) -> Found:
    with database.write() as session:
        return add_pages(session, None, seed_id, candidates, now)


def visit(database: Database, at: datetime, **values: Any) -> None:
    values = {"state": PageState.STORED, "visited_at": at, "due_at": None} | values
    with database.write() as session:
        session.execute(update(Page).values(values))


def test_new_page_is_due_at_once(
    database: Database, source_id: int, seed_ids: tuple[int, int], now: datetime
) -> None:
    candidate = said(title="Title", published_at=VISITED, modified_at=VISITED + HOUR, asked_url=URL + "?id=1")
    with database.write() as session:
        assert add_pages(session, source_id, seed_ids[0], [candidate], now) == Found(new=1)
    [page] = pages(database)
    assert (page.source_id, page.seed_id, page.url, page.asked_url) == (
        source_id,
        seed_ids[0],
        URL,
        URL + "?id=1",
    )
    assert (page.state, page.found_at, page.due_at, page.attempts) == (PageState.WAITING, now, now, 0)
    assert (page.hint_title, page.hint_published_at, page.hint_modified_at) == (
        "Title",
        VISITED,
        VISITED + HOUR,
    )


def test_known_page_is_not_new_and_keeps_its_state(database: Database, now: datetime) -> None:
    add(database, now, said(title="Title"))
    visit(database, now, attempts=2)
    assert add(database, now + HOUR, said(title="Title")) == Found()
    [page] = pages(database)
    assert (page.state, page.due_at, page.found_at, page.attempts) == (PageState.STORED, None, now, 2)


def test_changed_page_is_due_again_once(database: Database, now: datetime) -> None:
    add(database, now, said())
    visit(database, now)
    changed = said(modified_at=now + HOUR)
    assert add(database, now + 2 * HOUR, changed) == Found(updated=1)
    assert pages(database)[0].due_at == now + 2 * HOUR
    visit(database, now + 2 * HOUR)
    assert add(database, now + 3 * HOUR, changed) == Found()
    assert pages(database)[0].due_at is None


def test_seeds_that_word_a_title_differently_do_not_take_turns(
    database: Database, seed_ids: tuple[int, int], now: datetime
) -> None:
    feed, sitemap = seed_ids
    add(database, now, said(title="Title"), seed_id=feed)
    visit(database, now)
    for _ in range(2):
        assert add(database, now + HOUR, said(title="Title | Gazette"), seed_id=sitemap) == Found()
        assert add(database, now + HOUR, said(title="Title"), seed_id=feed) == Found()


def test_hints_fill_gaps_and_the_latest_change_stays(database: Database, now: datetime) -> None:
    add(database, now, said(modified_at=VISITED))
    add(database, now, said(title="Title", published_at=VISITED, modified_at=VISITED - HOUR))
    [page] = pages(database)
    assert (page.hint_title, page.hint_published_at, page.hint_modified_at) == ("Title", VISITED, VISITED)


def test_page_due_already_does_not_count_as_updated(database: Database, now: datetime) -> None:
    add(database, now, said(title="Title"))
    visit(database, now, due_at=now)
    assert add(database, now + HOUR, said(modified_at=now + HOUR)) == Found()
    assert pages(database)[0].due_at == now


def test_page_due_later_is_due_now(database: Database, now: datetime) -> None:
    add(database, now, said())
    visit(database, now, due_at=now + 100 * HOUR)
    assert add(database, now + HOUR, said(modified_at=now + HOUR)) == Found(updated=1)
    assert pages(database)[0].due_at == now + HOUR


def test_page_of_no_source_joins_the_one_that_finds_it(
    database: Database, source_id: int, seed_ids: tuple[int, int], now: datetime
) -> None:
    add(database, now, said())
    with database.write() as session:
        assert add_pages(session, source_id, seed_ids[0], [said()], now) == Found()
        assert add_pages(session, None, None, [said()], now) == Found()
    assert [(page.source_id, page.seed_id) for page in pages(database)] == [(source_id, seed_ids[0])]


def test_candidate_named_twice_is_one_page_with_all_that_was_said(database: Database, now: datetime) -> None:
    assert add(database, now, said(title="First"), said(title="Second", published_at=VISITED)) == Found(new=1)
    assert [(page.hint_title, page.hint_published_at) for page in pages(database)] == [("First", VISITED)]


def test_bad_candidate_does_not_stop_the_others(database: Database, now: datetime) -> None:
    found = add(
        database,
        now,
        Candidate(url="https://gazette.example/" + "x" * 2000),
        Candidate(url="https://gazette.example/nul\0"),
        Candidate(url=""),
        Candidate(url="https://gazette.example/\udcff"),
        said(title="nul\0 and half \ud83d", published_at=VISITED.replace(tzinfo=None)),
    )
    assert found == Found(new=1)
    [page] = pages(database)
    assert (page.hint_title, page.hint_published_at) == ("nul\ufffd and half \ufffd", None)


def test_no_candidates(database: Database, now: datetime) -> None:
    assert add(database, now) == Found()


def test_tens_of_thousands_of_candidates(database: Database, now: datetime) -> None:
    many = [Candidate(url=f"https://gazette.example/{number}", title="T") for number in range(20_000)]
    assert add(database, now, *many[:12_000]) == Found(new=12_000)
    assert add(database, now, *many) == Found(new=8_000)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Page)) == 20_000


def test_two_that_find_the_same_pages_at_once_have_each_once(
    database: Database, database_url: str, now: datetime
) -> None:
    many = [Candidate(url=f"https://gazette.example/{number}") for number in range(2000)]
    found: list[Found] = []

    def find(order: int) -> None:
        with open_database(database_url) as patient:  # the one waits for the other's two thousand rows
            found.append(add(patient, now, *many[::order]))

    threads = [threading.Thread(target=find, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.new for one in found) == 2000
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Page)) == 2000


def test_where_a_page_was_found_is_forgotten_with_the_seed(
    database: Database, seed_ids: tuple[int, int], now: datetime
) -> None:
    add(database, now, said(), seed_id=seed_ids[0])
    with database.write() as session:
        session.delete(session.get_one(Seed, seed_ids[0]))
    assert [page.seed_id for page in pages(database)] == [None]


@pytest.mark.parametrize("state", [PageState.STORED, PageState.GONE])
def test_a_change_that_the_feed_tells_brings_a_second_look_forward(
    database: Database, source_id: int, seed_ids: tuple[int, int], now: datetime, state: PageState
) -> None:
    first = Candidate(url=URL, title="Title", modified_at=now - HOUR)
    planned = {"state": state, "visited_at": now, "due_at": now + 72 * HOUR}
    with database.write() as session:
        add_pages(session, source_id, seed_ids[0], [first], now)
        session.execute(update(Page).values(planned))
        assert add_pages(session, source_id, seed_ids[0], [first], now + HOUR) == Found()
        later = Candidate(url=URL, title="Title", modified_at=now + HOUR)
        assert add_pages(session, source_id, seed_ids[0], [later], now + 2 * HOUR) == Found(updated=1)
        # told again before it was fetched: it is due already
        told = Candidate(url=URL, title="Title", modified_at=now + 2 * HOUR)
        assert add_pages(session, source_id, seed_ids[0], [told], now + 3 * HOUR) == Found()
        assert due_pages(session, source_id, now + 2 * HOUR, 1)[0].url == URL
