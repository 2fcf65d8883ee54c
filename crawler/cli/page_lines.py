"""Pages as JSON Lines in, articles as JSON Lines out: in the same order, with bounded memory."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, TextIO

from crawler.cli.batches import Answer, Batch, host_of
from crawler.cli.findings import reading_as_json
from crawler.cli.names import UNKNOWN_URL
from crawler.workers import WorkerPool
from pipelines.cleaning import Cleaning
from pipelines.metadata.canonical import canonical_url
from pipelines.page import Page
from storage.shown import as_json

WINDOW = 300
"""Pages between the line in and the end of its reading, at most."""
WINDOW_BYTES = 100_000_000
"""Bytes of their lines, at most; but always one line."""
MAX_LINE = 50_000_000
"""Bytes; a longer line is an error."""
_PIECE = 1_000_000


class BadLine(Exception):
    """A line that is no page; the message says what is wrong with it."""

    def __init__(self, message: str, page_id: Any = None) -> None:
        super().__init__(message)
        self.page_id = page_id


class PageLines:
    """Reads from a file descriptor, and writes to `out` what `batch` gives free; `run` is called once."""

    def __init__(
        self, workers: WorkerPool, cleaning: Cleaning, batch: Batch, descriptor: int, out: TextIO
    ) -> None:
        self._workers = workers
        self._cleaning = cleaning
        self._batch = batch
        self._descriptor = descriptor
        self._out = out
        self._begun: asyncio.Queue[tuple[int, asyncio.Task[Answer]] | None] = asyncio.Queue()
        self._room = _Room()
        self._stopped = False

    def stop(self) -> None:
        """Read no further; what was read comes out."""
        self._stopped = True
        self._room.close()
        self._begun.put_nowait(None)

    async def run(self) -> bool:
        """Extract until the end; False if it was stopped. Raises BrokenPipeError when nobody reads on."""
        loop = asyncio.get_running_loop()
        # A thread of its own, not the loop's: one that waits for stdin must not keep the program from ending.
        threading.Thread(target=self._read, args=(loop,), name="stdin", daemon=True).start()
        try:
            while (begun := await self._begun.get()) is not None:
                size, task = begun
                self._batch.add(await task)
                self._room.give(size)
                if self._batch.is_full:
                    self._write()
            self._write()
        finally:
            self._room.close()
        return not self._stopped

    def _write(self) -> None:
        for answer in self._batch.release():
            self._out.write(as_json(_told(answer)) + "\n")
        if self._begun.empty():
            self._out.flush()  # whoever waits for this line gets it

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """Runs in the thread: hand the loop each line, as room permits."""
        with suppress(RuntimeError):  # the loop has ended, because nobody reads what comes out
            with open(self._descriptor, "rb", closefd=False) as file:
                for line in _lines(file):
                    if not self._room.take(len(line)):
                        return
                    loop.call_soon_threadsafe(self._begin, line)
            loop.call_soon_threadsafe(self._begun.put_nowait, None)

    def _begin(self, line: bytes) -> None:
        if not self._stopped:
            self._begun.put_nowait((len(line), asyncio.ensure_future(self._extract(line))))

    async def _extract(self, line: bytes) -> Answer:
        try:
            page_id, page = page_of_line(line)
        except BadLine as error:
            return Answer(page_id=error.page_id, error=str(error))
        reading = await self._workers.read(page, self._cleaning)
        return Answer(page_id=page_id, host=host_of(page.url), reading=reading)


def _told(answer: Answer) -> dict[str, Any]:
    """What a line comes to, for a program."""
    if answer.reading is None:
        return {"id": answer.page_id, "error": answer.error}
    return {"id": answer.page_id, **reading_as_json(answer.reading)}


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines that are not blank; of one that is too long, only the beginning."""
    while line := file.readline(MAX_LINE + 1):
        rest = line
        while rest and not rest.endswith(b"\n") and len(rest) > _PIECE:
            rest = file.readline(_PIECE + 1)
        if not line.isspace():
            yield line


def page_of_line(line: bytes) -> tuple[Any, Page]:
    """The id and the page in a line: {"id", "url", "html"}; only "html" has to be there. Raises BadLine."""
    if len(line) > MAX_LINE:
        raise BadLine(f"longer than {MAX_LINE:,} bytes")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:  # also UnicodeDecodeError
        raise BadLine(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise BadLine("not a JSON object")
    html, url = row.get("html"), row.get("url")
    if not isinstance(html, str):
        raise BadLine('"html" is missing' if html is None else '"html" is not a string', row.get("id"))
    if url is not None and not isinstance(url, str):
        raise BadLine('"url" is not a string', row.get("id"))
    known = url is not None and canonical_url(url) is not None
    # The charset that a page names was true of its bytes, not of the text that it is here.
    return row.get("id"), Page(
        url=url if url is not None and known else UNKNOWN_URL,
        body=html.encode("utf-8", "replace"),
        content_type="text/html; charset=utf-8",
    )


class _Room:
    """How much may stand between in and out; the reading thread waits for it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lines, self._bytes, self._closed = 0, 0, False

    def take(self, size: int) -> bool:
        """Wait until a line of `size` bytes has room; False if there will be none any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._fits(size))
            self._lines += 1
            self._bytes += size
            return not self._closed

    def _fits(self, size: int) -> bool:
        return self._lines == 0 or (self._lines < WINDOW and self._bytes + size <= WINDOW_BYTES)

    def give(self, size: int) -> None:
        """A line has come out."""
        with self._changed:
            self._lines -= 1
            self._bytes -= size
            self._changed.notify()

    def close(self) -> None:
        """No more lines are wanted."""
        with self._changed:
            self._closed = True
            self._changed.notify()
