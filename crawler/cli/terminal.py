"""What is written for a person to read: safe for a terminal, whole in a pipe.

Every command writes by way of this module, a test sees to it: what it says may have come from a stranger.
"""

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from storage.redacted import without_secrets
from storage.shown import as_json, in_one_line, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_WIDTH_OF_A_PIPE = 100_000
"""Columns; nothing is cut or folded where a program reads."""
_NAME = 12
"""Columns that the first cell of a row keeps on a narrow terminal, if it needs them: it is a name."""
_WORD = 20
"""Columns that a longer word, such as an address, keeps on a narrow terminal."""
_GAP = 2
"""Columns between two cells."""


def counted(number: int, thing: str) -> str:
    """A number and what it counts: "1 source", "1,200 sources"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def shown_size(size: int) -> str:
    """A number of bytes in a unit of thousands: "870 B", "12 kB", "3.4 MB"."""
    number, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if number >= 999.5:
            number, unit = number / 1000, larger
    short = number < 9.95 and unit != "B"
    return f"{number:.1f} {unit}" if short else f"{number:,.0f} {unit}"


def say(line: str = "") -> None:
    """A line of the output, in which no text from outside can act or break the line."""
    print(in_one_line(line))


def note(message: str) -> None:
    """Tell the user something beside the output: on stderr, where only a line of ours begins at the margin.

    Passwords in it are left out: errors of libraries may name addresses.
    """
    told = printable(without_secrets(message)).replace("\n", "\n  ")
    print(f"copydesk: {told}", file=sys.stderr, flush=True)


def console(file: TextIO | None = None) -> "Console":
    """Where to write what has colours; in a pipe it has none, and lines as long as they are."""
    from rich.console import Console

    class Reported(Console):
        def on_broken_pipe(self) -> None:
            """Rich would end the process here, with a status of its own."""
            raise BrokenPipeError

    # Rich takes every terminal that calls itself "dumb" to be 80 columns wide, unless it is told both.
    width, height = (None, None) if file else shutil.get_terminal_size()
    file = file or sys.stdout
    width = width if file.isatty() else _WIDTH_OF_A_PIPE
    return Reported(file=file, width=width, height=height, highlight=False, markup=False, emoji=False)


def styled(text: str, style: str = "", *, folded: bool = False) -> "Text":
    """A piece of text for the console, on one line; `folded`: it is divided into lines already."""
    from rich.text import Text

    return Text(printable(text) if folded else in_one_line(text), style=style)


def show_json(value: Any) -> None:
    """Write a value as JSON, indented, for a program or a person."""
    print(as_json(value, indent=2, default=_plain))


def show_json_line(value: Any) -> None:
    """Write a value as JSON on one line."""
    sys.stdout.write(as_json(value, default=_plain) + "\n")


def show_whole(text: str) -> None:
    """Write a text for a program, whole; its form (TOML, XML, HTML) lets nothing in it act."""
    sys.stdout.write(text)


def _plain(value: Any) -> Any:
    """What JSON has no word for: times as ISO 8601."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


Row = Sequence[str | int]


def show_table(columns: Sequence[str], rows: Iterable[Row], total: Row = ()) -> None:
    """Write rows under their columns, numbers to the right; `total` is a last row, set apart.

    No column is lost on a narrow terminal: text is folded, and where that is not enough each row becomes a
    paragraph.
    """
    from rich import box
    from rich.table import Table

    out = console()
    kept = list(rows)
    widths = _widths(columns, [*kept, total] if total else kept, out.width)
    if widths is None:
        for row in [*kept, total] if total else kept:
            _show_paragraph(columns, row, out.width)
        return
    # The line under the head brings a column of its own between two cells.
    table = Table(
        box=box.SIMPLE_HEAD if out.is_terminal else None,
        padding=(0, 1, 0, 0) if out.is_terminal else (0, 1),
        pad_edge=False,
        show_edge=False,
        show_footer=bool(total),
    )
    for number, name in enumerate(columns):
        numeric = bool(kept) and all(isinstance(row[number], int) for row in kept)
        table.add_column(
            styled(name),
            styled(_cell(total[number])) if total else "",
            justify="right" if numeric else "left",
            overflow="fold",
            width=widths[number],
        )
    for row in kept:
        table.add_row(*(styled(_cell(cell)) for cell in row))
    with out.capture() as captured:
        out.print(table)
    # A column is padded to its width, also the last one.
    print("\n".join(line.rstrip() for line in captured.get().strip("\n").splitlines()))


def fits(columns: Sequence[str], rows: Iterable[Row], total: Row = ()) -> bool:
    """Whether a table has room where it is to be shown, without a cell that is folded."""
    natural, _ = _needs(columns, [*rows, total] if total else list(rows))
    return sum(natural) + _GAP * (len(columns) - 1) <= console().width


def _widths(columns: Sequence[str], rows: Sequence[Row], room: int) -> list[int] | None:
    """How wide each column may be, the widest cut first; None if there is no room for all."""
    widths, least = _needs(columns, rows)
    room -= _GAP * (len(columns) - 1)
    while sum(widths) > room:
        spare = [number for number, width in enumerate(widths) if width > least[number]]
        if not spare:
            return None
        widths[max(spare, key=lambda number: widths[number])] -= 1
    return widths


def _needs(columns: Sequence[str], rows: Sequence[Row]) -> tuple[list[int], list[int]]:
    """How wide each column would like to be, and has to be: numbers and short words are not broken."""
    from rich.cells import cell_len

    natural, least = [], []
    for number, name in enumerate(columns):
        cells = [name, *(in_one_line(_cell(row[number])) for row in rows)]
        natural.append(max(map(cell_len, cells)))
        longest = max((cell_len(word) for cell in cells for word in cell.split()), default=0)
        limit = _NAME if number == 0 else _WORD
        least.append(min(longest if number else natural[0], limit))
    return natural, least


def _show_paragraph(columns: Sequence[str], row: Row, width: int) -> None:
    """A row where a table has no room: its name, and under it each column with its cell."""
    import textwrap

    out = console()
    out.print(styled(_cell(row[0]), "bold"))
    # Spaces that no line is broken at: a column's name stays beside its cell.
    parts = [
        in_one_line(f"{name} {_cell(cell)}").replace(" ", "\xa0")
        for name, cell in zip(columns[1:], row[1:], strict=True)
        if cell != ""
    ]
    for line in textwrap.wrap(" · ".join(parts), max(width - 2, 20)):
        out.print(styled("  " + line.replace("\xa0", " ")))


def _cell(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value
