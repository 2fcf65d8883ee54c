"""A made-up press that publishes by the clock and misbehaves at random: what benchmarks/soak.py crawls.

    python benchmarks/soakweb.py --port N [--publishers 30] [--rate 40] [--faults 0.1] [--seed 1]

It is an HTTP proxy on loopback, as benchmarks/webreplay.py starts it. Each publisher has a home page,
robots.txt and, by its number, a feed, sitemaps, or both. Articles appear `--rate` a minute; about one in
seven is the copy of an earlier one of another publisher, cut, with a lead of its own, or word for word; one
in twelve is edited. Of all requests but those of the control host, a share of `--faults` fails: see FAULTS.
An article fails twice in a row at most, so that a crawler with two further tries can have each. Now and then
a publisher is down whole, or answers its robots.txt with 503. Feeds and front pages also name addresses that
are traps: see TRAPS.

The control host: /__stats, /__reset, /__calm (no more articles and faults), /__published (all of them).
"""

import argparse
import asyncio
import gzip
import html
import json
import random
import re
import socket
import struct
import time
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from madeup import Press

from pipelines.fingerprint import fingerprint

FAULTS = ("500", "503", "429", "reset", "cut", "stall", "drip", "bomb", "garbage", "headers", "slow", "empty")
ON_ARTICLES = ("500", "503", "429", "reset", "cut", "stall", "drip", "slow")
"""The others are answers like any other: what a crawler reads from them is what the page is."""
TRAPS = ("bomb", "endless", "deep", "garbage", "loop", "inward", "headers", "million", "controls", "long")
STALL = 20.0
"""Seconds; longer than the soak's crawler waits for a fetch."""
MOST_IN_A_ROW = 2
DOWN, DOWN_EACH = 25.0, 400.0
"""Seconds for which a publisher is down, and of the time in which it is so once."""
_FEED, _SITEMAP = 40, 3000


@dataclass(slots=True, kw_only=True)
class Item:
    """An article."""

    number: int
    host: str
    path: str
    at: float
    """When it is published, in seconds since the epoch."""
    edited_at: float | None
    title: str
    paragraphs: list[str]
    language: str
    copy_of: int | None

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"

    def edited(self, now: float) -> bool:
        return self.edited_at is not None and now >= self.edited_at

    def text(self, now: float) -> str:
        last = ["The article has been brought up to date with what became known in the evening."]
        return "\n".join(self.paragraphs + (last if self.edited(now) else []))

    def changed(self, now: float) -> datetime:
        assert self.edited_at is None or self.edited_at > self.at
        return datetime.fromtimestamp(self.edited_at if self.edited(now) and self.edited_at else self.at, UTC)


@dataclass(slots=True)
class Host:
    """A publisher's site, and what was asked of it."""

    name: str
    items: deque[Item] = field(default_factory=deque)
    requests: int = 0
    active: int = 0
    most_active: int = 0
    arrived: float | None = None
    ended: float | None = None
    shortest: float | None = None
    """From one request to the next, in seconds."""
    shortest_pause: float | None = None
    """From the end of one answer to the next request."""
    close: list[list[Any]] = field(default_factory=list)
    """Gaps that are shorter than the delay: when, how short, what was asked for."""
    not_judged: int = 0
    """Gaps at which the press itself was late."""


class Web:
    """The press."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.chance = random.Random(options.seed)
        self.hosts = {
            name: Host(name) for name in (f"paper{n:02}.example" for n in range(options.publishers))
        }
        self.press = Press(options.seed)
        assert self.press.languages  # to make the words takes seconds
        self.began = time.time()
        self.published: list[Item] = []
        self.by_address: dict[tuple[str, str], Item] = {}
        self.calm = False
        self.begun = False
        """Nothing fails before the first `/__reset`, and what is published counts from there."""
        self.faults = Counter[str]()
        self.statuses = Counter[str]()
        self.in_a_row = defaultdict[str, int](int)
        self.requests = 0
        self.listening: dict[asyncio.StreamWriter, asyncio.StreamReader] = {}
        self.late_at = self.latest = 0.0
        self.inward = 0
        """Requests for an address inside, to which a redirect had led."""

    # what is published

    def publish(self, now: float) -> None:
        """All that should have appeared by now."""
        if self.calm or (not self.begun and self.published):
            return
        while (at := self.began + len(self.published) * 60 / self.options.rate) <= now:
            number = len(self.published)
            made = self.press(number)
            article, draw = made.article, random.Random(f"{self.options.seed} {number}")
            host = f"paper{draw.randrange(self.options.publishers):02}.example"
            item = Item(
                number=number,
                host=host,
                path=f"/{datetime.fromtimestamp(at, UTC):%Y/%m}/{number}-story.html",
                at=at,
                edited_at=at + draw.uniform(60, 900) if draw.random() < 1 / 12 else None,
                title=article.title,
                paragraphs=article.text.split("\n"),
                language=article.language or "en",
                copy_of=made.copy_of,
            )
            self.published.append(item)
            self.by_address[host, item.path] = item
            self.hosts[host].items.appendleft(item)

    def told(self, now: float) -> list[dict[str, Any]]:
        return [
            {
                "number": item.number,
                "url": item.url,
                "at": item.at,
                "edited": item.edited(now),
                "copy_of": item.copy_of,
                "text_hash": fingerprint(item.text(now)).text_hash,
                "plain_hash": fingerprint("\n".join(item.paragraphs)).text_hash,
                "tells_edits": self.has_sitemap(item.host),
            }
            for item in self.published
        ]

    @staticmethod
    def has_feed(host: str) -> bool:
        return int(host[5:7]) % 3 != 1

    @staticmethod
    def has_sitemap(host: str) -> bool:
        return int(host[5:7]) % 3 != 0

    def trap(self, host: str) -> str:
        # Another one every ten minutes: what is known is not asked for again.
        number = int(time.time() - self.began) // 600
        return f"/trap/{TRAPS[(int(host[5:7]) + number) % len(TRAPS)]}-{number}.html"

    # what is answered

    def body(self, host: Host, path: str, now: float) -> tuple[int, str, bytes]:
        root = f"http://{host.name}"
        if path == "/robots.txt":
            said = "User-agent: *\nDisallow: /private/\n"
            said += f"Sitemap: {root}/sitemap.xml\n" if self.has_sitemap(host.name) else ""
            said += "Crawl-delay: 1\n" if int(host.name[5:7]) % 7 == 0 else ""
            return 200, "text/plain", said.encode()
        if path == "/":
            links = "".join(
                f'<li><a href="{i.path}">{html.escape(i.title)}</a></li>' for i in list(host.items)[:_FEED]
            )
            feed = (
                '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
                if self.has_feed(host.name)
                else ""
            )
            return (
                200,
                "text/html; charset=utf-8",
                (
                    f"<!doctype html><html><head><title>{host.name}</title>{feed}</head><body>"
                    f'<a href="{self.trap(host.name)}">A story that is not what it seems to be at all</a>'
                    f"<a href=/private/x>x</a><ul>{links}</ul></body></html>"
                ).encode(),
            )
        if path == "/feed.xml" and self.has_feed(host.name):
            return 200, "application/rss+xml", self.feed(host, now)
        if path == "/sitemap.xml" and self.has_sitemap(host.name):
            return (
                200,
                "application/xml",
                (
                    '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
                    f"<sitemap><loc>{root}/news.xml.gz</loc></sitemap></sitemapindex>"
                ).encode(),
            )
        if path == "/news.xml.gz" and self.has_sitemap(host.name):
            return 200, "application/gzip", gzip.compress(self.sitemap(host, now), 1, mtime=0)
        if item := self.by_address.get((host.name, path)):
            return 200, "text/html; charset=utf-8", self.page(item, now)
        return 404, "text/html", b"<html><title>Not found</title><p>Not found.</html>"

    def feed(self, host: Host, now: float) -> bytes:
        items = "".join(
            f"<item><title>{html.escape(i.title)}</title><link>{i.url}</link><guid>{i.url}</guid>"
            f"<pubDate>{format_datetime(datetime.fromtimestamp(i.at, UTC))}</pubDate></item>"
            for i in list(host.items)[:_FEED]
        )
        trap = f"<item><title>What it seems to be</title><link>http://{host.name}{self.trap(host.name)}</link></item>"
        channel = f"<channel><title>{host.name}</title>{trap}{items}</channel>"
        return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()

    def sitemap(self, host: Host, now: float) -> bytes:
        rows = "".join(
            f"<url><loc>{i.url}</loc><lastmod>{i.changed(now).isoformat()}</lastmod></url>"
            for i in list(host.items)[:_SITEMAP]
        )
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()

    def page(self, item: Item, now: float) -> bytes:
        when, changed = datetime.fromtimestamp(item.at, UTC), item.changed(now)
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": item.title,
            "datePublished": when.isoformat(),
            "dateModified": changed.isoformat(),
            "author": {"@type": "Person", "name": "Ada Stone"},
        }
        text = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in item.text(now).split("\n"))
        others = "".join(
            f'<li><a href="{i.path}">{html.escape(i.title)}</a>'
            for i in list(self.hosts[item.host].items)[:5]
        )
        return (
            f'<!doctype html><html lang="{item.language}"><head><meta charset="utf-8">'
            f"<title>{html.escape(item.title)} | {item.host}</title>"
            f'<link rel="canonical" href="{item.url}">'
            f'<script type="application/ld+json">{json.dumps(data)}</script></head>'
            f"<body><nav><a href=/>Home</a></nav><article><h1>{html.escape(item.title)}</h1>{text}</article>"
            f"<aside><h3>More</h3><ul>{others}</ul></aside></body></html>"
        ).encode()

    # what goes wrong

    def fault(self, host: Host, path: str, now: float) -> str | None:
        if self.calm or not self.begun:
            return None
        if (now - self.began + 7 * int(host.name[5:7])) % DOWN_EACH < DOWN and now - self.began > 60:
            return "503" if int(host.name[5:7]) % 2 or path == "/robots.txt" else None
        if self.chance.random() >= self.options.faults:
            self.in_a_row.pop(host.name + path, None)
            return None
        if (host.name, path) not in self.by_address:
            return self.chance.choice(FAULTS)
        self.in_a_row[host.name + path] += 1
        if self.in_a_row[host.name + path] > MOST_IN_A_ROW:
            del self.in_a_row[host.name + path]
            return None
        return self.chance.choice(ON_ARTICLES)

    def control(self, path: str) -> Any:
        now = time.time()
        if path == "/__published":
            return self.told(now)
        if path == "/__calm":
            self.calm = True
        if path == "/__reset":
            self.begun, self.began = True, time.time() - len(self.published) * 60 / self.options.rate
            for host in self.hosts.values():
                host.requests, host.shortest, host.most_active, host.arrived = 0, None, 0, None
                host.shortest_pause, host.not_judged = None, 0
                host.close.clear()
            self.requests = 0
            self.faults.clear()
            self.statuses.clear()
        hosts = {
            host.name: {
                "requests": host.requests,
                "shortest_gap": host.shortest,
                "not_judged": host.not_judged,
                "shortest_pause": host.shortest_pause,
                "max_active": host.most_active,
                "short_gaps": host.close[-50:],
                "delay": self.delay(host.name),
            }
            for host in self.hosts.values()
        }
        return {
            "requests": self.requests,
            "published": len(self.published),
            "faults": self.faults,
            "statuses": self.statuses,
            "inward": self.inward,
            "latest": self.latest,
            "hosts": hosts,
            "edited": sum(item.edited(now) for item in self.published),
        }

    def delay(self, host: str) -> float:
        return 1.0 if int(host[5:7]) % 7 == 0 else float(self.options.delay)

    # how it is sent

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.listening[writer] = reader
        try:
            while await self.one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            del self.listening[writer]
            writer.close()

    async def one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line = (await reader.readline()).decode("latin-1")
        if not line.strip():
            return False
        _, target, _ = line.split()
        asked_for: dict[str, str] = {}
        while row := (await reader.readline()).decode("latin-1").strip():
            key, _, value = row.partition(":")
            asked_for[key.lower()] = value.strip()
        now = time.time()
        self.publish(now)
        parts = urlsplit(target)
        if target.startswith("/"):
            body = json.dumps(self.control(target)).encode()
            return await self.send(writer, 200, "application/json", body)
        name = (parts.hostname or "").removeprefix("www.")
        host = self.hosts.get(name)
        if host is None:
            self.inward += name == "127.0.0.1"
            return await self.send(writer, 502, "text/plain", b"no such host")
        self.note(host, parts.path, now)
        try:
            return await self.answer(writer, host, parts.path or "/", asked_for, now)
        finally:
            host.active -= 1
            host.ended = time.time()

    def note(self, host: Host, path: str, now: float) -> None:
        self.requests += 1
        host.requests += 1
        host.active += 1
        host.most_active = max(host.most_active, host.active)
        before, host.arrived = host.arrived, now
        if before is None:
            return
        if now - self.late_at < 1.0:
            host.not_judged += 1
            return
        gap = now - before
        host.shortest = gap if host.shortest is None else min(gap, host.shortest)
        pause = now - host.ended if host.ended is not None and host.active == 1 else 0.0
        host.shortest_pause = pause if host.shortest_pause is None else min(pause, host.shortest_pause)
        if gap < self.delay(host.name) - 0.02:
            host.close.append([round(now, 2), round(gap, 3), path])

    async def watch(self) -> None:
        """See when this process itself is late: then nothing can be said of gaps."""
        while True:
            before = time.time()
            await asyncio.sleep(0.05)
            if (late := time.time() - before - 0.05) > 0.1:
                self.late_at, self.latest = time.time(), max(self.latest, late)

    async def answer(
        self, writer: asyncio.StreamWriter, host: Host, path: str, asked: dict[str, str], now: float
    ) -> bool:
        if match := re.match(r"/trap/([a-z]+)", path):
            self.faults[f"trap {match[1]}"] += 1
            return await self.act(writer, match[1], host, path, b"")
        status, kind, body = self.body(host, path, now)
        if (fault := self.fault(host, path, now)) is not None:
            self.faults[fault] += 1
            return await self.act(writer, fault, host, path, body)
        etag = f'"{zlib.crc32(body):08x}"'
        if status == 200 and asked.get("if-none-match") == etag:
            return await self.send(writer, 304, kind, b"", {"ETag": etag})
        return await self.send(writer, status, kind, body, {"ETag": etag})

    async def act(self, writer: asyncio.StreamWriter, fault: str, host: Host, path: str, body: bytes) -> bool:
        """Misbehave; whether the connection stays open."""
        if fault in ("500", "503", "429"):
            return await self.send(
                writer, int(fault), "text/plain", b"later", {} if fault == "500" else {"Retry-After": "2"}
            )
        if fault == "reset":
            self.statuses["reset"] += 1
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            writer.transport.abort()
            return False
        ways: dict[str, Callable[[], Awaitable[object]]] = {
            "cut": lambda: self.raw(writer, body[: len(body) // 2], len(body) + 10),
            "stall": lambda: self.idle(writer, STALL),
            "slow": lambda: self.drip(writer, body, 5, 0.2),
            "drip": lambda: self.drip(writer, body, len(body) + 10, STALL / 20),
            "bomb": lambda: self.raw(writer, _bomb(), None, "Content-Encoding: gzip\r\n"),
            "garbage": lambda: self.raw(writer, self.chance.randbytes(50_000), 50_000),
            "headers": lambda: self.raw(
                writer, b"", 0, "".join(f"X-{n}: {'x' * 500}\r\n" for n in range(400))
            ),
            "empty": lambda: self.raw(writer, b"", 0),
            "endless": lambda: self.endless(writer),
            "deep": lambda: self.raw(writer, b"<div>" * 60_000 + b"x", None),
            "loop": lambda: self.raw(
                writer, b"", 0, f"Location: http://{host.name}{path}?{time.time()}\r\n", 302
            ),
            "inward": lambda: self.raw(
                writer, b"", 0, f"Location: http://127.0.0.1:{self.options.port}/__stats\r\n", 302
            ),
            "million": lambda: self.raw(writer, b"<a href=/x>x</a>" * 400_000, None),
            "controls": lambda: self.raw(
                writer, b"<p>\x1b[2J\x00&#0;&#xd800;\xed\xa0\x80 words " * 20_000, None
            ),
            "long": lambda: self.raw(writer, b"<p>" + b"word" * 900_000, None),
        }
        self.statuses[fault] += 1
        await ways[fault]()
        return False

    async def send(
        self,
        writer: asyncio.StreamWriter,
        status: int,
        kind: str,
        body: bytes,
        more: dict[str, str] | None = None,
    ) -> bool:
        self.statuses[str(status)] += 1
        head = {
            "Content-Type": kind,
            **({} if status == 304 else {"Content-Length": str(len(body))}),
            **(more or {}),
        }
        writer.write(
            f"HTTP/1.1 {status} x\r\n".encode()
            + "".join(f"{k}: {v}\r\n" for k, v in head.items()).encode()
            + b"\r\n"
            + body
        )
        await writer.drain()
        return True

    async def raw(
        self, writer: asyncio.StreamWriter, body: bytes, length: int | None, head: str = "", status: int = 200
    ) -> None:
        told = "" if length is None else f"Content-Length: {length}\r\n"
        first = f"HTTP/1.1 {status} x\r\nContent-Type: text/html\r\nConnection: close\r\n"
        writer.write(f"{first}{told}{head}\r\n".encode() + body)
        await writer.drain()

    async def drip(self, writer: asyncio.StreamWriter, body: bytes, pieces: int, pause: float) -> None:
        await self.raw(writer, b"", len(body))
        size = max(1, len(body) // pieces)
        for start in range(0, min(len(body), 60 * size), size):
            writer.write(body[start : start + size])
            if not await self.idle(writer, pause):
                return

    async def idle(self, writer: asyncio.StreamWriter, seconds: float) -> bool:
        """Do nothing for so long, unless the other end goes away; whether it is still there."""
        until = time.monotonic() + seconds
        while (there := not self.listening[writer].at_eof()) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(min(0.1, seconds))
        return there

    async def endless(self, writer: asyncio.StreamWriter) -> None:
        await self.raw(writer, b"<html><body>", None)
        for _ in range(20_000):
            writer.write(b"<p>and so on and so forth " * 400)
            await writer.drain()


_packed: list[bytes] = []


def _bomb() -> bytes:
    """A gigabyte, packed: made once."""
    if not _packed:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        _packed.append(b"".join(packer.compress(bytes(1_000_000)) for _ in range(1000)) + packer.flush())
    return _packed[0]


async def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("pages", nargs="?", help="nothing: for benchmarks/webreplay.py")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--publishers", type=int, default=30)
    parser.add_argument("--rate", type=float, default=40, help="articles a minute, of all publishers")
    parser.add_argument("--faults", type=float, default=0.1, help="share of the requests")
    parser.add_argument(
        "--delay", type=float, default=0.5, help="seconds that the crawler is to keep between requests"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    _bomb()
    web = Web(options)
    server = await asyncio.start_server(web.serve, "127.0.0.1", options.port, limit=1 << 20, backlog=512)
    watching = asyncio.create_task(web.watch())
    async with server:
        await server.serve_forever()
    watching.cancel()


if __name__ == "__main__":
    asyncio.run(main())
