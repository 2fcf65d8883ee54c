"""What a page that was read without templates teaches: its outline, and what became of each block."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pipelines.article import ArticleKind
from pipelines.lines import Line
from pipelines.metadata.places import Field
from pipelines.templates.outline import Block, Node, Outline, Run

LEFT_OUT = ""
"""The rule of a block that extraction did not give at all."""
_MOST_BLOCKS = 1_500
"""A page with more teaches nothing."""
_MOST_BYTES = 16_000
_LONGEST_MAKE = 300


@dataclass(frozen=True)
class Labels:
    """The blocks of one article, and which of them are its text."""

    outline: Outline
    rules: tuple[str | None, ...]
    """Of each block: None where it is text, the rule that took it out, or LEFT_OUT."""
    kind: ArticleKind
    story: str
    """Equal for copies of one article, which count once."""
    day: date | None
    places: Mapping[Field, tuple[str, ...]] | None = None
    """The fields that it has, and where: see pipelines/templates/places.py. None if nobody looked."""

    @cached_property
    def size(self) -> int:
        """Characters of its text."""
        return sum(block.size for block, _ in self.kept())

    def kept(self) -> list[tuple[Block, int]]:
        """The blocks that are text, with their numbers."""
        blocks = enumerate(self.outline.blocks)
        return [(block, number) for number, block in blocks if self.rules[number] is None]

    def to_bytes(self) -> bytes:
        """All of it, compressed; `from_bytes` reads it again."""
        words: dict[str, int] = {}

        def number(word: str) -> int:
            return words.setdefault(word, len(words))

        nodes = [[node.parent, number(node.make), number(node.name)] for node in self.outline.nodes]
        blocks = [
            [b.node, b.key, b.size, int(b.linked), -1 if rule is None else number(rule)]
            for b, rule in zip(self.outline.blocks, self.rules, strict=True)
        ]
        value = {
            "words": list(words),
            "nodes": nodes,
            "blocks": blocks,
            "kind": str(self.kind),
            "story": self.story,
            "day": self.day.isoformat() if self.day else None,
            "places": self.places,
        }
        return zlib.compress(json.dumps(value, separators=(",", ":")).encode("utf-8", "surrogatepass"))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Labels":
        """Raises ValueError for what `to_bytes` has not written."""
        try:
            value = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))
            words = value["words"]
            return cls(
                outline=Outline(
                    nodes=tuple(
                        Node(parent, words[make], words[name]) for parent, make, name in value["nodes"]
                    ),
                    blocks=tuple(
                        Block(node, key, size, bool(linked)) for node, key, size, linked, _ in value["blocks"]
                    ),
                ),
                rules=tuple(None if rule < 0 else words[rule] for *_, rule in value["blocks"]),
                kind=ArticleKind(value["kind"]),
                story=value["story"],
                day=date.fromisoformat(value["day"]) if value["day"] else None,
                places=_places(value.get("places")),
            )
        except (zlib.error, AttributeError, KeyError, IndexError, TypeError) as error:
            raise ValueError(f"these are no labels: {error}") from error


def _places(value: Mapping[str, list[str]] | None) -> dict[Field, tuple[str, ...]] | None:
    return None if value is None else {Field(field): tuple(places) for field, places in value.items()}


def label(
    outline: Outline,
    runs: Sequence[Run],
    became: Mapping[int, str | None],
    *,
    kind: ArticleKind,
    story: str,
    day: date | None,
    places: Mapping[Field, tuple[str, ...]] | None = None,
) -> bytes | None:
    """The labels of a page with this outline, as `Labels.to_bytes` has them; None if it can teach nothing.

    `became`: what became of its text nodes, as `covered` has it of the lines that were read.
    """
    if not 0 < len(outline.blocks) <= _MOST_BLOCKS or any(len(n.make) > _LONGEST_MAKE for n in outline.nodes):
        return None
    rules = tuple(_rule_of(run, became) for run in runs)
    if all(rule is not None for rule in rules):
        return None
    labels = Labels(outline=outline, rules=rules, kind=kind, story=story, day=day, places=places)
    return data if len(data := labels.to_bytes()) <= _MOST_BYTES else None


def covered(lines: Iterable[Line]) -> dict[int, str | None]:
    """What became of each text node that a line holds, by number: None where it is text, else the rule."""
    by_number: dict[int, str | None] = {}
    for line in lines:
        if line.place is not None:
            for number in range(line.place.first, line.place.last + 1):
                if by_number.get(number, LEFT_OUT) is not None:  # what is kept anywhere is text
                    by_number[number] = line.rule
    return by_number


def _rule_of(run: Run, became: Mapping[int, str | None]) -> str | None:
    """What became of most of a block's text nodes."""
    if run.first == run.last:
        return became.get(run.first, LEFT_OUT)
    found = [became.get(number, LEFT_OUT) for number in run.numbers]
    return max(found, key=lambda rule: (found.count(rule), rule is None))
