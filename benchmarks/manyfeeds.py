"""Serves many small publishers on loopback, behind an HTTP proxy: what benchmarks/thousand.py crawls.

    python benchmarks/manyfeeds.py PORT [--every 900]

Any host `paperN.example` has a front page, a feed of its newest three stories with ETag and 304, and the
stories. A paper publishes one every `--every` seconds, each paper at a moment of its own.
"""

import argparse
import asyncio
import time
from email.utils import formatdate

BEGAN = time.time()
NEWEST = 3
PARAGRAPHS = 8


def published(paper: int, every: float, now: float) -> int:
    """How many stories a paper has published; it began with a full feed."""
    return NEWEST + int((now - BEGAN + paper * 7919 % every) / every)


def feed(paper: int, last: int, every: float) -> str:
    items = "".join(
        f"<item><title>Story {n} of paper {paper}</title><link>http://paper{paper}.example/story/{n}</link>"
        f"<pubDate>{formatdate(BEGAN - (NEWEST - n) * every, usegmt=True)}</pubDate></item>"
        for n in range(last, last - NEWEST, -1)
    )
    head = '<?xml version="1.0"?><rss version="2.0"><channel>'
    return f"{head}<title>Paper {paper}</title>{items}</channel></rss>"


def story(paper: int, number: int) -> str:
    text = "".join(
        f"<p>Paragraph {n} of story {number} tells what happened in town {paper * 31 + number * 7 + n},"
        f" who was there, what {paper + n} people said about it, and why number {number * n + paper}"
        " was counted twice.</p>"
        for n in range(PARAGRAPHS)
    )
    title = f"Story {number} of paper {paper}"
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    )


def answer(host: str, path: str, tag: str, every: float) -> tuple[int, str, str, str]:
    """Status, type, ETag and body."""
    name = host.partition(".")[0].removeprefix("paper")
    if not name.isdigit():
        return 404, "text/plain", "", "no such host"
    paper = int(name)
    last = published(paper, every, time.time())
    if path == "/":
        link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
        return 200, "text/html", "", f"<!doctype html><head>{link}</head><h1>Paper {paper}</h1>"
    if path == "/feed":
        now = f'"{paper}-{last}"'
        return (
            (304, "", now, "") if tag == now else (200, "application/rss+xml", now, feed(paper, last, every))
        )
    number = path.removeprefix("/story/")
    if path.startswith("/story/") and number.isdigit() and int(number) <= last:
        return 200, "text/html; charset=utf-8", "", story(paper, int(number))
    return 404, "text/plain", "", "not found"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, every: float) -> None:
    try:
        while line := await reader.readline():
            target, tag = line.split()[1].decode(), ""
            while (row := (await reader.readline()).strip()) != b"":
                name, _, value = row.decode("latin-1").partition(": ")
                tag = value if name.lower() == "if-none-match" else tag
            host, _, path = target.removeprefix("http://").partition("/")
            status, kind, tag_now, body = answer(host, f"/{path}", tag, every)
            data = body.encode()
            head = f"HTTP/1.1 {status} x\r\nContent-Length: {len(data)}\r\n"
            head += f"Content-Type: {kind}\r\n" if kind else ""
            head += f"ETag: {tag_now}\r\n" if tag_now else ""
            writer.write(f"{head}\r\n".encode() + data)
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("port", type=int)
    parser.add_argument("--every", type=float, default=900, help="seconds from a paper's story to its next")
    options = parser.parse_args()
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, options.every), "127.0.0.1", options.port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
