"""What a word of a query means by itself, and behind title:, author:, source:, lang:, kind: and dates."""

import difflib
import re
from collections.abc import Callable
from datetime import datetime

from storage.errors import BadQuery
from storage.rows import fit_text
from storage.search.marks import AUTHOR, TITLE, kind_mark, language_mark, marked, source_mark
from storage.search.periods import first_hour
from storage.search.query import Field, Node, Span, Term
from storage.search.words import is_undivided, pieces, words_of

FIELDS = ("title", "author", "source", "lang", "kind", "before", "after")
KINDS = ("article", "live blog", "gallery", "video")
_OTHER_NAMES = {
    "language": "lang",
    "site": "source",
    "by": "author",
    "intitle": "title",
    "headline": "title",
    "since": "after",
    "until": "before",
    "type": "kind",
}
"""What other programs call them."""
LONGEST_TERM = 300
"""Characters."""
SHORTEST_PREFIX = 3
"""Letters before a *: with fewer, nearly every article has such a word."""

_MARKS = {Field.TITLE: TITLE, Field.AUTHOR: AUTHOR}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def field_named(name: str) -> str | None:
    """The field of that name, be it another program's; None if there is none."""
    name = name.lower()
    return name if name in FIELDS else _OTHER_NAMES.get(name)


def checked_language(code: str) -> str:
    """The code, if it is one. Raises ValueError with a sentence for the user."""
    if not _LANGUAGE.fullmatch(code):
        raise ValueError("a language is written as its code: en, pt, pt-BR")
    return code


def near_field(name: str) -> str | None:
    """The field whose name is nearly this one."""
    near = difflib.get_close_matches(name.lower(), FIELDS, n=1, cutoff=0.75)
    return near[0] if near else None


def value_of(
    field: str | None, text: str, form: str, now: datetime, find_source: Callable[[str], int]
) -> Node | None:
    """The condition that a word ("word"), a phrase ("phrase") or its beginning ("beginning") states.

    None for punctuation, which states nothing. Raises ValueError with a sentence for the user.
    """
    if len(text) > LONGEST_TERM:
        raise ValueError(f"this is {len(text)} characters long, and may be {LONGEST_TERM}")
    match field:
        case "source":
            return Term(words=(source_mark(find_source(text)),))
        case "lang":
            return Term(words=(language_mark(checked_language(text)),))
        case "kind":
            kind = " ".join(re.split(r"[\s_-]+", text.lower()))
            if kind not in KINDS:
                raise ValueError(f"a kind is one of {', '.join(KINDS)}")
            return Term(words=(kind_mark(kind),))
        case "before" | "after":
            return _period(field, text, now)
        case _:
            return _words(Field(field) if field else None, text, form)


def _period(field: str, text: str, now: datetime) -> Span:
    try:
        hour = first_hour(text.strip(), now)
    except ValueError:
        raise ValueError(
            "a date is written 2024, 2024-05, 2024-05-06, or 36h, 7d, 2w for so long ago"
        ) from None
    return Span(until=hour) if field == "before" else Span(since=hour)


def _words(field: Field | None, text: str, form: str) -> Term | None:
    prefix = form == "beginning"
    if form == "word" and text.endswith("*"):
        prefix, text = True, text.rstrip("*")
    shown = tuple(pieces(text))
    if form == "word" and "*" in text:
        raise ValueError("a * may only stand at the end of a word")
    if not shown:
        _refuse_nothing(field, form, prefix)
        return None
    if prefix and not is_undivided(shown[-1]) and len(shown[-1]) < SHORTEST_PREFIX:
        raise ValueError(f"a * needs {SHORTEST_PREFIX} letters before it, or more")
    words = words_of(shown)
    if field:
        words = marked(_MARKS[field], words)
    # One letter of an undivided script by itself is the first of any two.
    begins = len(shown) == len(words) == 1 and is_undivided(shown[0]) and len(shown[0]) == 1
    prefix = begins or (prefix and not is_undivided(shown[-1]))
    return Term(words=tuple(words), prefix=prefix, field=field, shown=shown)


def _refuse_nothing(field: Field | None, form: str, prefix: bool) -> None:
    if prefix:
        raise ValueError("a * needs the beginning of a word before it")
    if form == "phrase":
        raise ValueError("there is no word between these quotation marks")
    if field and form == "word":
        raise ValueError(f"{field}: needs a word")


def author_term(name: str) -> Term:
    """Articles by whoever's name has these words, in this order. Raises `BadQuery` if there is none in it."""
    if len(name) > LONGEST_TERM:
        raise BadQuery(f"the name is {len(name)} characters long, and may be {LONGEST_TERM}")
    term = _words(Field.AUTHOR, fit_text(name) or "", "name")
    if term is None:
        raise BadQuery(f"there is no name in {name!r}")
    return term
