"""Counters, clocks and labels that stand among the lines of a text and change by themselves."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from pipelines.fingerprint import is_undivided
from pipelines.metadata.months import month_named

_LONGEST = 60
"""Characters."""
_MOST_WORDS = 8
_MOST_WORDS_UNCOUNTED = 3
"""Words of a line without a number: "Advertisement", "Share this", "No comments yet"."""
_ICONS = frozenset("💬🗨👁👍👎❤♥🔁🔄↗👀")
"""What stands for a word before a number."""
_PARTS = re.compile(r"(?:(?<!\s)\s++)?[|｜·•‧]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The words of one language."""

    label: frozenset[str]
    beside: frozenset[str]
    run_on: re.Pattern[str]
    """Several of them written as one, as in scripts without spaces."""


@lru_cache(maxsize=1)
def _languages() -> tuple[_Words, ...]:
    tables = tomllib.loads(files("pipelines").joinpath("words/counters.toml").read_text("utf-8"))
    everywhere = tables.pop("any")
    found = []
    for table in tables.values():
        label = frozenset([*table["label"], *everywhere["label"]])
        beside = frozenset([*table["with"], *everywhere["with"]])
        either = "|".join(re.escape(word) for word in sorted(label | beside, key=len, reverse=True))
        found.append(_Words(label=label, beside=beside, run_on=re.compile(rf"(?:{either})+")))
    return tuple(found)


def is_counter(line: str) -> bool:
    """Whether a line is nothing but a counter, a clock or a label: "12 comments", "Updated 10:45", "Ad".

    All its words must be of the lists in words/counters.toml, in one language, or names of months.
    """
    if len(line) > _LONGEST:
        return False
    if any(sign in _ICONS for sign in line):
        return not any(sign.isalpha() for sign in line)
    counted = any(sign.isdecimal() for sign in line)
    words = _words(line)
    if not words or len(words) > (_MOST_WORDS if counted else _MOST_WORDS_UNCOUNTED):
        return False
    return any(_is_label(words, language, dated=counted) for language in _languages())


def without_counters(line: str) -> str:
    """A line without those of its parts that are counters: "By Ada Marsh | 5 min read | 12 comments"."""
    if is_counter(line):
        return ""
    parts = _PARTS.split(line)
    kept = [part for part in parts if not is_counter(part)]
    return line if len(kept) == len(parts) else " | ".join(kept)


def _words(line: str) -> list[str]:
    """The runs of letters, in lower case; the vowel signs of Indic scripts belong to them."""
    letters = (
        sign if unicodedata.category(sign)[0] in "LM" or sign in "\u200c\u200d" else " " for sign in line
    )
    return "".join(letters).casefold().split()


def _is_label(words: list[str], language: _Words, *, dated: bool) -> bool:
    labelled = False
    for word in words:
        if word in language.label:
            labelled = True
        elif is_undivided(word) and language.run_on.fullmatch(word):
            labelled = labelled or any(part in word for part in language.label)
        elif word not in language.beside and not (dated and month_named(word)):
            return False
    return labelled
