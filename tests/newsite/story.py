"""Stories as they are written: one Markdown file each, its front matter in TOML, its body in blocks.

A body is paragraphs, `## subheadings`, `> quotes`, `- lists`, and what a newspaper's system puts between
them, each a line of its own:

    ::see-also Text of a line that points elsewhere      drawn in each publisher's own manner
    ::related slug-of-another-story                      the same, with that story's title
    ::promo Sign up for our newsletter                   an advertisement of the house
    ::image What it shows | Who took it
    ::post 14:05 Headline of a live-blog post
    ::comment Who | What a reader wrote below
    ::wire slug                                          the agency's text, as it came

`slug.md` is a story's first state, `slug.edition-2.md` what stands there from edition 2 on.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

_FRONT_MATTER = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.DOTALL)
_STATE_NAME = re.compile(r"(?P<slug>.+?)(?:\.edition-(?P<edition>\d+))?")
_STRONG, _EMPHASIS = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"\*(.+?)\*")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_MARKS = (("## ", "heading"), ("> ", "quote"), ("- ", "list"))

TEXT_KINDS = frozenset({"paragraph", "heading", "quote", "list"})
"""The kinds of block that a reader reads as the article; the others are put between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a body. A list is one block, an item a line."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One state of a story, from which its page is drawn and by which what is read from it is judged."""

    slug: str
    edition: int
    """The edition from which this state stands there."""
    title: str
    standfirst: str | None
    authors: tuple[str, ...]
    """The people who wrote it; empty where the page names only an agency or the paper itself."""
    credit: str | None
    """The agency that it came from."""
    published_at: datetime
    modified_at: datetime | None
    section: str
    tags: tuple[str, ...]
    kind: str
    """ "article", "live", "gallery", "stub", "bot-wall", "login"."""
    group: str | None
    """The agency story whose text this one carries: two of a group are one article."""
    facts: Mapping[str, Any]
    """What only this publisher's pages use: a number, a feed title, …"""
    blocks: tuple[Block, ...]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What must be in the text, a paragraph, subheading or list item each, without markup."""
        texts = [block.text for block in self.blocks if block.kind in TEXT_KINDS]
        return tuple(as_text(line) for text in texts for line in text.split("\n"))


def as_text(source: str) -> str:
    """Inline markup taken off."""
    return _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", _LINK.sub(r"\1", source)))


def as_html(source: str, *, strong: str = "strong", em: str = "em") -> str:
    """Inline markup as HTML: `**strong**`, `*emphasis*`, `[text](address)`."""
    html = _LINK.sub(r'<a href="\2">\1</a>', escape(source, quote=False))
    return _EMPHASIS.sub(rf"<{em}>\1</{em}>", _STRONG.sub(rf"<{strong}>\1</{strong}>", html))


def block_html(block: Block) -> str:
    """A block of text as plain HTML; a publisher draws the other kinds itself."""
    match block.kind:
        case "heading":
            return f"<h2>{as_html(block.text)}</h2>"
        case "quote":
            return f"<blockquote><p>{as_html(block.text)}</p></blockquote>"
        case "list":
            items = "".join(f"<li>{as_html(line)}</li>" for line in block.text.split("\n"))
            return f"<ul>{items}</ul>"
        case _:
            return f"<p>{as_html(block.text)}</p>"


def load_stories(folder: Path, wire: Mapping[str, Story] | None = None) -> tuple[Story, ...]:
    """Every state of every story in the folder, in the order of file names. `wire`: the agency's stories."""
    return tuple(_read(path, wire or {}) for path in sorted(folder.glob("*.md")))


def _read(path: Path, wire: Mapping[str, Story]) -> Story:
    found, name = _FRONT_MATTER.match(path.read_text(encoding="utf-8")), _STATE_NAME.fullmatch(path.stem)
    if found is None or name is None:
        raise ValueError(f"{path}: no front matter between two lines of +++")
    front = tomllib.loads(found[1])
    carried = re.search(r"^::wire (.+)$", found[2], re.MULTILINE)
    try:
        return Story(
            slug=name["slug"],
            edition=int(name["edition"] or front.get("edition", 1)),
            title=front["title"],
            standfirst=front.get("standfirst"),
            authors=tuple(front.get("authors", ())),
            credit=front.get("credit"),
            published_at=front["published"],
            modified_at=front.get("modified"),
            section=front["section"],
            tags=tuple(front.get("tags", ())),
            kind=front.get("kind", "article"),
            group=carried[1] if carried else front.get("group"),
            facts=front.get("facts", {}),
            blocks=tuple(_blocks(found[2], wire)),
        )
    except KeyError as error:
        raise ValueError(f"{path}: the front matter has no {error}") from error


def _blocks(body: str, wire: Mapping[str, Story]) -> Iterator[Block]:
    for chunk in filter(None, re.split(r"\n\s*\n", body.strip())):
        if chunk.startswith("::"):
            for line in chunk.split("\n"):
                kind, _, text = line.removeprefix("::").partition(" ")
                yield from wire[text].blocks if kind == "wire" else [Block(kind=kind, text=text)]
            continue
        mark, kind = next((pair for pair in _MARKS if chunk.startswith(pair[0])), ("", "paragraph"))
        lines = [line.removeprefix(mark) for line in chunk.split("\n")]
        yield Block(kind=kind, text=("\n" if kind == "list" else " ").join(lines))
