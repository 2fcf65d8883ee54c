"""Files near-duplicates made of real articles, and what only looks like them, and counts the pairs found.

    python benchmarks/nearduplicates.py PAGES [--seed 1] [--half all|tuned|held] [--db URL] [--json]

PAGES is a folder with manifest.jsonl and the pages. Of their articles 2,000 are made (madecopies.py): copies
by 13 kinds of edit at three strengths, and others by 19 kinds of form. They are filed in random order, each
on a site of its own, by the path that a crawl files by, on a new database. A pair is found if both have the
same original. The rules were tuned on the hosts whose SHA-1 begins with an even byte; with `--half held` all
is made of the other ones.
"""

import argparse
import gzip
import hashlib
import json
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from forms import FORMS
from madecopies import (
    EDITS,
    Made,
    Real,
    background,
    digest,
    paragraphs,
    quotation,
    real_figures,
    real_forms,
    series,
    size,
    update,
)
from sqlalchemy import select

from pipelines import likeness
from pipelines.article import Article as Story
from pipelines.edits import edit_between
from pipelines.extract import read_page
from pipelines.fingerprint import fingerprint, resemblance
from pipelines.page import Page
from storage.articles import file_article
from storage.models import Article
from storage.session import Database, open_database

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
COPIES, OTHERS = 1400, 600
GROUP = 50
"""Articles filed in one transaction, as a crawl does."""


def real_articles(pages: Path, half: str) -> list[Real]:
    found, titles = [], set()
    for line in (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        url = told.get("url") or f"https://{told['id']}.example/"
        file = pages / told["file"] if (pages / told["file"]).exists() else pages / "html" / told["file"]
        article = read_page(Page(url=url, body=gzip.decompress(file.read_bytes()))).article
        host = urlsplit(url).hostname or ""
        is_held = hashlib.sha1(host.encode(), usedforsecurity=False).digest()[0] % 2 == 1
        if (
            article is None
            or article.title in titles
            or not 70 <= size(article.text) < 4000
            or is_held is (half == "tuned")
        ):
            continue
        if half == "all" or is_held is (half == "held"):
            titles.add(article.title)
            language = article.language or "en"
            found.append(Real(title=article.title, text=article.text, language=language, host=host))
    return found


def made_set(real: Sequence[Real], draw: random.Random) -> list[Made]:
    made: list[Made] = []
    by_language: dict[str, list[str]] = defaultdict(list)
    for one in real:
        by_language[one.language] += [p for p in paragraphs(one.text) if size(p) > 6]

    def others(one: Real) -> list[str]:
        own = set(paragraphs(one.text))
        fit = [p for p in by_language[one.language] if p not in own]
        return fit if len(fit) > 30 else by_language["en"]

    bases = list(real)
    draw.shuffle(bases)
    for_copies, for_others = bases[: len(bases) // 2], bases[len(bases) // 2 :]
    edits = [(name, strength) for name in EDITS for strength in range(3)]
    group = len(for_copies)
    for number, one in enumerate(for_copies):
        hours = draw.uniform(0, 600)
        made.append(Made(text=one.text, title=one.title, group=number, kind="original", hours=hours))
    for number in range(COPIES - len(for_copies)):
        kind, strength = edits[number % len(edits)]
        base = number % len(for_copies)
        one, first = for_copies[base], made[base]
        text = EDITS[kind](one.text, strength, draw, others(one))
        title = one.title if draw.random() < 0.4 else draw.choice(paragraphs(one.text)).split(".")[0][:80]
        later = first.hours + draw.uniform(0.1, 40)
        made.append(Made(text=text, title=title, group=base, kind=kind, strength=strength, hours=later))
    for kind, texts in _others(for_others, draw, others):
        for text in texts:
            hours = draw.uniform(0, 600)
            made.append(Made(text=text, title=text.split(".")[0][:80], group=group, kind=kind, hours=hours))
            group += 1
    return made


def _others(real: Sequence[Real], draw: random.Random, others: Any) -> Iterator[tuple[str, list[str]]]:
    """No real article is used twice: what is made of it would be near-duplicates."""
    unused = iter(real)
    for number in range(len(real) // 14):
        for kind, make in (("real forms", real_forms), ("real figures", real_figures)):
            yield kind, make(next(unused), draw)
        for kind, share in (("background", background), ("quotations", quotation), ("series", series)):
            yield kind, share(next(unused), next(unused), next(unused), draw)
        if number % 3 == 0:
            yield "digests", digest(next(unused), next(unused), next(unused), draw)
    for one in unused:
        yield "updates", update(one, draw, others(one))
    for kind, form in FORMS.items():
        yield kind, [form(draw) for _ in range(OTHERS * 2 // 3 // len(FORMS))]


def file_all(database: Database, made: Sequence[Made], draw: random.Random) -> tuple[list[int], float, int]:
    """The original of each, the seconds of computing it took, and how many texts were compared."""
    compared = 0

    def compare(one: str, other: str) -> likeness.Likeness:
        nonlocal compared
        compared += 1
        return likeness.compare(one, other)

    stories = [
        Story(
            url=f"https://site{number}.example/{number}",
            canonical_url=f"https://site{number}.example/{number}",
            title=one.title,
            text=one.text,
            published_at=BEGIN + timedelta(hours=one.hours),
            date_precision="minute",
            date_confidence="high",
            fingerprint=fingerprint(one.text),
        )
        for number, one in enumerate(made)
    ]
    order = list(range(len(made)))
    draw.shuffle(order)
    ids: dict[int, int] = {}
    begun = time.process_time()
    for start in range(0, len(order), GROUP):
        with database.write() as session:
            for number in order[start : start + GROUP]:
                now = BEGIN + timedelta(days=60)
                filed = file_article(session, None, stories[number], now, resemblance, edit_between, compare)
                ids[number] = filed.article_id
    took = time.process_time() - begun
    with database.read() as session:
        roots = {
            row.id: row.duplicate_of or row.id
            for row in session.execute(select(Article.id, Article.duplicate_of))
        }
    return [roots[ids[number]] for number in range(len(made))], took, compared


def judge(made: Sequence[Made], roots: Sequence[int]) -> dict[str, Any]:
    expected = {p for members in _grouped([one.group for one in made]) for p in combinations(members, 2)}
    found = {p for members in _grouped(roots) for p in combinations(members, 2)}
    recall: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    wrong: Counter[str] = Counter()
    for pair in expected:
        kinds = sorted({made[n].kind for n in pair} - {"original"}) or ["original"]
        strengths = max(made[n].strength for n in pair)
        if "original" in {made[n].kind for n in pair}:
            for name in (kinds[0], f"{kinds[0]} {strengths + 1}"):
                recall[name][0] += pair in found
                recall[name][1] += 1
    for pair in found - expected:
        wrong[" / ".join(sorted({made[n].kind for n in pair}))] += 1
    right = len(found & expected)
    return {
        "articles": len(made),
        "pairs": len(expected),
        "precision": right / max(1, len(found)),
        "recall": right / max(1, len(expected)),
        "recall_by_kind": {kind: right / of for kind, (right, of) in sorted(recall.items())},
        "wrong_pairs": dict(wrong.most_common()),
        "missed": [list(pair) for pair in sorted(expected - found)],
    }


def _grouped(keys: Sequence[int]) -> list[list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        groups[key].append(number)
    return list(groups.values())


def main() -> None:
    assert __doc__ is not None
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("pages", type=Path)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--half", choices=("all", "tuned", "held"), default="all")
    options.add_argument("--db", help="an empty database; without it, a new SQLite file")
    options.add_argument("--json", action="store_true")
    told = options.parse_args()
    draw = random.Random(told.seed)
    real = real_articles(told.pages, told.half)
    made = made_set(real, draw)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_database(told.db or f"{folder}/made.sqlite") as database,
    ):
        roots, took, compared = file_all(database, made, draw)
    result = judge(made, roots) | {
        "real_articles": len(real),
        "milliseconds_an_article": took / len(made) * 1000,
        "texts_compared_an_article": compared / len(made),
    }
    if told.json:
        json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
        return
    print(f"{result['articles']} articles made of {len(real)}, {result['pairs']} pairs")
    print(f"precision {result['precision']:.4f}  recall {result['recall']:.4f}")
    print(
        f"{result['milliseconds_an_article']:.1f} ms of computing and"
        f" {result['texts_compared_an_article']:.2f} texts compared an article"
    )
    for kind, share in result["recall_by_kind"].items():
        print(f"  {share:.3f}  {kind}")
    for kinds, count in result["wrong_pairs"].items():
        print(f"  {count} wrong: {kinds}")


if __name__ == "__main__":
    main()
