"""The made-up sites as crawls read them, run by run, and what is right and wrong then: for templates.py."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean
from typing import Any, cast

from madesites import MadeSite, Truth
from templatecomparison import (
    PATHS,
    Compared,
    by_path,
    compared,
    differing,
    f1,
    refusals,
    show_differing,
    show_paths,
)

from crawler.config import CleaningConfig
from crawler.templates import RunTemplates
from crawler.workers import WorkerPool
from pipelines.article import Access, Article
from pipelines.cleaning import Cleaning
from pipelines.extract import read_page
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source
from storage.thread import ArchiveThread

RUN = 10
"""Pages that a crawl of a made-up site brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A made-up page, with what else is known of it."""

    row: Compared
    sort: str
    relaid: bool
    faults: tuple[str, ...]
    """What is wrong with the new text."""
    right: dict[str, tuple[bool, ...]]
    """Of authors, date, title, kind: whether the extractor's is right, and whether the new one is."""


class _Here:
    """What a run asks of the archive's thread and of the workers, done at once and in this process."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def read(self, ask: Callable[[Any], Any]) -> Any:
        with self.database.read() as session:
            return ask(session)

    async def write(self, change: Callable[[Any], Any]) -> Any:
        with self.database.write() as session:
            return change(session)

    async def do(self, work: Callable[..., Any], *given: Any) -> Any:
        return work(*given)


def crawled(site: MadeSite) -> list[Checked]:
    """The pages of a made-up site as a crawl reads them, one run after the other."""
    with tempfile.TemporaryDirectory() as folder, open_database(f"{folder}/archive.db") as database:
        return asyncio.run(_crawl(site, database))


async def _crawl(site: MadeSite, database: Database) -> list[Checked]:
    with database.write() as session:
        draft = SourceDraft(name=site.name, url=f"https://{site.name}/")
        source_id = add_source(session, draft, datetime.now(UTC)).id
    here, found = _Here(database), []
    for first in range(0, len(site.pages), RUN):
        known = RunTemplates(
            cast("ArchiveThread", here), cast("WorkerPool", here), CleaningConfig(), source_id=source_id
        )
        for number, made in enumerate(site.pages[first : first + RUN], first):
            cleaning = await known.cleaning_for(source_id, made.page.url, None, Cleaning())
            reading = read_page(made.page, cleaning)
            await known.filed(reading)
            slow = read_page(made.page).article
            found.append(_checked(site.name, number, made.truth, slow, reading.article))
        await known.finish(Cleaning())
    return found


def _checked(site: str, number: int, truth: Truth, slow: Article | None, new: Article | None) -> Checked:
    page = f"{number} ({truth.sort})"
    return Checked(
        row=compared(site, page, slow, new, lambda text: f1(text, truth.paragraphs)),
        sort=truth.sort,
        relaid=truth.relaid,
        faults=tuple(_faults(truth, slow, new)),
        right={
            "authors": tuple(a is not None and set(a.authors) == set(truth.authors) for a in (slow, new)),
            "date": tuple(a is not None and a.published_at == truth.published for a in (slow, new)),
            "title": tuple(a is not None and a.title == truth.title for a in (slow, new)),
            "kind": tuple(a is not None and a.kind is truth.kind for a in (slow, new)),
        },
    )


def _faults(truth: Truth, slow: Article | None, new: Article | None) -> Iterator[str]:
    one, other = slow.text if slow else "", new.text if new else ""
    for paragraph in truth.paragraphs:
        if paragraph not in other:
            yield "a paragraph lost" + ("" if paragraph in one else ", by the extractor too")
    for text in truth.forbidden:
        if text in other:
            yield "something left that is no text" + (", by the extractor too" if text in one else "")
    if new is not None and truth.cut and new.access is not Access.PAID:
        yield "a cut page taken for whole" + (
            ", by the extractor too" if slow is not None and slow.access is not Access.PAID else ""
        )
    if new is not None and new.kind is not truth.kind:
        yield "another kind" + (", by the extractor too" if slow and slow.kind is not truth.kind else "")


def press_result(found: Sequence[Checked]) -> dict[str, Any]:
    rows = [one.row for one in found]
    by_template = [one for one in found if one.row.path == "template"]
    return {
        "paths": by_path(rows),
        "fast": {
            "all": _fast(found),
            "before": _fast(one for one in found if not one.relaid),
            "after": _fast(one for one in found if one.relaid),
            "common articles": _fast(one for one in found if one.sort == "article"),
        },
        "sites": {
            site: _of_site([one for one in found if one.row.site == site])
            for site in dict.fromkeys(row.site for row in rows)
        },
        "right": _right(found),
        "faults": dict(Counter(fault for one in by_template for fault in one.faults).most_common()),
        "refused": refusals(rows),
        "differing": differing(rows),
        "wrong": [
            f"{one.row.site} {one.row.page}: {fault}"
            for one in by_template
            for fault, times in Counter(one.faults).items()
            if not fault.endswith("too")
            for _ in range(times)
        ],
    }


def _fast(pages: Iterable[Checked]) -> float:
    """The share that templates read."""
    read = [one.row.path == "template" for one in pages]
    return round(fmean(read), 3) if read else 0.0


def _of_site(pages: Sequence[Checked]) -> dict[str, Any]:
    return {
        "before": _fast(one for one in pages if not one.relaid),
        "after": _fast(one for one in pages if one.relaid),
        **by_path([one.row for one in pages]),
    }


def _right(found: Sequence[Checked]) -> dict[str, dict[str, list[int]]]:
    """Of each path: on how many pages the extractor's is right, on how many the new one is, of how many."""
    return {
        path: {
            name: [sum(one.right[name][way] for one in mine) for way in (0, 1)] + [len(mine)]
            for name in ("authors", "date", "title", "kind")
        }
        for path in PATHS
        if (mine := [one for one in found if one.row.path == path])
    }


def show_press(press: dict[str, Any], *, full: bool) -> None:
    print("made-up sites, as a crawl reads them")
    show_paths(press["paths"])
    print("  read by template: " + ", ".join(f"{k} {v:.1%}" for k, v in press["fast"].items()))
    for site, found in press["sites"].items():
        one = found["all"]
        print(
            f"    {site:20} before {found['before']:6.1%}  after {found['after']:6.1%}"
            f"   F1 {one['slow']:.4f} -> {one['new']:.4f}"
            f"   worst {one['worst']:+.4f} ({one['worst_page']})"
        )
    for path, found in press["right"].items():
        told = ", ".join(f"{k} {a} -> {b} of {n}" for k, (a, b, n) in found.items())
        print(f"  right, {path}: {told}")
    print(f"  refused: {press['refused']}")
    print(f"  wrong in what was read by template: {press['faults']}")
    for text in press["wrong"]:
        print(f"    {text}")
    show_differing(press["differing"], full=full)
