"""The command line: `copydesk` and its commands, a file for each group of them."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from crawler.cli.invocation import Invocation
from crawler.safe_lines import guard_streams

__all__ = ["main", "run"]


def main() -> None:
    """What the `copydesk` script calls."""
    _replace_closed_streams()
    guard_streams()
    for stream in (sys.stdout, sys.stderr):
        _tolerate(stream)
    # A second SIGTERM ends the process at once, as nothing handles it any more.
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(run(sys.argv[1:]))


def _replace_closed_streams() -> None:
    """Python has None for what was closed (`>&-`); the next file to be opened would take its place."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115  it stays open
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        sys.stderr.write("copydesk: standard output is closed: let it go to a file, or to /dev/null\n")
        sys.exit(1)


def _tolerate(stream: TextIO) -> None:
    """What is piped is UTF-8, as programs expect it; a terminal gets what it can show."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _stop(signum: int, frame: object) -> None:
    signal.signal(signum, signal.SIG_DFL)
    raise KeyboardInterrupt


def run(arguments: Sequence[str]) -> int:
    """Run one command line, without the program's name. The exit status: 0 done, 1 failed, 2 wrong usage."""
    from typer import Exit, TyperException

    from crawler.cli.app import app
    from crawler.cli.failures import Interrupted, NobodyReads, explain
    from crawler.cli.terminal import note

    invocation = Invocation()
    try:
        try:
            status = app(args=list(arguments), prog_name="copydesk", standalone_mode=False, obj=invocation)
        finally:
            sys.stdout.flush()
    except (NobodyReads, BrokenPipeError):
        # The reader has seen enough, as `head` does.
        _write_no_more()
        return 0
    except (Interrupted, KeyboardInterrupt):
        note("stopped")
        return 1
    except Exit as asked:
        return asked.exit_code
    except Exception as error:
        if invocation.debug and not isinstance(error, TyperException):
            raise
        if isinstance(error, OSError):
            _write_no_more()
        status, message = explain(error)
        note(message)
    return status if isinstance(status, int) else 0


def _write_no_more() -> None:
    """What is still held back goes nowhere: it would fail once more at exit."""
    if sys.stdout is sys.__stdout__ and sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
