"""A page's bytes in the publisher's encoding, as text."""

import codecs
import re
from collections import Counter

from charset_normalizer import from_bytes
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
    to_unicode,
)

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# The same in UTF-8: single bytes, U+0080 to U+009F, and what begins U+FDC0 to U+FDFF and U+FFC0 to U+FFFF.
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - set(b"\t\n\r"))
_UPPER_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")
_LEADS = (b"\xef\xb7", b"\xef\xbf")
# The same, and half a surrogate pair, by number: a parser would put them into the text again.
_REFERENCES = re.compile(
    r"&#(?:[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|7[fF]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF]"
    r"|[fF][dD][dDeE][0-9a-fA-F])(?![0-9a-fA-F])"
    r"|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|127|5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]"
    r"|6497[6-9]|649[89]\d|6500[0-7]|6553[45])(?!\d));?"
)
# Python turns no number of so many digits into an int, and whoever reads entities would raise for it.
_ENDLESS = re.compile(r"&(?:amp;)*#\d{100,};?")
# A script up to the next mention of one, so that no byte is read twice; or a tag.
_MARKUP = re.compile(
    rb"<(?:script|style)\b[^<]*+(?:<(?!/?(?:script|style)\b)[^<]*+)*+</(?:script|style)|<[^<>]{0,2000}>",
    re.IGNORECASE,
)
_SAMPLE = 20_000
"""Bytes from which an undeclared encoding is guessed."""
_NOT_UTF8 = frozenset({"iso2022_jp", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le"})
"""Encodings whose bytes may be valid UTF-8 too, but then with a zero or an escape among them."""
_NOT_TEXT = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
"""Python's codecs from text to text that are no encoding of a document."""
_DEFAULTS = frozenset({"cp1252", "iso8859-1", "latin_1", "ascii"})
"""What servers put into the header of whatever they serve."""


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of `body`, without control characters and lone surrogates, also by number. Never raises.

    A byte order mark decides; then what is valid UTF-8 is UTF-8, whatever it is declared to be; then the
    header's charset, the document's own, a guess. A header's Latin-1 yields to the document's declaration,
    because servers send it for files of any encoding. Bytes that fit nowhere become U+FFFD.
    """
    encoding, mark = read_bom(body)
    if encoding:
        return _clean(to_unicode(body[len(mark or b"") :], encoding))
    header, own = _declared(body, content_type)
    if not _NOT_UTF8.intersection((header, own)) or (b"\0" not in body and b"\x1b" not in body):
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return _clean(text) if _may_have_controls(body) else _without_references(text)
    trusted = (own, header) if header in _DEFAULTS else (header, own)
    readings = [to_unicode(body, name) for name in dict.fromkeys(trusted) if name]
    if fitting := next((text for text in readings if _fits(text)), None):
        return _clean(fitting)
    readings += [to_unicode(body, name) for name in (_guess(body), "utf-8")]
    return _clean(min(readings, key=lambda text: (not _fits(text), text.count("\ufffd"))))


def _declared(body: bytes, content_type: str | None) -> tuple[str | None, str | None]:
    """The encodings that the header and the document name, where they are known ones."""
    own = html_body_declared_encoding(body[:4096])
    return _known(http_content_type_encoding(content_type)), _known(own)


def _fits(text: str) -> bool:
    """Whether a reading is plausible: next to no byte that fits nowhere, and not mostly accented letters.

    Any bytes are valid in Latin-1 and its like; read so, text in another script is all accents and signs.
    """
    few = text.count("\ufffd") <= max(3, len(text) // 1000)
    accents = sum(count for letter, count in Counter(text[:_SAMPLE]).items() if "\x80" <= letter <= "\xff")
    return few and accents <= 0.4 * sum(c.isalpha() for c in text[:_SAMPLE])


def _known(name: str | None) -> str | None:
    found = resolve_encoding(name) if name else None
    return found if found and _is_of_text(found) else None


def _is_of_text(name: str) -> bool:
    """Whether a codec is a text encoding: Python also has those for base64, zip and the like."""
    codec = codecs.lookup(name)
    return codec._is_text_encoding and codec.name.replace("-", "_") not in _NOT_TEXT


def _guess(body: bytes) -> str:
    """The encoding that the bytes look like; tags are left out, since they are the same in most."""
    sample = _MARKUP.sub(b" ", body[: 10 * _SAMPLE])
    sample = sample if len(sample) > 200 else body
    best = from_bytes(re.sub(rb"\s+", b" ", sample)[:_SAMPLE]).best()
    return resolve_encoding(best.encoding) or "cp1252" if best else "cp1252"


def _clean(text: str) -> str:
    return _without_references(_CONTROLS.sub("", text) if _CONTROLS.search(text) else text)


def _may_have_controls(body: bytes) -> bool:
    """Whether valid UTF-8 has what `_CONTROLS` finds, or may have: in bytes, a fifth of the time."""
    if len(body.translate(None, _CONTROL_BYTES)) != len(body) or _UPPER_CONTROLS.search(body):
        return True
    return b"\xef" in body and any(lead in body for lead in _LEADS)


def _without_references(text: str) -> str:
    text = _REFERENCES.sub("", text) if "&#" in text else text
    return _ENDLESS.sub("", text) if _ENDLESS.search(text) else text
