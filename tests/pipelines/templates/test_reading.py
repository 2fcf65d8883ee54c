"""A page of a known site is read by its template where it is made as those before it, and else is not."""

from dataclasses import replace

import pytest
from marrow import box, learned, page_of, read_html, story

from pipelines.article import EXTRACTOR, TEMPLATE, Article
from pipelines.cleaning import Cleaning
from pipelines.extract import read_page
from pipelines.page import Page
from pipelines.templates.judge import DROPPED, OUTSIDE
from pipelines.templates.refusals import Refusal
from pipelines.templates.template import FAST_FROM, Templates

LIVE = '<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "Live"}</script>'


def article_of(html: str, templates: Templates | None, *, audit: bool = False) -> Article:
    article = read_html(html, templates, audit=audit).article
    assert article is not None
    return article


def test_a_page_like_the_others_is_read_by_the_template(known: Templates) -> None:
    article = article_of(page_of(20, inside=box(20)), known)
    assert (article.read_by, article.template, article.template_version) == (TEMPLATE, 1, 1)
    assert article.refused is None
    assert article.text.split("\n") == story(20)
    assert any("our shop" in out.text for out in article.removed)


def test_it_reads_what_the_extractor_reads(known: Templates) -> None:
    html = page_of(21, inside="<h2>What the council says</h2><ul><li>One thing to be done.</li></ul>")
    fast, slow = article_of(html, known), article_of(html, None)
    assert slow.read_by == EXTRACTOR
    assert fast.read_by == TEMPLATE
    names = ("text", "title", "authors", "published_at", "kind", "language", "fingerprint", "canonical_url")
    assert [getattr(fast, name) for name in names] == [getattr(slow, name) for name in names]


@pytest.mark.parametrize(
    ("html", "refusal"),
    [
        pytest.param(page_of(22, body="article-content"), Refusal.NO_CONTAINER, id="another layout"),
        pytest.param(page_of(23, text=[story(23)[0][:220]]), Refusal.TOO_SHORT, id="cut by a paywall"),
        pytest.param(
            page_of(24, inside=f'<div class="infocard"><div class="card">{" ".join(story(99))}</div></div>'),
            Refusal.UNKNOWN_PARTS,
            id="half of it made as nothing before",
        ),
        pytest.param(
            page_of(25, after="".join(f'<p class="second-half">{part}</p>' for part in story(98))),
            Refusal.TEXT_OUTSIDE,
            id="as much text outside",
        ),
        pytest.param(
            page_of(
                26,
                head='<script type="application/ld+json">{"@type": "NewsArticle", "articleBody": "'
                + " ".join(story(26) + story(97))
                + '"}</script>',
            ),
            Refusal.CONTRADICTED,
            id="its own data has twice the text",
        ),
        pytest.param(
            page_of(
                27,
                head=LIVE,
            ),
            Refusal.ANOTHER_KIND,
            id="a live blog",
        ),
    ],
)
def test_what_does_not_fit_goes_to_the_extractor(html: str, refusal: Refusal, known: Templates) -> None:
    article = article_of(html, known)
    assert (article.read_by, article.refused) == (EXTRACTOR, refusal)


def test_a_second_article_behind_the_first_is_left(known: Templates) -> None:
    second = page_of(31).partition("<main>")[2].partition("</main>")[0]
    article = article_of(page_of(30, after=second), known)
    assert article.read_by == TEMPLATE
    assert article.text.split("\n") == story(30)


def test_a_paragraph_outside_is_kept_as_removed(known: Templates) -> None:
    notice = "The Marrow is looking for a reporter who knows the harbour, the valley and the hills behind it."
    html = page_of(32, text=story(32, 15), after=f'<p class="vacancy">{notice}</p>')
    article = article_of(html, known)
    assert (OUTSIDE, notice) in [(out.rule, out.text) for out in article.removed]


def test_the_description_that_is_shown_above_the_text_is_text(known: Templates) -> None:
    stated = "A harbour that nobody wanted is built after all, and the village has to pay for half of it."
    html = page_of(
        33, lead=f'<p class="standfirst">{stated}</p>', head=f'<meta name="description" content="{stated}">'
    )
    assert article_of(html, known).text.split("\n") == [stated, *story(33)]


@pytest.mark.parametrize("fits", [True, False])
def test_what_no_template_reads_may_be_left_unread(known: Templates, fits: bool) -> None:
    body = page_of(41, body="story-body" if fits else "another")
    page = Page(url="https://marrow.example/41", body=body.encode(), content_type="text/html; charset=utf-8")
    reading = read_page(page, Cleaning(templates=known, only_fast=True, teach=True))
    assert (reading.article is not None) is fits
    assert (reading.rejection, reading.labels) == (None, None)


def test_of_few_pages_nothing_is_read_fast() -> None:
    few = learned([page_of(number) for number in range(FAST_FROM - 1)])
    assert few.templates
    article = article_of(page_of(40), few)
    assert (article.read_by, article.refused) == (EXTRACTOR, None)


def test_an_audit_reads_both_ways_and_the_template_stands_where_they_agree(known: Templates) -> None:
    reading = read_html(page_of(41), known, audit=True)
    assert reading.article is not None
    assert (reading.article.read_by, reading.audit) == (TEMPLATE, 1.0)
    assert reading.labels is not None


def test_an_audit_in_which_they_differ_leaves_the_extractors_text(known: Templates) -> None:
    template = known.templates[0]
    wrong = replace(
        known, templates=(replace(template, makes=template.makes | {"p<^": "learned block", "h2<^": None}),)
    )
    html = page_of(42, inside="".join(f"<h2>{part}</h2>" for part in story(96)))
    reading = read_html(html, wrong, audit=True)
    assert reading.article is not None
    assert reading.audit is not None
    assert reading.audit < 0.9
    assert (reading.article.read_by, reading.article.refused) == (EXTRACTOR, Refusal.AUDIT)


def test_a_reading_by_template_leaves_the_document_to_the_extractor(known: Templates) -> None:
    """A page that turns out to be of another kind is read by the extractor as if nothing had been."""
    box = (
        '<aside class="factbox"><h3>The bridge in figures</h3>'
        "<p>It is two miles long, and was opened in May.</p></aside>"
    )
    html = page_of(
        43,
        inside=box,
        head=LIVE,
    )
    assert replace(article_of(html, known), refused=None) == article_of(html, None)


def test_headings_and_lists_that_the_extractor_has_lost_are_text() -> None:
    """Some pages are made so that it takes the paragraphs alone."""
    pages = [_set_apart(number) for number in range(8)]
    known = learned(pages)
    html = _set_apart(60)
    slow, fast = article_of(html, None), article_of(html, known)
    lost = _told_apart(60)
    assert not any(part in slow.text for part in lost)
    assert fast.read_by == TEMPLATE
    assert [line.removeprefix("- ") for line in fast.text.split("\n")] == [
        *story(60)[:3],
        *lost,
        *story(60)[3:],
    ]


def _set_apart(number: int) -> str:
    """A page that has no tag or class by which the extractor would know its article as a whole."""
    heading, *items = _told_apart(number)
    inside = f"<h2>{heading}</h2><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
    html = page_of(number, body="leaf", inside=inside)
    for tag in ("main", "article"):
        html = html.replace(f"<{tag}", "<div").replace(f"</{tag}>", "</div>")
    return html


def _told_apart(number: int) -> list[str]:
    """A heading and two items."""
    return [part.partition(".")[0] for part in story(500 + number)[:3]]


@pytest.mark.parametrize("inside", ["", '<blockquote class="bq"><p>{}</p></blockquote>'])
def test_what_a_new_layout_adds_to_each_article_is_not_lost(inside: str) -> None:
    """A lead before the body, a quotation in it: little of each page, and all of it would be gone."""
    known = learned([page_of(number, text=story(number, 15)) for number in range(8)])
    added = story(70)[0]
    lead = "" if inside else f'<p class="lead">{added}</p>'
    html = page_of(71, text=story(71, 15), lead=lead, inside=inside.format(added))
    article = article_of(html, known)
    assert article.refused in (Refusal.TEXT_OUTSIDE, Refusal.UNKNOWN_PARTS)
    assert added in article.text


def test_a_block_around_the_container_is_no_block_beside_it() -> None:
    """Its text would be read twice: with that of the container in it, and by itself."""

    def wrapped(number: int) -> str:
        said = f"What was said of number {number} on the day before it was told."
        html = page_of(number, head=f'<meta name="description" content="{said}">')
        html = html.replace('<div class="story-body">', f'<div class="wrap">{said}<div class="story-body">')
        return html.replace("</article>", "</div></article>")

    known = learned([wrapped(number) for number in range(8)])
    text = article_of(wrapped(40), known).text.split("\n")
    assert len(text) == len(set(text))
    assert set(text) >= set(story(40))


def test_an_error_page_in_the_layout_of_the_articles_is_none() -> None:
    def plain(number: int, text: list[str], title: str) -> str:
        html = page_of(number, text=text).replace('<meta property="og:type" content="article">', "")
        return html.replace(f"<title>Report {number}</title>", f"<title>{title}</title>")

    known = learned([plain(number, story(number, 12), f"Report {number}") for number in range(8)])
    assert article_of(plain(30, story(30, 12), "Report 30"), known).read_by == TEMPLATE
    told = [
        "Sorry, the page that you are looking for was not found on this server, or has moved elsewhere."
    ] * 4
    missing = read_html(plain(31, told, "404 - Page not found"), known)
    assert missing == read_html(plain(31, told, "404 - Page not found"))
    assert missing.article is None


def test_what_the_extractor_is_known_to_lose_does_not_count_against_a_template() -> None:
    """Otherwise each audit would fail on a site whose lists it has always lost."""
    known = learned([_listing(number) for number in range(8)])
    reading = read_html(_listing(61), known, audit=True)
    assert reading.article is not None
    assert reading.article.read_by == TEMPLATE
    assert reading.audit == 1
    assert known.templates[0].agreement == 1
    slow = read_html(_listing(61)).article
    assert slow is not None
    assert len(slow.text) < 0.85 * len(reading.article.text)


def _listing(number: int) -> str:
    """A page of which the extractor loses a fifth."""
    return _set_apart(number).replace(
        "</ul>", "".join(f"<li>{part}</li>" for part in story(700 + number)[:4]) + "</ul>"
    )


def test_an_article_is_not_lost_to_what_its_templates_take_out(known: Templates) -> None:
    """What is left of one that is not free is too little by itself."""
    [template] = known.templates
    strict = replace(known, templates=(replace(template, makes={**template.makes, "p<div.note<^": DROPPED}),))
    note = '<div class="note"><p>The captain of the village and the teacher of the island said so.</p></div>'
    paid = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    )
    free, closed = (page_of(62, text=story(62)[:2], inside=note, head=head) for head in ("", paid))
    assert "The captain of the village" not in article_of(free, strict).text
    article = article_of(closed, strict)
    assert "The captain of the village" in article.text
    assert article == replace(article_of(closed, None), refused=article.refused)
