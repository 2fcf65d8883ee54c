"""Every way in which an address can misbehave costs that address alone, with the reason recorded."""

from sqlalchemy import select

from crawler.crawl import crawl_addresses
from crawler.desk import Desk
from newsite.press import Press
from storage.models import Article, Page, PageState, Visit

SITE = "http://behaviours.example"

STORED = [
    "/article/1",
    "/gzip",
    "/brotli",
    "/zstd",
    "/plain",
    "/chunked",
    "/charset/missing-1251",
    "/broken-bytes",
    "/untyped",
    "/redirect-chain/3",
    "/flaky?fail=1",
    "/retry-after/503",
    "/retry-after/429",
]

NOT_STORED = [
    ("/status/403", "http 403", PageState.FAILED),
    ("/status/404", "http 404", PageState.GONE),
    ("/status/410", "http 410", PageState.GONE),
    ("/status/500", "http 500", PageState.FAILED),
    ("/redirect-loop", "redirect loop", PageState.FAILED),
    ("/stall", "timeout", PageState.FAILED),
    ("/drip?seconds=30", "timeout", PageState.FAILED),
    ("/cut", "cut short", PageState.FAILED),
    ("/huge", "too large", PageState.FAILED),
    ("/gzip-bomb", "too large", PageState.FAILED),
    ("/reset", "connection lost", PageState.FAILED),
    ("/hang-up", "connection lost", PageState.FAILED),
    ("/not-http", "connection lost", PageState.FAILED),
    ("/private/diary", "robots.txt", PageState.FORBIDDEN),
    ("/pdf", "not html", PageState.REJECTED),
    ("/pdf/as-html", "not html", PageState.REJECTED),
    ("/image", "not html", PageState.REJECTED),
    ("/image/as-html", "not html", PageState.REJECTED),
    ("/json", "not html", PageState.REJECTED),
    ("/empty", "empty", PageState.REJECTED),
    ("/empty/spaces", "empty", PageState.REJECTED),
    ("/deep", "too deep", PageState.REJECTED),
    ("/soft-404", "error page", PageState.REJECTED),
    ("/redirect-to?url=http://127.0.0.2:9/latest", "private address", PageState.FAILED),
]


async def states(desk: Desk) -> list[tuple[str, PageState]]:
    rows = await desk.archive.read(lambda session: session.execute(select(Page.url, Page.state)).all())
    return [(url.removeprefix(SITE), state) for url, state in rows]


async def test_good_pages_are_stored_however_they_come(desk: Desk) -> None:
    report = await crawl_addresses(desk, [SITE + path for path in STORED])
    with_failures = {path: state for path, state in await states(desk) if state is not PageState.STORED}
    assert with_failures == {}
    assert report.counts.new + report.counts.duplicate + report.counts.unchanged == len(STORED)


async def test_bad_pages_are_recorded_with_their_reason_and_stop_nobody(desk: Desk) -> None:
    addresses = [SITE + path for path, _, _ in NOT_STORED]
    addresses += ["http://nobody.example/a", SITE + "/article/2"]
    report = await crawl_addresses(desk, addresses)
    rows = await desk.archive.read(lambda s: s.execute(select(Page.url, Page.state, Page.reason)).all())
    found = {url.removeprefix(SITE): ((reason or "").split(":")[0], state) for url, state, reason in rows}
    expected = {path: (reason, state) for path, reason, state in NOT_STORED}
    assert {path: found.get(path) for path in expected} == expected
    assert found["/article/2"][1] is PageState.STORED
    assert report.counts.new == 1


async def test_each_fetch_is_a_visit_with_its_cost(desk: Desk) -> None:
    await crawl_addresses(desk, [f"{SITE}/redirect-to?url=/article/3"])
    visit = await desk.archive.read(lambda session: session.scalars(select(Visit)).one())
    assert (visit.status, visit.outcome, visit.final_url) == (200, "new", f"{SITE}/article/3")
    assert visit.size > 500
    assert visit.milliseconds is not None


async def test_tls_errors_and_closed_ports_are_told_apart(desk: Desk, behind_the_press: Press) -> None:
    await crawl_addresses(
        desk, [f"{behind_the_press.tls_url}/article/1", f"{behind_the_press.refused_url}/article/1"]
    )
    rows = await desk.archive.read(lambda s: s.execute(select(Page.url, Page.reason)).all())
    # The host is asked for robots.txt first, and where that fails for nothing else.
    reasons = {url.split(":")[0]: reason for url, reason in rows}
    assert reasons["https"].startswith("tls error: asked 127.0.0.1")
    assert reasons["http"].startswith("connection refused: asked 127.0.0.1")


async def test_a_page_that_comes_under_two_addresses_is_one_article(desk: Desk) -> None:
    report = await crawl_addresses(desk, [f"{SITE}/article/4", f"{SITE}/redirect-to?url=/article/4"])
    assert (report.counts.new, report.counts.unchanged) == (1, 1)
    assert len(await desk.archive.read(lambda s: s.scalars(select(Article)).all())) == 1
