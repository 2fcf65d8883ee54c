"""A publisher: its stories, and how their pages, feeds and sitemaps are drawn for an edition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from newsite.exchange import Answer, Request, plain_answer
from newsite.story import Story
from newsite.wire import Wire

_CLICK_COUNTERS = ("utm_", "fbclid", "at_medium")

REJECTIONS = {"stub": "stub", "bot-wall": "bot wall", "login": "login"}
"""Which rejection a page of this kind deserves (see `pipelines.article.Rejection`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PressArticle:
    """The truth about one page: what a reader of it should come away with."""

    host: str
    path: str
    url: str
    """As the publisher itself names it, on its own host."""
    kind: str
    """ "article", "live" or "gallery", or what is no article: "stub", "bot-wall", "login"."""
    rejection: str | None
    """Why it should not be stored; None for an article."""
    title: str
    standfirst: str | None
    authors: tuple[str, ...]
    """People alone: where the page names an agency or the paper itself, there is none."""
    credit: str | None
    """The agency that the text is credited to."""
    published_at: datetime
    """With the publisher's own offset; where the page only says a day, the time is 00:00."""
    modified_at: datetime | None
    precision: str
    """ "minute" or "day"."""
    language: str
    section: str
    tags: tuple[str, ...]
    paragraphs: tuple[str, ...]
    """Each must be in the text."""
    forbidden: tuple[str, ...]
    """None of them may be in the text, though each is on the page."""
    edition: int
    """The edition that this state came with."""
    group: str | None
    """The agency story that it carries: articles of one group are duplicates of each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """An address that a feed, a sitemap or a page lists and that is no article of its own."""

    path: str
    expected: str
    """What a crawl should make of it: "404", "410", "robots", "redirect", or a rejection."""
    listed: str
    """The path of what lists it."""


@dataclass(frozen=True, kw_only=True, eq=False)  # told apart by identity, so that `draw` can remember
class Publisher:
    """One site of the press."""

    host: str
    name: str
    language: str
    stories: tuple[Story, ...]
    """Every state of every story."""
    path_of: Callable[[Story], str]
    draw: Callable[["Newsroom"], dict[str, Answer]]
    """Everything that the site serves in an edition, by path (with its query where that matters)."""
    furniture: Callable[[Story, "Newsroom"], tuple[str, ...]]
    """The lines on a story's page that no article should keep: see-also, sign-up, share, footer, …"""
    robots: str | None
    """robots.txt with `{root}` for the site's address; None: it has none."""
    closed: tuple[str, ...] = ()
    """The path prefixes that robots.txt forbids."""
    strays: tuple["Stray", ...] = ()
    precision: str = "minute"

    def forbids(self, path: str) -> bool:
        return path.startswith(self.closed) if self.closed else False

    async def respond(self, request: Request, _wire: Wire, edition: int) -> Answer:
        """Look the address up in the tables of this edition; click counters make no difference."""
        if request.path == "/robots.txt":
            return self._robots_txt(request.root)
        pages = draw(self, edition, request.root)
        kept = [pair for pair in parse_qsl(request.query) if not pair[0].startswith(_CLICK_COUNTERS)]
        target = f"{request.path}?{urlencode(kept)}" if kept else request.path
        return pages.get(target) or pages.get("404") or plain_answer(404, "Not found\n")

    def _robots_txt(self, root: str) -> Answer:
        if self.robots is None:
            return plain_answer(404, "Not found\n")
        return plain_answer(200, self.robots.format(root=root))

    def articles(self, edition: int) -> list[PressArticle]:
        """The truth about every page drawn from a story, as it stands in this edition, newest first."""
        newsroom = Newsroom(publisher=self, edition=edition, root=f"http://{self.host}")
        return [self._truth(story, newsroom) for story in newsroom.stories]

    def _truth(self, story: Story, newsroom: "Newsroom") -> PressArticle:
        published = story.published_at
        if self.precision == "day":
            published = published.replace(hour=0, minute=0)
        return PressArticle(
            host=self.host,
            path=self.path_of(story),
            url=newsroom.url(story),
            kind=story.kind,
            rejection=REJECTIONS.get(story.kind),
            title=story.title,
            standfirst=story.standfirst,
            authors=story.authors,
            credit=story.credit,
            published_at=published,
            modified_at=story.modified_at,
            precision=self.precision,
            language=self.language,
            section=story.section,
            tags=story.tags,
            paragraphs=story.paragraphs,
            forbidden=tuple(dict.fromkeys(self.furniture(story, newsroom))),
            edition=story.edition,
            group=story.group,
        )


@dataclass(frozen=True, kw_only=True)
class Newsroom:
    """A publisher as of an edition, under the address by which a client reached it."""

    publisher: Publisher
    edition: int
    root: str

    @property
    def stories(self) -> tuple[Story, ...]:
        """What is published, each in its latest state, newest first."""
        states: dict[str, Story] = {}
        for story in sorted(self.publisher.stories, key=lambda story: story.edition):
            if story.edition <= self.edition:
                states[story.slug] = story
        return tuple(sorted(states.values(), key=lambda story: story.published_at, reverse=True))

    @property
    def articles(self) -> tuple[Story, ...]:
        """What is published and more than a wall."""
        return tuple(story for story in self.stories if story.kind not in REJECTIONS)

    def story(self, slug: str) -> Story:
        return next(story for story in self.stories if story.slug == slug)

    def url(self, story: Story) -> str:
        return self.root + self.publisher.path_of(story)

    def sections(self) -> Mapping[str, list[Story]]:
        found: dict[str, list[Story]] = {}
        for story in self.articles:
            found.setdefault(story.section, []).append(story)
        return found


@lru_cache(maxsize=64)
def draw(publisher: Publisher, edition: int, root: str) -> dict[str, Answer]:
    """All pages of an edition; drawn once, for a page is the same bytes until something is published."""
    return publisher.draw(Newsroom(publisher=publisher, edition=edition, root=root))
