"""The content codings that the press can send: gzip, brotli and zstd."""

import gzip
import sys
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # has no stubs

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body))


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)  # without a time in it, the same page is the same bytes


_CODINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": _gzip, "br": _brotli, "zstd": zstd.compress}


def encode(body: bytes, coding: str) -> bytes:
    """The body in this content coding. Raises KeyError for one that is not sent here."""
    return _CODINGS[coding](body)
