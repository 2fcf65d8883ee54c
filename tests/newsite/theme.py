"""A publisher's templates: one HTML file of named pieces, filled by `string.Template`."""

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

_PIECE = re.compile(r"^<!-- piece: ([\w-]+) -->\n", re.MULTILINE)


class Html(str):
    """Text that is markup already: it is put into a piece as it stands, where a plain string is escaped."""

    __slots__ = ()


class Theme:
    """The pieces of one file, each under a line `<!-- piece: name -->`; `$name` stands for a value."""

    def __init__(self, path: Path) -> None:
        _, *parts = _PIECE.split(path.read_text(encoding="utf-8"))
        self.pieces = {
            name: Template(text.strip("\n")) for name, text in zip(parts[::2], parts[1::2], strict=True)
        }

    def __call__(self, piece: str, **values: object) -> Html:
        """The piece with its values. Raises KeyError for a piece or a value that is missing."""
        return Html(self.pieces[piece].substitute({name: _markup(value) for name, value in values.items()}))


def joined(parts: Iterable[Html], separator: str = "\n") -> Html:
    return Html(separator.join(parts))


def _markup(value: object) -> str:
    return value if isinstance(value, Html) else escape(str(value), quote=True).replace("&#x27;", "'")
