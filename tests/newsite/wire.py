"""HTTP/1.1 on a socket, low enough that an answer can be spoilt on purpose."""

import asyncio
import socket
import struct
from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import urlsplit

from newsite.codings import encode
from newsite.exchange import Answer, Request, validators

MAX_LINE = 65_536


class NotHttp(ValueError):
    """What came over the wire is no HTTP request."""


class Wire:
    """One connection. `answer` sends a whole response; the other methods send it by pieces, or break it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def read_request(self, own_host: str | None, *, scheme: str = "http") -> Request | None:
        """The next request, or None where the client has gone. `own_host`: the one that this port serves."""
        line = await self.reader.readline()
        if not line.strip():
            return None
        try:
            method, target, _protocol = line.decode("latin-1").split()
        except ValueError as error:
            raise NotHttp(f"no request line: {line[:80]!r}") from error
        headers = await self._read_headers()
        if target.startswith("/"):
            authority, (path, _, query) = headers.get("host", ""), target.partition("?")
        else:  # the absolute form that a proxy is asked in; CONNECT names only host and port
            parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
            authority, path, query = parts.netloc, parts.path, parts.query
        return Request(
            method=method,
            host=own_host or authority.rpartition("@")[2].partition(":")[0].lower(),
            authority=authority,
            path=path or "/",
            query=query,
            headers=headers,
            scheme=scheme,
        )

    async def _read_headers(self) -> Mapping[str, str]:
        headers: dict[str, str] = {}
        while row := (await self.reader.readline()).decode("latin-1").strip():
            name, _, value = row.partition(":")
            headers[name.strip().lower()] = value.strip()
        return headers

    async def answer(self, request: Request, answer: Answer, *, keep: bool = True) -> None:
        """Send a whole answer, in a content coding where it wants one and the client knows it."""
        body, rows = answer.body, list(answer.headers)
        if answer.content_type is not None:
            rows.insert(0, ("Content-Type", answer.content_type))
        if answer.coding and answer.status == 200 and request.accepts(answer.coding):
            body = encode(body, answer.coding)
            rows += [("Content-Encoding", answer.coding), ("Vary", "Accept-Encoding")]
        rows += validators(answer)
        if answer.status not in (204, 304):
            rows.append(("Content-Length", str(len(body))))
        if not keep:
            rows.append(("Connection", "close"))
        self.head(answer.status, answer.reason, rows)
        if request.method != "HEAD" and answer.status not in (204, 304):
            self.writer.write(body)
        await self.writer.drain()

    def head(self, status: int, reason: str, rows: list[tuple[str, str]]) -> None:
        """The status line and the headers, `Date` added."""
        rows = [("Date", formatdate(usegmt=True)), ("Server", "press"), *rows]
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in rows), "", ""]
        self.writer.write("\r\n".join(lines).encode("latin-1"))

    async def send(self, piece: bytes) -> None:
        self.writer.write(piece)
        await self.writer.drain()

    async def send_chunk(self, piece: bytes) -> None:
        """One chunk of a `Transfer-Encoding: chunked` body; an empty one ends it."""
        await self.send(b"%x\r\n%b\r\n" % (len(piece), piece))

    def reset(self) -> None:
        """Break the connection with RST: a socket that lingers zero seconds does not say goodbye."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
