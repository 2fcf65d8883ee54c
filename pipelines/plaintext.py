"""The text of an article that was saved as plain text, without what is no part of it."""

from collections.abc import Sequence

from w3lib.encoding import read_bom, to_unicode

from pipelines.article import Removed
from pipelines.boilerplate import is_notice, mark_calls, mark_see_also
from pipelines.cleaning import DEFAULT, Cleaning, put_back
from pipelines.lines import Line, kept
from pipelines.pointers import mark_listed_titles
from pipelines.see_also import ends_sentence

_MOST_NOTICES = 0.25
"""Notices that are more than this share of the text are what it is about."""


class NotText(Exception):
    """The bytes are no text in an encoding of one byte to a letter, or in UTF-8; says where."""


def decode_text(body: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else Windows-1252, of which Latin-1 is a part.

    Raises NotText where a zero byte stands in it.
    """
    encoding, mark = read_bom(body)
    if encoding and mark is not None:
        return to_unicode(body[len(mark) :], encoding)
    if (place := body.find(b"\0")) >= 0:
        raise NotText(f"it is no text: byte {place:,} is a zero")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def read_text(text: str, cleaning: Cleaning = DEFAULT) -> tuple[str, tuple[Removed, ...]]:
    """A plain text without its "See also" lines, calls on the reader and notices at its end; and those lines.

    Only rules that need no page are used. A paragraph is a line; of one that is broken into several lines
    nothing is taken out. Everything that stays, stays as it is, but one of two empty lines around what went.
    """
    lines = [Line(line) for line in text.split("\n")]
    judged = [
        line
        for number, line in enumerate(lines)
        if line.text.strip() and not _continues(lines, number) and not _continues(lines, number + 1)
    ]
    mark_see_also(judged)
    mark_calls(judged)
    mark_listed_titles(judged)
    _mark_notices(judged)
    put_back(lines, cleaning.keep)
    lines = _closed_up(lines)
    if [line.text for line in kept(lines)] == [""]:
        lines = [line for line in lines if line.rule is not None]  # an empty text has no lines
    removed = [
        Removed(text=line.text.strip(), rule=line.rule, at=at) for at, line in enumerate(lines) if line.rule
    ]
    return "\n".join(line.text for line in kept(lines)), tuple(removed)


def _continues(lines: Sequence[Line], number: int) -> bool:
    """Whether a line goes on with the sentence of the line before it."""
    if not 0 < number < len(lines):
        return False
    before, here = lines[number - 1].text.strip(), lines[number].text.strip()
    return bool(before) and here[:1].islower() and not ends_sentence(before)


def _mark_notices(lines: Sequence[Line]) -> None:
    remaining = kept(lines)
    notices = []
    for line in reversed(remaining[1:]):
        if not is_notice(line.text.strip()):
            break
        notices.append(line)
    if sum(len(line.text) for line in notices) <= _MOST_NOTICES * sum(len(line.text) for line in remaining):
        for line in notices:
            line.rule = "tail"


def _closed_up(lines: Sequence[Line]) -> list[Line]:
    """The lines without one of the two empty ones around each that was taken out: the one above, if any."""
    above: list[int] = []
    dropped: set[int] = set()
    at_top = False
    for number, line in enumerate(lines):
        empty = not line.text.strip()
        if line.rule is not None:
            at_top = not above
            if above and not lines[above[-1]].text.strip():
                dropped.add(above.pop())
        elif at_top and empty:
            dropped.add(number)
        else:
            above.append(number)
        at_top = at_top and line.rule is not None
    return [line for number, line in enumerate(lines) if number not in dropped]
