"""Unpacks answers within bounds that Scrapy's own middleware has not: how many parts, how many times over."""

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest

MOST_CODINGS = 3
"""Content codings one upon the other; each may be of DOWNLOAD_MAXSIZE, and servers use one, rarely two."""
MOST_MEMBERS = 1000
"""Members of a gzip file, which RFC 1952 (2.2) lets follow each other: 8 MB of empty ones held up the event
loop for half a minute, and so every crawl."""
_MEMBER = b"\x1f\x8b\x08"
"""What each begins with; in other packed data it turns up once in 16 MB."""


class CompressionMiddleware(HttpCompressionMiddleware):
    """Raises IgnoreRequest for what would take too long, as Scrapy's does for what would be too large."""

    def _handle_encoding(
        self, body: bytes, content_encoding: list[bytes], max_size: int
    ) -> tuple[bytes, list[bytes]]:
        codings = b",".join(content_encoding).count(b",") + 1
        if codings > MOST_CODINGS:
            raise IgnoreRequest(f"{codings} content codings, which is too much decompression")
        return super()._handle_encoding(body, content_encoding, max_size)

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        if encoding in (b"gzip", b"x-gzip") and (members := body.count(_MEMBER)) > MOST_MEMBERS:
            raise IgnoreRequest(f"{members} gzip members, which is too much decompression")
        unpacked: bytes = HttpCompressionMiddleware._decode(body, encoding, max_size)
        return unpacked
