"""Readings of pages that came together, held until those of one host have informed one another."""

import pickle
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from crawler.cli.names import UNKNOWN_URL
from pipelines.article import Reading
from pipelines.batch import inform

MOST_PAGES = 2_000
"""Pages that are held at most."""
MOST_BYTES = 200_000_000
"""Bytes of readings that are held at most; but always one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one line: the reading of its page, or what was wrong with it."""

    page_id: Any
    host: str | None = None
    """None for a page that came without an address: it stands alone."""
    reading: Reading | None = None
    error: str | None = None


class Batch:
    """Answers in the order in which they came; `most_pages` of 1 lets each page stand alone.

    `keep`: rules whose lines stay in the text.
    """

    def __init__(
        self, keep: Collection[str] = (), most_pages: int = MOST_PAGES, most_bytes: int = MOST_BYTES
    ) -> None:
        self._keep = keep
        self._most_pages, self._most_bytes = most_pages, most_bytes
        self._held: list[Answer] = []
        self._bytes = 0

    def add(self, answer: Answer) -> None:
        """Hold one more."""
        self._held.append(answer)
        self._bytes += len(pickle.dumps(answer.reading))  # near enough to what it takes in memory

    @property
    def is_full(self) -> bool:
        """Whether it is time to let them go."""
        return len(self._held) >= self._most_pages or self._bytes >= self._most_bytes

    def release(self) -> Iterator[Answer]:
        """All that were held, cleaned of what the pages of their host repeat; the batch is empty then."""
        held, self._held, self._bytes = self._held, [], 0
        read = [answer.reading for answer in held if answer.reading is not None]
        if len(read) > 1:
            hosts = [answer.host for answer in held if answer.reading is not None]
            read = inform(list(zip(hosts, read, strict=True)), self._keep)
        readings = iter(read)
        for answer in held:
            yield answer if answer.reading is None else replace(answer, reading=next(readings))


def host_of(url: str) -> str | None:
    """The host whose pages a page is to be compared with, without "www."."""
    return None if url == UNKNOWN_URL else (urlsplit(url).hostname or "").removeprefix("www.") or None
