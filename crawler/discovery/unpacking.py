"""Takes a body that may be gzipped in pieces, so that none is ever in memory whole."""

import zlib
from collections.abc import Iterator

MAX_BYTES = 50_000_000
"""What is taken of a body, unpacked: the limit of https://www.sitemaps.org/protocol.html."""

MAX_MEMBERS = 1000
"""Members of a gzip file that are unpacked; those of a sitemap written piece by piece are some dozen."""

_PIECE = 65_536
_GZIP = b"\x1f\x8b"
_GZIP_BITS = 31
"""What zlib calls a gzip header and trailer."""


def unpacked(body: bytes) -> Iterator[bytes]:
    """The body in pieces of 64 kB, unpacked as they are taken, so that a gzip bomb never stands in memory."""
    left = MAX_BYTES
    for piece in _gunzip(body) if body.startswith(_GZIP) else _slices(body):
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def unpacked_beginning(body: bytes) -> bytes:
    """The first 64 kB of a body, unpacked if it is gzipped; for whoever asks what it is."""
    return next(unpacked(body), b"")


def _slices(body: bytes) -> Iterator[bytes]:
    return (body[start : start + _PIECE] for start in range(0, len(body), _PIECE))


def _gunzip(body: bytes) -> Iterator[bytes]:
    """What can be unpacked: data that break off, or are damaged, give what comes before."""
    unpacker, members = zlib.decompressobj(wbits=_GZIP_BITS), 1
    for packed in _slices(body):
        while packed:
            if unpacker.eof:  # a further member: RFC 1952 (2.2) lets them follow each other
                if members == MAX_MEMBERS:
                    return
                unpacker, members = zlib.decompressobj(wbits=_GZIP_BITS), members + 1
            try:
                piece = unpacker.decompress(packed, _PIECE)
            except zlib.error:
                return
            if piece:
                yield piece
            packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
