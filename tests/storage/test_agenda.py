"""The agenda: whose turn it is, and what that depends on."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from storage.agenda import agenda_of, due_sources, set_agenda, set_schedule
from storage.candidates import Candidate, add_pages
from storage.models import Page, PageState, Seed, SeedKind, Source
from storage.session import Database
from storage.sources import SeedDraft, SourceDraft, add_source, set_enabled

HOUR = timedelta(hours=1)


@pytest.fixture
def three(database: Database, now: datetime) -> list[int]:
    """Sources that are due two hours ago, one hour ago, in an hour."""
    ids = []
    with database.write() as session:
        for number, hours in enumerate((-2, -1, 1)):
            url = f"https://www.paper{number}.example/"
            ids.append(add_source(session, SourceDraft(name=f"Paper {number}", url=url), now).id)
            at = now + hours * HOUR
            set_agenda(session, ids[-1], poll_at=at, due_at=at, rhythm=None, failures=0)
    return ids


def due(database: Database, now: datetime, limit: int = 10, skip: tuple[int, ...] = ()) -> list[int]:
    with database.read() as session:
        return [source.id for source in due_sources(session, now, limit, skip)]


def test_those_that_have_waited_longest_come_first(
    database: Database, three: list[int], now: datetime
) -> None:
    assert due(database, now) == three[:2]
    assert due(database, now, limit=1) == three[:1]
    assert due(database, now, skip=(three[0],)) == three[1:2]
    assert due(database, now + HOUR) == three


def test_one_that_was_never_crawled_is_due_at_once(
    database: Database, three: list[int], source_id: int, now: datetime
) -> None:
    assert due(database, now)[0] == source_id
    with database.read() as session:
        assert due_sources(session, now, 9)[1].host == "www.paper0.example"


def test_one_that_is_disabled_is_not(database: Database, three: list[int], now: datetime) -> None:
    with database.write() as session:
        set_enabled(session, three[0], False)
    assert due(database, now) == three[1:2]


def test_after_the_clock_was_set_back_all_are(database: Database, three: list[int], now: datetime) -> None:
    with database.write() as session:
        session.execute(update(Source).values(last_run_at=now))
    assert due(database, now - 5 * HOUR) == three


def test_the_first_page_that_will_be_fetched_counts(
    database: Database, source_id: int, now: datetime
) -> None:
    with database.write() as session:
        found = [Candidate(url=f"https://gazette.example/{name}") for name in "abc"]
        add_pages(session, source_id, None, found, now)
        session.execute(update(Page).where(Page.url.endswith("/a")).values(state=PageState.FORBIDDEN))
        session.execute(update(Page).where(Page.url.endswith("/b")).values(due_at=None))
        session.execute(update(Page).where(Page.url.endswith("/c")).values(due_at=now + HOUR))
        agenda = agenda_of(session, source_id)
    assert agenda is not None
    assert agenda.earliest_page == now + HOUR


def test_a_source_waits_for_its_seeds_only_where_all_of_them_wait(database: Database, now: datetime) -> None:
    seeds = tuple(SeedDraft(url=f"https://a.example/{n}", kind=SeedKind.FEED) for n in (1, 2))
    with database.write() as session:
        source = add_source(session, SourceDraft(name="A", url="https://a.example/", seeds=seeds), now)
        for hours, earliest in ((3, None), (2, now + 2 * HOUR)):
            first = session.query(Seed).filter(Seed.due_at.is_(None)).first()
            assert first is not None
            first.due_at = now + hours * HOUR
            session.flush()
            agenda = agenda_of(session, source.id)
            assert agenda is not None
            assert agenda.earliest_seed == earliest


def test_a_schedule_is_changed_with_when_it_is_due(database: Database, source_id: int, now: datetime) -> None:
    with database.write() as session:
        set_agenda(session, source_id, poll_at=now, due_at=now, rhythm={"a": 1}, failures=3)
        assert set_schedule(session, source_id, "every 1 h", now + HOUR)
        assert not set_schedule(session, source_id + 1, "auto", None)
        agenda = agenda_of(session, source_id)
    assert agenda is not None
    assert (agenda.schedule, agenda.poll_at) == ("every 1 h", now + HOUR)
    assert (agenda.rhythm, agenda.failures) == ({"a": 1}, 3)


def test_of_no_source_there_is_no_agenda(database: Database) -> None:
    with database.read() as session:
        assert agenda_of(session, 1) is None
