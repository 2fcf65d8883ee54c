"""Tears pages as the web does, and worse: what the benchmarks of robustness feed to copydesk.

A mutation is a function of bytes, a source of chance and the bytes of another page. The same seed gives the
same bytes.
"""

import base64
import gzip
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

MAX_BYTES = 8_000_000
"""What is fetched of a page at most: see DOWNLOAD_MAXSIZE."""

Mutation = Callable[[bytes, random.Random, bytes], bytes]

_TAG = re.compile(rb"<[a-zA-Z/!][^<>]{0,2000}>")
_CLOSING = re.compile(rb"</[a-zA-Z][^<>]{0,40}>")
_BLOCK = re.compile(
    rb"(?=<(?:p|div|section|article|li|h[1-6]|table|ul|figure|aside|script)\b)", re.IGNORECASE
)
_JSON = re.compile(rb"(<script[^>]*ld\+json[^>]*>)(.*?)(</script)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(rb"\d{1,4}")
_ATTRIBUTE = re.compile(rb'(\s[a-zA-Z-]{2,20}=)"([^"<>]{0,2000})"')
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?[\w-]+", re.IGNORECASE)
_CHARSETS = (
    "utf-8 utf-16 utf-16-le utf-32 utf-7 latin-1 windows-1252 windows-1251 koi8-r shift_jis iso-2022-jp "
    "euc-kr gb18030 big5 idna punycode base64 hex zlib undefined x-user-defined none"
)
CHARSETS = _CHARSETS.split()
CONTENT_TYPES = (
    None,
    "text/html; charset=utf-8",
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "text/html; charset=",
    *(f"text/html; charset={name}" for name in CHARSETS),
)
_NUMBERS = (
    b"0",
    b"-1",
    b"00",
    b"13",
    b"32",
    b"61",
    b"99",
    b"1969",
    b"1970",
    b"9999",
    b"10000",
    b"2147483648",
    b"9" * 30,
    b"9" * 5000,
    b"1e309",
    b"NaN",
    b"Infinity",
    b"-0",
    "٣".encode(),
    "²".encode(),
    "１２".encode(),
)
_ENTITIES = (
    b"&#0;",
    b"&#xD800;",
    b"&#xDFFF;",
    b"&#x110000;",
    b"&#99999999999;",
    b"&#x202E;",
    b"&#x1b;",
    b"&#xFFFE;",
    b"&nosuch;",
    b"&amp;amp;amp;",
    b"&#",
    b"&#x",
    b"&lt;script&gt;",
    b"&CounterClockwiseContourIntegral;",
    b"&",
)
_CONTROLS = (
    b"\0",
    b"\x01",
    b"\x07",
    b"\x1b[2J",
    b"\x1b]0;x\x07",
    b"\x0c",
    b"\x7f",
    "\x85".encode(),
    "\u2028".encode(),
    "\u202e".encode(),
    "\u2066".encode(),
    "\ufeff".encode(),
    "\ufffe".encode(),
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xf4\x90\x80\x80",
    b"\xff",
    "\u0301".encode() * 300,
    "\u200b".encode() * 50,
    "\U000e0041".encode(),
)
_TRAPS = (
    b"<plaintext>",
    b"<script>",
    b"<style>",
    b"<!--",
    b"<![CDATA[",
    b"<textarea>",
    b"<title>",
    b"<select><option>",
    b"<table><tr><td>",
    b"<svg><foreignObject>",
    b"<math><mtext>",
    b"<frameset><frame>",
    b"<template>",
    b"<noscript>",
    b"<base href='javascript:x'>",
    b"<base href='http://[::1'>",
    b"<body hidden>",
    b"<article></article>",
    b"<p/>",
    b"<a href=",
    b"<img src='data:image/png;base64," + base64.b64encode(b"x" * 3000) + b"'>",
    b"<?xml version='1.0'?>",
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>",
    b"<html lang='x'>",
    b"</body></html>",
    b"<time datetime='9999-12-31T23:59:59-14:00'>",
    b"<meta property='article:published_time' content='0000-00-00'>",
    b"<link rel=canonical href='//'>",
    b"<link rel=canonical href='http://a:b@c/'>",
    b"<meta name=robots content=none>",
)
_WORDS = (
    b"By ",
    b"See also: ",
    b"Read more: ",
    b"Updated: ",
    b"1/2/2024 ",
    b"12:34 ",
    b"(Reuters) - ",
    b"\xc2\xab",
    b'"',
    b"Correction: ",
    b"a",
    b" ",
    b"\n",
    b"\t",
    b"- ",
    b". ",
    b"A. ",
    b"http://",
    b"www.",
    b"@",
    b"#",
    b"\xc2\xa0",
    "。".encode(),
    "الخ ".encode(),
    "กขค".encode(),
    b"|",
    b" | ",
    b"and ",
    b"&nbsp;",
    b"&lt;",
    b"1.",
    b"(",
    b"[",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutated:
    """A torn page."""

    body: bytes
    content_type: str | None
    names: tuple[str, ...]
    """Of the mutations, in their order."""


def mutated(body: bytes, other: bytes, seed: int, most: int = MAX_BYTES) -> Mutated:
    """`body` torn by one to four mutations, cut to `most` bytes."""
    chance = random.Random(seed)
    names = chance.choices(list(MUTATIONS), k=chance.choice((1, 1, 2, 2, 3, 4)))
    for name in names:
        body = MUTATIONS[name](body, chance, other)[:most]
    kind = CONTENT_TYPES[1] if chance.random() < 0.7 else chance.choice(CONTENT_TYPES)
    return Mutated(body=body, content_type=kind, names=tuple(names))


def once(body: bytes, other: bytes, seed: int, most: int) -> bytes:
    """`body` torn by one mutation."""
    chance = random.Random(seed)
    return MUTATIONS[chance.choice(list(MUTATIONS))](body, chance, other)[:most]


def _place(body: bytes, chance: random.Random) -> int:
    """A place between two tags, mostly; anywhere otherwise."""
    at = chance.randrange(len(body) + 1)
    found = body.find(b"<", at, at + 5000)
    return found if found >= 0 and chance.random() < 0.7 else at


def _put(body: bytes, chance: random.Random, *pieces: bytes) -> bytes:
    for piece in pieces:
        at = _place(body, chance)
        body = body[:at] + piece + body[at:]
    return body


def _some(chance: random.Random, most: int) -> int:
    """A number that is mostly small, and now and then as large as may be."""
    return max(1, round(most ** chance.random()))


def _replace_some(
    pattern: re.Pattern[bytes], body: bytes, chance: random.Random, new: Callable[[bytes], bytes]
) -> bytes:
    share = chance.choice((0.001, 0.01, 0.1, 0.5))
    return pattern.sub(lambda m: new(m[0]) if chance.random() < share else m[0], body)


def _cut(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _beheaded(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return body[chance.randrange(len(body) + 1) :]


def _hole(body: bytes, chance: random.Random, other: bytes) -> bytes:
    start, end = sorted((_place(body, chance), _place(body, chance)))
    return body[:start] + body[end:]


def _flipped(body: bytes, chance: random.Random, other: bytes) -> bytes:
    torn = bytearray(body)
    for _ in range(_some(chance, 2000) if torn else 0):
        torn[chance.randrange(len(torn))] = chance.randrange(256)
    return bytes(torn)


def _tags_lost(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return _replace_some(_TAG, body, chance, lambda tag: b"")


def _tags_twice(body: bytes, chance: random.Random, other: bytes) -> bytes:
    times = chance.choice((2, 2, 3, 20))
    return _replace_some(_TAG, body, chance, lambda tag: tag * times)


def _unclosed(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return _replace_some(_CLOSING, body, chance, lambda tag: b"")


def _halved_tags(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return _replace_some(_TAG, body, chance, lambda tag: tag[: chance.randrange(len(tag))])


def _other_tags(body: bytes, chance: random.Random, other: bytes) -> bytes:
    tags = _TAG.findall(other[:200_000]) or [b"<p>"]
    return _replace_some(_TAG, body, chance, lambda tag: chance.choice(tags))


def _deeper(body: bytes, chance: random.Random, other: bytes) -> bytes:
    name = chance.choice(
        (b"div", b"b", b"p", b"a href=/x", b"table", b"span", b"blockquote", b"ul><li", b"font", b"x-y")
    )
    times = _some(chance, 60_000)
    return _put(body, chance, b"<" + name + b">" + (b"<" + name + b">") * times)


def _shuffled(body: bytes, chance: random.Random, other: bytes) -> bytes:
    blocks = _BLOCK.split(body)
    start = chance.randrange(len(blocks))
    end = min(len(blocks), start + _some(chance, len(blocks)) + 1)
    middle = blocks[start:end]
    chance.shuffle(middle)
    return b"".join(blocks[:start] + middle + blocks[end:])


def _repeated(body: bytes, chance: random.Random, other: bytes) -> bytes:
    blocks = _BLOCK.split(body)
    at = chance.randrange(len(blocks))
    block = blocks[at][:20_000]
    blocks[at] = block * min(_some(chance, 3000), 1 + 2_000_000 // (len(block) + 1))
    return b"".join(blocks)


def _lied(body: bytes, chance: random.Random, other: bytes) -> bytes:
    name = chance.choice(CHARSETS).encode()
    if _CHARSET.search(body) and chance.random() < 0.7:
        return _CHARSET.sub(b"charset=" + name, body)
    return b"<meta charset=" + name + b">" + body


def _recoded(body: bytes, chance: random.Random, other: bytes) -> bytes:
    name = chance.choice(
        ("utf-16", "utf-16-be", "utf-32", "latin-1", "cp1251", "shift_jis", "iso2022_jp", "gb18030")
    )
    return body.decode("utf-8", "replace").encode(name, "replace")


def _entities(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return _put(body, chance, *(chance.choice(_ENTITIES) for _ in range(_some(chance, 300))))


def _spelled(body: bytes, chance: random.Random, other: bytes) -> bytes:
    """Signs written as entities, in markup too."""
    return _replace_some(re.compile(rb"[a-z<>\"]"), body[:300_000], chance, lambda sign: b"&#%d;" % sign[0])


def _grown(body: bytes, chance: random.Random, other: bytes) -> bytes:
    size = _some(chance, 500_000)
    matches = list(_ATTRIBUTE.finditer(body[:500_000]))
    if not matches:
        return _put(body, chance, b"<div class='" + b"x " * size + b"'>")
    match = chance.choice(matches)
    value = (match[2] or b"x") * (size // (len(match[2]) or 1) + 1)
    return body[: match.start(2)] + value + body[match.end(2) :]


def _attributes(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return _put(
        body, chance, b"<div " + b" ".join(b"a%d=%d" % (n, n) for n in range(_some(chance, 20_000))) + b">"
    )


def _attributes_torn(body: bytes, chance: random.Random, other: bytes) -> bytes:
    values = [match[2] for match in _ATTRIBUTE.finditer(other[:200_000])] or [b""]
    share = chance.choice((0.01, 0.1, 0.5))
    quotes = chance.choice((b'"', b"'", b""))

    def new(match: re.Match[bytes]) -> bytes:
        return match[1] + quotes + chance.choice(values) + quotes if chance.random() < share else match[0]

    return _ATTRIBUTE.sub(new, body)


def _spliced(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return body[: _place(body, chance)] + other[_place(other, chance) :]


def _json_torn(body: bytes, chance: random.Random, other: bytes) -> bytes:
    ways: tuple[Callable[[bytes], bytes], ...] = (
        lambda text: text[: chance.randrange(len(text) + 1)],
        lambda text: _flipped(text, chance, other),
        lambda text: b"[" * _some(chance, 100_000) + text,
        lambda text: b'{"@graph":' * _some(chance, 5_000) + text,
        lambda text: text * _some(chance, 200),
        lambda text: _NUMBER.sub(lambda m: chance.choice(_NUMBERS), text),
        lambda text: re.sub(
            rb'"[^"]*"', lambda m: chance.choice((m[0], b"null", b"[]", b"{}", b"1", b'"\\ud800"')), text
        ),
        lambda text: re.sub(rb"[\[\]{}]", lambda m: chance.choice((m[0], m[0], b"[", b"}")), text),
        lambda text: text.replace(b'"', chance.choice((b'\\"', b"'", b""))),
    )
    way = chance.choice(ways)
    if not _JSON.search(body):
        found = _JSON.search(other)
        body = _put(
            body,
            chance,
            found[0] + b">"
            if found
            else b'<script type="application/ld+json">{"@type":"NewsArticle"}</script>',
        )
    return _JSON.sub(lambda match: match[1] + way(match[2][:100_000]) + match[3], body)


def _numbers(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return _replace_some(_NUMBER, body, chance, lambda number: chance.choice(_NUMBERS))


def _controls(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return _put(body, chance, *(chance.choice(_CONTROLS) for _ in range(_some(chance, 300))))


def _trapped(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return _put(body, chance, *(chance.choice(_TRAPS) for _ in range(_some(chance, 20))))


def _endless(body: bytes, chance: random.Random, other: bytes) -> bytes:
    """One sign or phrase again and again, in one paragraph: what regular expressions stumble over."""
    word = chance.choice(_WORDS)
    return _put(
        body,
        chance,
        b"<p>" + word * (_some(chance, 300_000) // len(word) + 1) + chance.choice((b"", b"</p>", b"!")),
    )


def _many(body: bytes, chance: random.Random, other: bytes) -> bytes:
    """Many small elements of one kind."""
    one = chance.choice(
        (
            b"<a href=/x>link</a>",
            b"<li>x",
            b"<p>Some words. ",
            b"<h1>Head</h1>",
            b"<br>",
            b"<td>x",
            b"<option>x",
            b"<img src=x>",
            b"<title>T</title>",
            b"<meta name=author content='A B'>",
            b"<time datetime=2024-01-02>",
            b"<figure><figcaption>x",
            b"<link rel=canonical href=/x>",
            b"<span>a</span>",
            b"<!--x-->",
            b"<script>x</script>",
            b"<b>",
            b"</p>",
            b"</div>",
        )
    )
    return _put(body, chance, one * _some(chance, 20_000))


def _gzipped(body: bytes, chance: random.Random, other: bytes) -> bytes:
    return (
        gzip.compress(body[:200_000], 1)[: chance.randrange(20, 100_000)]
        if chance.random() < 0.2
        else body.swapcase()
    )


MUTATIONS: dict[str, Mutation] = {
    "cut": _cut,
    "beheaded": _beheaded,
    "hole": _hole,
    "bytes": _flipped,
    "tags lost": _tags_lost,
    "tags twice": _tags_twice,
    "unclosed": _unclosed,
    "halved tags": _halved_tags,
    "other tags": _other_tags,
    "deeper": _deeper,
    "shuffled": _shuffled,
    "repeated": _repeated,
    "charset": _lied,
    "recoded": _recoded,
    "entities": _entities,
    "spelled": _spelled,
    "grown": _grown,
    "attributes": _attributes,
    "attributes torn": _attributes_torn,
    "spliced": _spliced,
    "json": _json_torn,
    "numbers": _numbers,
    "controls": _controls,
    "traps": _trapped,
    "endless": _endless,
    "many": _many,
    "case": _gzipped,
}
