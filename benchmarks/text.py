"""How good the text is and what it costs, beside trafilatura, and what each rule of cleaning is worth.

    python benchmarks/text.py --pages PAGES --evaluate FOLDER [--rounds 3] [--list] [--json]

PAGES is a folder with manifest.jsonl and the pages, each with its true text ("ref"); FOLDER holds metrics.py,
whose SCORERS give each set of pages its own metric. Scores are F1, on all pages and on either half of the
hosts, parted by their SHA-1. A rule's worth is the F1 lost if what it takes out stays, for each family of
rules, and for all that read phrases together. A true paragraph is lost if a rule took it out, or most of it.
Each page alone: nothing is learned of its source. Time is CPU of one process that reads each page with one
and with the other in turn: `read_page`, and `bare_extraction(with_metadata=True)`.
"""

import argparse
import importlib
import json
import multiprocessing
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from planted import Story, by_trafilatura, half_of, page_of, stories
from trafilatura import bare_extraction

from pipelines.article import Article
from pipelines.cleaning import family_of
from pipelines.document.layout import key_of
from pipelines.extract import read_page
from pipelines.fingerprint import words_of
from pipelines.lines import woven

PHRASES = frozenset({"see also", "call", "tail"})
"""Families that read words, by pipelines/words/."""
HALVES = ("all", "even", "odd")
_SHORTEST = 3
"""Words of the shortest true paragraph that counts as lost: "Advertisement" is found anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A page as both extractors read it."""

    story: Story
    theirs: str
    article: Article | None


def read_both(story: Story) -> Read:
    page = page_of(story)
    return Read(story=story, theirs=by_trafilatura(page), article=read_page(page).article)


def text_with(read: Read, keep: frozenset[str]) -> str:
    """The text if what these families of rules took out had stayed: what Cleaning(keep=...) gives."""
    if read.article is None:
        return ""
    lines = woven(read.article.text, read.article.removed)
    return "\n".join(x.text for x in lines if x.rule is None or family_of(x.rule) in keep)


def scored(reads: list[Read], texts: list[str], refs: dict[str, Any], metrics: Any) -> dict[str, float]:
    """F1 of each set, by the set's own metric."""
    rows: dict[str, list[Any]] = {}
    for read, text in zip(reads, texts, strict=True):
        name = read.story.name.partition(":")[0]
        score, _ = metrics.SCORERS[name]
        rows.setdefault(name, []).append(score(SimpleNamespace(ref=refs[read.story.name]), text))
    return {name: round(metrics.SCORERS[name][1](found)["f1"], 4) for name, found in sorted(rows.items())}


def true_paragraphs_lost(read: Read) -> list[tuple[str, str]]:
    """Each true paragraph that a removed line holds the words of, or that holds the words of the line."""
    article = read.article
    if article is None:
        return []
    there, lost = key_of(article.text), []
    for paragraph in read.story.truth:
        key = key_of(paragraph)
        if len(words_of(paragraph)) < _SHORTEST or key in there:
            continue
        # the headline is asked for by some sets, and filed as the title
        removed = (line for line in article.removed if line.rule != "headline")
        rule = next((line.rule for line in removed if _same(key, key_of(line.text))), None)
        if rule:
            lost.append((rule, paragraph))
    return lost


def _same(paragraph: str, line: str) -> bool:
    return paragraph in line or (len(line) > 0.5 * len(paragraph) and line in paragraph)


def cost(found: list[Story], rounds: int) -> dict[str, Any]:
    """CPU per page of one process; each page is read by both, each going first in every other round."""
    pages = [page_of(story) for story in found]
    ratios, ours, theirs = [], [], []
    for number in range(rounds + 1):
        spent = Counter[str]()
        for page in pages if number else pages[:30]:
            order = ("copydesk", "trafilatura") if number % 2 else ("trafilatura", "copydesk")
            for name in order:
                began = time.process_time()
                if name == "copydesk":
                    read_page(page)
                else:
                    bare_extraction(page.body.decode("utf-8", "replace"), with_metadata=True)
                spent[name] += int((time.process_time() - began) * 1e9)
        if number:  # the first is to warm up
            ratios.append(round(spent["copydesk"] / spent["trafilatura"], 3))
            ours.append(spent["copydesk"] / 1e6 / len(pages))
            theirs.append(spent["trafilatura"] / 1e6 / len(pages))
        show_progress("timed", number, rounds)
    return {
        "pages": len(pages),
        "copydesk_ms": round(statistics.median(ours), 1),
        "trafilatura_ms": round(statistics.median(theirs), 1),
        "ratios": ratios,
        "median_ratio": statistics.median(ratios),
    }


def show_progress(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{what}: {done} of {of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def read_all(found: list[Story]) -> list[Read]:
    reads = []
    with multiprocessing.get_context("forkserver").Pool() as pool:
        for read in pool.imap(read_both, found, chunksize=4):
            reads.append(read)
            show_progress("read", len(reads), len(found))
    return reads


def quality(reads: list[Read], refs: dict[str, Any], metrics: Any) -> dict[str, Any]:
    """The scores by half, what each family is worth, and the true paragraphs lost."""

    def score(half: str, keep: frozenset[str] | None) -> dict[str, float]:
        mine = [read for read in reads if half in ("all", half_of(read.story))]
        texts = [read.theirs if keep is None else text_with(read, keep) for read in mine]
        return scored(mine, texts, refs, metrics)

    families = {family_of(line.rule) for read in reads if read.article for line in read.article.removed}
    best = score("all", frozenset())
    worth = {}
    for label, keep in [(f, frozenset({f})) for f in sorted(families)] + [("no phrase list at all", PHRASES)]:
        without = score("all", keep)
        worth[label] = {name: round(best[name] - without[name], 4) for name in best}
    lost = [(read.story.name, *found) for read in reads for found in true_paragraphs_lost(read)]
    return {
        "scores": {
            half: {"trafilatura": score(half, None), "copydesk": score(half, frozenset())} for half in HALVES
        },
        "worth": worth,
        "true_paragraphs": sum(len(read.story.truth) for read in reads if read.article),
        "lost": lost,
        "lost_by_rule": dict(Counter(family_of(rule) for _, rule, _ in lost).most_common()),
    }


def show(result: dict[str, Any], *, full: bool) -> None:
    sets = list(result["scores"]["all"]["copydesk"])
    print(f"{'F1':36}" + "".join(f"{name:>9}" for name in sets))
    for half, tools in result["scores"].items():
        for tool, scores in tools.items():
            print(f"  {half + ' hosts, ' + tool:34}" + "".join(f"{scores.get(s, 0):9.4f}" for s in sets))
    print("F1 lost without the rule")
    for label, worth in result["worth"].items():
        print(f"  {label:34}" + "".join(f"{worth[name]:9.4f}" for name in sets))
    lost, total = result["lost"], result["true_paragraphs"]
    print(f"true paragraphs taken out: {len(lost)} of {total} ({100 * len(lost) / (total or 1):.2f} %)")
    print("  " + ", ".join(f"{family} {number}" for family, number in result["lost_by_rule"].items()))
    for name, rule, paragraph in lost if full else ():
        print(f"  {rule} | {paragraph[:150]} | {name}")
    if timed := result.get("cost"):
        print(
            f"CPU a page: copydesk {timed['copydesk_ms']} ms, trafilatura {timed['trafilatura_ms']} ms, "
            f"ratio {timed['median_ratio']} (rounds: {timed['ratios']})"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=Path, required=True, help="folder with manifest.jsonl and the pages")
    parser.add_argument("--evaluate", type=Path, required=True, help="folder with metrics.py")
    parser.add_argument("--rounds", type=int, default=3, help="of the measure of time; 0: none")
    parser.add_argument("--list", action="store_true", help="name each true paragraph taken out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sys.path.insert(0, str(options.evaluate))
    metrics = importlib.import_module("metrics")
    found = list(stories(options.pages))
    lines = (options.pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    refs = {f"{row['set']}:{row['id']}": row["ref"] for row in map(json.loads, lines)}
    result = quality(read_all(found), refs, metrics)
    if options.rounds:
        result["cost"] = cost(found, options.rounds)
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        show(result, full=options.list)


if __name__ == "__main__":
    main()
