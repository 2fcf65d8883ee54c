"""Shows how far the care of an archive has come: a bar or a line on a terminal, else notes; on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crawler.cli.terminal import console, note, styled
from storage.shown import in_one_line

_LONG = 10.0
"""Seconds after which whoever reads a log is told what is being done."""


@contextmanager
def shown_amount(total: int) -> Iterator[Callable[[str, int], None]]:
    """A bar for a total; call what is given with what is being done, and how much more of it is."""
    if not sys.stderr.isatty():
        yield lambda _what, _more: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    what = TextColumn("{task.description}", markup=False)
    columns = (what, BarColumn(bar_width=None), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True, expand=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda what, more: progress.update(task, description=in_one_line(what), advance=more)


@contextmanager
def shown_steps() -> Iterator[Callable[[str], None]]:
    """Call what is given with each step that begins: a line that is written over; notes, if it takes long."""
    if not sys.stderr.isatty():
        began = time.monotonic()
        yield lambda step: note(step) if time.monotonic() - began > _LONG else None
        return
    with console(sys.stderr).status("") as status:
        yield lambda step: status.update(styled(step))  # a text would be read for markup
