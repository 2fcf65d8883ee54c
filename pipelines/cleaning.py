"""What is asked of cleaning: which rules are off, and what is known of the source."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipelines.learned import Learned
from pipelines.lines import Line

RULES_VERSION = 1
"""Raised whenever the rules or their words change what is taken out; it stands on each article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """How the text of a page is to be cleaned. Picklable: it travels to a worker process with the page."""

    keep: frozenset[str] = frozenset()
    """Rules whose lines stay in the text: "fact box", "embedded post", "see also", "named"…"""
    learned: Learned | None = None
    """What the source is known to repeat."""


DEFAULT = Cleaning()
ALL_RULES = "all"
"""Put back instead of a rule: whatever took a line out."""


def family_of(rule: str) -> str:
    """The rule without its particulars: "named" of "named: share"."""
    return rule.partition(":")[0]


def put_back(lines: Sequence[Line], rules: Collection[str]) -> None:
    """Put back what these rules took out, named as on the line or by family; "all" for every rule."""
    for line in lines:
        if line.rule is not None and (
            ALL_RULES in rules or line.rule in rules or family_of(line.rule) in rules
        ):
            line.rule = None
