"""Discovery stores what a site offers and nothing that stands in for it, however the site misbehaves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from crawler.crawl import crawl_source
from crawler.desk import Desk
from crawler.discover import Discovery, DiscoveryFailed, discover, preview
from crawler.seeds.reader import DEPTH
from newsite.press import Press
from storage.models import RunState, SeedKind
from storage.seeds import SeedState, seeds_of
from storage.sources import SeedDraft, SourceDraft, add_source

SITE = "http://behaviours.example"

Answers = dict[str, Callable[[], web.Response]]
Serve = Callable[[Answers], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves answers by path on loopback, 404 elsewhere; gives the site's address."""
    servers = []

    async def start(answers: Answers) -> str:
        async def answer(request: web.Request) -> web.Response:
            made = answers.get(request.path)
            return made() if made else web.Response(status=404)

        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("/"))

    yield start
    for server in servers:
        await server.close()


def home_naming(*paths: str) -> Callable[[], web.Response]:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in paths)
    return lambda: web.Response(
        text=f"<html><head>{links}</head><body>News</body></html>", content_type="text/html"
    )


def status(code: int) -> Callable[[], web.Response]:
    return lambda: web.Response(status=code)


async def add(desk: Desk, url: str, *seeds: SeedDraft) -> int:
    draft = SourceDraft(name="Paper", url=url, seeds=seeds)
    return await desk.archive.write(lambda session: add_source(session, draft, datetime.now(UTC)).id)


async def stored_seeds(desk: Desk, source_id: int) -> list[SeedState]:
    return await desk.archive.read(lambda session: seeds_of(session, source_id))


@pytest.mark.parametrize("code", [404, 410])
async def test_a_named_feed_that_is_gone_leaves_the_front_page(desk: Desk, serve: Serve, code: int) -> None:
    url = await serve({"/": home_naming("/news.rss"), "/news.rss": status(code)})
    discovery = await discover(desk, url)
    assert discovery.seeds == (SeedDraft(url=url, kind=SeedKind.SECTION),)
    assert discovery.problems == (f"{url}news.rss: http {code}",)


@pytest.mark.parametrize("code", [500, 503, 429])
async def test_a_named_feed_that_is_down_stores_nothing_until_it_is_up(
    desk: Desk, serve: Serve, code: int
) -> None:
    answers: Answers = {"/": home_naming("/gone.rss", "/news.rss"), "/news.rss": status(code)}
    url = await serve(answers)
    with pytest.raises(DiscoveryFailed, match=rf"news\.rss: http {code}"):
        await discover(desk, url)


async def test_a_source_whose_feed_was_down_is_explored_again_by_the_next_run(
    desk: Desk, serve: Serve
) -> None:
    answers: Answers = {"/": home_naming("/news.rss"), "/news.rss": status(500)}
    source_id = await add(desk, url := await serve(answers))
    report = await crawl_source(desk, source_id)
    assert (report.state, await stored_seeds(desk, source_id)) == (RunState.FAILED, [])
    assert "news.rss" in (report.error or "")
    feed = '<rss version="2.0"><channel><title>Paper</title></channel></rss>'
    answers["/news.rss"] = lambda: web.Response(text=feed, content_type="application/rss+xml")
    assert (await crawl_source(desk, source_id)).state is RunState.DONE
    found = [(seed.url, seed.kind) for seed in await stored_seeds(desk, source_id)]
    assert found == [(f"{url}news.rss", SeedKind.FEED)]


async def test_a_feed_that_is_down_does_not_hide_another(desk: Desk, serve: Serve) -> None:
    feed = '<rss version="2.0"><channel><title>Paper</title></channel></rss>'
    answers: Answers = {
        "/": home_naming("/down.rss", "/news.rss"),
        "/down.rss": status(500),
        "/news.rss": lambda: web.Response(text=feed, content_type="application/rss+xml"),
    }
    url = await serve(answers)
    discovery = await discover(desk, url)
    assert [seed.url for seed in discovery.seeds] == [f"{url}news.rss"]


@pytest.mark.parametrize("named", [[], ["/news.rss"]])
async def test_a_stop_during_discovery_stores_nothing(desk: Desk, serve: Serve, named: list[str]) -> None:
    page = home_naming(*named)

    def stop_and_answer() -> web.Response:
        desk.stop()
        return page()

    url = await serve({"/": stop_and_answer})
    with pytest.raises(DiscoveryFailed, match="stopped"):
        await discover(desk, url)


async def test_a_relative_sitemap_in_robots_txt_is_found(desk: Desk, serve: Serve) -> None:
    body = "<urlset><url><loc>/story</loc></url></urlset>"
    answers: Answers = {
        "/": home_naming(),
        "/robots.txt": lambda: web.Response(text="Sitemap: /pages.xml\n"),
        "/pages.xml": lambda: web.Response(text=body, content_type="application/xml"),
    }
    url = await serve(answers)
    assert (await discover(desk, url)).seeds == (SeedDraft(url=f"{url}pages.xml", kind=SeedKind.SITEMAP),)


async def test_an_endless_index_ends(desk: Desk, press: Press) -> None:
    seed = SeedDraft(url=f"{SITE}/endless-sitemap.xml", kind=SeedKind.SITEMAP)
    source_id = await add(desk, f"{SITE}/", seed)
    assert (await crawl_source(desk, source_id)).state is RunState.DONE
    assert len(await stored_seeds(desk, source_id)) == 2 ** (DEPTH + 1) - 1


async def test_an_index_that_contains_itself_is_read_once(desk: Desk, press: Press) -> None:
    source_id = await add(desk, f"{SITE}/", SeedDraft(url=f"{SITE}/loop-sitemap.xml", kind=SeedKind.SITEMAP))
    report = await crawl_source(desk, source_id)
    assert (report.state, report.counts.found) == (RunState.DONE, 10)
    assert press.stats["behaviours.example"].paths["/loop-sitemap.xml"] == 1


async def test_a_site_that_moved_to_another_domain_is_crawled_there(desk: Desk) -> None:
    elsewhere = "http://robots-404.example/sitemap-3.xml"
    seed = SeedDraft(url=f"{SITE}/redirect-to?url={elsewhere}", kind=SeedKind.SITEMAP)
    report = await crawl_source(desk, await add(desk, f"{SITE}/", seed))
    assert (report.state, report.counts.found) == (RunState.DONE, 3)


@pytest.mark.parametrize(
    "bad", [("/html-feed", SeedKind.SITEMAP), ("/html-feed", SeedKind.FEED), ("/status/404", SeedKind.FEED)]
)
async def test_a_preview_passes_over_a_seed_that_cannot_be_read(
    desk: Desk, bad: tuple[str, SeedKind]
) -> None:
    seeds = (
        SeedDraft(url=SITE + bad[0], kind=bad[1]),
        SeedDraft(url=f"{SITE}/feed.xml", kind=SeedKind.FEED),
    )
    readings = await preview(desk, Discovery(url=f"{SITE}/", name="behaviours", seeds=seeds), count=1)
    assert [reading.article is not None for reading in readings] == [True]
