"""Behaviours of the connection: slow, endless, cut short, reset."""

import asyncio

from newsite.behaviours.articles import numbered_page
from newsite.behaviours.call import Call
from newsite.exchange import HTML, Answer, html_answer

_MOST = 512_000_000
"""Bytes after which even an endless body ends, for a client that never tires."""


async def slow(call: Call) -> Answer:
    """/slow?seconds=60: says nothing for so long, then is an article."""
    await asyncio.sleep(call.number("seconds", 60))
    return html_answer(numbered_page(60))


async def stall(call: Call) -> None:
    """/stall?seconds=60: half of the body, then silence."""
    body = numbered_page(61).encode()
    call.wire.head(200, "OK", [("Content-Type", HTML), ("Content-Length", str(len(body)))])
    await call.wire.send(body[: len(body) // 2])
    await asyncio.sleep(call.number("seconds", 60))


async def drip(call: Call) -> None:
    """/drip?seconds=2: the whole body, a few bytes at a time over so long."""
    body = numbered_page(62).encode()
    call.wire.head(
        200, "OK", [("Content-Type", HTML), ("Content-Length", str(len(body))), ("Connection", "close")]
    )
    pieces = 20
    size = -(-len(body) // pieces)
    for at in range(0, len(body), size):
        await call.wire.send(body[at : at + size])
        await asyncio.sleep(call.number("seconds", 2) / pieces)


async def cut(call: Call) -> None:
    """/cut: ends before its Content-Length; /cut/chunked: chunks without a last one."""
    body = numbered_page(63).encode()
    half = body[: len(body) // 2]
    if call.rest == "chunked":
        call.wire.head(200, "OK", [("Content-Type", HTML), ("Transfer-Encoding", "chunked")])
        await call.wire.send_chunk(half)
    else:
        call.wire.head(200, "OK", [("Content-Type", HTML), ("Content-Length", str(len(body)))])
        await call.wire.send(half)


async def chunked(call: Call) -> None:
    """/chunked: an article in many chunks, rightly ended."""
    body = numbered_page(64).encode()
    rows = [("Content-Type", HTML), ("Transfer-Encoding", "chunked"), ("Connection", "close")]
    call.wire.head(200, "OK", rows)
    for at in range(0, len(body), 400):
        await call.wire.send_chunk(body[at : at + 400])
    await call.wire.send_chunk(b"")


async def huge(call: Call) -> None:
    """/huge: a body without end; /huge/declared: one whose Content-Length says ten gigabytes."""
    rows = [("Content-Type", HTML), ("Connection", "close")]
    if call.rest == "declared":
        rows.append(("Content-Length", "10000000000"))
    call.wire.head(200, "OK", rows)
    await call.wire.send(b"<!doctype html><title>Without end</title>")
    piece = b"<p>And then the tide came in, and then it went out again.</p>\n" * 1000
    for _ in range(_MOST // len(piece)):
        await call.wire.send(piece)


async def endless(call: Call) -> None:
    """/endless/headers and the others below: what has no end."""
    begin, piece = {
        "headers": (b"HTTP/1.1 200 OK\r\n", b"X-Tide: in\r\n" * 1000),
        "header": (b"HTTP/1.1 200 OK\r\nX-Tide: ", b"in and out " * 1000),
        "status": (b"HTTP/1.1 200 ", b"OK and " * 1000),
        "chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;tide=", b"in" * 1000),
        "hints": (b"", b"HTTP/1.1 103 Early Hints\r\nX-Tide: in\r\n\r\n"),
        "drops": (b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
    }[call.rest]
    await call.wire.send(begin)
    for _ in range(_MOST // len(piece)):
        await call.wire.send(piece)
        await asyncio.sleep(0.1 if call.rest in ("drops", "hints") else 0)


async def reset(call: Call) -> None:
    """/reset: RST instead of an answer; /reset/body: in the middle of the body."""
    if call.rest == "body":
        call.wire.head(200, "OK", [("Content-Type", HTML), ("Content-Length", "5000")])
        await call.wire.send(b"<!doctype html><title>Reset</title>")
        await asyncio.sleep(0.02)  # so that what was sent is under way before the connection breaks
    call.wire.reset()


async def hang_up(call: Call) -> None:
    """/hang-up: closes the connection without a word."""


async def not_http(call: Call) -> None:
    """/not-http: an answer that is no HTTP."""
    await call.wire.send(b"220 mail.behaviours.example ESMTP ready\r\n")
