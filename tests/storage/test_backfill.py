"""A walk and all that it found are written together, and only what is polled counts as a seed."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from storage.backfill import (
    MOST_FAILURES,
    PRIORITY,
    Walk,
    add_places,
    ask_for_backfill,
    backfill_wanted,
    call_off_backfill,
    end_backfill,
    is_all_walked,
    next_place,
    next_place_at,
    record_walk,
    record_walk_failure,
)
from storage.candidates import Candidate
from storage.health import source_health
from storage.models import Page, Seed, SeedKind
from storage.run_history import polled_seeds
from storage.seeds import SeedVisit, record_seed_visit, seeds_by_visit, seeds_of
from storage.session import Database
from storage.sources import SeedDraft, add_seeds, seeds_by_source

BACK_TO = datetime(2024, 1, 1, tzinfo=UTC)
INDEX = SeedDraft(url="https://gazette.example/sitemap.xml", kind=SeedKind.SITEMAP)


@pytest.fixture
def index_id(database: Database, source_id: int) -> int:
    with database.write() as session:
        add_seeds(session, source_id, [INDEX])
        return seeds_of(session, source_id)[0].id


def walk(
    database: Database, seed_id: int, now: datetime, *paths: str, room: int = 9, **found: list[str]
) -> int:
    candidates = [Candidate(url=f"https://gazette.example/{path}") for path in paths]
    with database.write() as session:
        told = Walk(candidates=candidates, **found)
        return record_walk(session, seed_id, told, BACK_TO, now, room, 2)


def seed(database: Database, url: str) -> Seed:
    with database.read() as session:
        return session.scalars(select(Seed).where(Seed.url == url)).one()


def pages(database: Database) -> list[tuple[str, int]]:
    with database.read() as session:
        rows = session.execute(select(Page.url, Page.priority).order_by(Page.url))
        return [(row.url.rpartition("/")[2], row.priority) for row in rows]


def test_what_is_asked_for_is_kept_until_it_is_done(database: Database, source_id: int) -> None:
    with database.write() as session:
        assert backfill_wanted(session, source_id) is None
        ask_for_backfill(session, [source_id], BACK_TO)
        assert backfill_wanted(session, source_id) == BACK_TO
        end_backfill(session, source_id)
        assert backfill_wanted(session, source_id) is None


def test_a_walk_is_done_once_there_was_room_for_all(database: Database, index_id: int, now: datetime) -> None:
    assert walk(database, index_id, now, "a", "b", "c", room=2) == 2
    assert (seed(database, INDEX.url).backfilled_to, pages(database)) == (
        None,
        [("a", PRIORITY), ("b", PRIORITY)],
    )
    assert walk(database, index_id, now, "a", "b", "c", room=2) == 1
    assert seed(database, INDEX.url).backfilled_to == BACK_TO


def test_a_walk_and_its_pages_are_written_together_or_not_at_all(
    database: Database, index_id: int, now: datetime
) -> None:
    def write_and_die() -> None:
        with database.write() as session:
            told = Walk(
                candidates=[Candidate(url="https://gazette.example/a")], sitemaps=["https://x.example/"]
            )
            record_walk(session, index_id, told, BACK_TO, now, 9, 2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_die()
    assert seed(database, INDEX.url).backfilled_to is None
    assert pages(database) == []
    with database.read() as session:
        assert len(session.scalars(select(Seed)).all()) == 1


def test_a_walk_of_what_is_polled_leaves_its_polling_alone(
    database: Database, index_id: int, now: datetime
) -> None:
    due = now + timedelta(hours=1)
    with database.write() as session:
        told = SeedVisit(status=200, full=True, etag="1", body_hash="ab")
        record_seed_visit(session, index_id, told, [], [], now, None, lambda _idle: due)
    walk(database, index_id, now + timedelta(minutes=1), "a")
    row = seed(database, INDEX.url)
    assert (row.etag, row.body_hash, row.visited_at, row.due_at, row.idle) == ("1", "ab", now, due, 1)


def test_old_sitemaps_are_not_polled_until_an_index_names_them_among_its_newest(
    database: Database, source_id: int, index_id: int, now: datetime
) -> None:
    old = SeedDraft(url="https://gazette.example/old.xml", kind=SeedKind.SITEMAP)
    walk(database, index_id, now, sitemaps=[old.url])
    with database.read() as session:
        for polled in (seeds_by_visit, seeds_of, polled_seeds):
            assert [one.url for one in polled(session, source_id)] == [INDEX.url]
        assert [one.url for one in seeds_by_source(session)[source_id]] == [INDEX.url]
        assert source_health(session, now)[0].seeds == 1
    walk(database, seed(database, old.url).id, now, "a")
    visit(database, index_id, now, old)
    assert seed(database, old.url).kind is SeedKind.SITEMAP
    visit(database, index_id, now, SeedDraft(url="https://gazette.example/new.xml", kind=SeedKind.SITEMAP))
    row = seed(database, old.url)
    assert (row.kind, row.backfilled_to) == (SeedKind.ARCHIVE, BACK_TO)


def visit(database: Database, index_id: int, now: datetime, child: SeedDraft) -> None:
    with database.write() as session:
        record_seed_visit(session, index_id, SeedVisit(status=200, full=True), [], [child], now)


def test_pages_of_an_archive_without_a_new_story_end_it(
    database: Database, index_id: int, now: datetime
) -> None:
    urls = [f"https://gazette.example/page/{n}" for n in range(4)]
    walk(database, index_id, now, older=[urls[0]])
    walk(database, seed(database, urls[0]).id, now, "a", older=[urls[1]])
    walk(database, seed(database, urls[1]).id, now, "a", older=[urls[2]])
    walk(database, seed(database, urls[2]).id, now, "a", older=[urls[3]])
    with database.read() as session:
        assert [row for row in session.scalars(select(Seed.url)) if row in urls] == urls[:3]


def test_what_cannot_be_walked_is_tried_again_or_done_without(
    database: Database, index_id: int, now: datetime
) -> None:
    again = now + timedelta(hours=1)
    with database.write() as session:
        record_walk_failure(session, index_id, "it is down\0", now, again, BACK_TO)
    row = seed(database, INDEX.url)
    assert (row.failures, row.error, row.due_at, row.backfilled_to) == (1, "it is down\ufffd", again, None)
    with database.write() as session:
        record_walk_failure(session, index_id, "it is gone", now, None, BACK_TO)
    assert (seed(database, INDEX.url).failures, seed(database, INDEX.url).backfilled_to) == (2, BACK_TO)


HOUR = timedelta(hours=1)
GIVEN_UP = {"failures": 1, "backfilled_to": BACK_TO}
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def sitemap(kind: SeedKind = SeedKind.SITEMAP, **values: object) -> dict[str, object]:
    return {"kind": kind, **values}


@pytest.mark.parametrize(
    ("seeds", "expected", "ready_at"),
    [
        ([], None, None),
        ([sitemap(), sitemap()], 1, "at once"),
        ([sitemap(backfilled_to=BACK_TO), sitemap()], 2, "at once"),
        ([sitemap(backfilled_to=BACK_TO + HOUR), sitemap()], 1, "at once"),
        ([sitemap(), sitemap(SeedKind.ARCHIVE, parent_id=1)], 1, "at once"),
        ([sitemap(backfilled_to=BACK_TO), sitemap(SeedKind.ARCHIVE, parent_id=1), sitemap()], 3, "at once"),
        ([sitemap(failures=1, due_at=NOW + HOUR), sitemap()], 2, "at once"),
        ([sitemap(failures=1, due_at=NOW + 2 * HOUR), sitemap(failures=1, due_at=NOW + HOUR)], None, HOUR),
        ([sitemap(failures=1, due_at=NOW), sitemap()], 1, "at once"),
        ([sitemap(failures=1, due_at=NOW + 99 * HOUR, visited_at=NOW + 98 * HOUR)], 1, 99 * HOUR),
        ([sitemap(due_at=NOW + HOUR)], 1, "at once"),
        ([sitemap(failures=MOST_FAILURES)], None, None),
        # feeds and sections lead into the past where no sitemap does
        ([sitemap(SeedKind.FEED), sitemap()], 2, "at once"),
        ([sitemap(SeedKind.FEED), sitemap(failures=1, due_at=NOW + HOUR)], None, HOUR),
        ([sitemap(SeedKind.FEED), sitemap(**GIVEN_UP)], 1, "at once"),
        ([sitemap(SeedKind.FEED), sitemap(SeedKind.ARCHIVE)], 2, "at once"),
        ([sitemap(SeedKind.FEED), sitemap(SeedKind.ARCHIVE, **GIVEN_UP)], 1, "at once"),
        ([sitemap(SeedKind.FEED), sitemap(SeedKind.ARCHIVE, url="https://gazette.example/")], 1, "at once"),
    ],
)
def test_the_next_place_is_the_first_that_is_open(
    database: Database,
    source_id: int,
    seeds: list[dict[str, object]],
    expected: int | None,
    ready_at: str | timedelta | None,
) -> None:
    with database.write() as session:
        assert next_place_at(session, source_id) is None
        ask_for_backfill(session, [source_id], BACK_TO)
        for number, values in enumerate(seeds):
            told = {"source_id": source_id, "url": f"https://gazette.example/{number}"} | values
            session.add(Seed(**told))
            session.flush()
        found = next_place(session, source_id, BACK_TO, NOW)
        first = next_place_at(session, source_id)
        assert is_all_walked(session, source_id, BACK_TO) is (first is None)
    assert (found.id if found else None) == expected
    if ready_at == "at once":
        assert first is not None
        assert first < NOW - 9999 * HOUR
    else:
        assert first == (NOW + ready_at if isinstance(ready_at, timedelta) else None)


def test_the_next_place_is_found_at_once_among_ten_thousand(
    database: Database, source_id: int, index_id: int, now: datetime
) -> None:
    with database.write() as session:
        ask_for_backfill(session, [source_id], BACK_TO)
        add_places(session, source_id, index_id, [f"https://gazette.example/{n}" for n in range(10_000)])
        session.execute(update(Seed).values(backfilled_to=BACK_TO, visited_at=now))
        last = session.scalar(select(func.max(Seed.id)))
        session.execute(update(Seed).where(Seed.id == last).values(backfilled_to=None))
    with database.read() as session:
        for find, found in (
            (lambda: next_place(session, source_id, BACK_TO, now), 1),
            (lambda: seeds_by_visit(session, source_id), 1),
            (lambda: seeds_of(session, source_id), 1),
            (lambda: polled_seeds(session, source_id), 1),
        ):
            began = time.process_time()
            rows = find()
            assert time.process_time() - began < 0.1
            assert len(rows if isinstance(rows, list) else [rows]) == found


def test_what_is_called_off_leaves_news_alone(
    database: Database, source_id: int, index_id: int, now: datetime
) -> None:
    with database.write() as session:
        ask_for_backfill(session, [source_id], BACK_TO)
    visit_news = [Candidate(url="https://gazette.example/news")]
    with database.write() as session:
        record_seed_visit(session, index_id, SeedVisit(status=200, full=True), visit_news, [], now)
    walk(database, index_id, now, "news", "old", sitemaps=["https://gazette.example/old.xml"])
    with database.write() as session:
        assert call_off_backfill(session, source_id) == 1
    assert pages(database) == [("news", 0)]
    with database.read() as session:
        assert [(row.url, row.backfilled_to) for row in session.scalars(select(Seed))] == [(INDEX.url, None)]


def test_an_address_that_cannot_be_kept_is_no_place(
    database: Database, source_id: int, now: datetime
) -> None:
    with database.write() as session:
        add_places(session, source_id, None, ["https://gazette.example/" + "x" * 3000])
        assert session.scalars(select(Seed)).all() == []
