"""What is asked of cleaning: which rules are off, what is known of the source, which lines must stay."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipelines.learned import Learned, line_key
from pipelines.lines import Line
from pipelines.templates.template import Templates

RULES_VERSION = 1
"""Raised whenever the rules or their words change what is taken out; it stands on each article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """How the text of a page is to be cleaned. Picklable: it travels to a worker process with the page."""

    keep: frozenset[str] = frozenset()
    """Rules whose lines stay in the text: "fact box", "embedded post", "see also", "named"…"""
    learned: Learned | None = None
    """What the source is known to repeat."""
    templates: Templates | None = None
    """How the pages of the source are made; None if nothing is known, or if it is not to be used."""
    fast: bool = True
    """Whether they may read the page by themselves, and not only correct what the extractor gives."""
    only_fast: bool = False
    """Whether a page that none of them reads is not to be read at all."""
    audit: bool = False
    """Whether a page that a template fits is to be read both ways, to compare."""
    teach: bool = False
    """Whether the reading is to tell what a page teaches: see pipelines/templates/labels.py."""


class Passage(Protocol):
    """A line that was taken out once, and its rule."""

    @property
    def text(self) -> str: ...
    @property
    def rule(self) -> str: ...


DEFAULT = Cleaning()
ALL_RULES = "all"
"""Put back instead of a rule: whatever took a line out."""


def family_of(rule: str) -> str:
    """The rule without its particulars: "named" of "named: share"."""
    return rule.partition(":")[0]


def put_back(lines: Sequence[Line], rules: Collection[str]) -> None:
    """Put back what these rules took out, named as on the line or by family; "all" for every rule."""
    for line in lines:
        if line.rule is not None and is_among(line.rule, rules):
            line.rule = None


def is_among(rule: str, rules: Collection[str]) -> bool:
    """Whether a rule is one of these, which are named in full or by family; "all" is every rule."""
    return ALL_RULES in rules or rule in rules or family_of(rule) in rules


def put_back_lines(lines: Sequence[Line], restored: Iterable[Passage]) -> None:
    """Put back the lines that a person has once put back, whatever rule took them out now."""
    keys = {same_line(passage.text) for passage in restored}
    for line in lines:
        if line.rule is not None and same_line(line.text) in keys:
            line.rule = None


def take_out_again(lines: Sequence[Line], restored: Iterable[Passage]) -> None:
    """Undo a restoring: take out as many lines of each wording as it put back, each by its own rule.

    Of lines that stand there more than once, the last go: what is taken out stands at the end more often.
    """
    rules: defaultdict[str, list[str]] = defaultdict(list)
    for passage in restored:
        rules[same_line(passage.text)].append(passage.rule)
    for line in reversed(lines):
        if line.rule is None and (waiting := rules.get(same_line(line.text))):
            line.rule = waiting.pop()


def same_line(text: str) -> str:
    """What two lines have in common that are the same but for digits, case and punctuation.

    A line of too few letters for that is the same as its like alone.
    """
    return line_key(text) or text


RULES = (
    "see also", "pointer", "named", "call", "tail", "byline", "date", "headline", "caption", "only a link",
    "list of links", "outside the article", "second article", "biography", "teaser", "fact box",
    "embedded post", "live post", "table", "learned line", "learned block", "outside the container",
)  # fmt: skip
"""The families of all rules."""
