"""No stranger's word leads a crawl into our own network: every way in is tried through the real program."""

import asyncio
import socket
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.config import Config
from crawler.crawl import crawl_addresses, crawl_source
from crawler.desk import Desk, open_desk
from crawler.discover import DiscoveryFailed, discover, fetch_page
from crawler.failures import FetchFailed
from newsite.ways_in import CLOSED, OPEN
from storage.models import Page, PageState, SeedKind
from storage.session import open_database
from storage.sources import SeedDraft, SourceDraft, add_source

PUBLIC = "93.184.216.34"
SITE = "http://paper.example"
WAYS = [(reason, url) for reason, urls in CLOSED.items() for url in urls]
SOME = WAYS[::12]
WORDS = " ".join(
    f"The harbour wall of Ansty was word{n} mended before the gales of autumn came." for n in range(40)
)


@dataclass
class Strangers:
    """All that answers on the network: hosts of whatever name, their answers by address."""

    port: int = 0
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Per address without its scheme: a Location or "", and a body."""
    asked: list[str] = field(default_factory=list)
    """Host and path of each request that came."""

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (head := await reader.readuntil(b"\r\n\r\n")) and self.answer(
                head.decode("latin-1"), writer
            ):
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, head: str, writer: asyncio.StreamWriter) -> bool:
        method, target, _ = head.split("\r\n")[0].split(" ")
        host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host: "))
        address = target.partition("://")[2] or host + target
        self.asked.append(target if method == "CONNECT" else address)
        location, body = self.answers.get(address.partition("?")[0], ("", ""))
        status = (
            "403 No" if method == "CONNECT" else "302 Found" if location else "200 OK" if body else "404 No"
        )
        kind = "application/xml" if body.startswith("<?xml") else "text/html; charset=utf-8"
        rows = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", f"Content-Type: {kind}"]
        rows += [f"Location: {location}"] if location else []
        writer.write(("\r\n".join(rows) + "\r\n\r\n").encode("utf-8") + body.encode())
        return method != "CONNECT"

    @property
    def hosts(self) -> set[str]:
        return {address.partition("/")[0] for address in self.asked}

    def publish(self, path: str, *, location: str = "", head: str = "") -> str:
        body = (
            ""
            if location
            else f"<html><head>{head}<title>Wall {path}</title></head><body><h1>The wall {path}</h1>"
        )
        self.answers[f"paper.example{path}"] = (
            location,
            body and f"{body}<p>{path} {WORDS}</p></body></html>",
        )
        return SITE + path


@pytest.fixture
async def strangers() -> AsyncIterator[Strangers]:
    found = Strangers()
    server = await asyncio.start_server(found.converse, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()


@dataclass
class Network:
    """What the program does with the real sockets, and what names resolve to."""

    names: dict[str, list[list[str]]]
    """The answers to each further question; the last of them stays."""
    here: dict[str, int] = field(default_factory=dict)
    """Addresses that stand on this machine, with the port."""
    connected: list[str] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)


@pytest.fixture
def network(strangers: Strangers, monkeypatch: pytest.MonkeyPatch) -> Network:
    """Without a proxy: names are ours to give, and connections to public addresses end on this machine."""
    found = Network(names={"paper.example": [[PUBLIC]]}, here={PUBLIC: strangers.port})
    really_connect = socket.socket.connect

    def getaddrinfo(host: str, port: int, *_rest: Any, **_named: Any) -> list[Any]:
        found.resolved.append(host)
        answers = found.names.get(host.rstrip("."))
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        kinds = [
            (socket.AF_INET6, (a, port, 0, 0)) if ":" in a else (socket.AF_INET, (a, port)) for a in addresses
        ]
        return [(family, socket.SOCK_STREAM, 6, "", where) for family, where in kinds]

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            found.connected.append(address[0])
            if address[0] not in found.here:
                raise ConnectionRefusedError(f"nobody at {address}")
            address = ("127.0.0.1", found.here[address[0]])
        really_connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", connect)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return found


@pytest.fixture
async def desk(quick: Config, sqlite_path: Path) -> AsyncIterator[Desk]:
    crawl = quick.crawl.model_copy(
        update={"allow_private": ["wiki.corp"], "retries": 0, "download_timeout": 20.0}
    )
    with open_database(str(sqlite_path)) as database:
        async with open_desk(quick.model_copy(update={"crawl": crawl}), database) as desk:
            yield desk


async def add(desk: Desk, home: str, **seeds: SeedKind) -> int:
    drafts = tuple(SeedDraft(url=f"{home}/{name}", kind=kind) for name, kind in seeds.items())
    draft = SourceDraft(name=home, url=home, seeds=drafts)
    return await desk.archive.write(lambda session: add_source(session, draft, datetime.now(UTC)).id)


async def reasons(desk: Desk) -> dict[str, str]:
    """Why each page is not stored; of those that are, "stored"."""
    rows = await desk.archive.read(lambda s: s.execute(select(Page.url, Page.state, Page.reason)).all())
    return {
        url: "stored" if state is PageState.STORED else (why or "").split(":")[0] for url, state, why in rows
    }


def feed(*links: str) -> str:
    items = "".join(f"<item><title>Wall</title><link>{escape(link)}</link></item>" for link in links)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>P</title>{items}</channel></rss>'


def sitemap(kind: str, item: str, *links: str) -> str:
    items = "".join(f"<{item}><loc>{escape(link)}</loc></{item}>" for link in links)
    return (
        f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</{kind}>'
    )


def written(url: str) -> str:
    """An address as a header can hold it, and a feed."""
    return url.replace("\n", "").replace("\t", "")


@pytest.fixture(params=["direct", "by proxy"])
def reached(
    request: pytest.FixtureRequest, strangers: Strangers, network: Network, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Where all connections have to go: to the site's address, or to the user's proxy."""
    if request.param == "direct":
        return PUBLIC
    network.here["127.0.0.1"] = strangers.port
    network.names["proxy.corp"] = [["127.0.0.1"]]
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://proxy.corp:3128")
    return "127.0.0.1"


async def test_what_a_site_names_leads_nowhere_else(
    desk: Desk, strangers: Strangers, network: Network, reached: str
) -> None:
    ways = WAYS if reached == PUBLIC else WAYS[::4]
    urls = [written(url) for _, url in ways]
    told = {
        strangers.publish(f"/to/{n}", location=url): reason
        for n, ((reason, _), url) in enumerate(zip(ways, urls, strict=True))
    }
    some = [escape(written(url)) for _, url in SOME]
    refreshing = [
        strangers.publish(f"/refresh/{n}", head=f'<meta http-equiv="refresh" content="0;url={url}">')
        for n, url in enumerate(some)
    ]
    canonical = [
        strangers.publish(
            f"/canonical/{n}",
            head=f'<link rel="canonical" href="{url}"><meta property="og:url" content="{url}">',
        )
        for n, url in enumerate(some)
    ]
    strangers.answers["paper.example/feed"] = ("", feed(*urls, *told, *refreshing, *canonical))
    strangers.answers["paper.example/map"] = (
        "",
        sitemap("sitemapindex", "sitemap", *urls[::15], f"{SITE}/flat"),
    )
    strangers.answers["paper.example/flat"] = ("", sitemap("urlset", "url", *urls))
    source_id = await add(desk, SITE, feed=SeedKind.FEED, map=SeedKind.SITEMAP)
    await crawl_source(desk, source_id)
    assert strangers.hosts == {"paper.example"}
    assert set(network.connected) == {reached}
    assert set(network.resolved) == {"paper.example" if reached == PUBLIC else "proxy.corp"}

    found = await reasons(desk)
    assert {found[url] for url in canonical} == {"stored"}
    by_reason: dict[str, Counter[str]] = defaultdict(Counter)
    for url, reason in told.items():
        by_reason[reason][found[url]] += 1
    for reason in ("private address", "credentials", "port"):
        assert set(by_reason[reason]) == {reason}
    # What is no address is none to the redirecting itself, or a path of the site; it follows no other scheme.
    elsewhere = {"host", "private address", "broken answer", "http 404", "http 302"}
    assert set().union(*(by_reason[reason] for reason in ("host", "scheme", "trick"))) <= elsewhere
    for reason, usual in (("host", "host"), ("scheme", "http 302")):
        assert by_reason[reason][usual] > by_reason[reason].total() / 3
    straight = {why for url, why in found.items() if not url.startswith(SITE)}
    assert straight == {"private address", "port", "host"}  # the others are no addresses of pages


async def test_what_a_name_resolves_to_is_where_the_connection_goes(
    desk: Desk, strangers: Strangers, network: Network
) -> None:
    inside = [
        "10.0.0.1",
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1%eth0",
        "64:ff9b::7f00:1",
        "169.254.169.254",
    ]
    network.names |= {f"n{n}.paper.example": [[address]] for n, address in enumerate(inside)}
    network.names["all.paper.example"] = [inside]
    network.names["mixed.paper.example"] = [["10.0.0.1", "::1", PUBLIC, "127.0.0.1"]]
    for name in network.names:
        strangers.answers[f"{name}/a"] = (
            "",
            f"<html><title>The {name}</title><h1>{name}</h1><p>{name} {WORDS}</p>",
        )
    await crawl_addresses(desk, [f"http://{name}/a" for name in network.names])
    assert set(network.connected) == {PUBLIC}
    found = await reasons(desk)
    assert {url: why for url, why in found.items() if why != "private address"} == {
        "http://paper.example/a": "stored",
        "http://mixed.paper.example/a": "stored",
    }
    assert len(found) == len(network.names)
    told = await desk.archive.read(
        lambda s: s.scalars(select(Page.reason).where(Page.reason.is_not(None))).all()
    )
    assert all("crawl.allow_private can allow it" in reason for reason in told)


async def test_a_name_that_changes_its_answer_gains_nothing(
    desk: Desk, strangers: Strangers, network: Network
) -> None:
    for name in ("first", "then"):
        strangers.answers[f"{name}.paper.example/a"] = (
            "",
            f"<html><h1>{name} wall</h1><p>{name} {WORDS}</p>",
        )
    # What was public when it was judged is connected to, whatever the name says the moment after.
    network.names["first.paper.example"] = [[PUBLIC], ["127.0.0.1"]]
    network.names["then.paper.example"] = [["127.0.0.1"], [PUBLIC]]
    urls = [f"http://{name}.paper.example/a" for name in ("first", "then")]
    await crawl_addresses(desk, urls)
    assert network.resolved.count("first.paper.example") == 1
    assert (await reasons(desk)) == {urls[0]: "stored", urls[1]: "private address"}
    await crawl_addresses(desk, urls)  # anew, with new connections
    assert (await reasons(desk)) == {urls[0]: "private address", urls[1]: "stored"}
    assert set(network.connected) == {PUBLIC}


async def test_a_proxy_resolves_names_and_is_reached_through_no_other_door(
    desk: Desk, strangers: Strangers, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.here["10.9.9.9"] = strangers.port
    network.names |= {"proxy.example": [["10.9.9.9"]], "direct.example": [["10.9.9.9"]]}
    monkeypatch.setenv("http_proxy", "http://proxy.example:8080")
    monkeypatch.setenv("no_proxy", "direct.example,proxy.example")
    page = strangers.publish("/a")
    to_proxy = strangers.publish("/to/proxy", location="http://proxy.example:8080/a")
    await crawl_addresses(desk, [page, to_proxy, "http://proxy.example:8080/a", "http://direct.example/a"])
    found = await reasons(desk)
    assert found.pop(page) == "stored"
    assert set(found.values()) == {"private address"}
    assert strangers.hosts == {"paper.example"}


async def test_an_allowed_host_is_open_to_its_own_crawls_alone(
    desk: Desk, strangers: Strangers, network: Network
) -> None:
    network.here["10.0.0.5"] = strangers.port
    network.names["wiki.corp"] = [["10.0.0.5", "10.0.0.6"]]
    strangers.answers["wiki.corp/feed"] = ("", feed("http://wiki.corp/own", f"{SITE}/by-wiki"))
    for path in ("own", "secret"):
        strangers.answers[f"wiki.corp/{path}"] = ("", f"<html><h1>The {path}</h1><p>{path} {WORDS}</p>")
    strangers.publish("/by-wiki")
    strangers.publish("/to-wiki", location="http://wiki.corp/secret")
    strangers.answers["paper.example/feed"] = ("", feed("http://wiki.corp/named", f"{SITE}/to-wiki"))
    own, public = [await add(desk, home, feed=SeedKind.FEED) for home in ("http://wiki.corp", SITE)]
    for _ in range(2):  # connections to it are open already the second time
        await asyncio.gather(crawl_source(desk, own), crawl_source(desk, public))
    assert await reasons(desk) == {
        "http://wiki.corp/own": "stored",
        f"{SITE}/by-wiki": "stored",
        f"{SITE}/to-wiki": "private address",
        "http://wiki.corp/named": "private address",
    }
    by_hand = strangers.publish("/again", location="http://wiki.corp/secret")
    await crawl_addresses(desk, ["http://wiki.corp/secret", by_hand])
    found = await reasons(desk)
    assert (found["http://wiki.corp/secret"], found[by_hand]) == ("stored", "private address")
    assert "10.0.0.6" not in network.connected


async def test_what_is_typed_is_judged_as_well(desk: Desk, strangers: Strangers, network: Network) -> None:
    strangers.answers["paper.example/robots.txt"] = (
        "",
        "Sitemap: http://127.0.0.1/map\nSitemap: http://10.0.0.1/m\n",
    )
    links = '<link rel="alternate" type="application/rss+xml" href="http://127.0.0.1/feed">'
    strangers.answers["paper.example/"] = (
        "",
        f"<html><head>{links}</head><body><p>{WORDS}</p></body></html>",
    )
    discovery = await discover(desk, SITE)
    assert [seed.kind for seed in discovery.seeds] == [SeedKind.SECTION]
    assert sum("not a public address" in problem for problem in discovery.problems) == 3
    for _, url in SOME:
        with pytest.raises(FetchFailed):
            await fetch_page(desk, written(url))
    with pytest.raises(DiscoveryFailed, match="credentials") as told:
        await discover(desk, "http://ann:secret@paper.example/")
    assert "secret" not in str(told.value)
    assert set(network.connected) == {PUBLIC}


@pytest.mark.parametrize("reached", ["by proxy"], indirect=True)
async def test_what_is_public_is_asked_for(
    desk: Desk, strangers: Strangers, network: Network, reached: str
) -> None:
    for url in OPEN[::2]:
        strangers.asked.clear()
        with pytest.raises(FetchFailed):  # there is no such page
            await fetch_page(desk, url)
        assert strangers.asked, url
