"""A template in words that a person understands."""

from collections.abc import Iterator

from pipelines.document.makes import LINKED
from pipelines.metadata.places import Field
from pipelines.templates.outline import INSIDE
from pipelines.templates.places import LearnedPlaces
from pipelines.templates.template import CORRECTS_FROM, FAST_FROM, Template

_LISTED = 12
_FIELDS = {
    Field.AUTHORS: "authors",
    Field.PUBLISHED: "dates of publication",
    Field.MODIFIED: "dates of change",
}


def in_words(template: Template) -> Iterator[str]:
    """What a template says of its pages, a line each."""
    more = "" if template.count == 1 else f", up to {template.count} on a page"
    yield f"the body is in {template.container}{more}"
    articles = "article" if template.learned_from == 1 else "articles"
    yield (
        f"learned from {template.learned_from} {articles} of some {template.median:,} characters;"
        f" it agrees with the extractor on {template.agreement:.0%} of their text"
    )
    yield _readiness(template)
    text = [make for make, rule in template.makes.items() if rule is None]
    yield from _listed("text are", text)
    dropped = [make for make, rule in template.makes.items() if rule is not None]
    rules = {make: f"{make_in_words(make)} [{template.makes[make]}]" for make in dropped}
    yield from _listed("left out are", dropped, rules)
    yield from _listed("text outside the body are", list(template.beside))
    yield from _places(template.places)
    if template.lines:
        are = (
            "1 line within the body is"
            if len(template.lines) == 1
            else f"{len(template.lines)} lines within the body are"
        )
        yield f"{are} left out, as on many pages"


def _places(places: LearnedPlaces | None) -> Iterator[str]:
    if places is None:
        return
    for field in (Field.AUTHORS, Field.PUBLISHED, Field.MODIFIED):
        if at := places.at.get(field):
            yield f"{_FIELDS[field]} are in {' or '.join(map(str, at))}, where the head does not state them"
    if rare := [field for field in _FIELDS if field not in places.usual]:
        yield f"most pages have no {' and no '.join(_FIELDS[field] for field in rare)}"


def _readiness(template: Template) -> str:
    if template.is_ready:
        return "it reads pages by itself"
    if template.learned_from < FAST_FROM:
        corrects = ", and corrects what the extractor gives" if template.learned_from >= CORRECTS_FROM else ""
        return f"it reads none yet: it takes {FAST_FROM} articles{corrects}"
    return "it reads none: it agrees too little with the extractor"


def _listed(what: str, makes: list[str], told: dict[str, str] | None = None) -> Iterator[str]:
    if not makes:
        return
    shown = [(told or {}).get(make) or make_in_words(make) for make in makes[:_LISTED]]
    more = f"; and {len(makes) - _LISTED} more" if len(makes) > _LISTED else ""
    yield f"{what} {'; '.join(shown)}{more}"


def make_in_words(make: str) -> str:
    """ "links in li of ul.share" of "a:li<ul.share<^"."""
    parts = [part for part in make.removeprefix(LINKED).split("<") if part != INSIDE]
    return ("links in " if make.startswith(LINKED) else "") + " of ".join(parts or ["the body itself"])
