"""Which rights a host reserves in its robots.txt, and what of all that is reserved keeps an article out."""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice

from protego import Protego

from pipelines.article import Reading, Rejection
from pipelines.metadata.rights import OF_ROBOTS, possible, signals_in, usages_in, without_more
from storage.reservations import ALL, is_named

_FIELD = re.compile(r"\s*([a-z-]+)\s*:\s*([^#]*)", re.IGNORECASE)
_NO_PART_OF_A_GROUP = frozenset({"sitemap", "host"})
_MOST_SAID = 100
"""Lines on how texts may be used that are read of a robots.txt, for each is held against each address."""


@cache
def mining_agents() -> tuple[str, ...]:
    """The names of the crawlers that gather texts to mine them: pipelines/words/rights.toml."""
    table = tomllib.loads(files("pipelines").joinpath("words/rights.toml").read_text("utf-8"))
    return tuple(agent["token"] for agent in table["agent"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A line that says how texts may be used."""

    name: str
    """"content-signal" or "content-usage"."""
    path: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a robots.txt says of mining."""

    agents: tuple[str, ...] = ()
    """Those of `mining_agents` that it has rules for."""
    said: tuple[_Said, ...] = ()
    """To us, or to everybody where it has no rules for us."""


NOTHING = Statement()


def reserved_by(statement: Statement, rules: Protego, url: str) -> tuple[str, ...]:
    """What a robots.txt, with its `rules`, reserves for an address.

    An agent counts where a group names it: what is forbidden to everybody is no word on mining.
    """
    found = [agent for agent in statement.agents if not rules.can_fetch(url, agent)]
    return tuple(OF_ROBOTS + told for told in [*found, *_withheld(statement.said, url)])


def _withheld(said: Sequence[_Said], url: str) -> Iterator[str]:
    """What the lines with the longest path that the address matches withhold, of each kind."""
    for name, read in (("content-signal", signals_in), ("content-usage", usages_in)):
        matching = [line for line in said if line.name == name and _matches(line.path, url)]
        longest = max((len(line.path) for line in matching), default=0)
        values = [told for line in matching if len(line.path) == longest for told in read(line.value)]
        yield from dict.fromkeys(values)


def read_statement(text: str, us: str) -> Statement:
    """What the text of a robots.txt says of mining, to an agent of the name `us` (in lower case)."""
    groups = list(_groups(text))
    named = {agent for agents, _ in groups for agent in agents}
    to = us if us in named else "*"
    return Statement(
        agents=tuple(agent for agent in mining_agents() if agent.lower() in named),
        said=tuple(islice((line for agents, lines in groups if to in agents for line in lines), _MOST_SAID)),
    )


def _groups(text: str) -> Iterator[tuple[set[str], list[_Said]]]:
    agents, lines, in_rules = set[str](), list[_Said](), False
    for line in text.splitlines():
        if (match := _FIELD.match(line)) is None:
            continue
        field, value = match[1].lower(), match[2].strip()
        if field == "user-agent":
            if in_rules:
                yield agents, lines
                agents, lines, in_rules = set(), [], False
            agents.add(value.lower())
        elif field not in _NO_PART_OF_A_GROUP:
            in_rules = True
            if field in ("content-signal", "content-usage"):
                path, value = _path_and(value)
                lines.append(_Said(name=field, path=path, value=value))
    yield agents, lines


def _path_and(value: str) -> tuple[str, str]:
    """The path that a line is for, and the rest of it; "/" where it names none (draft-ietf-aipref-attach)."""
    first, _, rest = value.partition(" ")
    return (first, rest) if first.startswith(("/", "*")) else ("/", value)


def _matches(path: str, url: str) -> bool:
    return path == "/" or not Protego.parse(f"User-agent: *\nDisallow: {path}").can_fetch(url, "*")


def is_reservation_name(name: str) -> bool:
    """Whether a name, as `is_named` takes it, means anything that publishers can reserve."""
    return any(is_named(one, [without_more(name)]) for one in possible(mining_agents()))


def no_reservation(name: str) -> str | None:
    """Why a name is none of a reservation, to be said behind it; None if it is one."""
    if is_reservation_name(name):
        return None
    near = near_name(name)
    meant = f"did you mean {near!r}? " if near else ""
    return f"means nothing that publishers reserve; {meant}docs/rights.md tells the names"


def near_name(name: str) -> str | None:
    """The name that a misspelt one was meant to be, if there is one."""
    known = {ALL: ALL}
    for one in possible(mining_agents()):
        place, _, what = one.partition(": ")
        known |= {name.lower(): name for name in (one, place, what, *what.split(" ")[:1])}
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return known[near[0]] if near else None


def respecting(reading: Reading, names: Collection[str]) -> Reading:
    """A reading, or its rejection where its article has a reservation that one of `names` means."""
    article = reading.article
    withheld = [one for one in article.reservations if is_named(one, names)] if article else []
    if article is None or not withheld:
        return reading
    return Reading(
        rejection=Rejection.RIGHTS_RESERVED,
        detail=", ".join(withheld)[:300],
        reservations=article.reservations,
    )
