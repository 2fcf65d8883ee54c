"""Page readers that misbehave as a parser may, for the worker pool's tests; the page's body says how."""

import os
import signal
import time

from pipelines.article import Reading, Rejection
from pipelines.cleaning import Cleaning
from pipelines.page import Page


def process_of(_body: bytes) -> int:
    return os.getpid()


def eat_memory() -> int:
    return len(bytearray(4_000_000_000))


def hang() -> None:
    time.sleep(60)


def misbehave(page: Page, cleaning: Cleaning) -> Reading:
    match page.body:
        case b"hang":
            time.sleep(60)
        case b"crash":  # as a bug in C code does
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"exit":
            os._exit(3)
        case b"eat":
            eat_memory()
        case b"starve":  # as the extractor tells it, having caught its own MemoryError
            return Reading(rejection=Rejection.OUT_OF_MEMORY)
        case b"raise":
            raise ValueError("no such page")
        case b"tell":
            return Reading(detail=", ".join(sorted(cleaning.keep)))
        case b"known":
            learned, templates = cleaning.learned, cleaning.templates
            known = (learned.version if learned else None, templates.version if templates else None)
            return Reading(detail=f"{known}")
    return Reading(detail=f"{os.getpid()}")


def fall(*_: object) -> None:
    """Work that goes too deep."""
    fall()
