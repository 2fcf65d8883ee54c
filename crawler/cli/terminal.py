"""What is written for a person to read: safe for a terminal, whole in a pipe."""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# A page may hold what a terminal would obey (escape sequences) or what turns the reading order of the line
# around (U+202A to U+202E, U+2066 to U+2069). Tabs and line feeds stay.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_WIDTH_OF_A_PIPE = 100_000
"""Columns; nothing is cut or folded where a program reads."""
_NAME = 30
"""Columns that the first cell of a row gets before the others, if it needs them: it is a name."""


def printable(text: str) -> str:
    """`text` without the characters that a terminal would act on."""
    return _UNSAFE.sub("", text)


def counted(number: int, thing: str) -> str:
    """A number and what it counts: "1 source", "1,200 sources"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def note(message: str) -> None:
    """Tell the user something beside the output: a line on stderr."""
    print(f"copydesk: {printable(message)}", file=sys.stderr, flush=True)


def console(file: TextIO | None = None) -> "Console":
    """Where to write what has colours; in a pipe it has none, and lines as long as they are."""
    from rich.console import Console

    file = file or sys.stdout
    width = None if file.isatty() else _WIDTH_OF_A_PIPE
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False)


def styled(text: str, style: str = "") -> "Text":
    """A piece of text for the console."""
    from rich.text import Text

    return Text(printable(text), style=style)


def show_json(value: Any) -> None:
    """Write a value as JSON, indented, for a program or a person."""
    import json

    print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    """What JSON has no word for: times as ISO 8601."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def show_table(
    columns: Sequence[str], rows: Iterable[Sequence[str | int]], total: Sequence[str | int] = ()
) -> None:
    """Write rows under their columns, numbers to the right; `total` is a last row, set apart."""
    from rich import box
    from rich.table import Table

    out = console()
    table = Table(box=box.SIMPLE_HEAD if out.is_terminal else None, pad_edge=False, show_footer=bool(total))
    kept = list(rows)
    for number, name in enumerate(columns):
        numeric = bool(kept) and all(isinstance(row[number], int) for row in kept)
        table.add_column(
            styled(name),
            styled(_cell(total[number])) if total else "",
            justify="right" if numeric else "left",
            overflow="fold",
            min_width=min(_NAME, max((len(_cell(row[0])) for row in kept), default=0))
            if number == 0
            else None,
        )
    for row in kept:
        table.add_row(*(styled(_cell(cell)) for cell in row))
    with out.capture() as captured:
        out.print(table)
    # A column is padded to its width, also the last one.
    print("\n".join(line.rstrip() for line in captured.get().strip("\n").splitlines()))


def _cell(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value
