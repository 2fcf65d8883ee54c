"""What the extractor gives is corrected by what is known of a source's pages, and by no more than that."""

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
