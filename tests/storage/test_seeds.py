"""Seeds: a visit and all it named are written together; what an index no longer names is dropped."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage.candidates import Candidate, Found
from storage.models import Page, Seed, SeedKind
from storage.seeds import SeedState, SeedVisit, record_seed_visit, seeds_of
from storage.session import Database
from storage.sources import SeedDraft, add_seeds, remove_source

INDEX = SeedDraft(url="https://gazette.example/sitemap.xml", kind=SeedKind.SITEMAP)
HOUR = timedelta(hours=1)


def child(number: int, kind: SeedKind = SeedKind.SITEMAP) -> SeedDraft:
    return SeedDraft(url=f"https://gazette.example/sitemap-{number}.xml", kind=kind)


@pytest.fixture
def index_id(database: Database, source_id: int) -> int:
    with database.write() as session:
        add_seeds(session, source_id, [INDEX])
        return seeds_of(session, source_id)[0].id


def seed(database: Database, seed_id: int) -> Seed:
    with database.read() as session:
        return session.get_one(Seed, seed_id)


def children(database: Database, source_id: int) -> set[str]:
    with database.read() as session:
        return {one.url for one in seeds_of(session, source_id) if one.parent_id}


def visit(database: Database, seed_id: int, now: datetime, *drafts: SeedDraft, **told: object) -> Found:
    told = {"status": 200, "full": True} | told
    with database.write() as session:
        return record_seed_visit(session, seed_id, SeedVisit(**told), [], drafts, now)  # type: ignore[arg-type]


def test_full_visit_is_kept_with_its_validators(
    database: Database, source_id: int, index_id: int, now: datetime
) -> None:
    visit(database, index_id, now, etag='"1"', last_modified="Mon", body_hash="ab")
    with database.read() as session:
        assert seeds_of(session, source_id) == [
            SeedState(
                id=index_id,
                url=INDEX.url,
                kind=INDEX.kind,
                etag='"1"',
                last_modified="Mon",
                body_hash="ab",
                full_fetch_at=now,
                parent_id=None,
                visited_at=now,
                due_at=None,
                idle=1,
                failures=0,
                habits=None,
                moved_to=None,
                moved_since=None,
                backfilled_to=None,
            )
        ]
    assert (seed(database, index_id).visited_at, seed(database, index_id).status) == (now, 200)


def test_unmodified_answer_keeps_validators_and_the_time_of_the_full_fetch(
    database: Database, index_id: int, now: datetime
) -> None:
    visit(database, index_id, now, etag='"1"', body_hash="ab")
    visit(database, index_id, now + HOUR, status=304, full=False)
    row = seed(database, index_id)
    assert (row.etag, row.body_hash, row.full_fetch_at) == ('"1"', "ab", now)
    assert (row.status, row.visited_at) == (304, now + HOUR)


def test_failures_are_counted_until_one_visit_succeeds(
    database: Database, index_id: int, now: datetime
) -> None:
    visit(database, index_id, now, etag='"1"')
    for _ in range(2):
        visit(database, index_id, now, status=None, full=False, error="timed out\0")
    row = seed(database, index_id)
    assert (row.failures, row.error, row.etag) == (2, "timed out\ufffd", '"1"')
    visit(database, index_id, now)
    row = seed(database, index_id)
    assert (row.failures, row.error, row.etag) == (0, None, None)


def test_candidates_belong_to_the_seed_and_its_source(
    database: Database, source_id: int, index_id: int, now: datetime
) -> None:
    with database.write() as session:
        found = record_seed_visit(
            session,
            index_id,
            SeedVisit(status=200, full=True),
            [Candidate(url="https://gazette.example/a")],
            (),
            now,
        )
    assert found == Found(new=1)
    with database.read() as session:
        assert session.execute(select(Page.source_id, Page.seed_id)).all() == [(source_id, index_id)]


def test_visit_and_candidates_are_written_together_or_not_at_all(
    database: Database, index_id: int, now: datetime
) -> None:
    def write_and_die() -> None:
        with database.write() as session:
            told = SeedVisit(status=200, full=True, etag='"new"')
            record_seed_visit(
                session, index_id, told, [Candidate(url="https://gazette.example/a")], [child(1)], now
            )
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_die()
    assert seed(database, index_id).etag is None
    with database.read() as session:
        assert session.scalars(select(Page)).all() == []


def test_children_are_seeds_once(database: Database, source_id: int, index_id: int, now: datetime) -> None:
    for _ in range(2):
        visit(database, index_id, now, child(1), child(2, SeedKind.NEWS_SITEMAP), child(1))
    with database.read() as session:
        found = [(one.url, one.kind, one.parent_id) for one in seeds_of(session, source_id)[1:]]
    assert found == [(child(1).url, "sitemap", index_id), (child(2).url, "news_sitemap", index_id)]


def test_child_that_is_not_named_any_more_is_dropped(
    database: Database, source_id: int, index_id: int, now: datetime
) -> None:
    visit(database, index_id, now, child(1), child(2))
    visit(database, index_id, now, child(2), child(3))
    assert children(database, source_id) == {child(2).url, child(3).url}


def test_visit_that_read_nothing_drops_no_child(
    database: Database, source_id: int, index_id: int, now: datetime
) -> None:
    visit(database, index_id, now, child(1))
    visit(database, index_id, now, status=304, full=False)
    visit(database, index_id, now, status=500, full=False, error="it is broken")
    assert children(database, source_id) == {child(1).url}


def test_index_that_names_itself_and_its_parent_is_no_child_of_its_own(
    database: Database, source_id: int, index_id: int, now: datetime
) -> None:
    visit(database, index_id, now, INDEX, child(1))
    with database.read() as session:
        below = seeds_of(session, source_id)[1].id
    visit(database, below, now, INDEX)
    with database.read() as session:
        found = [(one.url, one.parent_id) for one in seeds_of(session, source_id)]
    assert found == [(INDEX.url, None), (child(1).url, index_id)]


def test_child_that_cannot_be_kept_is_passed_over(
    database: Database, source_id: int, index_id: int, now: datetime
) -> None:
    too_long = SeedDraft(url="https://gazette.example/" + "x" * 2000, kind=SeedKind.SITEMAP)
    visit(database, index_id, now, too_long, child(1))
    assert children(database, source_id) == {child(1).url}


def test_visit_of_a_source_removed_meanwhile_changes_nothing(
    database: Database, source_id: int, index_id: int, now: datetime
) -> None:
    with database.write() as session:
        remove_source(session, source_id, now)
    assert visit(database, index_id, now, child(1)) == Found()
