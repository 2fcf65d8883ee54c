"""Made-up sites of ten makes, forty pages each, with what is true of every page.

What they are made of stands in madesites.toml. A site's pages come in the order in which they were
published; from the twentieth on its layout is another one. Most are articles; some are live blogs, galleries,
films, notes of one paragraph, articles cut by a paywall, or an earlier article under another headline. The
words of a language are real, its sentences are not. The same seed gives the same pages.
"""

import json
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from pipelines.article import ArticleKind
from pipelines.page import Page

PAGES, RELAID_AT = 40, 20
BEGIN = datetime(2026, 3, 2, 6, 15, tzinfo=UTC)
SORTS = ("live",) * 4 + ("gallery",) * 3 + ("video",) * 2 + ("cut",) * 4 + ("note",) * 4 + ("copy",) * 2
"""The pages that are no common articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of a page."""

    title: str
    paragraphs: tuple[str, ...]
    """What its text must have, in page order."""
    forbidden: tuple[str, ...]
    """What it must not have."""
    authors: tuple[str, ...]
    published: datetime
    kind: ArticleKind
    sort: str
    """One of SORTS, or "article"."""
    cut: bool
    """Whether a paywall stands after the second paragraph."""
    relaid: bool
    """Whether the layout is the second one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePage:
    """A page, and what is true of it."""

    page: Page
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSite:
    """A site: its pages in the order in which they were published."""

    name: str
    pages: tuple[MadePage, ...]


def made_sites(seed: int = 1) -> Iterator[MadeSite]:
    known = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    for row in known["sites"]:
        yield _Press(row, known["languages"][row["language"]], seed).site()


@dataclass(slots=True)
class _Piece:
    """A part of a body: its markup, and what of its text must be there, or must not."""

    html: str
    true: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


@dataclass(slots=True)
class _Story:
    """What a page tells."""

    title: str
    standfirst: str | None
    authors: tuple[str, ...]
    texts: list[str]
    sort: str
    published: datetime
    number: int
    rng: random.Random
    pieces: list[_Piece] = field(default_factory=list)


class _Press:
    """Writes and draws the pages of one site."""

    def __init__(self, row: Mapping[str, Any], language: Mapping[str, str], seed: int) -> None:
        self.row, self.seed = row, seed
        self.space = "" if row["language"] == "zh" else " "
        self.words, self.small = language["words"].split(), language["small"].split()
        self.names = language["names"].split(";")
        self.said = {name: text.replace("$site", row["name"]) for name, text in language.items()}
        rng = random.Random(f"{seed} {row['host']}")
        places = rng.sample([n for n in range(4, PAGES) if n != RELAID_AT], len(SORTS))
        self.sorts = dict(zip(places, SORTS, strict=True))

    def site(self) -> MadeSite:
        stories = [self._story(number) for number in range(PAGES)]
        return MadeSite(name=self.row["host"], pages=tuple(self._page(story, stories) for story in stories))

    def sentence(self, rng: random.Random, least: int = 8, most: int = 16) -> str:
        count = rng.randint(least, most)
        words = [rng.choice(self.small if number % 2 == 0 else self.words) for number in range(count)]
        told = self.space.join(words)
        return f"{told[:1].upper()}{told[1:]}"

    def paragraph(self, rng: random.Random) -> str:
        stop = "。" if self.row["language"] == "zh" else "."
        return self.space.join(self.sentence(rng) + stop for _ in range(rng.randint(2, 4)))

    def _story(self, number: int) -> _Story:
        sort = self.sorts.get(number, "article")
        rng = random.Random(f"{self.seed} {self.row['host']} {number}")
        earlier = (n for n in range(number - 1, -1, -1) if n not in self.sorts)
        original = next(earlier) if sort == "copy" else number
        told = random.Random(f"{self.seed} {self.row['host']} {original} text")
        length = {"note": 1, "cut": 2, "video": 1, "gallery": 8, "live": 12}.get(sort) or told.randint(5, 14)
        texts = [self.paragraph(told) for _ in range(length)]
        if sort in ("note", "video"):
            texts = [self.space.join(self.paragraph(told) for _ in range(2))]
        shown = sort not in ("note", "video", "live") and rng.random() < self.row["standfirsts"]
        return _Story(
            title=self.sentence(rng, 6, 10),
            standfirst=self.paragraph(rng) if shown else None,
            authors=tuple(rng.sample(self.names, rng.choice((0, 1, 1, 1, 2)))),
            texts=texts,
            sort=sort,
            published=BEGIN + timedelta(hours=5 * number, minutes=rng.randrange(200)),
            number=number,
            rng=rng,
        )

    def _page(self, story: _Story, others: Sequence[_Story]) -> MadePage:
        layout = self.row["after" if story.number >= RELAID_AT else "before"]
        draw = _Draw(layout, self._common(story))
        rng = story.rng
        titles = [other.title for other in others if other is not story]
        pieces = list(self._pieces(story, draw, titles))
        standfirst = draw("standfirst", text=story.standfirst) if story.standfirst else ""
        more, most = rng.sample(titles, 3), rng.sample(titles, 4)
        tail = draw.raw("tail", more=_links(more), bio=escape(self._bio(story)))
        body = self._body(layout, draw, pieces, standfirst, tail)
        raw = {
            "body": body,
            "tail": tail,
            "standfirst": standfirst,
            "more": _links(more),
            "most": _links(most),
        }
        html = draw.raw("page", bio=escape(self._bio(story)), **raw)
        html = (
            f'<!doctype html>\n<html lang="{self.row["language"]}"><head><meta charset="utf-8">'
            f"{self._head(story, layout['head'])}</head><body>\n{html}\n</body></html>"
        )
        forbidden = [text for piece in pieces for text in piece.forbidden]
        forbidden += [*more, *most, self._bio(story), *self.said["share"].split(";")]
        forbidden += [self.said[name] for name in ("foot", "comments", "newsletter")]
        shown = [text for piece in pieces for text in piece.true]
        kinds = {"live": ArticleKind.LIVE_BLOG, "gallery": ArticleKind.GALLERY, "video": ArticleKind.VIDEO}
        truth = Truth(
            title=story.title,
            paragraphs=((story.standfirst,) if story.standfirst else ()) + tuple(shown),
            forbidden=tuple(dict.fromkeys(forbidden)),
            authors=story.authors,
            published=story.published,
            kind=kinds.get(story.sort, ArticleKind.ARTICLE),
            sort=story.sort,
            cut=story.sort == "cut",
            relaid=story.number >= RELAID_AT,
        )
        url = f"https://{self.row['host']}/{story.published:%Y/%m/%d}/{_slug(story.title)}"
        page = Page(url=url, body=html.encode(), content_type="text/html; charset=utf-8")
        return MadePage(page=page, truth=truth)

    def _common(self, story: _Story) -> dict[str, str]:
        """What any part of a page may name."""
        deployed = max((n for n in self.row.get("deployments", (0,)) if n <= story.number), default=0)
        by = f"{self.said['by']} {', '.join(story.authors)}" if story.authors else self.row["name"]
        tags = "".join(f'<a href="/tag/{n}">{escape(w)}</a> ' for n, w in enumerate(self.words[:3]))
        common = {
            "number": str(1000 + story.number), "hash": _letters(f"{self.row['host']} {deployed}"),
            "title": story.title, "iso": story.published.isoformat(), "day": f"{story.published:%d.%m.%Y}",
            "clock": f"{story.published:%H:%M}", "byauthors": by, "authors": ", ".join(story.authors),
            "author": story.authors[0] if story.authors else "", "label": self.said["ad"],
            "comments": self.said["comments"], "foot": self.said["foot"], "bylabel": self.said["by"],
            "moretitle": self.said["more"], "mosttitle": self.said["most"],
        }  # fmt: skip
        raw = {
            "nav": _links(self.said["nav"].split(";")),
            "share": _links(self.said["share"].split(";")),
            "tags": f"{self.said['tags']}: {tags}",
        }
        return {**{name: escape(text) for name, text in common.items()}, **raw}

    def _bio(self, story: _Story) -> str:
        return Template(self.said["bio"]).safe_substitute(name=(story.authors or (self.row["name"],))[0])

    def _body(
        self, layout: Mapping[str, Any], draw: "_Draw", pieces: Sequence[_Piece], standfirst: str, tail: str
    ) -> str:
        """The pieces in the container, or parted among several."""
        htmls = [piece.html for piece in pieces]
        count = min(layout.get("pieces", 1), max(1, len(htmls) // 2))
        size = -(-len(htmls) // count)
        parts = [
            draw.raw(
                "body", parts="\n".join(htmls[n : n + size]), standfirst=standfirst, tail=tail, piece=str(n)
            )
            for n in range(0, len(htmls), size)
        ]
        return (draw("between") if "between" in layout else "\n").join(parts)

    def _pieces(self, story: _Story, draw: "_Draw", titles: Sequence[str]) -> Iterator[_Piece]:
        rng = story.rng
        if story.sort == "live":
            yield from self._live(story, draw)
        elif story.sort == "gallery":
            yield from self._gallery(story, draw)
        else:
            if story.sort == "video":
                yield _Piece(draw("player"))
            yield from self._article(story, draw, titles)
        if story.sort == "cut":
            yield _Piece(draw("wall", text=self.said["wall"]), forbidden=(self.said["wall"],))
        elif rng.random() < 0.6:
            yield _Piece(draw("p", text=self.said["notice"]), forbidden=(self.said["notice"],))

    def _article(self, story: _Story, draw: "_Draw", titles: Sequence[str]) -> Iterator[_Piece]:
        rng, last = story.rng, len(story.texts) - 1
        many = self.row.get("lists", False)
        for number, text in enumerate(story.texts):
            if number and rng.random() < (0.5 if many else 0.2):
                heading = self.sentence(rng, 3, 6)
                yield _Piece(draw("h", text=heading), (heading,))
            if number and rng.random() < 0.1:
                quote = self.paragraph(rng)
                yield _Piece(draw("quote", text=quote), (quote,))
            first = number == 0 and "first" in draw.layout
            yield _Piece(draw("first" if first else "p", text=text, initial=text[:1], rest=text[1:]), (text,))
            if last and number < last:
                yield from self._between(story, draw, titles, number, many=many)

    def _between(
        self, story: _Story, draw: "_Draw", titles: Sequence[str], number: int, *, many: bool
    ) -> Iterator[_Piece]:
        """What stands behind a paragraph that is not the last."""
        rng = story.rng
        if number == 0 and rng.random() < 0.5:
            caption = f"{self.sentence(rng, 5, 9)}. {self.said['photo']}: {rng.choice(self.names)}"
            yield _Piece(draw("figure", text=caption), forbidden=(caption,))
        if number == 1 and rng.random() < 0.5:
            title = rng.choice(titles)
            yield _Piece(
                draw("related", text=title, slug=_slug(title), label=self.said["related"]), forbidden=(title,)
            )
        if number == 2:
            yield _Piece(draw("ad"))
        if number == 3 and rng.random() < 0.5:
            yield _Piece(
                draw("newsletter", text=self.said["newsletter"]), forbidden=(self.said["newsletter"],)
            )
        if number == 4 and rng.random() < 0.2:
            post = self.sentence(rng)
            yield _Piece(
                f'<blockquote class="twitter-tweet"><p>{escape(post)}</p>&mdash; {escape(self.names[0])} '
                f'<a href="https://twitter.com/tarn/status/{9000 + story.number}">2026</a></blockquote>',
                (post,),
            )
        if rng.random() < (0.3 if many else 0.07):
            items = [self.sentence(rng) for _ in range(rng.randint(2, 5))]
            drawn = "".join(draw("li", text=item) for item in items)
            yield _Piece(draw.raw("list", items=drawn), tuple(items))

    def _live(self, story: _Story, draw: "_Draw") -> Iterator[_Piece]:
        yield _Piece(draw("p", text=story.texts[0]), (story.texts[0],))
        for number, text in enumerate(story.texts[1:]):
            when = story.published + timedelta(minutes=7 * number)
            drawn = draw("p", text=text)
            clock = {"iso": when.isoformat(), "clock": f"{when:%H:%M}"}
            yield _Piece(draw.raw("post", text=drawn, **clock), (text,))

    def _gallery(self, story: _Story, draw: "_Draw") -> Iterator[_Piece]:
        for text in story.texts:
            caption = f"{self.said['photo']}: {story.rng.choice(self.names)}"
            yield _Piece(draw.raw("picture", caption=escape(caption), text=draw("p", text=text)), (text,))

    def _head(self, story: _Story, ways: Sequence[str]) -> str:
        about = story.standfirst or f"{story.texts[0][:150]}…"
        said = [f"<title>{escape(story.title)} - {escape(self.row['name'])}</title>"]
        said.append(f'<meta name="description" content="{escape(about)}">')
        if "meta" in ways:
            properties = {
                "og:title": story.title,
                "og:type": "video.other" if story.sort == "video" else "article",
                "og:description": about,
                "og:site_name": self.row["name"],
                "article:published_time": story.published.isoformat(),
            }
            said += [f'<meta property="{n}" content="{escape(text)}">' for n, text in properties.items()]
            said += [f'<meta name="author" content="{escape(name)}">' for name in story.authors]
        if {"article", "graph"} & set(ways) or story.sort in ("live", "gallery"):
            data = self._data(story, ways)
            said.append(f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>')
        return "\n".join(said)

    def _data(self, story: _Story, ways: Sequence[str]) -> dict[str, Any]:
        types = {"live": "LiveBlogPosting", "gallery": "ImageGallery", "video": "VideoObject"}
        node: dict[str, Any] = {
            "@type": types.get(story.sort, "NewsArticle"),
            "headline": story.title,
            "datePublished": story.published.isoformat(),
            "author": [{"@type": "Person", "name": name} for name in story.authors],
            "publisher": {"@type": "Organization", "name": self.row["name"]},
        }
        if "body" in ways and story.sort in ("article", "note", "copy"):
            node["articleBody"] = "\n\n".join(story.texts)
        if story.sort == "cut":
            node["isAccessibleForFree"] = False
        if "graph" not in ways:
            return {"@context": "https://schema.org", **node}
        page = {"@type": "WebPage", "name": f"{story.title} - {self.row['name']}"}
        return {"@context": "https://schema.org", "@graph": [page, node]}


class _Draw:
    """Fills in the parts of a layout."""

    def __init__(self, layout: Mapping[str, Any], common: Mapping[str, str]) -> None:
        self.layout, self.common = layout, common

    def __call__(self, part: str, **texts: str | None) -> str:
        return self.raw(part, **{name: escape(text or "", quote=False) for name, text in texts.items()})

    def raw(self, part: str, **htmls: str) -> str:
        """With what is markup already."""
        return Template(self.layout.get(part, "")).substitute({**self.common, **htmls})


def _links(titles: Sequence[str]) -> str:
    return "".join(f'<li><a href="/{_slug(title)}">{escape(title)}</a></li>' for title in titles)


def _slug(title: str) -> str:
    return f"story-{blake2b(title.encode(), digest_size=4).hexdigest()}"


def _letters(text: str) -> str:
    """Five letters, as a hash of what a bundler has built."""
    number = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
    return "".join(
        "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"[number // 49**n % 49] for n in range(5)
    )
