"""Behaviours of encoding: content codings, charsets right and wrong, a bomb."""

import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from newsite.behaviours.articles import article_page, numbered_page
from newsite.behaviours.call import Call
from newsite.codings import encode
from newsite.exchange import HTML, Answer, html_answer
from newsite.story import load_stories

STORIES = {story.slug: story for story in load_stories(Path(__file__).parent / "texts")}
"""The article that is encoded, by its language; each has characters that tell its charsets apart."""

CHARSETS: dict[str, tuple[str, str, str | None, str]] = {
    # name: (language, the bytes' real charset, charset in the header, charset in a meta tag)
    "header": ("en", "windows-1252", "windows-1252", ""),
    "meta": ("uk", "windows-1251", None, "windows-1251"),
    "missing": ("uk", "utf-8", None, ""),
    "missing-1251": ("uk", "windows-1251", None, ""),
    "wrong": ("uk", "utf-8", "iso-8859-1", "utf-8"),
    "wrong-meta": ("uk", "utf-8", "utf-8", "windows-1252"),
    "unknown": ("uk", "utf-8", "utf-ate", "utf-8"),
    "latin-1-for-1252": ("en", "windows-1252", "iso-8859-1", ""),
    "bom": ("uk", "utf-8-sig", None, ""),
    "utf-16": ("uk", "utf-16", None, ""),
    "utf-16-header": ("uk", "utf-16-le", "utf-16le", ""),
    "koi8-u": ("uk", "koi8-u", "koi8-u", ""),
    "shift_jis": ("ja", "shift_jis", None, "shift_jis"),
    "euc-jp": ("ja", "euc-jp", "euc-jp", ""),
}

BOMB_SIZE = 200_000_000
"""Bytes that the bomb unpacks to; some 200 kB before."""


async def charset(call: Call) -> Answer:
    """/charset/NAME: an article in a charset that is declared as CHARSETS says."""
    language, real, in_header, in_meta = CHARSETS[call.rest]
    head = f'<meta charset="{in_meta}">' if in_meta else ""
    story = STORIES[language]
    page = article_page(story.title, story.paragraphs, story.published_at, language=language, head=head)
    content_type = f"text/html; charset={in_header}" if in_header else "text/html"
    return Answer(body=page.encode(real, "xmlcharrefreplace"), content_type=content_type)


async def broken_bytes(call: Call) -> Answer:
    """/broken-bytes: an article in UTF-8 with bytes that are none, and a NUL."""
    body = (
        numbered_page(65).encode().replace(b"tonnes", b"ton\xff\xfenes", 1).replace(b"crew", b"cr\x00ew", 1)
    )
    return Answer(body=body, content_type=HTML)


async def coded(call: Call) -> Answer:
    """/gzip, /brotli, /zstd: an article in that content coding, whatever the client said it accepts."""
    coding = {"/brotli": "br"}.get(call.request.path, call.request.path.strip("/"))
    body = encode(numbered_page(66).encode(), coding)
    return Answer(body=body, headers=(("Content-Encoding", coding),))


async def wrongly_coded(call: Call) -> Answer:
    """/gzip-not: says gzip, and is plain."""
    return Answer(body=numbered_page(67).encode(), headers=(("Content-Encoding", "gzip"),))


async def gzip_bomb(call: Call) -> Answer:
    """/gzip-bomb: little on the wire, BOMB_SIZE in memory."""
    return Answer(body=_bomb(), headers=(("Content-Encoding", "gzip"),))


async def sitemap_bomb(call: Call) -> Answer:
    """/sitemap-bomb.xml.gz: the same, as a file and not as a coding."""
    return Answer(body=_bomb(), content_type="application/gzip")


async def bomb(call: Call) -> Answer:
    """/bomb/NAME: much when unpacked, or long to unpack; see _BOMBS."""
    make, codings = _BOMBS[call.rest]
    return Answer(body=_made(make), headers=(("Content-Encoding", codings),))


async def truncated_gzip(call: Call) -> Answer:
    """/gzip-cut: a gzip stream that ends in the middle; its Content-Length is right."""
    body = encode(numbered_page(68).encode(), "gzip")
    return Answer(body=body[: len(body) // 2], headers=(("Content-Encoding", "gzip"),))


async def plain(call: Call) -> Answer:
    """/plain: an article with no coding at all."""
    return html_answer(numbered_page(69))


_BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    # name: (what makes it, its content codings)
    "nested": (lambda: encode(encode(_spaces(), "gzip"), "gzip"), "gzip, gzip"),
    "deflate": (lambda: zlib.compress(_spaces()), "deflate"),
    "brotli": (lambda: encode(_spaces(), "br"), "br"),
    "zstd": (lambda: encode(_spaces(), "zstd"), "zstd"),
    "members": (lambda: encode(b"", "gzip") * 80_000, "gzip"),
    "hidden-members": (lambda: encode(encode(b"", "gzip") * 80_000, "gzip"), "gzip, gzip"),
    "codings": (lambda: b"x", ", ".join(["gzip"] * 900)),
}


def _spaces() -> bytes:
    return b" " * 4_000_000


@cache
def _made(make: Callable[[], bytes]) -> bytes:
    return make()


@cache
def _bomb() -> bytes:
    packer, block = zlib.compressobj(9, wbits=31), b" " * 1_000_000
    packed = [packer.compress(b"<!doctype html><title>Bomb</title>")]
    packed += [packer.compress(block) for _ in range(BOMB_SIZE // len(block))]
    return b"".join((*packed, packer.flush()))
