"""The press as a server: a proxy that keeps count."""

import asyncio
import json
import socket
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import pytest

from newsite.conftest import Get
from newsite.press import Press, running_press

GAZETTE = "http://www.harbour-gazette.example"


async def test_a_host_that_nobody_has_is_a_502(get: Get) -> None:
    assert (await get("http://nobody.example/")).status == 502


async def test_connect_is_refused_and_counted(press: Press) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(press.proxy_url.rpartition(":")[2]))
    writer.write(b"CONNECT www.harbour-gazette.example:443 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"405"
    writer.close()
    assert press.stats["www.harbour-gazette.example"].https_refused == 1


async def test_what_is_no_http_is_a_400(press: Press) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(press.proxy_url.rpartition(":")[2]))
    writer.write(b"good morning\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"400"
    writer.close()


@pytest.mark.parametrize("path", ["/feed/", "/wp-sitemap-posts-post-1.xml", "/about/", "/"])
async def test_what_has_not_changed_is_a_304(press: Press, get: Get, path: str) -> None:
    first = await get(GAZETTE + path)
    again = await get(GAZETTE + path, If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    other = await get(GAZETTE + path, If_None_Match='"other"')
    assert other.status == 200
    assert press.stats["www.harbour-gazette.example"].not_modified == 1


async def test_dates_are_compared_where_there_is_no_etag(press: Press, get: Get) -> None:
    page = next(article.url for article in press.articles if article.host == "www.obertal-anzeiger.example")
    modified = (await get(page)).headers["Last-Modified"]
    assert (await get(page, If_Modified_Since=modified)).status == 304
    assert (await get(page, If_Modified_Since="Thu, 01 Jan 2026 00:00:00 GMT")).status == 200
    assert (await get(page, If_Modified_Since="the day before yesterday")).status == 200


async def test_an_edition_ends_the_304s(press: Press, get: Get) -> None:
    first = await get(f"{GAZETTE}/feed/")
    await get("http://press.example/__edition/2")
    assert press.edition == 2
    assert (await get(f"{GAZETTE}/feed/", If_None_Match=first.headers["ETag"])).status == 200


async def test_visits_are_counted(press: Press, get: Get) -> None:
    await get(f"{GAZETTE}/robots.txt", User_Agent="A/1.0")
    await get(f"{GAZETTE}/members/secret", User_Agent="A/1.0")
    await asyncio.sleep(0.05)
    await get(f"{GAZETTE}/", User_Agent="B/2.0")
    tally = press.stats["www.harbour-gazette.example"]
    assert tally.paths == {"/robots.txt": 1, "/members/secret": 1, "/": 1}
    assert tally.user_agents == {"A/1.0": 2, "B/2.0": 1}
    assert tally.statuses == {"200": 2, "404": 1, "broken": 0}
    assert tally.robots_violations == 1
    assert tally.max_active == 1
    assert tally.shortest_gap is not None
    assert 0.04 < tally.shortest_gap < 1
    told = json.loads((await get("http://press.example/__stats")).body)
    assert told["hosts"]["www.harbour-gazette.example"]["requests"] == told["total"]["requests"] == 3
    press.forget()
    assert press.stats == {}


async def test_requests_at_one_time_are_noticed(press: Press, get: Get) -> None:
    press.latency = 0.05
    await asyncio.gather(*(get(f"{GAZETTE}/") for _ in range(4)))
    assert press.stats["www.harbour-gazette.example"].max_active == 4


async def test_nobody_listens_at_the_closed_port(press: Press) -> None:
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", int(press.refused_url.rpartition(":")[2]))


def test_a_press_in_a_thread_serves_what_blocks() -> None:
    with running_press() as press:
        opener = build_opener(ProxyHandler({"http": press.proxy_url}))
        with opener.open("http://radio-ansty.example/rss.xml", timeout=5) as answer:
            assert b"quiz-night" not in answer.read()
        with pytest.raises(HTTPError, match="502"):
            opener.open("http://nobody.example/", timeout=5)
        opener.close()
        assert press.stats["radio-ansty.example"].requests == 1


def test_a_port_that_is_taken_is_said_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"), running_press(port=taken.getsockname()[1]):
            pass
