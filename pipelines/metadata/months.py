"""Which month a word names, in many languages."""

import tomllib
from functools import lru_cache
from importlib.resources import files

_NUMBERS = {
    name: number
    for number, name in enumerate(
        """january february march april may june july august september october november
        december""".split(),  # noqa: SIM905 - a list of quoted names would be three times as long
        start=1,
    )
}
_PREFIX = "ב"
"""Hebrew writes "in" at the head of the word."""


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, int]]:
    """The numbers of words/months.toml by language, "all" for those that mean one month everywhere."""
    text = files("pipelines").joinpath("words/months.toml").read_text("utf-8")
    return {
        language: {word: _NUMBERS[month] for month, words in months.items() for word in words.split()}
        for language, months in tomllib.loads(text).items()
    }


def month_named(word: str, language: str | None = None) -> int | None:
    """The number of the month that `word` names, 1 to 12; None if it names none.

    A few words name one month in Croatian and another in Czech or Polish; those count only where `language`,
    a BCP 47 tag, says which it is.
    """
    tables = _tables()
    spelled = word.casefold().strip(".").replace("’", "'")
    own = tables.get((language or "").lower()[:2], {})
    for spelling in (spelled, spelled.removeprefix(_PREFIX)):
        if number := own.get(spelling) or tables["all"].get(spelling):
            return number
    return None
