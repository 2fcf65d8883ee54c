"""What a command could not do, as one line for the user and an exit status.

WrongUsage        2: the command line or the configuration has to change
CommandFailed     1: it was understood, and could not be done
Interrupted       1: Ctrl-C or SIGTERM ended it
NobodyReads       0: whoever read the output has seen enough
"""

import errno
from typing import Any

import typer

_OUTPUT_BROKE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""What a write can fail by. Whoever writes to a file says which: without a name, it is the output."""


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
        case OSError(errno=number, strerror=str(reason)) if number in _OUTPUT_BROKE:
            return 1, f"standard output: {reason}"
        case _:
            told = str(error) or "no more is known"
            return (
                1,
                f"{type(error).__name__}: {told} (a fault of copydesk: `copydesk --debug …` shows where)",
            )


def _of_the_command_line(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    message = (_in_plain_words(error) or error.format_message()).rstrip(".?")
    mark = "?" if "did you mean" in message.lower() else ""
    return f"{message}{mark}; see `{context.command_path} --help`" if context is not None else message


def _in_plain_words(error: typer.TyperException) -> str | None:
    """What is wrong with an option or argument, without the words of the library that found it."""
    param: Any = getattr(error, "param", None)
    if param is None:
        name = getattr(error, "option_name", None)
        needs = name is not None and "requires" in error.format_message()
        return f"{name} needs a value" if needs else None
    name = max(param.opts, key=len) if param.param_type_name == "option" else param.metavar or param.name
    if type(error).__name__ == "MissingParameter":
        return f"{name} is missing"
    if choices := param.type_descriptor.choices:
        told = ", ".join(str(getattr(choice, "value", choice)) for choice in choices)
        return f"{name}: choose from {told}"
    if (least := getattr(param, "min", None)) is not None:
        most = getattr(param, "max", None)
        return f"{name}: write a whole number" + (
            f" from {least:,} to {most:,}" if most is not None else f", {least:,} or more"
        )
    return f"{name}: {getattr(error, 'message', '') or error.format_message()}"
