"""Where the pages of a source have their authors and dates, learned from where these were found."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from pipelines.metadata.places import Field, Places
from pipelines.templates.selector import Selector, selectors_at

_FEWEST = 2
"""Pages that tell where a field is, and of which something is said."""
_USUAL = 0.5
_MOST_PLACES = 3
"""Of one field."""
_MOST_ELEMENTS = 20
"""Of one place in a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedPlaces:
    """What is known of the fields of a source's pages."""

    usual: frozenset[Field]
    """Fields that most pages have."""
    at: Mapping[Field, tuple[Selector, ...]]
    """Where pages have a field that their heads do not state; the place of most pages first."""

    def in_document(self, tree: HtmlElement) -> Places:
        """The same, for one page."""
        return Places(usual=self.usual, find=lambda field: self._elements(field, tree))

    def _elements(self, field: Field, tree: HtmlElement) -> list[HtmlElement]:
        found = (
            element
            for selector in self.at.get(field, ())
            for element in selector.elements_in(tree)[:_MOST_ELEMENTS]
        )
        return list(dict.fromkeys(found))

    def to_json(self) -> dict[str, Any]:
        return {"usual": sorted(self.usual), "at": {str(k): list(map(str, v)) for k, v in self.at.items()}}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "LearnedPlaces":
        return cls(
            usual=frozenset(map(Field, value["usual"])),
            at={Field(k): tuple(map(Selector.read, v)) for k, v in value["at"].items()},
        )


def told_by(found_in: Mapping[Field, HtmlElement | None]) -> dict[Field, tuple[str, ...]]:
    """The fields that a page has, each with the selectors that find the element that has it, if one does."""
    return {
        field: () if element is None else tuple(map(str, selectors_at(element)))
        for field, element in sorted(found_in.items())
    }


def learn_places(pages: Iterable[Mapping[Field, tuple[str, ...]] | None]) -> LearnedPlaces | None:
    """What the fields of several pages teach, as `told_by` has them; None if these are too few."""
    known = [page for page in pages if page is not None]
    if len(known) < _FEWEST:
        return None
    fields = Counter(field for page in known for field in page)
    at = {field: _places_of([set(page[field]) for page in known if page.get(field)]) for field in Field}
    return LearnedPlaces(
        usual=frozenset(field for field, pages_with in fields.items() if pages_with >= _USUAL * len(known)),
        at={field: places for field, places in at.items() if places},
    )


def _places_of(pages: Sequence[set[str]]) -> tuple[Selector, ...]:
    """The selectors that find a field on most of these pages, and on most of those that are left."""
    left = list(pages)
    found: list[Selector] = []
    while left and len(found) < _MOST_PLACES:
        counts = Counter(selector for page in left for selector in page)
        best = max(counts, key=lambda selector: (counts[selector], len(selector), selector))
        if counts[best] < _FEWEST:
            break
        found.append(Selector.read(best))
        left = [page for page in left if best not in page]
    return tuple(found)
