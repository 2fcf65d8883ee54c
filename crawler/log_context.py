"""Which run a line of the log belongs to."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class LoggedRun(NamedTuple):
    """A run, as the log names it."""

    source: str
    run: int


_logged_run: ContextVar[LoggedRun | None] = ContextVar("logged_run", default=None)


@contextmanager
def logged_as(source: str, run: int) -> Iterator[None]:
    """What is logged inside, in this task and in those that it starts, belongs to this run."""
    token = _logged_run.set(LoggedRun(source, run))
    try:
        yield
    finally:
        _logged_run.reset(token)


def logged_run() -> LoggedRun | None:
    """The run that is being worked on; None outside of any."""
    return _logged_run.get()
