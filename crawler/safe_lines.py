"""Makes a line of the log safe: what a page has brought into it cannot act, and no password is in it."""

import logging
import sys
import threading
import traceback
from types import TracebackType

from storage.redacted import without_secrets
from storage.shown import printable


def safe_line(told: str) -> str:
    """`told` as a record of a log: only its first line begins at the margin."""
    return printable(without_secrets(told)).replace("\n", "\n    ")


class SafeLines(logging.Formatter):
    """What another formatter says of a record, made safe."""

    def __init__(self, inner: logging.Formatter | None = None) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        return safe_line(self._inner.format(record))


def guard_streams() -> None:
    """What reaches stderr by itself is safe: libraries' logs, warnings, tracebacks of what nobody caught."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(SafeLines())
    logging.captureWarnings(True)
    sys.excepthook = _show
    threading.excepthook = lambda told: _show(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: _show(told.exc_type, told.exc_value, told.exc_traceback)


def _show(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    told = "".join(traceback.format_exception(kind, error, where))
    print(printable(without_secrets(told)).rstrip("\n"), file=sys.stderr)
