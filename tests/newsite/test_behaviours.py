"""The behaviours: each does on the wire what its name says."""

import asyncio
import gzip
import ssl
import time
from html import unescape

import pytest
from aiohttp import ClientError, ClientPayloadError, ClientSession, ServerDisconnectedError

from newsite.behaviours.encodings import BOMB_SIZE, CHARSETS, STORIES
from newsite.behaviours.robots import ROBOTS
from newsite.behaviours.seeds import TROUBLES
from newsite.behaviours.site import ROUTES
from newsite.conftest import Get
from newsite.press import Press


async def raw(press: Press, path: str, limit: int = 100_000) -> bytes:
    """What comes over the wire until it closes, or until `limit` bytes."""
    port = int(press.direct_urls["behaviours.example"].rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        got = bytearray()
        while len(got) < limit and (piece := await reader.read(65_536)):
            got += piece
        return bytes(got)
    finally:
        writer.close()


@pytest.mark.parametrize("status", [403, 404, 410, 500, 503])
async def test_statuses(get: Get, status: int) -> None:
    assert (await get(f"/status/{status}")).status == status


async def test_an_unknown_behaviour_or_variant_is_a_404(get: Get) -> None:
    assert (await get("/no-such-thing")).status == 404
    assert (await get("/charset/no-such-charset")).status == 404
    assert (await get("/article/first")).status == 404


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after(get: Get, status: int) -> None:
    first = await get(f"/retry-after/{status}?seconds=2")
    assert (first.status, first.headers["Retry-After"]) == (status, "2")
    assert (await get(f"/retry-after/{status}?seconds=2")).status == 200
    assert "GMT" in (await get(f"/retry-after/{status}?form=date")).headers["Retry-After"]


async def test_flaky_fails_as_often_as_asked(get: Get) -> None:
    assert [(await get("/flaky?fail=2")).status for _ in range(4)] == [503, 503, 200, 200]


async def test_redirects(get: Get) -> None:
    for path, location in {
        "/redirect-loop": "/redirect-loop/back",
        "/redirect-loop/back": "/redirect-loop",
        "/redirect-to?url=http://10.0.0.1/": "http://10.0.0.1/",
        "/redirect-chain/3": "/redirect-chain/2",
    }.items():
        assert (await get(path)).headers["Location"] == location
    assert (await get("/redirect-chain/0")).status == 200


async def test_slow_and_drip_take_their_time(get: Get) -> None:
    for path in ("/slow?seconds=0.2", "/drip?seconds=0.2"):
        begun = time.monotonic()
        assert (await get(path)).status == 200
        assert time.monotonic() - begun >= 0.19


async def test_a_press_ends_though_somebody_still_waits(press: Press) -> None:
    port = int(press.direct_urls["behaviours.example"].rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /stall HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    await press.__aexit__()
    await reader.read()
    writer.close()


@pytest.mark.parametrize("path", ["/cut", "/cut/chunked", "/reset/body"])
async def test_a_body_ends_too_early(get: Get, path: str) -> None:
    with pytest.raises((ClientPayloadError, ConnectionResetError)):
        await get(path)


@pytest.mark.parametrize(("path", "error"), [("/reset", ClientError), ("/hang-up", ServerDisconnectedError)])
async def test_no_answer_comes(get: Get, path: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await get(path)


async def test_an_answer_that_is_no_http(press: Press) -> None:
    assert (await raw(press, "/not-http")).startswith(b"220 mail")


async def test_chunks_that_end_well(get: Get) -> None:
    page = await get("/chunked")
    assert page.headers["Transfer-Encoding"] == "chunked"
    assert page.body.endswith(b"</html>\n")


async def test_a_body_without_end(press: Press) -> None:
    assert len(await raw(press, "/huge", limit=10_000_000)) >= 10_000_000
    assert b"Content-Length: 10000000000" in await raw(press, "/huge/declared", limit=500)


@pytest.mark.parametrize("coding", ["gzip", "brotli", "zstd"])
async def test_content_codings(get: Get, coding: str) -> None:
    page = await get(f"/{coding}")
    assert page.headers["Content-Encoding"] == {"brotli": "br"}.get(coding, coding)
    assert b"<article>" in page.body


async def test_codings_that_lie(press: Press) -> None:
    head, _, body = (await raw(press, "/gzip-not")).partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    assert body.startswith(b"<!doctype")
    _, _, body = (await raw(press, "/gzip-cut")).partition(b"\r\n\r\n")
    with pytest.raises(EOFError):
        gzip.decompress(body)


async def test_a_bomb_is_small_until_it_is_opened(press: Press) -> None:
    packed = (await raw(press, "/gzip-bomb", limit=1_000_000)).partition(b"\r\n\r\n")[2]
    assert len(packed) < BOMB_SIZE / 500
    assert len(gzip.decompress(packed)) > BOMB_SIZE


@pytest.mark.parametrize("name", CHARSETS)
async def test_charsets(get: Get, name: str) -> None:
    language, real, in_header, in_meta = CHARSETS[name]
    page = await get(f"/charset/{name}")
    assert STORIES[language].paragraphs[0] in unescape(page.body.decode(real))
    assert page.headers["Content-Type"].partition("charset=")[2] == (in_header or "")
    assert (f'<meta charset="{in_meta}">' in page.body.decode(real)) == bool(in_meta)


@pytest.mark.parametrize(
    ("path", "kind", "begins"),
    [
        ("/pdf", "application/pdf", b"%PDF"),
        ("/pdf/as-html", "text/html; charset=utf-8", b"%PDF"),
        ("/image", "image/png", b"\x89PNG"),
        ("/json", "application/json", b"{"),
        ("/untyped", None, b"<!doctype html>"),
        ("/empty", "text/html; charset=utf-8", b""),
        ("/soft-404", "text/html; charset=utf-8", b"<!doctype html>"),
        ("/broken-bytes", "text/html; charset=utf-8", b"<!doctype html>"),
        ("/wide", "text/html; charset=utf-8", b"<!doctype html>"),
        ("/app", "text/html; charset=utf-8", b"<!doctype html>"),
    ],
)
async def test_documents(get: Get, path: str, kind: str | None, begins: bytes) -> None:
    page = await get(path)
    assert page.status == 200
    assert page.headers.get("Content-Type") == kind
    assert page.body[: max(len(begins), 1)][: len(begins)] == begins


async def test_deep(get: Get) -> None:
    assert (await get("/deep")).body.count(b"<div>") == 50_000


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/feed.xml?articles=3", b"/article/3<"),
        ("/mixed-feed.xml", TROUBLES[-1].encode()),
        ("/broken-feed", b"Fish & chips"),
        ("/empty-feed", b"</channel>"),
        ("/empty-feed/bytes", b""),
        ("/html-feed", b"<!doctype html>"),
        ("/strange-feed", b"javascript:"),
        ("/entity-feed", b"<!ENTITY l9"),
        ("/loop-sitemap.xml", b"/loop-sitemap.xml<"),
        ("/endless-sitemap.xml?page=4", b"page=9<"),
        ("/cut-sitemap.xml", b"<urlset"),
        ("/sitemap-3.xml", b"/article/3<"),
    ],
)
async def test_seeds(get: Get, path: str, says: bytes) -> None:
    seed = await get(path)
    assert "xml" in seed.headers["Content-Type"]
    assert says in seed.body


async def test_a_full_sitemap_and_its_gzipped_twin(get: Get) -> None:
    plain, packed = await get("/sitemap-50000.xml"), await get("/sitemap-50000.xml.gz")
    assert plain.body.count(b"<loc>") == 50_000
    assert gzip.decompress(packed.body) == plain.body


async def test_articles_in_any_number_differ(get: Get) -> None:
    pages = {(await get(f"/article/{number}")).words for number in range(1, 60)}
    assert len(pages) == 59


@pytest.mark.parametrize(
    ("host", "status", "says"),
    [
        ("behaviours.example", 200, b"Disallow: /private/"),
        ("robots-500.example", 500, b""),
        ("robots-404.example", 404, b""),
        ("robots-403.example", 403, b""),
        ("robots-moved.example", 301, b""),
        ("robots-html.example", 200, b"<!doctype html>"),
        ("robots-closed.example", 200, b"Disallow: /\n"),
        ("robots-delay.example", 200, b"Crawl-delay: 0.3"),
        ("robots-huge.example", 200, b"/nothing/44999"),
    ],
)
async def test_robots(get: Get, host: str, status: int, says: bytes) -> None:
    rules = await get(f"http://{host}/robots.txt")
    assert rules.status == status
    assert says in rules.body
    assert (await get(f"http://{host}/article/1")).status == 200


async def test_slow_robots(get: Get) -> None:
    assert "robots-slow.example" in ROBOTS
    assert (await get("http://robots-slow.example/robots.txt?seconds=0.01")).status == 200


async def test_what_robots_closes_is_counted(press: Press, get: Get) -> None:
    await get("/private/diary")
    await get("http://robots-closed.example/article/1")
    assert press.stats["behaviours.example"].robots_violations == 1
    assert press.stats["robots-closed.example"].robots_violations == 1


async def test_a_certificate_that_nobody_signed(press: Press) -> None:
    async with ClientSession() as session:
        with pytest.raises(ClientError, match="CERTIFICATE_VERIFY_FAILED"):
            await session.get(f"{press.tls_url}/article/1")
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        async with session.get(f"{press.tls_url}/feed.xml", ssl=trusting) as answer:
            assert f"<link>{press.tls_url}/article/1</link>" in await answer.text()


def test_every_route_says_what_it_does() -> None:
    assert [
        route for route, behaviour in ROUTES.items() if not behaviour.__doc__ and "robots" not in route
    ] == []
