"""A small site whose pages are written anew for each number, and what is learned of it."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from pipelines.article import Reading
from pipelines.cleaning import Cleaning
from pipelines.extract import read_page
from pipelines.page import Page
from pipelines.source_templates import Lesson, lesson_of
from pipelines.templates.labels import Labels
from pipelines.templates.learn import learn_templates
from pipelines.templates.template import Templates

WORDS = [
    "harbour",
    "bridge",
    "council",
    "winter",
    "orchard",
    "engine",
    "market",
    "letter",
    "garden",
    "signal",
    "mountain",
    "window",
    "teacher",
    "river",
    "copper",
    "island",
    "summer",
    "kitchen",
    "railway",
    "blanket",
    "lantern",
    "meadow",
    "captain",
    "village",
    "thunder",
    "pencil",
    "saddle",
    "barrel",
    "anchor",
    "cinema",
    "quarry",
    "border",
    "violin",
    "basket",
    "camera",
    "dinner",
    "forest",
    "hammer",
    "jacket",
    "ladder",
    "mirror",
    "needle",
    "oyster",
    "parade",
]
FIRST_DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)


def paragraph(rng: random.Random) -> str:
    """Three sentences that no other page has."""
    sentences = [" ".join(rng.choices(WORDS, k=rng.randint(8, 14))) for _ in range(3)]
    return " ".join(f"The {sentence}." for sentence in sentences)


def story(number: int, paragraphs: int = 6) -> list[str]:
    rng = random.Random(number)
    return [paragraph(rng) for _ in range(paragraphs)]


def page_of(
    number: int,
    *,
    body: str = "story-body",
    text: Sequence[str] | None = None,
    inside: str = "",
    lead: str = "",
    after: str = "",
    head: str = "",
) -> str:
    """A page: a headline, six paragraphs in a div of class `body`, `inside` among them and `after` behind."""
    told = list(text) if text is not None else story(number)
    headline = f"Report {number} of the {WORDS[number % len(WORDS)]}"
    marked = [f"<p>{part}</p>" for part in told]
    day = (FIRST_DAY + timedelta(days=number)).isoformat()
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Report {number}</title>'
        f'<meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{day}">{head}</head><body>'
        '<nav class="menu"><a href="/">Home</a> <a href="/news">News</a></nav><main>'
        f'<article class="post-{number} tag-{number}"><h1>{headline}</h1>{lead}'
        f'<div class="{body}">{"".join(marked[:3])}{inside}{"".join(marked[3:])}</div></article>'
        f'{after}</main><footer class="foot"><p>The Marrow, 4 Quay Street, Marrow.</p></footer></body></html>'
    )


def read_html(
    html: str, templates: Templates | None = None, *, audit: bool = False, number: int = 0
) -> Reading:
    page = Page(
        url=f"https://marrow.example/{number}", body=html.encode(), content_type="text/html; charset=utf-8"
    )
    return read_page(page, Cleaning(templates=templates, audit=audit, teach=True))


def labels_of(html: str) -> Labels:
    data = read_html(html).labels
    assert data is not None
    return Labels.from_bytes(data)


def lessons_of(readings: Iterable[Reading]) -> list[Lesson]:
    """What these teach, of those that teach anything."""
    return [lesson for reading in readings if (lesson := lesson_of(reading)) is not None]


def learned(pages: Sequence[str], known: Templates | None = None) -> Templates:
    return learn_templates([labels_of(page) for page in pages], known)


def box(number: int) -> str:
    """A call that a system sets among the paragraphs, each time in other words."""
    word = WORDS[-number % len(WORDS)]
    return f'<div class="promo"><p>Read more of the {word} in our shop of books today.</p></div>'
