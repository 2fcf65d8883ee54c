"""What learning finds of notices that a site repeats, and what it takes wrongly, with no list of phrases.

    python benchmarks/learned.py --pages PAGES [--sites 40] [--seed 1]

PAGES is a folder with manifest.jsonl and pages whose text is known. Sites are made up of real pages of one
language, read with every rule undone that goes by phrases. Real notices of other pages (lines that those
rules had taken out) are planted in the articles of each site: one behind the text of all, one in the middle
of two in three, one in a block of its own in half of them. Then what learning takes out is compared with what
was planted, by the number of pages a site has; and the lines of those publishers of whom there are several
pages are told apart by the known text. All of it without a rule that knows a language.
"""

import argparse
import gzip
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.article import Article
from pipelines.article_lines import lines_in
from pipelines.cleaning import family_of
from pipelines.extract import read_page
from pipelines.learned import line_key, mark_learned
from pipelines.learning import Sample, learn
from pipelines.lines import Line
from pipelines.page import Page

PHRASES = frozenset({"see also", "call", "tail", "byline", "date"})
"""The rules that know words."""
SIZES = (2, 3, 5, 10, 20, 40)
FEWEST = 12
"""Pages in a language of which sites are made."""


@dataclass(frozen=True)
class Known:
    """A page that was read, and its text as it should be."""

    host: str
    article: Article
    truth: str


def read(job: tuple[Path, dict[str, Any]]) -> Known | None:
    folder, row = job
    html = gzip.decompress((folder / row["file"]).read_bytes())
    page = Page(url=row["url"] or "https://page.example/", body=html, content_type="text/html; charset=utf-8")
    article = read_page(page).article
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    return Known(host, article, line_key(said(row["ref"]))) if article else None


def said(ref: Any) -> str:
    """The known text of a page, however its set has it."""
    if isinstance(ref, str):
        return ref
    if isinstance(ref, dict):
        return "\n".join(ref["with"])
    return "\n".join(part if isinstance(part, str) else part[0] for part in ref)


def undone(article: Article) -> list[Line]:
    """An article's lines, as they are without the rules that know words."""
    lines = lines_in(article)
    for line in lines:
        if line.rule is not None and family_of(line.rule) in PHRASES:
            line.rule = None
    return lines


def notices(articles: Sequence[Article]) -> list[str]:
    """Real notices: what the rules that know words take out."""
    found = {
        out.text
        for article in articles
        for out in article.removed
        if family_of(out.rule) in PHRASES and 12 <= len(out.text) <= 200
    }
    return sorted(found)


def planted(article: Article, site: Sequence[str], chance: random.Random) -> tuple[list[Line], set[str]]:
    """The article's lines with the site's notices among them, and the notices that it got."""
    behind, middle, block = site
    lines = undone(article)
    bodies = Counter(line.make for line in lines if line.rule is None and len(line.text) > 80)
    body = bodies.most_common(1)[0][0] if bodies else ""
    got = {behind}
    if chance.random() < 2 / 3 and len(lines) > 3:
        lines.insert(len(lines) // 2, Line(middle, make=body))
        got.add(middle)
    if chance.random() < 1 / 2:
        lines.insert(len(lines) // 3, Line(block, make="div.promo<div.story<article"))
        got.add(block)
    return [*lines, Line(behind, make=body)], got


def sites(
    pages: Sequence[Known], count: int, size: int, seed: int
) -> Iterator[tuple[list[Known], list[str]]]:
    """Made-up sites of `size` pages, each of another host, and the three notices of each."""
    by_language: defaultdict[str, dict[str, Known]] = defaultdict(dict)
    for page in pages:
        by_language[page.article.language or "?"].setdefault(page.host, page)
    pools = [list(pool.values()) for _, pool in sorted(by_language.items()) if len(pool) >= max(FEWEST, size)]
    chance = random.Random(seed)
    for number in range(count):
        pool = pools[number % len(pools)]
        said_there = notices([page.article for page in pool])
        yield chance.sample(pool, size), chance.sample(said_there, 3)


def report(pages: Sequence[Known], count: int, seed: int) -> None:
    print("pages a site   behind   middle   in a block   true lines taken   of all true lines")
    for size in SIZES:
        found, there = Counter[int](), Counter[int]()
        wrong = true = 0
        chance = random.Random(seed)
        for members, site in sites(pages, count, size, seed):
            plots = [planted(page.article, site, chance) for page in members]
            samples = [
                Sample(title=page.article.title, day=None, story=str(number), lines=lines)
                for number, (page, (lines, _)) in enumerate(zip(members, plots, strict=True))
            ]
            known = learn([replace(s, lines=[replace(line) for line in s.lines]) for s in samples])
            for page, sample, (_, got) in zip(members, samples, plots, strict=True):
                before = [line for line in sample.lines if line.rule is None]
                mark_learned(sample.lines, known)
                for line in before:
                    if line.text in got:
                        place = site.index(line.text)
                        there[place] += 1
                        found[place] += line.rule is not None
                    elif (key := line_key(line.text)) and key in page.truth:
                        true += 1
                        wrong += line.rule is not None
                        if line.rule:
                            print(f"  {size} pages, TRUE {page.host}: {line.text[:90]}", file=sys.stderr)
        shares = "   ".join(f"{found[place] / (there[place] or 1):6.1%}" for place in range(3))
        print(f"{size:12}   {shares}   {wrong:14}   {true:16,}   {wrong / (true or 1):.3%}")


def several(pages: Sequence[Known]) -> None:
    """What is taken out of the pages of publishers of whom there are several."""
    by_host: defaultdict[str, list[Known]] = defaultdict(list)
    for page in pages:
        by_host[page.host].append(page)
    for title, lines_of in (("with the rules that know words", lines_in), ("without them", undone)):
        right = wrong = 0
        for members in by_host.values():
            samples = [
                Sample(
                    title=page.article.title,
                    day=page.article.published_at.date() if page.article.published_at else None,
                    story=page.article.fingerprint.text_hash,
                    lines=lines_of(page.article),
                )
                for page in members
            ]
            known = learn(samples)
            for page, sample in zip(members, samples, strict=True):
                mark_learned(sample.lines, known)
                for line in sample.lines:
                    if line.rule and line.rule.startswith("learned"):
                        is_true = line_key(line.text) in page.truth
                        right, wrong = right + (not is_true), wrong + is_true
                        print(f"  {'TRUE ' if is_true else ''}{page.host}: {line.text[:90]}", file=sys.stderr)
        groups = sum(len(members) > 1 for members in by_host.values())
        print(
            f"{groups} publishers with several pages, {title}: {right} lines rightly taken, {wrong} wrongly"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=Path, required=True, help="folder with manifest.jsonl and the pages")
    parser.add_argument("--sites", type=int, default=40, help="made-up sites of each size")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    manifest = (wanted.pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    with ProcessPoolExecutor() as pool:
        jobs = [(wanted.pages, json.loads(line)) for line in manifest]
        pages = [page for page in pool.map(read, jobs, chunksize=8) if page and page.host != "page.example"]
    report(pages, wanted.sites, wanted.seed)
    several(pages)


if __name__ == "__main__":
    main()
