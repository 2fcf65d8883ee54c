"""How well pages are read by their source's templates, beside the extractor alone.

    python benchmarks/templates.py [--pages PAGES --evaluate FOLDER] [--only press] [--list] [--json]

press:     the made-up sites of madesites.py, each crawled in four runs of ten pages: what is known is learned
           from the pages before, as in a crawl (crawler/templates.py). Learned lines are left out of it.
real:      pages of publishers of whom there are several, each read by what the others teach; with the
           thresholds of production, and with thresholds of one page. PAGES and FOLDER are as for text.py.
others:    each page read by the templates of all other sites, with thresholds of one page. One that is made
           alike may be; no other should.
mutations: pages that their template reads, changed so that it should not, or that nothing comes of it: the
           made-up ones with the thresholds of production, the real ones with those of one page.

F1 of made-up pages is that of words, each counted as often as it stands; of real pages, that of their set.
"""

import argparse
import asyncio
import importlib
import json
import multiprocessing
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

from lxml.html import HtmlElement, fragment_fromstring
from madesites import MadeSite, Truth, made_sites
from planted import Story, page_of, paragraph_elements, stories, tree_of, whole_page

from crawler.config import CleaningConfig
from crawler.templates import RunTemplates
from crawler.workers import WorkerPool
from pipelines.article import TEMPLATE, Access, Article, Reading
from pipelines.cleaning import Cleaning
from pipelines.document.parse import parse
from pipelines.extract import read_page
from pipelines.page import Page
from pipelines.templates import template
from pipelines.templates.agreement import words_in_common
from pipelines.templates.labels import Labels
from pipelines.templates.learn import learn_templates
from pipelines.templates.template import Templates
from storage.session import Database, open_database
from storage.sources import SourceDraft, add_source
from storage.thread import ArchiveThread

RUN = 10
"""Pages that a crawl of a made-up site brings."""
DIFFERS = 0.002
AS_BEFORE = 0.98
"""Of the words of a page that was changed, from which on its text is taken for right."""
PATHS = ("template", "corrected", "extractor", "rejected")
_EACH = 4
"""Every so many pages of a made-up site are mutated."""
_CJK = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")
TEACH = Cleaning(teach=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A page as it was read by the extractor alone, and by what was known of its source."""

    site: str
    page: str
    path: str
    """One of PATHS: what read it."""
    refused: str | None
    slow: float
    new: float
    """F1 of either text."""
    lost: tuple[str, ...]
    added: tuple[str, ...]
    """Lines of the extractor's text that are not in the other, and the other way round."""
    score_slow: Any = None
    score_new: Any = None
    """Of a real page: what its set's metric sums up."""


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


@contextmanager
def thresholds(fewest: int | None) -> Iterator[None]:
    """Have templates read, and correct, from `fewest` articles on; None: as in production."""
    correct: Any = importlib.import_module("pipelines.templates.correct")  # it has a name of its own for it
    before = template.FAST_FROM, correct.CORRECTS_FROM
    if fewest is not None:
        template.FAST_FROM = correct.CORRECTS_FROM = fewest
    try:
        yield
    finally:
        template.FAST_FROM, correct.CORRECTS_FROM = before


def f1(text: str, truth: str) -> float:
    found, true = Counter(_WORD.findall(text)), Counter(_WORD.findall(truth))
    total = found.total() + true.total()
    return 2 * (found & true).total() / total if total else 1.0


def path_of(article: Article | None) -> str:
    if article is None:
        return "rejected"
    if article.read_by == TEMPLATE:
        return "template"
    return "corrected" if article.template is not None else "extractor"


def compared(
    site: str, page: str, slow: Article | None, new: Article | None, score: Callable[[str], Any]
) -> Compared:
    one, other = slow.text if slow else "", new.text if new else ""
    before, after = one.split("\n"), other.split("\n")
    score_slow, score_new = score(one), score(other)
    return Compared(
        site=site,
        page=page,
        path=path_of(new),
        refused=str(new.refused) if new and new.refused else None,
        slow=score_slow if isinstance(score_slow, float) else score_slow["f1"],
        new=score_new if isinstance(score_new, float) else score_new["f1"],
        lost=tuple(line for line in before if line not in after),
        added=tuple(line for line in after if line not in before),
        score_slow=None if isinstance(score_slow, float) else score_slow,
        score_new=None if isinstance(score_new, float) else score_new,
    )


# press


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
    whole = "\n".join(truth.paragraphs)
    row = compared(site, f"{number} ({truth.sort})", slow, new, lambda text: f1(text, whole))
    return Checked(
        row=row,
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


# real pages

_METRICS: list[Any] = []


def _scorer(folder: Path | None, story: Story, ref: Any) -> Callable[[str], Any]:
    if folder is None:
        return lambda text: f1(text, "\n".join(story.truth))
    if not _METRICS:
        sys.path.insert(0, str(folder))
        _METRICS.append(importlib.import_module("metrics"))
    score, _ = _METRICS[0].SCORERS[story.name.partition(":")[0]]
    return lambda text: score(SimpleNamespace(ref=ref), text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The pages of a publisher."""

    host: str
    pages: tuple[tuple[Story, Any], ...]
    evaluate: Path | None


def groups(pages: Path, evaluate: Path | None) -> list[Group]:
    rows = map(json.loads, (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
    found: defaultdict[str, list[tuple[Story, Any]]] = defaultdict(list)
    for story, row in zip(stories(pages), rows, strict=True):
        host = (urlsplit(row["url"] or "").hostname or "").removeprefix("www.")
        if host and host != "web.archive.org":
            found[host].append((story, row["ref"]))
    return [
        Group(host=host, pages=tuple(members), evaluate=evaluate)
        for host, members in sorted(found.items())
        if len(members) > 1
    ]


def left_out(group: Group) -> dict[str, list[Compared]]:
    """Each page of a publisher as it is read by what the others teach, by the thresholds."""
    slow = [read_page(page_of(story), TEACH) for story, _ in group.pages]
    found: dict[str, list[Compared]] = {"production": [], "one page": []}
    for number, (story, ref) in enumerate(group.pages):
        known = learn_templates(_labels(r for n, r in enumerate(slow) if n != number))
        for name, fewest in (("production", None), ("one page", 1)):
            with thresholds(fewest):
                new = (
                    read_page(page_of(story), Cleaning(templates=known)) if known.templates else slow[number]
                )
            score = _scorer(group.evaluate, story, ref)
            found[name].append(compared(group.host, story.name, slow[number].article, new.article, score))
    return found


def _labels(readings: Iterable[Reading]) -> list[Labels]:
    return [Labels.from_bytes(reading.labels) for reading in readings if reading.labels is not None]


# the templates of other sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What a site teaches: a layout of a made-up one, or all pages of a publisher."""

    site: str
    templates: Templates


def taught(job: MadeSite | Group) -> list[Taught]:
    if isinstance(job, Group):
        known = learn_templates(_labels(read_page(page_of(story), TEACH) for story, _ in job.pages))
        return [Taught(site=job.host, templates=known)]
    return [
        Taught(
            site=job.name,
            templates=learn_templates(
                _labels(read_page(made.page, TEACH) for made in job.pages if made.truth.relaid is relaid)
            ),
        )
        for relaid in (False, True)
    ]


def by_others(job: tuple[MadeSite | Group, list[Taught]]) -> tuple[int, list[Compared]]:
    """How often a template of another site was tried on these pages, and where one did something."""
    site, everything = job
    name = site.host if isinstance(site, Group) else site.name
    others = [one for known in everything if known.site != name for one in known.templates.templates]
    numbered = tuple(replace(one, number=n) for n, one in enumerate(others))
    known = Templates(version=1, templates=numbered, last_number=len(numbered))
    found = []
    for page, told, score in _pages_of(site):
        with thresholds(1):
            new = read_page(page, Cleaning(templates=known)).article
        if new is not None and new.template is not None:
            row = compared(name, told, read_page(page).article, new, score)
            found.append(replace(row, refused=str(numbered[new.template].container)))
    return len(numbered) * sum(1 for _ in _pages_of(site)), found


def _pages_of(site: MadeSite | Group) -> Iterator[tuple[Page, str, Callable[[str], Any]]]:
    if isinstance(site, Group):
        for story, ref in site.pages:
            yield page_of(story), story.name, _scorer(site.evaluate, story, ref)
    else:
        for number, made in enumerate(site.pages):
            whole = "\n".join(made.truth.paragraphs)
            yield made.page, f"{number} ({made.truth.sort})", lambda text, w=whole: f1(text, w)  # type: ignore[misc]


# mutations


def _around(elements: Sequence[HtmlElement]) -> HtmlElement:
    """The smallest element around all of these."""
    common = list(elements[0].iterancestors())
    for element in elements[1:]:
        above = set(element.iterancestors())
        common = [one for one in common if one in above]
    return common[0]


def _rename(tree: HtmlElement, elements: Sequence[HtmlElement], other: HtmlElement | None) -> None:
    for element in tree.iter():
        if classes := element.get("class"):
            element.set("class", " ".join(f"x{name}x" for name in classes.split()))


def _wrap(tree: HtmlElement, elements: Sequence[HtmlElement], other: HtmlElement | None) -> None:
    for element in elements:
        _move(element, fragment_fromstring('<div class="newly-set"></div>'), in_place=True)


def _move(element: HtmlElement, into: HtmlElement, *, in_place: bool = False) -> None:
    """Move an element, without what follows it, into another, which may take its place."""
    around, tail = element.getparent(), element.tail
    element.tail = None
    if in_place and around is not None:
        around.replace(element, into)
        into.tail = tail
    else:
        element.drop_tree()
    into.append(element)


def _move_half(tree: HtmlElement, elements: Sequence[HtmlElement], other: HtmlElement | None) -> None:
    block = fragment_fromstring('<div class="newly-made"></div>')
    _around(elements).addnext(block)
    for element in elements[len(elements) // 2 :]:
        _move(element, block)


def _append(tree: HtmlElement, elements: Sequence[HtmlElement], other: HtmlElement | None) -> None:
    if other is not None:
        _whole(elements).addnext(deepcopy(other))


def _whole(elements: Sequence[HtmlElement]) -> HtmlElement:
    """The element that holds these paragraphs and their headline; what holds the paragraphs, if none does."""
    around = _around(elements)
    for element in (around, *around.iterancestors()):
        if element.tag not in ("body", "html") and next(element.iter("h1"), None) is not None:
            return element
    return around


def _cut(tree: HtmlElement, elements: Sequence[HtmlElement], other: HtmlElement | None) -> None:
    around = _around(elements)
    inside = list(around.iter())
    for element in inside[inside.index(elements[1]) + 1 :]:
        if element.getparent() is not None and elements[1] not in element.iterancestors():
            element.drop_tree()
    wall = "<p>This article is for subscribers. Subscribe now to continue reading.</p>"
    elements[1].addnext(fragment_fromstring(f'<div class="reader-wall">{wall}</div>'))


MUTATIONS = {
    "classes renamed": _rename,
    "each paragraph in a new div": _wrap,
    "half of it moved to a new block": _move_half,
    "another article behind it": _append,
    "cut to two paragraphs": _cut,
}


def mutated(job: MadeSite | Group) -> list[Accepted]:
    """What becomes of pages that their template reads when they are changed."""
    if isinstance(job, Group):
        slow = [read_page(page_of(story), TEACH) for story, _ in job.pages]
        taught_by = [learn_templates(_labels(r for r in slow if r is not own)) for own in slow]
        members = [
            (story, known) for (story, _), known in zip(job.pages, taught_by, strict=True) if known.templates
        ]
        with thresholds(1):
            return [one for n in range(len(members)) for one in _mutated(job.host, members, n)]
    found: list[Accepted] = []
    for relaid in (False, True):
        pages = [made for made in job.pages if made.truth.relaid is relaid]
        readings = [read_page(made.page, TEACH) for made in pages]
        known = [
            learn_templates(_labels(r for r in readings if r is not readings[n])) for n in range(len(pages))
        ]
        told = [
            (Story(name=str(n), url=made.page.url, file=Path(), truth=made.truth.paragraphs), one, made.page)
            for n, (made, one) in enumerate(zip(pages, known, strict=True))
        ]
        for n in range(0, len(told), _EACH):
            found += _mutated(job.name, [(a, b) for a, b, _ in told], n, [page for _, _, page in told])
    return found


def _mutated(
    site: str, members: Sequence[tuple[Story, Templates]], number: int, pages: Sequence[Page] = ()
) -> Iterator[Accepted]:
    def tree_at(place: int) -> HtmlElement | None:
        return parse(pages[place].body.decode()) if pages else tree_of(members[place][0])

    (story, known), tree = members[number], tree_at(number)
    before = _read(story, tree, known) if tree is not None else None
    if tree is None or before is None or before.read_by != TEMPLATE:
        return
    next_one = (number + 1) % len(members)
    other = tree_at(next_one)
    second = paragraph_elements(other, members[next_one][0].truth) if other is not None else []
    for name, mutate in MUTATIONS.items():
        changed = deepcopy(tree)
        elements = paragraph_elements(changed, story.truth)
        if len(elements) < 4 or len(second) < 2:
            continue
        mutate(changed, elements, _whole(second))
        after = _read(story, changed, known)
        accepted = after is not None and after.read_by == TEMPLATE
        share = words_in_common(after.text, before.text) if after else 0.0
        flagged = after is not None and after.access is Access.PAID
        wrong = accepted and (not flagged if mutate is _cut else share < AS_BEFORE)
        detail = f"{story.name}: {share:.3f} of the words"
        yield Accepted(
            site=site, mutation=name, accepted=accepted, wrong=wrong, flagged=flagged, detail=detail
        )


def _read(story: Story, tree: HtmlElement, known: Templates) -> Article | None:
    return read_page(whole_page(story, tree), Cleaning(templates=known)).article


# what came of it


def by_path(rows: Sequence[Compared]) -> dict[str, Any]:
    """Of each path: the pages, F1 of either way, and the worst page."""
    found = {}
    for path in (*PATHS, "all"):
        mine = [row for row in rows if path in (row.path, "all")]
        if mine:
            worst = min(mine, key=lambda row: row.new - row.slow)
            found[path] = {
                "pages": len(mine),
                "slow": round(fmean(row.slow for row in mine), 4),
                "new": round(fmean(row.new for row in mine), 4),
                "worst": round(worst.new - worst.slow, 4),
                "worst_page": f"{worst.site} {worst.page}",
            }
    return found


def press_result(found: Sequence[Checked]) -> dict[str, Any]:
    rows = [one.row for one in found]
    sites = list(dict.fromkeys(row.site for row in rows))

    def fast(mine: Iterable[Checked]) -> float:
        read = [one.row.path == "template" for one in mine]
        return round(fmean(read), 3) if read else 0.0

    faults = Counter(fault for one in found if one.row.path == "template" for fault in one.faults)
    right = {
        path: {
            name: [sum(one.right[name][way] for one in mine) for way in (0, 1)] + [len(mine)]
            for name in ("authors", "date", "title", "kind")
        }
        for path in PATHS
        if (mine := [one for one in found if one.row.path == path])
    }
    return {
        "paths": by_path(rows),
        "fast": {
            "all": fast(found),
            "before": fast(one for one in found if not one.relaid),
            "after": fast(one for one in found if one.relaid),
            "common articles": fast(one for one in found if one.sort == "article"),
        },
        "sites": {
            site: {
                "before": fast(one for one in found if one.row.site == site and not one.relaid),
                "after": fast(one for one in found if one.row.site == site and one.relaid),
                **by_path([row for row in rows if row.site == site]),
            }
            for site in sites
        },
        "right": right,
        "faults": dict(faults.most_common()),
        "refused": dict(Counter(row.refused for row in rows if row.refused).most_common()),
        "differing": differing(rows),
        "wrong": [
            f"{one.row.site} {one.row.page}: {fault}"
            for one in found
            if one.row.path == "template"
            for fault, times in Counter(one.faults).items()
            if not fault.endswith("too")
            for _ in range(times)
        ],
    }


def real_result(rows: Sequence[Compared], evaluate: Path | None) -> dict[str, Any]:
    sets: dict[str, Any] = {}
    if evaluate is not None:
        sys.path.insert(0, str(evaluate))
        metrics = importlib.import_module("metrics")
        for name in sorted({row.page.partition(":")[0] for row in rows}):
            _, summed = metrics.SCORERS[name]
            for path in (*PATHS, "all"):
                mine = [r for r in rows if r.page.startswith(f"{name}:") and path in (r.path, "all")]
                if mine:
                    one, other = [
                        summed([getattr(r, k) for r in mine])["f1"] for k in ("score_slow", "score_new")
                    ]
                    sets.setdefault(name, {})[path] = [len(mine), round(one, 4), round(other, 4)]
    return {
        "paths": by_path(rows),
        "sets": sets,
        "refused": dict(Counter(row.refused for row in rows if row.refused).most_common()),
        "differing": differing(rows),
    }


def differing(rows: Sequence[Compared]) -> list[dict[str, Any]]:
    """The pages that are read otherwise, the worst first."""
    mine = [row for row in rows if abs(row.new - row.slow) > DIFFERS]
    wanted = ("site", "page", "path", "refused", "slow", "new", "lost", "added")
    return [
        {name: asdict(row)[name] for name in wanted} for row in sorted(mine, key=lambda r: r.new - r.slow)
    ]


def mutations_result(found: Sequence[Accepted]) -> dict[str, Any]:
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


def show_paths(paths: dict[str, Any]) -> None:
    for path, found in paths.items():
        print(
            f"  {path:10} {found['pages']:5} pages   F1 extractor {found['slow']:.4f}"
            f"   new {found['new']:.4f}   worst {found['worst']:+.4f} ({found['worst_page']})"
        )


def show_differing(rows: Sequence[dict[str, Any]], *, full: bool) -> None:
    worse = sum(row["new"] < row["slow"] for row in rows)
    print(f"  {len(rows)} pages differ by more than {DIFFERS}, {worse} of them for the worse")
    for row in rows if full else ():
        head = f"{row['new'] - row['slow']:+.4f} {row['site']} {row['page']} {row['path']}"
        print(f"    {head} {row['refused'] or ''}")
        for what in ("lost", "added"):
            for line in row[what][:6]:
                print(f"      {what:5} {line[:110]}")


def show(result: dict[str, Any], *, full: bool) -> None:
    if press := result.get("press"):
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
    for name, real in result.get("real", {}).items():
        print(f"real pages, each by what the others of its publisher teach; thresholds: {name}")
        show_paths(real["paths"])
        for one, paths in real["sets"].items():
            told = ", ".join(f"{path} {n}: {a:.4f} -> {b:.4f}" for path, (n, a, b) in paths.items())
            print(f"  {one}, its own metric: {told}")
        print(f"  refused: {real['refused']}")
        show_differing(real["differing"], full=full)
    if others := result.get("others"):
        print(
            f"templates of other sites, thresholds of one page: {others['tries']} tries, "
            f"{others['accepted']} pages read by one, {others['corrected']} corrected by one"
        )
        show_differing(others["differing"], full=full)
        for text in others["by"]:
            print(f"    {text}")
    for where, found in result.get("mutations", {}).items():
        print(f"mutations of {where} pages")
        for name, one in found.items():
            print(
                f"  {name:34} {one['pages']:4} pages, {one['accepted']:4} accepted, {one['wrong']:4} wrong, "
                f"{one['flagged']:3} flagged"
            )
            for text in one["wrong_ones"] if full else ():
                print(f"      {text}")


def _others_result(found: Sequence[tuple[int, list[Compared]]]) -> dict[str, Any]:
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


def measure(options: argparse.Namespace) -> dict[str, Any]:
    sites = list(made_sites(options.seed))
    real = groups(options.pages, options.evaluate) if options.pages else []
    everything: list[MadeSite | Group] = [*sites, *real]
    wanted = options.only or ["press", "real", "others", "mutations"]
    result: dict[str, Any] = {}
    with multiprocessing.get_context("forkserver").Pool(2) as pool:
        if "press" in wanted:
            result["press"] = press_result([row for rows in pool.imap(crawled, sites) for row in rows])
        if "real" in wanted and real:
            read = list(pool.imap(left_out, real, chunksize=2))
            result["real"] = {
                name: real_result([row for one in read for row in one[name]], options.evaluate)
                for name in ("production", "one page")
            }
        if "others" in wanted:
            known = [one for found in pool.imap(taught, everything) for one in found]
            jobs = [(site, known) for site in everything]
            result["others"] = _others_result(list(pool.imap(by_others, jobs)))
        if "mutations" in wanted:
            result["mutations"] = {
                where: mutations_result([one for found in pool.imap(mutated, changed) for one in found])
                for where, sort in (("made-up", MadeSite), ("real", Group))
                if (changed := [job for job in everything if isinstance(job, sort)])
            }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=Path, help="folder with manifest.jsonl and real pages")
    parser.add_argument("--evaluate", type=Path, help="folder with metrics.py")
    parser.add_argument("--seed", type=int, default=1, help="of the made-up sites")
    parser.add_argument("--only", action="append", choices=("press", "real", "others", "mutations"))
    parser.add_argument("--list", action="store_true", help="name each page that is read otherwise")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options)
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        show(result, full=options.list)


if __name__ == "__main__":
    main()
