"""Behaviours over time: articles that stand otherwise in the second edition, and in the third as at first."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from newsite.behaviours.articles import article_page, paragraphs_of, published_of, title_of
from newsite.behaviours.call import Call
from newsite.exchange import Answer, html_answer, redirect


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a page shows of an article."""

    title: str
    paragraphs: tuple[str, ...]
    advertisement: str = ""
    """Outside the article: other bytes, and nothing that a reader of it would see."""
    etag: str | None = None
    """As the server makes it up, whatever the page holds; None: of the body."""
    status: int = 200
    leads_to: str | None = None


Change = Callable[[Shown], Shown]


def _line(shown: Shown, text: str) -> Shown:
    return replace(shown, paragraphs=(*shown.paragraphs, text))


_LIE = '"never-changes"'
CORRECTION = "Correction: An earlier version of this article gave the wrong number of crews. There was one."

CHANGES: dict[str, tuple[Change, Change]] = {
    # name: what is done to the page at first, and in the second edition
    "nothing": (lambda page: page, lambda page: page),
    "headline": (lambda page: page, lambda page: replace(page, title="Storm halts the repairs for good")),
    "figure": (
        lambda page: _line(page, "The storm has cost the county 5 million crowns, the treasurer said."),
        lambda page: _line(page, "The storm has cost the county 7 million crowns, the treasurer said."),
    ),
    "correction": (lambda page: page, lambda page: _line(page, CORRECTION)),
    "counter": (lambda page: _line(page, "Comments (12)"), lambda page: _line(page, "Comments (37)")),
    "typography": (
        lambda page: _line(page, 'The mayor called it "a long winter" - and left.'),
        lambda page: _line(page, "The mayor called it “a long win\u00adter” – and left."),
    ),
    "advertisement": (
        lambda page: replace(page, advertisement="Boots, half price"),
        lambda page: replace(page, advertisement="Oilskins, half price"),
    ),
    "deleted": (lambda page: page, lambda page: replace(page, status=404)),
    "withdrawn": (lambda page: page, lambda page: replace(page, status=410)),
    "front": (lambda page: page, lambda page: replace(page, leads_to="/")),
    "stub": (lambda page: page, lambda page: replace(page, paragraphs=("Subscribe to read on.",))),
    "liar": (
        lambda page: replace(page, etag=_LIE),
        lambda page: replace(_line(page, "The barge sank in the night, and nobody was on it."), etag=_LIE),
    ),
}


async def edited(call: Call) -> Answer:
    """/edited/headline and the others of `CHANGES`."""
    number = 500 + list(CHANGES).index(call.rest)
    page = Shown(title=title_of(number), paragraphs=paragraphs_of(number))
    page = CHANGES[call.rest][call.edition == 2](page)
    if page.etag is not None and call.request.headers.get("if-none-match") == page.etag:
        return Answer(status=304, content_type=None)
    if page.leads_to:
        return redirect(302, page.leads_to)
    html = article_page(
        page.title, page.paragraphs, published_of(number), before=f"<aside>{page.advertisement}</aside>"
    )
    if page.status != 200:
        return html_answer("<!doctype html><title>Gone</title><h1>Gone</h1>", status=page.status)
    if page.etag:
        return Answer(body=html.encode(), headers=(("ETag", page.etag),))
    return Answer(body=html.encode(), etag=True)
