"""Pages read by the templates of all sites but their own, which should read none: for templates.py."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from madesites import MadeSite
from planted import page_of
from templatecomparison import Compared, compared, differing, f1, show_differing
from templatelearning import TEACH, learned, thresholds
from templatepublishers import Publisher, scorer

from pipelines.cleaning import Cleaning
from pipelines.extract import read_page
from pipelines.page import Page
from pipelines.templates.template import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What a site teaches: a layout of a made-up one, or all pages of a publisher."""

    site: str
    templates: Templates


def taught(site: MadeSite | Publisher) -> list[Taught]:
    if isinstance(site, Publisher):
        layouts = [[page_of(story) for story, _ in site.pages]]
    else:
        layouts = [
            [made.page for made in site.pages if made.truth.relaid is relaid] for relaid in (False, True)
        ]
    return [
        Taught(site=site.name, templates=learned(read_page(page, TEACH) for page in pages))
        for pages in layouts
    ]


def by_others(job: tuple[MadeSite | Publisher, list[Taught]]) -> tuple[int, list[Compared]]:
    """How often a template of another site was tried on these pages, and where one did something."""
    site, everything = job
    others = [one for known in everything if known.site != site.name for one in known.templates.templates]
    numbered = tuple(replace(one, number=n) for n, one in enumerate(others))
    known = Templates(version=1, templates=numbered, last_number=len(numbered))
    found = []
    for page, told, score in _pages_of(site):
        with thresholds(1):
            new = read_page(page, Cleaning(templates=known)).article
        if new is not None and new.template is not None:
            row = compared(site.name, told, read_page(page).article, new, score)
            # where a refusal would stand: which template it was
            found.append(replace(row, refused=str(numbered[new.template].container)))
    return len(numbered) * len(site.pages), found


def _pages_of(site: MadeSite | Publisher) -> Iterator[tuple[Page, str, Callable[[str], Any]]]:
    if isinstance(site, Publisher):
        for story, ref in site.pages:
            yield page_of(story), story.name, scorer(site.evaluate, story, ref)
    else:
        for number, made in enumerate(site.pages):
            true = made.truth.paragraphs
            yield made.page, f"{number} ({made.truth.sort})", lambda text, true=true: f1(text, true)  # type: ignore[misc]


def others_result(found: Sequence[tuple[int, list[Compared]]]) -> dict[str, Any]:
    rows = [row for _, mine in found for row in mine]
    return {
        "tries": sum(tries for tries, _ in found),
        "accepted": sum(row.path == "template" for row in rows),
        "corrected": sum(row.path == "corrected" for row in rows),
        "by": [
            f"{row.site} {row.page} by {row.refused}: {row.slow:.4f} -> {row.new:.4f}"
            for row in rows
            if row.path == "template"
        ],
        "differing": differing(rows),
    }


def show_others(others: dict[str, Any], *, full: bool) -> None:
    print(
        f"templates of other sites, thresholds of one page: {others['tries']} tries, "
        f"{others['accepted']} pages read by one, {others['corrected']} corrected by one"
    )
    show_differing(others["differing"], full=full)
    for text in others["by"]:
        print(f"    {text}")
