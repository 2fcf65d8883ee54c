"""What a query asks for, as a tree of conditions, and whether an article meets them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from storage.search.marks import TITLE, marked


class Field(StrEnum):
    """Where a word must stand. Without a field: in the title, the standfirst or the text."""

    TITLE = "title"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words of the index that must stand side by side."""

    words: tuple[str, ...]
    """As the index has them: see storage/search/words.py and storage/search/marks.py."""
    prefix: bool = False
    """The last one is only the beginning of a word."""
    field: Field | None = None
    shown: tuple[str, ...] = ()
    """The same as a text has them, undivided runs whole; empty for what no text has, such as a source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Hours, as storage/search/marks.py numbers them: from `since` on, before `until`; None: without end."""

    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """What must not be so."""

    part: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of these."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """At least one of these."""

    parts: "tuple[Node, ...]"


Node = Term | Span | Not | And | Or

NOTHING = Or(parts=())
"""What no article meets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """All that an article must meet to be found."""

    node: Node
    since: datetime | None = None
    """Aware. Published, or else first seen, then or later."""
    until: datetime | None = None
    """Aware. Before."""
    without_reservations: tuple[str, ...] = ()
    """As in ArticleFilter: the index knows nothing of them."""

    def and_also(self, node: Node) -> "Asked":
        """The same, with a further condition."""
        return replace(self, node=all_of([self.node, node]))


def all_of(parts: Sequence[Node]) -> Node:
    """The parts as one condition; those that are conditions of several parts themselves are taken apart."""
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, And) else [part]
    return flat[0] if len(flat) == 1 else And(parts=tuple(flat))


def any_of(parts: Sequence[Node]) -> Node:
    """One of the parts, as one condition."""
    return parts[0] if len(parts) == 1 else Or(parts=tuple(parts))


def terms(node: Node) -> Iterator[Term]:
    """What is looked for, in the order of the query; not what is left out."""
    match node:
        case Term():
            yield node
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from terms(part)
        case _:
            return


def conditions(node: Node) -> Iterator[Term | Span]:
    """All that the index is asked for, what is left out too."""
    match node:
        case Not(part=part):
            yield from conditions(part)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from conditions(part)
        case _:
            yield node


def is_positive(node: Node) -> bool:
    """Whether `node` says what to look for, and not only what to leave out."""
    match node:
        case Not():
            return False
        case And(parts=parts):
            return any(map(is_positive, parts))
        case Or(parts=parts):
            return all(map(is_positive, parts))
        case _:
            return True


def in_title(node: Node) -> Node | None:
    """The same words, looked for in the title alone; None where there are none that could stand elsewhere."""
    match node:
        case Term(words=words, field=None, shown=shown) if shown:
            return Term(words=tuple(marked(TITLE, words)), prefix=node.prefix, field=Field.TITLE, shown=shown)
        case And(parts=parts) | Or(parts=parts):
            found = [titled for part in parts if (titled := in_title(part)) is not None]
            join = all_of if isinstance(node, And) else any_of
            return join(found) if found else None
        case _:
            return None
