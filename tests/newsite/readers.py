"""Page readers that misbehave as a parser may, for the worker pool's tests; the page's body says how."""

import os
import signal
import time

from pipelines.article import Reading
from pipelines.cleaning import Cleaning
from pipelines.page import Page


def misbehave(page: Page, cleaning: Cleaning) -> Reading:
    match page.body:
        case b"hang":
            time.sleep(60)
        case b"crash":  # as a bug in C code does
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"exit":
            os._exit(3)
        case b"raise":
            raise ValueError("no such page")
        case b"tell":
            return Reading(detail=", ".join(sorted(cleaning.keep)))
    return Reading(detail=f"{os.getpid()}")
