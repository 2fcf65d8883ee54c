"""An element that holds articles is told by its names, and where it has none by a tag that tells."""

import pytest
from marrow import learned, page_of, read_html, story

from pipelines.article import EXTRACTOR, TEMPLATE
from pipelines.templates.selector import Selector, Step


@pytest.mark.parametrize("tag", ["article", "main", "story-body"])
def test_a_tag_that_tells_what_an_element_holds_is_enough(tag: str) -> None:
    known = learned([_bare(number, tag) for number in range(6)])
    assert known.templates[0].container == Selector(Step(tag))
    article = read_html(_bare(30, tag), known).article
    assert article is not None
    assert (article.read_by, article.text.split("\n")) == (TEMPLATE, story(30))


def test_one_that_does_not_is_none() -> None:
    known = learned([_bare(number, "section") for number in range(6)])
    assert known.templates == ()
    article = read_html(_bare(30, "section"), known).article
    assert article is not None
    assert article.read_by == EXTRACTOR


def _bare(number: int, tag: str) -> str:
    """A page whose text stands in an element of this tag, and no other has a name."""
    html = page_of(number)
    head, text = html.partition("<body>")[0], "".join(f"<p>{part}</p>" for part in story(number))
    headline = f"<header><h1>{html.partition('<h1>')[2].partition('</h1>')[0]}</h1></header>"
    return f"{head}<body>{headline}<{tag}>{text}</{tag}><footer><p>Quay Street</p></footer></body>"


def test_one_that_has_a_named_parent_on_some_pages_is_learned_all_the_same() -> None:
    pages = [_bare(n, "article") for n in range(3)]
    pages += [
        _bare(n, "article")
        .replace("<article>", '<div id="news"><article>')
        .replace("</article>", "</article></div>")
        for n in range(3, 6)
    ]
    assert [str(template.container) for template in learned(pages).templates] == ["article"]
