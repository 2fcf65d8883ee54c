"""Mends ampersands: feeds and sitemaps write addresses as they are, where XML wants `&amp;`."""

import re
from collections.abc import Iterable, Iterator

# A CDATA section is matched whole, to be left alone: there an ampersand may stand as it is.
_BARE = re.compile(
    rb"(<!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)", re.DOTALL
)
_NUMBER = re.compile(rb"&#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_TWICE = re.compile(rb"&amp;(?:amp;)+")
_LONGEST = len(b"&#xFFFFFF;")


def mend_ampersands(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Escape every ampersand that begins none of XML's own entities, and unescape those escaped twice.

    The texts that are read from it have to be unescaped once more.

    One bare ampersand makes libxml2 drop all that follow, also the good ones, and sends feedparser to its
    slow parser, which takes the parameter of `?a=1&copy=2` for a sign. It also leaves no entity that a
    document declares itself, so that none can be a bomb, or name a file.
    A text in UTF-16 or ISO-2022-JP, where the byte is part of other characters, is left as it is.
    """
    held, as_it_is = b"", None
    for chunk in chunks:
        if as_it_is is None:
            as_it_is = b"\0" in chunk[:4] or chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x1b$" in chunk
        if as_it_is:
            yield chunk
            continue
        data = held + chunk
        # An entity may go on in the next chunk.
        end = data.rfind(b"&", -_LONGEST)
        data, held = (data[:end], data[end:]) if end >= 0 else (data, b"")
        yield _mended(data)
    if held:
        yield _mended(held)


def _mended(data: bytes) -> bytes:
    if b"&#" in data:
        data = _NUMBER.sub(_character, data)
    return _TWICE.sub(b"&amp;", _BARE.sub(lambda match: match[1] or b"&amp;", data))


def _character(match: re.Match[bytes]) -> bytes:
    """The reference, or one to U+FFFD for what is no character: feedparser raises for it."""
    number = int(match[1]) if match[1] else int(match[2], 16)
    return match[0] if 0 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF else b"&#xFFFD;"
