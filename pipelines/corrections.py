"""Finds the lines by which a publisher owns to a mistake in an article."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from pipelines.metadata.months import month_named
from pipelines.typography import plain_line

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
    heads: re.Pattern[str]
    says: re.Pattern[str]


@lru_cache(maxsize=1)
def _phrases() -> _Phrases:
    tables = tomllib.loads(files("pipelines").joinpath("words/corrections.toml").read_text("utf-8")).values()
    heads = _either(head for table in tables for head in table["heads"])
    says = [_either(table["says"]) for table in tables if "says" in table]
    says += [
        rf"(?:{_either(table['versions'])}).{{0,{_NEAR}}}?(?:{_either(table['pieces'])})"
        for table in tables
        if "versions" in table
    ]
    return _Phrases(
        heads=re.compile(rf"[\W_]{{0,6}}(?:{heads})(?!\w)"),
        says=re.compile(rf"(?<![^\W\d_])(?:{'|'.join(says)})"),
    )


def _either(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(set(phrases), key=len, reverse=True))


def is_correction(line: str) -> bool:
    """Whether a line tells that something in the article was wrong, or was put right."""
    if len(line) > _LONGEST:
        return False
    told, phrases = plain_line(line).casefold(), _phrases()
    head = phrases.heads.match(told)
    return bool(head and _ends_head(told[head.end() :])) or phrases.says.search(told) is not None


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
