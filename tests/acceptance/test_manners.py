"""Manners that hold whatever goes wrong, as the hosts see them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, update

from crawler import politeness
from crawler.config import Config, CrawlConfig, ScheduleConfig, WorkersConfig
from crawler.crawl import crawl_addresses, crawl_source, crawl_sources
from crawler.desk import Desk, open_desk
from crawler.discover import discover, fetch_page, preview
from newsite.exchange import Answer, Request, html_answer, plain_answer, redirect
from newsite.press import Press
from newsite.wire import Wire
from storage.insert import table_of
from storage.models import Base, Page, RunState, SeedKind, Source, UtcDateTime
from storage.session import Database, open_database
from storage.sources import SeedDraft, SourceDraft, add_source

DELAY = 0.1
BUSY = 0.02
"""Seconds that a host takes to answer."""
WORDS = "The harbour wall of the old town was mended by forty volunteers on a cold and windy Sunday morning. "
Respond = Callable[[Request, Wire], Awaitable[Answer | None]]


class Host:
    """A host that notes when it was asked for what, and for how long it was busy with it."""

    def __init__(self, name: str, respond: Respond) -> None:
        self.host, self._respond = name, respond
        self.seen: list[tuple[float, float, str]] = []

    def forbids(self, path: str) -> bool:
        return False

    async def respond(self, request: Request, wire: Wire, edition: int) -> Answer | None:
        began = time.monotonic()
        try:
            await asyncio.sleep(BUSY)
            return await self._respond(request, wire)
        finally:
            self.seen.append((began, time.monotonic(), request.target))

    @property
    def asked(self) -> list[str]:
        return [target for _, _, target in sorted(self.seen)]


def gaps(*hosts: Host) -> list[float]:
    """Seconds from the end of each request to the start of the next one, to any of these."""
    seen = sorted(each for host in hosts for each in host.seen)
    return [after[0] - before[1] for before, after in pairwise(seen)]


def story(number: int | str) -> Answer:
    title = f"Wall {number} mended"
    words = f"<p>{number}: {WORDS * 3}</p><p>{WORDS * 2}</p>"
    return html_answer(f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{words}")


def feed(host: str, *paths: str) -> Answer:
    items = "".join(f"<item><title>{path}</title><link>http://{host}{path}</link></item>" for path in paths)
    body = f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()
    return Answer(body=body, content_type="application/rss+xml")


@pytest.fixture
def invite(press: Press) -> Iterator[Callable[..., Host]]:
    """Give the press another host."""
    invited: list[str] = []

    def invite(name: str, respond: Respond) -> Host:
        press.sites[name] = host = Host(name, respond)
        invited.append(name)
        return host

    yield invite
    for name in invited:
        del press.sites[name]


def settings(**crawl: object) -> Config:
    chosen: dict[str, object] = {"delay": DELAY, "download_timeout": 1.0, "retry_wait": 0.1} | crawl
    return Config(
        crawl=CrawlConfig(allow_private=["127.0.0.1"], **chosen),  # type: ignore[arg-type]
        workers=WorkersConfig(processes=1, page_timeout=10),
    )


@pytest.fixture
def database(sqlite_path: Path) -> Iterator[Database]:
    """Of one engine: what the hosts see does not depend on it."""
    with open_database(str(sqlite_path)) as database:
        yield database


@pytest.fixture
async def desk(database: Database, behind_the_press: Press) -> AsyncIterator[Desk]:
    async with open_desk(settings(), database) as desk:
        yield desk


async def add(desk: Desk, name: str, *seeds: str, home: str | None = None) -> int:
    home = home or f"http://{name}/"
    drafts = tuple(SeedDraft(url=seed, kind=SeedKind.FEED) for seed in seeds)
    draft = SourceDraft(name=home, url=home, seeds=drafts)
    return await desk.archive.write(lambda s: add_source(s, draft, datetime.now(UTC)).id)


async def mishaps(request: Request, wire: Wire) -> Answer | None:
    """Both names of a paper, where each way of going wrong stands under an address of its own."""
    bare, www = "http://paper.example", "http://www.paper.example"
    match request.path:
        case "/robots.txt":
            return plain_answer(200, f"User-agent: *\nAllow: /\nSitemap: {www}/sitemap.xml\n")
        case "/feed.xml" | "/second.xml":
            own = ("/there", "/away", "/refresh", "/broken", "/error", "/story/1")
            return feed(request.host, *own) if request.path == "/feed.xml" else feed(request.host, "/story/9")
        case "/sitemap.xml":
            return plain_answer(404, "none\n")
        case "/there":
            return redirect(301, (www if request.host == "paper.example" else bare) + "/story/2")
        case "/away":
            return redirect(302, "http://elsewhere.example/back")
        case "/refresh":
            return html_answer('<meta http-equiv="refresh" content="0; url=/story/4"><p>moved')
        case "/broken":
            wire.writer.transport.abort()
            return None
        case "/error":
            return plain_answer(500, "broken\n")
        case "/":
            link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
            return html_answer(f"<html><head>{link}</head><body><a href='/story/1'>{WORDS}</a>")
    return story(request.path)


async def test_one_request_at_a_time_and_the_delay_hold_through_every_mishap(
    desk: Desk, invite: Callable[..., Host]
) -> None:
    async def back(request: Request, wire: Wire) -> Answer | None:
        missing = plain_answer(404, "none\n")
        return missing if request.path == "/robots.txt" else redirect(302, "http://www.paper.example/story/3")

    bare, www = invite("paper.example", mishaps), invite("www.paper.example", mishaps)
    elsewhere = invite("elsewhere.example", back)
    sources = [
        await add(desk, "paper.example", "http://paper.example/feed.xml", "http://paper.example/second.xml"),
        await add(
            desk,
            "www.paper.example",
            "http://www.paper.example/feed.xml",
            home="http://www.paper.example/town/",
        ),
        await add(desk, "elsewhere.example", "http://paper.example/second.xml"),
    ]
    await asyncio.gather(
        crawl_sources(desk, sources),
        crawl_addresses(desk, ["http://PAPER.example/story/7", "http://paper.example./story/8"]),
        fetch_page(desk, "http://www.paper.example/story/5"),
    )
    assert bare.asked.count("/broken") == 3
    assert min(gaps(bare, www)) >= DELAY - 0.01
    assert min(gaps(elsewhere)) >= DELAY - 0.01
    assert {"/robots.txt", "/story/3", "/story/2", "/story/4", "/story/7"} <= {*bare.asked, *www.asked}


async def test_looking_what_a_site_offers_is_as_polite(desk: Desk, invite: Callable[..., Host]) -> None:
    bare, www = invite("paper.example", mishaps), invite("www.paper.example", mishaps)
    found = await discover(desk, "paper.example")
    await preview(desk, found, count=2)
    assert len(bare.asked) >= 4
    assert min(gaps(bare, www)) >= DELAY - 0.01


async def test_two_processes_take_turns(database: Database, desk: Desk, invite: Callable[..., Host]) -> None:
    paper = invite("paper.example", mishaps)
    async with open_desk(settings(), database) as other:
        await asyncio.gather(
            *(
                crawl_addresses(each, [f"http://paper.example/{name}/{n}" for n in range(3)])
                for each, name in ((desk, "a"), (other, "b"))
            )
        )
    assert len([path for path in paper.asked if path[:2] in ("/a", "/b")]) == 6
    assert min(gaps(paper)) >= DELAY - 0.01


async def test_a_crawl_delay_is_kept_from_the_second_request_on_and_by_the_next_process(
    database: Database, invite: Callable[..., Host], behind_the_press: Press
) -> None:
    async def slow(request: Request, wire: Wire) -> Answer:
        rules = "User-agent: *\nCrawl-delay: 9\n\nUser-agent: Copydesk\nCrawl-delay: 1.5\n"
        return plain_answer(200, rules) if request.path == "/robots.txt" else story(request.path)

    paper = invite("slow.example", slow)
    for number in range(2):
        async with open_desk(settings(), database) as desk:
            await crawl_addresses(desk, [f"http://slow.example/story/{number}"])
    assert paper.asked == ["/robots.txt", "/story/0", "/story/1"]
    assert min(gaps(paper)) >= 1.49


async def test_a_host_that_did_not_answer_in_time_is_left_to_itself_for_as_long(
    database: Database, invite: Callable[..., Host], behind_the_press: Press
) -> None:
    async def stalling(request: Request, wire: Wire) -> Answer:
        if request.path == "/stall":
            await asyncio.sleep(1.6)
        return plain_answer(404, "") if request.path == "/robots.txt" else story(request.path)

    paper = invite("stalling.example", stalling)
    async with open_desk(settings(retries=0), database) as desk:
        await crawl_addresses(desk, ["http://stalling.example/stall", "http://stalling.example/story/1"])
    seen = sorted(paper.seen)
    stalled = next(number for number, each in enumerate(seen) if each[2] == "/stall")
    assert seen[stalled + 1][0] - seen[stalled][0] >= 1.95


async def test_a_host_that_refuses_is_not_knocked_at_once_for_each_page(
    desk: Desk, invite: Callable[..., Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(politeness, "PATIENCE", 0.45)
    monkeypatch.setattr("crawler.spiders.news.PATIENCE", 0.45)
    paths = [f"/story/{number}" for number in range(100)]
    for host, status in (("busy.example", 503), ("walled.example", 403)):

        async def refusing(request: Request, wire: Wire, status: int = status) -> Answer:
            if request.path == "/feed.xml":
                return feed(request.host, *paths)
            return plain_answer(404 if request.path == "/robots.txt" else status, "no\n")

        paper = invite(host, refusing)
        report = await crawl_source(desk, await add(desk, host, f"http://{host}/feed.xml"))
        assert report is not None
        assert report.state is RunState.FAILED
        assert "left alone" in (report.error or "")
        knocks = [path for path in paper.asked if path.startswith("/story")]
        assert len(knocks) <= (8 if status == 403 else 4), host


DAY = timedelta(hours=24)


def let_pass(database: Database, span: timedelta) -> None:
    """Have the archive look as it will when so much time has passed."""
    with database.write() as session:
        for mapper in Base.registry.mappers:
            table = table_of(mapper.class_)
            times = [column for column in table.columns if isinstance(column.type, UtcDateTime)]
            for row in session.execute(select(*table.primary_key, *times)).all() if times else ():
                earlier = {each.name: row._mapping[each] for each in times if row._mapping[each] is not None}
                mine = [key == row._mapping[key] for key in table.primary_key]
                moved = {name: moment - span for name, moment in earlier.items()}
                session.execute(update(table).where(*mine).values(moved)) if moved else None


async def a_day(database: Database, host: Host, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Requests in each hour of a day in which a source is crawled by schedule, by a new process each time."""
    monkeypatch.setattr(politeness, "PATIENCE", 0.2)
    monkeypatch.setattr("crawler.spiders.news.PATIENCE", 0.2)
    config = settings(delay=0).model_copy(update={"schedule": ScheduleConfig(look_again=timedelta(0))})
    hours, passed, known = [0] * 24, timedelta(0), 0
    async with open_desk(config, database) as desk:
        source_id = await add(desk, host.host, f"http://{host.host}/feed.xml")
    while passed < DAY:
        async with open_desk(config, database) as desk:
            await crawl_source(desk, source_id, scheduled=True)
        hours[int(passed / timedelta(hours=1))] += len(host.seen) - known
        known = len(host.seen)
        with database.read() as session:
            due_at = session.scalars(select(Source.due_at)).one()
        assert due_at is not None
        wait = max(due_at - datetime.now(UTC), timedelta(minutes=5))
        let_pass(database, wait)
        passed += wait
    return hours


@pytest.mark.parametrize("what", ["everything", "pages"])
async def test_a_host_that_refuses_all_day_sees_less_and_less_of_us(
    database: Database,
    invite: Callable[..., Host],
    behind_the_press: Press,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    async def refusing(request: Request, wire: Wire) -> Answer:
        if what == "everything" or request.path.startswith("/story"):
            return plain_answer(503, "busy\n")
        paths = [f"/story/{number}" for number in range(30)]
        return plain_answer(404, "") if request.path == "/robots.txt" else feed(request.host, *paths)

    busy = await a_day(database, invite("busy.example", refusing), monkeypatch)
    assert sum(busy) <= 45
    assert sum(busy[:2]) > sum(busy[2:4]) >= sum(busy[12:14])
    assert sum(busy[12:]) <= 6


async def test_what_a_portal_leads_astray_is_asked_for_again(desk: Desk, invite: Callable[..., Host]) -> None:
    """The login page of a network that we are in stands at a private address, for pages and robots.txt."""
    login = redirect(302, "http://127.0.0.2:9/login")

    async def page_alone(request: Request, wire: Wire) -> Answer:
        return plain_answer(404, "none\n") if request.path == "/robots.txt" else login

    async def all_of_it(request: Request, wire: Wire) -> Answer:
        return login

    invite("held.example", page_alone)
    invite("captured.example", all_of_it)
    await crawl_addresses(desk, ["http://held.example/story/1", "http://captured.example/story/1"])
    rows = await desk.archive.read(lambda s: s.execute(select(Page.url, Page.due_at, Page.reason)).all())
    soon = datetime.now(UTC) + timedelta(hours=2)
    assert {row.url: (row.reason or "").split(":")[0] for row in rows} == {
        "http://held.example/story/1": "private address",
        "http://captured.example/story/1": "private address",
    }
    assert all(row.due_at is not None and row.due_at < soon for row in rows)
