"""What a command could not do, as one line for the user and an exit status.

WrongUsage        2: the command line or the configuration has to change
CommandFailed     1: it was understood, and could not be done
Interrupted       1: Ctrl-C or SIGTERM ended it
NobodyReads       0: whoever read the output has seen enough
"""

import typer


class WrongUsage(Exception):
    """What was asked for makes no sense; the message says what would."""


class CommandFailed(Exception):
    """What was asked for could not be done; the message says why, and the way out."""


class Interrupted(Exception):
    """The user ended it."""


class NobodyReads(Exception):
    """The pipe that the output goes to is closed at its other end."""


def explain(error: Exception) -> tuple[int, str]:
    """The exit status and the line for the user that an error stands for."""
    # Here, where something went wrong anyway: a command that uses no database does not load one.
    from crawler.config import ConfigError
    from storage.errors import BadQuery, StorageError

    match error:
        case typer.TyperException():
            return error.exit_code, _of_the_command_line(error)
        case WrongUsage() | ConfigError() | BadQuery():
            return 2, str(error)
        case CommandFailed() | StorageError():
            return 1, str(error)
        case OSError(filename=str(name), strerror=str(reason)):
            return 1, f"{name}: {reason}"
        case _:
            told = str(error) or "no more is known"
            return (
                1,
                f"{type(error).__name__}: {told} (a fault of copydesk: `copydesk --debug …` shows where)",
            )


def _of_the_command_line(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    message = error.format_message().rstrip(".")
    return f"{message}; see `{context.command_path} --help`" if context is not None else message
