"""What the extractor gives is corrected by what is known of a source's pages, and by no more than that."""

from dataclasses import replace

from marrow import learned, page_of, read_html, story

from pipelines.article import EXTRACTOR
from pipelines.templates.template import CORRECTS_FROM

SPEECH = "".join(f'<div class="speech"><p>{part}</p></div>' for part in story(70)[:2])


def test_what_is_made_as_nothing_was_before_stays_as_the_extractor_has_it() -> None:
    few = learned([page_of(number) for number in range(CORRECTS_FROM)])
    html = page_of(50, inside=SPEECH)
    slow, article = read_html(html).article, read_html(html, few).article
    assert slow is not None
    assert article is not None
    assert all(part in slow.text for part in story(70)[:2])
    assert (article.read_by, article.text) == (EXTRACTOR, slow.text)


def test_the_headline_is_not_put_into_the_text() -> None:
    """Not even where the extractor has often left it there."""
    few = learned([_nameless(number) for number in range(CORRECTS_FROM)])
    [template] = few.templates
    with_headline = replace(template, beside={"h1<div.post-0.tag-0<div": True})
    html = _nameless(51)
    slow = read_html(html).article
    article = read_html(html, replace(few, templates=(with_headline,))).article
    assert slow is not None
    assert article is not None
    assert article.text == slow.text


def test_a_paragraph_outside_that_was_text_where_it_was_seen_stays() -> None:
    one, other = (f"{story(n)[0].partition('.')[0]}." for n in (80, 81))
    lead = '<p class="lead-in">{}</p>'
    pages = [page_of(n, lead=lead.format(one) if n == 0 else "") for n in range(CORRECTS_FROM + 1)]
    html = page_of(52, lead=lead.format(other))
    slow, article = read_html(html).article, read_html(html, learned(pages)).article
    assert slow is not None
    assert article is not None
    assert slow.text.startswith(other)
    assert article.text == slow.text


def _nameless(number: int) -> str:
    """A page in which the extractor finds the paragraphs alone."""
    html = page_of(number, body="leaf")
    for tag in ("main", "article"):
        html = html.replace(f"<{tag}", "<div").replace(f"</{tag}>", "</div>")
    return html
