"""What becomes of pages that their template reads when they are changed: for templates.py."""

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml.html import HtmlElement
from madesites import MadeSite
from planted import Story, page_of, paragraph_elements, whole_page
from templatelearning import TEACH, learned_from_others, thresholds
from templatemutations import CUT, MUTATIONS, whole
from templatepublishers import Publisher

from pipelines.article import TEMPLATE, Access, Article
from pipelines.cleaning import Cleaning
from pipelines.document.parse import parse
from pipelines.extract import read_page
from pipelines.page import Page
from pipelines.templates.agreement import words_in_common
from pipelines.templates.template import Templates

AS_BEFORE = 0.98
"""Of the words of a page that was changed, from which on its text is taken for right."""
_EACH = 4
"""Every so many pages of a made-up site are changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of a changed page."""

    site: str
    mutation: str
    accepted: bool
    wrong: bool
    flagged: bool
    """Whether it is said to be behind a paywall."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """A page, and what the others of its site teach."""

    story: Story
    page: Page
    known: Templates

    def tree(self) -> HtmlElement | None:
        return parse(self.page.body.decode("utf-8", "replace"))

    def read(self, tree: HtmlElement) -> Article | None:
        return read_page(whole_page(self.story, tree), Cleaning(templates=self.known)).article


def mutated(site: MadeSite | Publisher) -> list[Accepted]:
    """What becomes of a site's pages, by the thresholds of production if it is made up, else of one page."""
    if isinstance(site, Publisher):
        subjects = [
            one
            for one in _subjects((story, page_of(story)) for story, _ in site.pages)
            if one.known.templates
        ]
        with thresholds(1):
            return [one for n in range(len(subjects)) for one in _mutated(site.name, subjects, n)]
    found: list[Accepted] = []
    for relaid in (False, True):
        pages = [made for made in site.pages if made.truth.relaid is relaid]
        subjects = _subjects(
            (Story(name=str(n), url=made.page.url, file=Path(), truth=made.truth.paragraphs), made.page)
            for n, made in enumerate(pages)
        )
        found += [one for n in range(0, len(subjects), _EACH) for one in _mutated(site.name, subjects, n)]
    return found


def _subjects(pages: Iterable[tuple[Story, Page]]) -> list[_Subject]:
    found = list(pages)
    readings = [read_page(page, TEACH) for _, page in found]
    return [
        _Subject(story=story, page=page, known=known)
        for (story, page), known in zip(found, learned_from_others(readings), strict=True)
    ]


def _mutated(site: str, subjects: Sequence[_Subject], number: int) -> Iterator[Accepted]:
    subject, follower = subjects[number], subjects[(number + 1) % len(subjects)]
    tree = subject.tree()
    before = subject.read(tree) if tree is not None else None
    if tree is None or before is None or before.read_by != TEMPLATE:
        return
    other = follower.tree()
    second = paragraph_elements(other, follower.story.truth) if other is not None else []
    if len(second) < 2 or len(paragraph_elements(tree, subject.story.truth)) < 4:
        return
    for name, mutate in MUTATIONS.items():
        changed = deepcopy(tree)
        mutate(changed, paragraph_elements(changed, subject.story.truth), whole(second))
        yield _accepted(site, name, subject.story.name, before, subject.read(changed))


def _accepted(site: str, mutation: str, page: str, before: Article, after: Article | None) -> Accepted:
    accepted = after is not None and after.read_by == TEMPLATE
    share = words_in_common(after.text, before.text) if after else 0.0
    flagged = after is not None and after.access is Access.PAID
    return Accepted(
        site=site,
        mutation=mutation,
        accepted=accepted,
        wrong=accepted and (not flagged if mutation == CUT else share < AS_BEFORE),
        flagged=flagged,
        detail=f"{page}: {share:.3f} of the words",
    )


def mutated_result(found: Sequence[Accepted]) -> dict[str, Any]:
    result = {}
    for name in MUTATIONS:
        mine = [one for one in found if one.mutation == name]
        accepted = [one for one in mine if one.accepted]
        result[name] = {
            "pages": len(mine),
            "accepted": len(accepted),
            "wrong": sum(one.wrong for one in accepted),
            "flagged": sum(one.flagged for one in accepted),
            "wrong_ones": [f"{one.site} {one.detail}" for one in accepted if one.wrong],
        }
    return result


def show_mutated(where: str, found: dict[str, Any], *, full: bool) -> None:
    print(f"mutations of {where} pages")
    for name, one in found.items():
        print(
            f"  {name:34} {one['pages']:4} pages, {one['accepted']:4} accepted, {one['wrong']:4} wrong, "
            f"{one['flagged']:3} flagged"
        )
        for text in one["wrong_ones"] if full else ():
            print(f"      {text}")
