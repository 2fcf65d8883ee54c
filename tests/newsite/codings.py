"""The content codings that the press can send: gzip, brotli and zstd."""

import gzip
import sys

import brotli  # type: ignore[import-untyped]  # has no stubs

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def encode(body: bytes, coding: str) -> bytes:
    """The body in this content coding. Raises KeyError for one that nobody knows."""
    return {"gzip": _gzip, "br": _brotli, "zstd": zstd.compress, "identity": bytes}[coding](body)


def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body))


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)  # without a time in it, the same page is the same bytes
