"""What robots.txt says is asked once, kept a day, and asked again when it could not be had."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from crawler.rulebook import REMEMBERED, RuleBook
from storage.errors import DatabaseIsLocked
from storage.hosts import host_key, save_robots
from storage.models import Host as Stored
from storage.session import open_database
from storage.thread import ArchiveThread

RULES = b"User-agent: *\nDisallow: /private/\nSitemap: http://a.example/s.xml\n"
ORIGIN = "http://a.example"


class Host:
    """Answers for robots.txt, and counts how often it was asked."""

    def __init__(self, status: int | None = 200, error: Exception | None = None) -> None:
        self.status, self.error, self.asked = status, error, 0

    async def __call__(self, origin: str) -> tuple[int | None, bytes, str]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        return self.status, RULES, "connection refused"


async def test_who_asks_at_the_same_time_shares_one_answer() -> None:
    book, host = RuleBook(None), Host()
    found = await asyncio.gather(*(book.rules_of(ORIGIN, host) for _ in range(5)))
    assert host.asked == 1
    assert all(not robots.allows(f"{ORIGIN}/private/a") for robots in found)
    assert book.sitemaps_of(ORIGIN) == ["http://a.example/s.xml"]


async def test_an_error_of_ours_is_not_remembered() -> None:
    book = RuleBook(None)
    with pytest.raises(DatabaseIsLocked):
        await book.rules_of(ORIGIN, Host(error=DatabaseIsLocked("locked")))
    assert book.sitemaps_of(ORIGIN) == []
    assert not (await book.rules_of(ORIGIN, Host())).unreachable


async def test_rules_in_the_archive_are_used_until_they_are_a_day_old(database_url: str) -> None:
    host, now = Host(), datetime.now(UTC)
    with open_database(database_url) as database:
        archive = ArchiveThread(database)
        # The last is of a clock that has been set back since.
        for hours, asked in ((23, 0), (-1, 0), (25, 1), (-9999, 2)):
            age = timedelta(hours=hours)
            with database.write() as session:
                save_robots(session, host_key(ORIGIN), 200, RULES, now - age)
            book = RuleBook(archive)
            for _ in range(2):
                await book.rules_of(ORIGIN, host)
            assert host.asked == asked
        archive.close()


async def test_why_a_host_gave_no_answer_is_told_as_long_as_it_is_not_asked_again(database_url: str) -> None:
    host = Host(status=None)
    with open_database(database_url) as database:
        archive = ArchiveThread(database)
        found = [await RuleBook(archive).rules_of(ORIGIN, host) for _ in range(2)]
        archive.close()
    assert [robots.unreachable for robots in found] == ["connection refused"] * 2
    assert host.asked == 1


async def test_the_rules_that_were_asked_for_last_are_kept() -> None:
    book, host = RuleBook(None), Host()
    for number in range(REMEMBERED):
        await book.rules_of(f"http://{number}.example", host)
    await book.rules_of("http://0.example", host)
    assert host.asked == REMEMBERED
    for number in range(9):
        await book.rules_of(f"http://more-{number}.example", host)
    assert len(book._known) == REMEMBERED
    asked = host.asked
    await book.rules_of("http://0.example", host)
    assert host.asked == asked
    await book.rules_of("http://1.example", host)
    assert host.asked == asked + 1


async def test_a_failing_robots_txt_is_waited_for_and_counts_again_only_after_a_month(
    sqlite_path: Path,
) -> None:
    """It is asked for each time, by a new process, once so many hours have passed since it was first lost."""
    now = datetime.now(UTC)
    told = []
    with open_database(str(sqlite_path)) as database:
        archive = ArchiveThread(database)
        with database.write() as session:
            save_robots(session, host_key(ORIGIN), 200, RULES, now - timedelta(days=60))
        for hours, asks in ((0, 1), (0.1, 0), (0.2, 1), (24, 1), (29 * 24, 1), (31 * 24, 1)):
            with database.write() as session:
                if hours:
                    since = now - timedelta(hours=hours)
                    session.execute(update(Stored).values(robots_failing_since=since, robots_failed_at=since))
            host = Host(503)
            robots = await RuleBook(archive).rules_of(ORIGIN, host)
            assert host.asked == asks, hours
            told.append(robots.unreachable)
        assert told == ["robots.txt http 503"] * 5 + [None]
        assert not robots.allows(f"{ORIGIN}/private/a")
        for status, reason in ((None, "connection refused"), (200, None)):
            with database.write() as session:
                session.execute(update(Stored).values(robots_failed_at=now - timedelta(hours=9)))
                session.execute(update(Stored).values(robots_failing_since=now - timedelta(hours=9)))
            robots = await RuleBook(archive).rules_of(ORIGIN, Host(status))
            assert robots.unreachable == reason
        archive.close()


async def test_where_there_never_was_one_a_failing_robots_txt_is_waited_for_for_ever(
    sqlite_path: Path,
) -> None:
    with open_database(str(sqlite_path)) as database:
        archive = ArchiveThread(database)
        await RuleBook(archive).rules_of(ORIGIN, Host(503))
        year = datetime.now(UTC) - timedelta(days=365)
        with database.write() as session:
            session.execute(update(Stored).values(robots_failing_since=year, robots_failed_at=year))
        assert (await RuleBook(archive).rules_of(ORIGIN, Host(503))).unreachable == "robots.txt http 503"
        archive.close()


async def test_one_origin_is_asked_once_however_it_is_written_and_each_scheme_for_itself() -> None:
    book, host = RuleBook(None), Host()
    for written in ("http://A.example", "http://a.example:80/x", "http://me:secret@a.example./", ORIGIN):
        await book.rules_of(written, host)
    assert host.asked == 1
    await book.rules_of("https://a.example", host)
    await book.rules_of("http://a.example:8080", host)
    assert host.asked == 3
