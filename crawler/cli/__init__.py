"""The command line: `copydesk` and its commands, a file for each group of them."""

import os
import signal
import sys
from collections.abc import Sequence
from typing import TextIO

from crawler.cli.invocation import Invocation

__all__ = ["main", "run"]


def main() -> None:
    """What the `copydesk` script calls."""
    for stream in (sys.stdout, sys.stderr):
        _tolerate(stream)
    # A second SIGTERM ends the process at once, as nothing handles it any more.
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(run(sys.argv[1:]))


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
        status = app(args=list(arguments), prog_name="copydesk", standalone_mode=False, obj=invocation)
        sys.stdout.flush()
    except (NobodyReads, BrokenPipeError):
        # The reader has seen enough, as `head` does. Nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Interrupted, KeyboardInterrupt):
        note("stopped")
        return 1
    except Exit as asked:
        return asked.exit_code
    except Exception as error:
        if invocation.debug and not isinstance(error, TyperException):
            raise
        status, message = explain(error)
        note(message)
    return status if isinstance(status, int) else 0
