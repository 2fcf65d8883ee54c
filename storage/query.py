"""Reads what a user asks for: words, and "phrases" in quotation marks of any make."""

import re
import unicodedata
from dataclasses import dataclass

from storage.errors import BadQuery
from storage.rows import fit_text
from storage.words import fold, is_undivided

_QUOTES = '"“”„‟«»'
_TERM = re.compile(f"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]|([^\\s{_QUOTES}]+)")
_LONGEST_QUERY = 1000
_LONGEST_TERM = 300
"""PostgreSQL's limit for a word is 2,046 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What an article must hold to be found, all of it."""

    phrases: tuple[str, ...] = ()
    """Words, or several that stand one after the other: looked up in the index."""
    passages: tuple[str, ...] = ()
    """What stands in a script without spaces: looked for in the text itself."""


def read_query(text: str) -> Query:
    """Read a query. Every word must match, and every phrase; other punctuation only divides.

    Raises `BadQuery` if there is nothing in it to look for, or too much.
    """
    if len(text) > _LONGEST_QUERY:
        raise BadQuery(f"the query is {len(text)} characters long, and may be {_LONGEST_QUERY}")
    clean = unicodedata.normalize("NFC", fit_text(text) or "")
    terms = [
        term for phrase, word in _TERM.findall(clean) if (term := (phrase or word).strip()) and fold(term)
    ]
    if not terms:
        raise BadQuery('there is no word in the query: give one or more, or a "phrase in quotation marks"')
    if longest := next((term for term in terms if len(term) > _LONGEST_TERM), None):
        raise BadQuery(f"{longest[:20]!r}… is {len(longest)} characters long, and may be {_LONGEST_TERM}")
    return Query(
        phrases=tuple(term for term in terms if not is_undivided(term)),
        passages=tuple(_bare(term) for term in terms if is_undivided(term)),
    )


def _bare(term: str) -> str:
    return re.sub(r"^[\W_]+|[\W_]+$", "", term).lower()
