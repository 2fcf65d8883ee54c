"""Which news agency a text is credited to."""

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

_EDGE = 160
"""Characters at a text's beginning and end in which a credit is looked for."""
_LAST_LINES = 3


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    """Every spelling of words/agencies.txt, with the agency's name."""
    spellings: dict[str, str] = {}
    for line in files("pipelines").joinpath("words/agencies.txt").read_text("utf-8").splitlines():
        names = [name.strip() for name in line.split("|") if name.strip() and not line.startswith("#")]
        spellings.update(dict.fromkeys(names, names[0] if names else ""))
    return spellings


@lru_cache(maxsize=1)
def _agencies() -> dict[str, str]:
    """The spellings that are not in capitals only in lower case, too."""
    folded = {name.casefold(): agency for name, agency in _spellings().items() if not name.isupper()}
    return folded | _spellings()


@lru_cache(maxsize=1)
def _credits() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A dateline's "LONDON (AP) —", "(Reuters) -"; and at the end "(dpa)", "© AFP", "Source: Xinhua"."""
    either = "|".join(re.escape(name) for name in sorted(_spellings(), key=len, reverse=True))
    opening = re.compile(
        rf"[(\[（【](?P<name>{either})[^)\]）】]{{0,25}}[)\]）】]|^(?P<bare>{either})\s*[-–—:]\s"
    )
    closing = re.compile(
        rf"[(\[/（]\s*(?P<name>{either})(?:[/,\s-][^)\]]{{0,30}})?\s*[)\]/）]?\W*$"
        rf"|(?:©|\(c\)|\w+\s?[:：])\s*(?P<bare>{either})\W*$"
    )
    return opening, closing


def agency_named(name: str) -> str | None:
    """The agency that goes by `name`, or None."""
    known = _agencies()
    return known.get(name.strip()) or known.get(name.strip().casefold())


def credited_agency(text: str, lines: Sequence[str] = ()) -> str | None:
    """The agency credited in a text's first or last line.

    `lines` are all lines of its page, with those that cleaning took out: a credit is often one of them.
    """
    return _at_the_edge(text) or next(filter(None, map(_at_the_edge, lines[-_LAST_LINES:])), None)


def _at_the_edge(text: str) -> str | None:
    opening, closing = _credits()
    match = opening.search(text[:_EDGE]) or closing.search(text[-_EDGE:].rstrip())
    return agency_named(match["name"] or match["bare"]) if match else None
