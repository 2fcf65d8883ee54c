"""A source's template: where its articles stand on their pages, and which blocks there are their text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pipelines.article import ArticleKind
from pipelines.templates.outline import make_around
from pipelines.templates.places import LearnedPlaces
from pipelines.templates.selector import Selector

CODE_VERSION = 2
"""Raised when what is learned, or how it is applied, changes: all is learned anew from the labels kept."""

FAST_FROM = 5
"""Articles that a template was learned from, from which on it reads pages by itself."""
CORRECTS_FROM = 3
"""The same, from which on it corrects what the extractor gives."""
AGREE = 0.9
"""Of two readings of one page, from which on they are taken for the same."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """How one sort of page of a source is read. Picklable; some 5 to 20 kB as JSON."""

    number: int
    """Its own, among those of its source, for good; from 1."""
    version: int
    """Raised when it was learned to be otherwise; from 1."""
    kind: ArticleKind
    container: Selector
    count: int
    """Most containers on a page that it was learned from."""
    makes: Mapping[str, str | None]
    """By its make within the container: None for a block that is text, else the rule by which it is none."""
    promoted: frozenset[str] = frozenset()
    """Those of the makes that are text, and that the extractor leaves out for the most part."""
    lines: frozenset[int]
    """Keys of lines within the container that stand on several pages and are no text; see outline.py."""
    beside: Mapping[str, bool]
    """Makes of blocks outside the container that are text nevertheless; whether they stand above it."""
    outside: frozenset[str]
    """Makes of paragraphs outside the container that are none."""
    learned_from: int
    """Articles, copies counted once."""
    median: int
    """Characters of their texts."""
    agreement: float
    """The share of text on which it agrees with how those pages were read, their median; 0 to 1.

    What is promoted counts only where it was read as text there.
    """
    places: LearnedPlaces | None = None
    """Where its pages have their authors and dates; None if that is not known yet."""

    @property
    def is_ready(self) -> bool:
        """Whether it may read pages by itself, and not only correct what is read without it."""
        return self.learned_from >= FAST_FROM and self.agreement >= AGREE

    @cached_property
    def around_text(self) -> frozenset[str]:
        """The makes of what is around the blocks that are text."""
        return frozenset(make_around(make) for make, rule in self.makes.items() if rule is None)

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "version": self.version,
            "kind": str(self.kind),
            "container": str(self.container),
            "count": self.count,
            "makes": dict(sorted(self.makes.items())),
            "promoted": sorted(self.promoted),
            "lines": sorted(self.lines),
            "beside": dict(sorted(self.beside.items())),
            "outside": sorted(self.outside),
            "learned_from": self.learned_from,
            "median": self.median,
            "agreement": self.agreement,
            "places": self.places.to_json() if self.places else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Template":
        return cls(
            **{
                **value,
                "kind": ArticleKind(value["kind"]),
                "container": Selector.read(value["container"]),
                "promoted": frozenset(value.get("promoted", ())),
                "lines": frozenset(value["lines"]),
                "outside": frozenset(value["outside"]),
                "places": LearnedPlaces.from_json(value["places"]) if value.get("places") else None,
            }
        )

    def tells_the_same(self, other: "Template") -> bool:
        """Whether two read every page alike."""
        names = ("kind", "container", "count", "makes", "promoted", "lines", "beside", "outside", "places")
        return all(getattr(self, name) == getattr(other, name) for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The templates of a source, those of more pages first."""

    version: int = 0
    """Raised whenever anything of them changes."""
    templates: tuple[Template, ...] = ()
    last_number: int = 0
    """The highest number ever given."""
    code_version: int = field(default=CODE_VERSION)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "templates": [template.to_json() for template in self.templates],
            "last_number": self.last_number,
            "code_version": self.code_version,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Templates":
        """Raises KeyError, TypeError or ValueError for what `to_json` has not given."""
        return cls(**{**value, "templates": tuple(map(Template.from_json, value["templates"]))})
