"""Which line of a robots.txt decides on an address (RFC 9309, 2.2), for people to read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from protego import Protego

from crawler.robots import AGENT, MAX_BYTES, Robots

_LINE = re.compile(r"\s*(user-agent|allow|disallow)\s*:\s*([^#]*)", re.IGNORECASE)
_BREAKS_GROUP = re.compile(r"\s*(?!sitemaps?\b|host\b)[a-z-]+\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A line that allows or disallows, and for whom."""

    allows: bool
    path: str
    """The pattern, as it is written."""
    line: int
    """From 1."""
    agents: tuple[str, ...]
    """Whom its group is for, as it is written: "*", or names."""


@dataclass(slots=True, kw_only=True)
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[tuple[bool, str, int]] = field(default_factory=list)


def deciding_rule(robots: Robots, body: bytes, url: str) -> Rule | None:
    """The rule by which `robots`, read from `body`, decides on an address; None where no rule speaks of it.

    Of those that match the longest pattern decides, and among equals the one that allows. It is only told
    what `robots` itself has decided: None too where a line could be read in more ways than one.
    """
    matching = [rule for rule in _our_rules(body) if rule.path and _matches(rule.path, url)]
    found = max(matching, key=lambda rule: (len(rule.path), rule.allows), default=None)
    return found if found is not None and found.allows == robots.allows(url) else None


def _our_rules(body: bytes) -> list[Rule]:
    """The rules of the groups for us; of those for everybody only where there is none for us."""
    rules = [
        Rule(allows=allows, path=path, line=line, agents=tuple(group.agents))
        for group in _groups(body)
        for allows, path, line in group.rules
    ]
    ours = [rule for rule in rules if any(agent.lower() == AGENT for agent in rule.agents)]
    named = any(AGENT in map(str.lower, group.agents) for group in _groups(body))
    return ours if named else [rule for rule in rules if "*" in rule.agents]


def _groups(body: bytes) -> Iterator[_Group]:
    group, in_rules = _Group(), False
    text = body[:MAX_BYTES].decode("utf-8-sig", "replace")
    for number, line in enumerate(text.splitlines(), 1):
        if (match := _LINE.match(line)) is None:
            in_rules = in_rules or bool(_BREAKS_GROUP.match(line))
            continue
        name, value = match[1].lower(), match[2].strip()
        if name == "user-agent":
            if in_rules:
                yield group
                group, in_rules = _Group(), False
            group.agents.append(value)
        else:
            in_rules = True
            group.rules.append((name == "allow", value, number))
    yield group


def _matches(path: str, url: str) -> bool:
    return not Protego.parse(f"User-agent: *\nDisallow: {path}").can_fetch(url, AGENT)
