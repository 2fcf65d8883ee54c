"""Plants pointers to other stories into real pages, and counts which of them stand in the text.

    python benchmarks/planted.py --pages PAGES [--rounds 2] [--every-language] [--list] [--json]

PAGES is a folder with manifest.jsonl and the pages, each with its true text ("ref"). Into each page a few
blocks are set, in the markups below, between paragraphs that are true and behind the last one. A block has a
phrase in the language of the page, either one that the cleaning knows or one of held_out.toml, and titles of
other pages of that language. A page is read with them and without; a block stands if its title or
its phrase is in the text with it and was not without; a true paragraph is lost if it was there without it and
is not with it. trafilatura alone reads the same pages.
"""

import argparse
import gzip
import hashlib
import html
import json
import multiprocessing
import random
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement, fragments_fromstring, tostring
from trafilatura import bare_extraction

from pipelines.cleaning import DEFAULT, Cleaning
from pipelines.document.layout import key_of
from pipelines.document.parse import parse
from pipelines.extract import read_page
from pipelines.page import Page

Markup = Callable[[str, Sequence[str]], str]


def _link(title: str, inner: str = "") -> str:
    return f'<a href="/{hashlib.sha1(title.encode()).hexdigest()[:9]}.html">{inner or title}</a>'  # noqa: S324


def _items(titles: Sequence[str]) -> str:
    return "".join(f"<li>{_link(title)}</li>" for title in titles)


MARKUPS: dict[str, Markup] = {
    "text, two spaces": lambda label, t: f"<p>{label}\xa0 {t[0]}</p>",
    "text, colon": lambda label, t: f"<p>{label}: {t[0]}</p>",
    "text behind <br><br>": lambda label, t: f"<br><br>{label}: {t[0]}",
    "bold text": lambda label, t: f"<p><strong>{label}: {t[0]}</strong></p>",
    "bold label, text": lambda label, t: f"<p><strong>{label}:</strong> {t[0]}</p>",
    "bold label, link": lambda label, t: f"<p><strong>{label}:</strong> {_link(t[0])}</p>",
    "label, link": lambda label, t: f"<p>{label}: {_link(t[0])}</p>",
    "em link": lambda label, t: f"<p><em>{_link(t[0], f'{label}: {t[0]}')}</em></p>",
    "div of label and link": lambda label, t: f"<div><span>{label}</span> {_link(t[0])}</div>",
    "link of label and title": lambda label, t: (
        f"<div>{_link(t[0], f'<span>{label}</span>&nbsp; <span>{t[0]}</span>')}</div>"
    ),
    "p of one link": lambda label, t: f"<p>{_link(t[0])}</p>",
    "bold link, arrow": lambda label, t: f"<p><b>» {_link(t[0])}</b></p>",
    "heading, list of links": lambda label, t: f"<h3>{label}</h3><ul>{_items(t)}</ul>",
    "list of one link": lambda label, t: f"<p><strong>{label}</strong></p><ul>{_items(t[:1])}</ul>",
    "heading, p link": lambda label, t: f"<h3>{label}</h3><p>{_link(t[0])}</p>",
    "bold p, p links": lambda label, t: f"<p><b>{label}:</b></p><p>{_link(t[0])}</p><p>{_link(t[1])}</p>",
    "links parted by <br>": lambda label, t: (
        f"<p><strong>{label}</strong><br>{_link(t[0])}<br>{_link(t[1])}</p>"
    ),
    "aside": lambda label, t: f"<aside><h4>{label}</h4><p>{_link(t[0])}</p></aside>",
    "section of cards": lambda label, t: (
        f"<section><h3>{label}</h3>"
        + "".join(
            f'<div><a href="/{n}"><img src="/{n}.jpg" alt=""><h4>{x}</h4></a></div>' for n, x in enumerate(t)
        )
        + "</section>"
    ),
    "figure with link": lambda label, t: (
        f'<figure><a href="/n"><img src="/n.jpg" alt=""></a><figcaption>'
        f"{label}: {_link(t[0])}</figcaption></figure>"
    ),
    "blockquote": lambda label, t: f"<blockquote><p>{label}: {_link(t[0])}</p></blockquote>",
    "embedded page": lambda label, t: (
        '<figure class="wp-block-embed"><div class="wp-block-embed__wrapper"><blockquote '
        f'class="wp-embedded-content">{_link(t[0])}</blockquote><iframe src="/embed"></iframe></div></figure>'
    ),
    "amp": lambda label, t: (
        '<amp-layout layout="container"><amp-img src="/n.jpg" width="1" height="1"></amp-img>'
        f"<div>{label}</div><div>{_link(t[0])}</div></amp-layout>"
    ),
    "table": lambda label, t: f"<table><tr><td><b>{label}</b><br>{_link(t[0])}</td></tr></table>",
}
"""How a block is made of a label and titles; content systems and editors make each of these."""

HELD_OUT: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("held_out.toml").read_text("utf-8"))[
    "phrases"
]
KNOWN: dict[str, list[str]] = {
    language: [phrase.capitalize() for phrase in table["strong"]]
    for language, table in tomllib.loads(
        files("pipelines").joinpath("words/see_also.toml").read_text("utf-8")
    ).items()
}
_OTHER_NAMES = {"no": "nb", "nn": "nb", "zh-hant": "zh", "zh-hans": "zh", "bs": "hr"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A page of the set."""

    name: str
    url: str
    file: Path
    truth: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the page is without anything planted."""

    story: Story
    title: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A block that was planted."""

    markup: str
    phrase: str
    held_out: bool
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a page's planted blocks, and of its paragraphs, with one extractor."""

    extractor: str
    blocks: tuple[tuple[Planted, bool], ...]
    paragraphs: int
    lost: tuple[str, ...]


def stories(pages: Path) -> Iterator[Story]:
    for line in (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Story(
            name=f"{row['set']}:{row['id']}",
            url=row.get("url") or "https://paper.example/2024/story",
            file=(pages / row["file"]).resolve(),
            truth=tuple(true_paragraphs(row["ref"])),
        )


def true_paragraphs(ref: Any) -> Iterator[str]:
    """The paragraphs that the text of a page must have: lines, [paragraph, optional] or segments."""
    if isinstance(ref, str):
        yield from (line.strip() for line in ref.split("\n") if line.strip())
    elif isinstance(ref, dict):
        yield from ref["with"]
    else:
        yield from (paragraph for paragraph, _ in ref)


def half_of(story: Story) -> str:
    """The half of the hosts that a page belongs to, so that rules are written on one, tried on the other."""
    host = urlsplit(story.url).hostname or story.name
    return "odd" if int(hashlib.sha1(host.encode()).hexdigest(), 16) % 2 else "even"  # noqa: S324


def tree_of(story: Story) -> HtmlElement | None:
    return parse(page_of(story).body.decode("utf-8", "replace"))


def page_of(story: Story) -> Page:
    """The page as it is stored."""
    body = gzip.decompress(story.file.read_bytes())
    return Page(url=story.url, body=body, content_type="text/html; charset=utf-8")


def look_at(story: Story) -> Known | None:
    """The page's title and language; None if it is no article."""
    tree = tree_of(story)
    article = read_page(whole_page(story, tree)).article if tree is not None else None
    if article is None or not article.language or len(article.title) < 15:
        return None
    language = article.language.lower().partition("-")[0]
    return Known(story=story, title=article.title, language=_OTHER_NAMES.get(language, language))


def whole_page(story: Story, tree: HtmlElement) -> Page:
    """The page as it is now: a tree that was changed is another page."""
    return Page(url=story.url, body=tostring(tree, encoding="utf-8"), content_type="text/html; charset=utf-8")


def paragraph_elements(tree: HtmlElement, truth: Sequence[str]) -> list[HtmlElement]:
    """The <p> of the page that hold a true paragraph, in page order."""
    keys = [key for key in map(key_of, truth) if len(key) >= 25]
    found = []
    for element in tree.iter("p"):
        key = key_of("".join(element.itertext()))
        # what is planted into a post that the article quotes would be a part of that
        quoted = next(element.iterancestors("blockquote"), None) is not None
        if len(key) >= 60 and not quoted and any(k in key or key in k for k in keys):
            found.append(element)
    return found


def plant(elements: Sequence[HtmlElement], blocks: Sequence[Planted], rng: random.Random) -> list[Planted]:
    """Plant blocks behind some of these paragraphs, one behind the last; those that were planted."""
    between = [one for one, after in pairwise(elements) if one.getparent() is after.getparent()]
    places = [elements[-1], *rng.sample(between, min(len(between), len(blocks) - 1))]
    done = []
    for place, block in zip(places, blocks, strict=False):
        titles = [html.escape(title) for title in block.titles]
        markup = MARKUPS[block.markup](html.escape(block.phrase), titles)
        for new in reversed(fragments_fromstring(markup)):
            if markup.startswith("<br>"):
                break
            place.addnext(new)
            # what follows a paragraph directly belongs behind the block
            new.tail, place.tail = place.tail if new.tail is None else new.tail, None
        if markup.startswith("<br>"):
            for new in fragments_fromstring(markup):
                place.append(new)
        done.append(block)
    return done


def by_copydesk(page: Page, cleaning: Cleaning = DEFAULT) -> str:
    article = read_page(page, cleaning).article
    return article.text if article else ""


def by_trafilatura(page: Page) -> str:
    return (
        getattr(bare_extraction(page.body.decode("utf-8", "replace"), include_comments=False), "text", None)
        or ""
    )


EXTRACTORS: dict[str, Callable[[Page], str]] = {"copydesk": by_copydesk, "trafilatura": by_trafilatura}


def plant_and_read(task: tuple[Story, tuple[Planted, ...], int]) -> list[Outcome]:
    """Read a page with and without the blocks."""
    story, blocks, seed = task
    tree = tree_of(story)
    elements = paragraph_elements(tree, story.truth) if tree is not None else []
    if tree is None or len(elements) < 2:
        return []
    plain = whole_page(story, tree)
    keys = list(dict.fromkeys(key_of("".join(element.itertext())) for element in elements))
    planted = plant(elements, blocks, random.Random(seed))
    full = whole_page(story, tree)
    outcomes = []
    for name, extract in EXTRACTORS.items():
        before, after = extract(plain), extract(full)
        text, known = key_of(after), key_of(before)
        lines = {key_of(line) for line in after.split("\n")} - {key_of(line) for line in before.split("\n")}
        there = [key for key in keys if key in known]
        outcomes.append(
            Outcome(
                extractor=name,
                blocks=tuple((block, _stands(block, text, known, lines)) for block in planted),
                paragraphs=len(there),
                lost=tuple(f"{story.name}: {key[:100]}" for key in there if key not in text),
            )
        )
    return outcomes


def _stands(block: Planted, text: str, known: str, lines: set[str]) -> bool:
    titles = [key for key in map(key_of, block.titles) if key not in known]
    return any(title in text for title in titles) or key_of(block.phrase) in lines


def deal(
    pages: Sequence[Known], rng: random.Random, each: int, *, every: bool
) -> Iterator[tuple[Story, tuple[Planted, ...]]]:
    """Which blocks are planted into which page: markups in turn, known and held-out phrases by halves."""
    titles = defaultdict(list)
    for page in pages:
        titles[page.language].append(page.title)
    markups: list[str] = []
    languages = sorted(HELD_OUT)
    for page in pages:
        blocks = []
        for number in range(each):
            markups = markups or rng.sample(sorted(MARKUPS), len(MARKUPS))
            language = rng.choice(languages) if every else page.language
            held_out = number % 2 == 1 if each > 1 else rng.random() < 0.5
            phrases = (HELD_OUT if held_out else KNOWN).get(_key(language, held_out=held_out))
            used = {page.title, *(title for block in blocks for title in block.titles)}
            others = sorted(set(titles[page.language]) - used)
            if phrases and len(others) >= 3:
                blocks.append(
                    Planted(
                        markup=markups.pop(),
                        phrase=rng.choice(phrases),
                        held_out=held_out,
                        titles=tuple(rng.sample(others, 3)),
                    )
                )
        if blocks:
            yield page.story, tuple(blocks)


def _key(language: str, *, held_out: bool) -> str:
    """Norwegian is "no" in one file, "nb" in the other."""
    return {"nb": "no"}.get(language, language) if held_out else _OTHER_NAMES.get(language, language)


def known_after_all() -> list[str]:
    """Held-out phrases that the cleaning has learned since."""
    known = {phrase.casefold() for phrases in KNOWN.values() for phrase in phrases}
    return [phrase for phrases in HELD_OUT.values() for phrase in phrases if phrase.casefold() in known]


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Of each extractor: the blocks that stand, by markup and by phrase, and the paragraphs lost."""
    result: dict[str, Any] = {}
    for name in EXTRACTORS:
        mine = [outcome for outcome in outcomes if outcome.extractor == name]
        blocks = [(block, stands) for outcome in mine for block, stands in outcome.blocks]
        by: dict[str, dict[str, Counter[bool]]] = {
            "markup": defaultdict(Counter),
            "phrase": defaultdict(Counter),
        }
        for block, stands in blocks:
            kind = "held out" if block.held_out else "known"
            by["markup"][block.markup + ", " + kind][stands] += 1
            by["phrase"][kind][stands] += 1
        result[name] = {
            "planted": len(blocks),
            "standing": sum(stands for _, stands in blocks),
            "by_phrase": {key: [n[True], n.total()] for key, n in sorted(by["phrase"].items())},
            "by_markup": {key: [n[True], n.total()] for key, n in sorted(by["markup"].items())},
            "standing_blocks": [f"{b.markup}: {b.phrase} | {b.titles[0]}" for b, stands in blocks if stands],
            "paragraphs": sum(outcome.paragraphs for outcome in mine),
            "lost": [text for outcome in mine for text in outcome.lost],
        }
    return result


def show(result: dict[str, Any], *, full: bool) -> None:
    for name, found in result.items():
        print(
            f"\n{name}: of {found['planted']} blocks {found['standing']} stand "
            f"({100 * found['standing'] / (found['planted'] or 1):.2f} %); "
            f"of {found['paragraphs']} true paragraphs {len(found['lost'])} were lost"
        )
        for key, (standing, total) in {**found["by_phrase"], **found["by_markup"]}.items():
            print(f"  {key:42} {standing:5} of {total:5}  {100 * standing / (total or 1):6.2f} %")
        if name == "copydesk":
            for text in found["lost"]:
                print(f"  lost: {text}")
            for text in found["standing_blocks"] if full else ():
                print(f"  stands: {text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=Path, required=True, help="folder with manifest.jsonl and the pages")
    parser.add_argument("--half", choices=("even", "odd"), help="only the hosts whose SHA-1 is so")
    parser.add_argument("--rounds", type=int, default=1, help="how often each page is planted")
    parser.add_argument("--blocks", type=int, default=4, help="blocks planted into a page each time")
    parser.add_argument(
        "--every-language", action="store_true", help="phrases of all languages into each page"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="name the blocks that stand")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if known := known_after_all():
        print(f"no longer held out: {', '.join(known)}", file=sys.stderr)
    rng = random.Random(options.seed)
    with multiprocessing.get_context("forkserver").Pool() as pool:
        chosen = [story for story in stories(options.pages) if options.half in (None, half_of(story))]
        found = [known for known in pool.map(look_at, chosen, chunksize=8) if known]
        tasks = [
            (story, blocks, rng.randrange(1 << 30))
            for _ in range(options.rounds)
            for story, blocks in deal(found, rng, options.blocks, every=options.every_language)
        ]
        outcomes = []
        for number, done in enumerate(pool.imap_unordered(plant_and_read, tasks, chunksize=4), 1):
            outcomes += done
            if sys.stderr.isatty():
                print(f"\r{number} of {len(tasks)} pages", end="", file=sys.stderr, flush=True)
    result = report(outcomes)
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        show(result, full=options.list)


if __name__ == "__main__":
    main()
