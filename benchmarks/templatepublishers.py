"""Real pages, each read by what the other pages of its publisher teach: for templates.py."""

import importlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from planted import Story, page_of, stories
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
from templatelearning import TEACH, learned_from_others, thresholds

from pipelines.cleaning import Cleaning
from pipelines.extract import read_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The pages of a publisher, each with its true text as its set has it."""

    name: str
    """The host."""
    pages: tuple[tuple[Story, Any], ...]
    evaluate: Path | None
    """The folder with metrics.py."""


def publishers(pages: Path, evaluate: Path | None) -> list[Publisher]:
    rows = map(json.loads, (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
    found: defaultdict[str, list[tuple[Story, Any]]] = defaultdict(list)
    for story, row in zip(stories(pages), rows, strict=True):
        host = (urlsplit(row["url"] or "").hostname or "").removeprefix("www.")
        if host and host != "web.archive.org":
            found[host].append((story, row["ref"]))
    return [
        Publisher(name=host, pages=tuple(members), evaluate=evaluate)
        for host, members in sorted(found.items())
        if len(members) > 1
    ]


def left_out(publisher: Publisher) -> dict[str, list[Compared]]:
    """Each page of a publisher as it is read by what the others teach, by the thresholds."""
    slow = [read_page(page_of(story), TEACH) for story, _ in publisher.pages]
    found: dict[str, list[Compared]] = {"production": [], "one page": []}
    for (story, ref), own, known in zip(publisher.pages, slow, learned_from_others(slow), strict=True):
        score = scorer(publisher.evaluate, story, ref)
        for name, fewest in (("production", None), ("one page", 1)):
            with thresholds(fewest):
                new = read_page(page_of(story), Cleaning(templates=known)) if known.templates else own
            found[name].append(compared(publisher.name, story.name, own.article, new.article, score))
    return found


def scorer(evaluate: Path | None, story: Story, ref: Any) -> Callable[[str], Any]:
    """What gives the score of a text of this page: by its set's metric, or F1 where there is none at hand."""
    if evaluate is None:
        return lambda text: f1(text, story.truth)
    score, _ = _metrics(evaluate).SCORERS[story.name.partition(":")[0]]
    return lambda text: score(SimpleNamespace(ref=ref), text)


@cache
def _metrics(evaluate: Path) -> Any:
    sys.path.insert(0, str(evaluate))
    return importlib.import_module("metrics")


def publishers_result(rows: Sequence[Compared], evaluate: Path | None) -> dict[str, Any]:
    return {
        "paths": by_path(rows),
        "sets": _by_set(rows, evaluate) if evaluate is not None else {},
        "refused": refusals(rows),
        "differing": differing(rows),
    }


def _by_set(rows: Sequence[Compared], evaluate: Path) -> dict[str, dict[str, list[Any]]]:
    """Of each set and path: the pages, and the set's own metric of either way."""
    sets: dict[str, dict[str, list[Any]]] = {}
    for name in sorted({row.page.partition(":")[0] for row in rows}):
        _, summed = _metrics(evaluate).SCORERS[name]
        for path in (*PATHS, "all"):
            mine = [r for r in rows if r.page.startswith(f"{name}:") and path in (r.path, "all")]
            if mine:
                one, other = [
                    summed([getattr(r, k) for r in mine])["f1"] for k in ("score_slow", "score_new")
                ]
                sets.setdefault(name, {})[path] = [len(mine), round(one, 4), round(other, 4)]
    return sets


def show_publishers(name: str, found: dict[str, Any], *, full: bool) -> None:
    print(f"real pages, each by what the others of its publisher teach; thresholds: {name}")
    show_paths(found["paths"])
    for one, paths in found["sets"].items():
        told = ", ".join(f"{path} {n}: {a:.4f} -> {b:.4f}" for path, (n, a, b) in paths.items())
        print(f"  {one}, its own metric: {told}")
    print(f"  refused: {found['refused']}")
    show_differing(found["differing"], full=full)
