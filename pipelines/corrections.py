"""Finds the lines by which a publisher owns to a mistake in an article."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pipelines.metadata.months import month_named
from pipelines.typography import plain_line
from pipelines.wording import UNDIVIDED

_LONGEST = 1500
"""Characters; a notice is no longer."""
_NEAR = 80
"""Characters within which the word for the article follows on that for its version."""
_LONGEST_DATE = 40
_ENDS_HEAD = re.compile(r"\s*(?:$|[:：.|()\[\]（）】」])|\s+-\s")
_NUMERIC_DATE = re.compile(r"\d{1,2}[./]\d{1,2}|\b(?:19|20)\d\d\b")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrases:
    """words/corrections.toml of all languages, as patterns."""

    heads: re.Pattern[str]
    says: re.Pattern[str]
    versions: re.Pattern[str]


@lru_cache(maxsize=1)
def _phrases() -> _Phrases:
    tables = tomllib.loads(files("pipelines").joinpath("words/corrections.toml").read_text("utf-8")).values()
    heads, says, versions, pieces = (
        _either({phrase for table in tables for phrase in table.get(kind, ())})
        for kind in ("heads", "says", "versions", "pieces")
    )
    begins = rf"(?<![^\W\d_{UNDIVIDED}])"  # of a word
    return _Phrases(
        heads=re.compile(rf"[\W_]{{0,6}}{heads}(?!\w)"),
        says=re.compile(begins + says),
        versions=re.compile(rf"{begins}{versions}.{{0,{_NEAR}}}?{pieces}"),
    )


def _either(phrases: Iterable[str]) -> str:
    """A pattern of any of the phrases. What begins alike stands in it once: it is tried at each word."""
    tree: dict[str, Any] = {}
    for phrase in phrases:
        branch = tree
        for letter in phrase:
            branch = branch.setdefault(letter, {})
        branch[""] = {}
    return _pattern_of(tree)


def _pattern_of(tree: Mapping[str, Any]) -> str:
    further = [re.escape(letter) + _pattern_of(tree[letter]) for letter in tree if letter]
    pattern = further[0] if len(further) == 1 else f"(?:{'|'.join(further)})" if further else ""
    return f"(?:{pattern})?" if pattern and "" in tree else pattern


def is_correction(line: str) -> bool:
    """Whether a line tells that something in the article was wrong, or was put right."""
    if len(line) > _LONGEST:
        return False
    told, phrases = plain_line(line).casefold(), _phrases()
    head = phrases.heads.match(told)
    if head and _ends_head(told[head.end() :]):
        return True
    return phrases.says.search(told) is not None or phrases.versions.search(told) is not None


def _ends_head(rest: str) -> bool:
    """Whether the head is all, or a colon or a date follows: not "Correction officers"."""
    if _ENDS_HEAD.match(rest):
        return True
    between, colon, _ = rest.partition(":")
    if not colon or len(between) > _LONGEST_DATE:
        return False
    named = any(month_named(word) for word in _WORD.findall(between)) and any(map(str.isdecimal, between))
    return named or _NUMERIC_DATE.search(between) is not None


def corrections_in(lines: Iterable[str | None]) -> tuple[str, ...]:
    """Those of the lines that are notices of correction."""
    return tuple(line for line in lines if line and is_correction(line))
