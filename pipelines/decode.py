"""A page's bytes in the publisher's encoding, as text."""

import re
from collections.abc import Iterator

from charset_normalizer import from_bytes
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
    to_unicode,
)

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_MARKUP = re.compile(rb"<(script|style)\b.*?</\1>|<[^>]{0,2000}>", re.DOTALL | re.IGNORECASE)
_SAMPLE = 20_000
"""Bytes from which an undeclared encoding is guessed."""
_DEFAULTS = frozenset({"cp1252", "iso8859-1", "latin_1", "ascii"})
"""What servers put into the header of whatever they serve."""


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of `body`, without control characters and lone surrogates. Never raises.

    A byte order mark decides; then what is valid UTF-8 is UTF-8, whatever it is declared to be; then the
    header's charset, the document's own, a guess. A header's Latin-1 yields to the document's declaration,
    because servers send it for files of any encoding. Bytes that fit nowhere become U+FFFD.
    """
    encoding, mark = read_bom(body)
    if encoding:
        return _clean(to_unicode(body[len(mark or b"") :], encoding))
    declared = list(_declared(body, content_type))
    if "iso2022_jp" not in declared:  # which is 7-bit, and so valid UTF-8
        try:
            return _clean(body.decode("utf-8"))
        except UnicodeDecodeError:
            pass
    readings = [to_unicode(body, name) for name in declared if name not in ("utf-8", "utf_8")]
    if "\ufffd" not in "".join(readings[:1]) and readings:
        return _clean(readings[0])
    readings += [to_unicode(body, name) for name in (_guess(body), "utf-8") if name]
    return _clean(min(readings, key=lambda text: text.count("\ufffd")))


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    header = _known(http_content_type_encoding(content_type))
    own = _known(html_body_declared_encoding(body[:4096]))
    yield from dict.fromkeys(
        name for name in ((own, header) if header in _DEFAULTS else (header, own)) if name
    )


def _known(name: str | None) -> str | None:
    return resolve_encoding(name) if name else None


def _guess(body: bytes) -> str:
    """The encoding that the bytes look like; tags are left out, since they are the same in most."""
    sample = _MARKUP.sub(b" ", body[: 10 * _SAMPLE])
    sample = sample if len(sample) > 200 else body
    best = from_bytes(re.sub(rb"\s+", b" ", sample)[:_SAMPLE]).best()
    return resolve_encoding(best.encoding) or "cp1252" if best else "cp1252"


def _clean(text: str) -> str:
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text
