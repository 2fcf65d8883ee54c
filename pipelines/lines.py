"""The lines of an extracted text, and which rule took one out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.article import Removed
from pipelines.document.layout import Layout, Place
from pipelines.document.makes import LINKED, make_at, tag_of

# Soft hyphens, zero-width spaces, word joiners, byte order marks hide words from search and comparison. The
# joiners of Persian, Indic scripts and emoji are letters of theirs, and stay.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")


@dataclass(slots=True)
class Line:
    """A paragraph, heading or list item of the extracted text."""

    text: str
    place: Place | None = None
    """Where it stands on the page; None if it was not found there, or if the page is no longer at hand."""
    make: str = ""
    """How its block is made, see pipelines/document/makes.py; "" if that is not known."""
    rule: str | None = None
    """The rule that took it out; None as long as it stays."""

    @property
    def linked(self) -> float:
        """The share of its letters that are link text."""
        return self.place.linked if self.place else float(self.make.startswith(LINKED))

    @property
    def tag(self) -> str | None:
        """The tag of the block it stands in; None if that is not known."""
        return tag_of(self.make) if self.make else None


def lines_of(text: str, layout: Layout) -> list[Line]:
    """The lines of a text that was extracted from the page with this layout."""
    lines = (tidy(line) for line in text.split("\n"))
    return [line_at(line, layout.find(line)) for line in lines if line]


def line_at(text: str, place: Place | None) -> Line:
    """A line that stands there."""
    return Line(text, place, make_at(place) if place else "")


def tidy(text: str) -> str:
    """A paragraph's text without invisible characters and runs of space."""
    return " ".join(_INVISIBLE.sub("", text).split())


def kept(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.rule is None]


def text_of_lines(lines: Iterable[Line]) -> str:
    return "\n".join(line.text for line in lines if line.rule is None)


def removed_of(lines: Iterable[Line]) -> tuple[Removed, ...]:
    """What the rules took out, in page order."""
    return tuple(
        Removed(text=line.text, rule=line.rule, at=at)
        for at, line in enumerate(lines)
        if line.rule is not None
    )


def woven(text: str, removed: Sequence[Removed], makes: Sequence[str] = ()) -> list[Line]:
    """All lines of an article again, kept and removed, in page order: the inverse of the two above."""
    staying = iter(text.split("\n") if text else ())
    out = {passage.at: passage for passage in removed}
    lines: list[Line] = []
    count = len(removed) + (text.count("\n") + 1 if text else 0)
    for number in range(count):
        passage = out.get(number)
        line = Line(passage.text, rule=passage.rule) if passage else Line(next(staying, ""))
        line.make = makes[number] if number < len(makes) else ""
        lines.append(line)
    return lines


def insert(lines: list[Line], new: Line) -> None:
    """Put a line where it belongs on the page."""
    assert new.place is not None
    first = new.place.first
    # a line that was taken out may have been found in the wrong place: it is followed only where it agrees
    index = next((i for i, x in enumerate(lines) if x.rule is None and _stands_after(x, first)), len(lines))
    while index > 0 and lines[index - 1].rule is not None and _stands_after(lines[index - 1], first):
        index -= 1
    lines.insert(index, new)


def _stands_after(line: Line, number: int) -> bool:
    return line.place is not None and line.place.first > number
