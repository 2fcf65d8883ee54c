"""The sample press: invented publishers on loopback, behind an HTTP proxy and each at a port of its own."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, Self

from newsite.archives import archive_sites
from newsite.behaviours.site import behaviour_sites
from newsite.certificate import self_signed
from newsite.exchange import Answer, Request, html_answer, is_unchanged, plain_answer
from newsite.ledger import HostTally, Ledger
from newsite.publisher import PressArticle, Publisher
from newsite.publishers import PUBLISHERS
from newsite.wire import MAX_LINE, NotHttp, Wire

CONTROL_HOST = "press.example"
LOOPBACK = "127.0.0.1"


class Site(Protocol):
    """What answers for one host."""

    @property
    def host(self) -> str: ...

    def forbids(self, path: str) -> bool:
        """Whether this host's robots.txt forbids the path."""

    async def respond(self, request: Request, wire: Wire, edition: int) -> Answer | None:
        """The answer; None where the site has used the wire itself, which is then closed."""


class Press:
    """Serves until its `async with` block ends. Any thread may read its attributes and publish editions.

    `port`: of the proxy; the hosts' own ports follow it in order. 0: free ports.
    `latency`: seconds before each answer, by which requests overlap where a client lets them.
    """

    def __init__(self, *, port: int = 0, latency: float = 0.0) -> None:
        self.edition = 1
        self.latency = latency
        self.ledger = Ledger()
        sites: list[Site] = [*PUBLISHERS, *behaviour_sites(), *archive_sites()]
        self.sites = {site.host: site for site in sites}
        self.direct_urls: dict[str, str] = {}
        """Per host, the address that serves it without a proxy, such as `http://127.0.0.1:40001`."""
        self.proxy_url = ""
        self.tls_url = ""
        """The behaviours host over TLS, with a certificate that nobody signed."""
        self.refused_url = ""
        """Where nobody listens, for as long as the press runs."""
        self._port = port
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._closed_port: socket.socket | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except OSError:  # a port that is taken
            await self.__aexit__()
            raise
        return self

    async def _open(self) -> None:
        self.proxy_url = await self._listen(None, self._port)
        for place, host in enumerate(self.sites, start=1):
            self.direct_urls[host] = await self._listen(host, self._port and self._port + place)
        self.tls_url = await self._listen("behaviours.example", 0, tls=True)
        self._closed_port = socket.socket()
        self._closed_port.bind((LOOPBACK, 0))  # bound but not listening: the port stays ours, and closed
        self.refused_url = f"http://{LOOPBACK}:{self._closed_port.getsockname()[1]}"

    async def __aexit__(self, *_error: object) -> None:
        for server in self._servers:
            server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        if self._closed_port:
            self._closed_port.close()

    def publish(self, edition: int) -> None:
        """Let the publishers stand at this edition: 1 at first; 2 brings new stories and changes others."""
        self.edition = edition

    def forget(self) -> None:
        """Start the statistics anew."""
        self.ledger.forget()

    @property
    def stats(self) -> dict[str, HostTally]:
        """What each host has seen so far."""
        return self.ledger.hosts

    @property
    def articles(self) -> list[PressArticle]:
        """The truth about every page drawn from a story, in the present edition: articles and walls alike."""
        return [found for site in PUBLISHERS for found in site.articles(self.edition)]

    @property
    def publishers(self) -> tuple[Publisher, ...]:
        return PUBLISHERS

    async def _listen(self, host: str | None, port: int, *, tls: bool = False) -> str:
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._converse(Wire(reader, writer), host, scheme))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

        scheme = "https" if tls else "http"
        with TemporaryDirectory() as folder:
            context = self_signed(LOOPBACK, Path(folder)) if tls else None
        server = await asyncio.start_server(accept, LOOPBACK, port, limit=MAX_LINE, ssl=context, backlog=512)
        self._servers.append(server)
        return f"{scheme}://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"

    async def _converse(self, wire: Wire, own_host: str | None, scheme: str) -> None:
        """Answer one connection's requests until either side has had enough."""
        try:
            while request := await wire.read_request(own_host, scheme=scheme):
                if not await self._serve(request, wire):
                    break
        except (NotHttp, ValueError):  # asyncio tells a line over the limit by a bare ValueError
            wire.head(400, "Bad Request", [("Content-Length", "0"), ("Connection", "close")])
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone: nothing to tell it
        except asyncio.CancelledError:
            wire.writer.transport.abort()  # a close would wait for a client that does not read
            raise
        finally:
            wire.writer.close()

    async def _serve(self, request: Request, wire: Wire) -> bool:
        """Answer one request; whether the connection stays open."""
        site = self.sites.get(request.host)
        forbidden = site is not None and site.forbids(request.path)
        keep = request.headers.get("connection", "").lower() != "close"
        if request.host in (CONTROL_HOST, LOOPBACK, "localhost"):
            await wire.answer(request, self._control(request), keep=keep)
            return keep
        agent = request.headers.get("user-agent", "")
        with self.ledger.visit(request.host, request.target, user_agent=agent, forbidden=forbidden) as tally:
            tally.https_refused += request.method == "CONNECT"
            if self.latency:
                await asyncio.sleep(self.latency)
            tally.statuses["broken"] += 1  # until an answer has been sent whole
            answer = await self._answer(request, wire, site)
            if answer is not None:
                keep = keep and request.method in ("GET", "HEAD")  # the body of another is not read
                await wire.answer(request, answer, keep=keep)
                tally.statuses["broken"] -= 1
                tally.statuses[str(answer.status)] += 1
                tally.not_modified += answer.status == 304
            return keep and answer is not None

    async def _answer(self, request: Request, wire: Wire, site: Site | None) -> Answer | None:
        if request.method not in ("GET", "HEAD"):
            return plain_answer(405, "GET or HEAD, and http only\n")
        if site is None:
            return plain_answer(502, f"no such host in the sample press: {request.host}\n")
        answer = await site.respond(request, wire, self.edition)
        if answer is not None and is_unchanged(request, answer):
            return Answer(status=304, content_type=None, etag=answer.etag, last_modified=answer.last_modified)
        return answer

    def _control(self, request: Request) -> Answer:
        """The press's own host: what was seen, and the switch to another edition."""
        match request.path.strip("/").split("/"):
            case ["__edition", number] if number.isdigit():
                self.publish(int(number))
            case ["__forget"]:
                self.forget()
            case ["__stats"]:
                pass
            case _:
                rows = "".join(f'<li><a href="{url}/">{host}</a>' for host, url in self.direct_urls.items())
                return html_answer(f"<!doctype html><title>The sample press</title><ul>{rows}</ul>")
        seen: dict[str, Any] = {"edition": self.edition, **self.ledger.as_dict()}
        body = json.dumps(seen, indent=1, ensure_ascii=False).encode()
        return Answer(body=body, content_type="application/json")


@contextmanager
def running_press(*, port: int = 0, latency: float = 0.0) -> Iterator[Press]:
    """A press in a thread of its own, for what starts processes or blocks."""
    press, started, over = Press(port=port, latency=latency), threading.Event(), asyncio.Event()
    loop, failures = asyncio.new_event_loop(), []

    async def serve() -> None:
        async with press:
            started.set()
            await over.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except OSError as error:  # a port that is taken
            failures.append(error)
        finally:
            loop.close()
            started.set()

    thread = threading.Thread(target=run, name="press")
    thread.start()
    started.wait()
    if failures:
        thread.join()
        raise failures[0]
    try:
        yield press
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
