"""What holds of any page and any text, however broken: found by trying many."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.article import Article, Reading
from pipelines.cleaning import Cleaning
from pipelines.extract import read_page
from pipelines.lines import woven
from pipelines.page import Page
from pipelines.plaintext import read_text

ADDRESS = "https://post.example/2024/03/05/harbour-bridge"
Build = Callable[..., str]

tried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(document: str | bytes, cleaning: Cleaning | None = None) -> Reading:
    body = document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass")
    return read_page(Page(url=ADDRESS, body=body), *([cleaning] if cleaning else []))


LINK = '<a href="/old-road">Old road to be widened next year</a>'
BLOCKS = [
    "<p>The mayor did not want to say on Tuesday who will pay for the second pier of the bridge.</p>",
    "<h2>What happens next</h2>",
    "<p>“Subscribe to that if you like,” she said. “I do not. Nobody here does, as far as I know.”</p>",
    "<p>See also the report of the committee, which found that the cracks were two years old.</p>",
    "<ul><li>The first pier has cracks of a hand's width.</li><li>The second pier leans.</li></ul>",
    f"<p>See also: {LINK}</p>",
    f"<p>Mtalo zaidi: {LINK}</p>",
    f"<p>{LINK}</p>",
    f"<h3>Dig deeper</h3><ul><li>{LINK}</li><li>{LINK}</li></ul>",
    f"<aside><h4>More</h4><p>{LINK}</p></aside>",
    "<p>Sign up for our newsletter and never miss a story.</p>",
    "<p>Related: Ferry runs again despite the storm</p>",
    '<div class="share">Share this with a friend of yours</div>',
    "<p>Copyright: Marrow Press Union, 2024</p>",
]
blocks = st.lists(st.sampled_from(BLOCKS), max_size=6)


def article_of(document: str) -> Article:
    article = read(document).article
    assert article is not None
    return article


@tried
@given(middle=blocks, after=blocks)
def test_a_clean_article_is_not_cleaned_further(
    page: Build, paragraphs: list[str], middle: list[str], after: list[str]
) -> None:
    text = article_of(page(*middle, after="".join(after))).text
    assert read_text(text) == (text, ())
    rebuilt = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    document = f"<html><title>Harbour bridge</title><body><article>{rebuilt}</article></body></html>"
    assert article_of(document).text == text
    assert all(paragraph in text for paragraph in paragraphs)


@tried
@given(middle=blocks, after=blocks)
def test_what_was_kept_and_what_was_removed_is_what_there_was(
    page: Build, middle: list[str], after: list[str]
) -> None:
    document = page(*middle, after="".join(after))
    clean = article_of(document)
    whole = read(document, Cleaning(keep=frozenset({"all"}))).article
    assert whole is not None
    lines = woven(clean.text, clean.removed, clean.makes)
    assert [line.text for line in lines] == whole.text.split("\n")
    assert len(lines) == len(clean.makes)
    assert [item.at for item in clean.removed] == sorted({item.at for item in clean.removed})
    assert "\n".join(line.text for line in lines if line.rule is None) == clean.text


words = st.sampled_from(
    [
        "See also",
        "Related:",
        "the bridge",
        "Harbour",
        "is closed.",
        "\xa0",
        "  ",
        "\n",
        "\n\n",
        "- ",
        "©",
        "Topics",
    ]
)
texts = st.one_of(st.text(max_size=400), st.lists(words, max_size=40).map(" ".join))


@given(text=texts)
@settings(max_examples=300, deadline=None)
def test_a_plain_text_only_loses_lines_and_only_once(text: str) -> None:
    kept, removed = read_text(text)
    assert is_within(kept.split("\n"), text.split("\n"))
    assert read_text(kept) == (kept, ())
    lines = [line.text.strip() for line in woven(kept, removed) if line.text.strip()]
    assert lines == [line.strip() for line in text.split("\n") if line.strip()]


def is_within(some: Sequence[str], every: Sequence[str]) -> bool:
    """Whether some lines are among all, in their order; nothing at all is one empty line."""
    remaining = iter(every)
    return list(some) == [""] or all(line in remaining for line in some)


def test_a_page_is_read_alike_whatever_was_read_before(page: Build) -> None:
    documents = [page(block) for block in BLOCKS]
    alone = [read(document) for document in documents]
    assert [read(document) for document in reversed(documents)] == alone[::-1]


tags = st.sampled_from(
    [
        "p",
        "div",
        "a",
        "ul",
        "li",
        "h1",
        "h3",
        "b",
        "span",
        "table",
        "td",
        "br",
        "article",
        "aside",
        "svg",
        "font",
        "object",
        "script",
        "form",
    ]
)
soup = st.lists(
    st.one_of(
        st.builds("<{}>".format, tags),
        st.builds("</{}>".format, tags),
        st.builds('<{} class="{}" href="{}">'.format, tags, st.text(max_size=8), st.text(max_size=8)),
        st.text(max_size=60),
        st.sampled_from(
            ["The harbour bridge will stay closed for at least three weeks. " * 3, "\ud800", "<!--", "]]>"]
        ),
    ),
    max_size=60,
).map("".join)


@tried
@given(body=st.one_of(st.binary(max_size=600), soup.map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_no_page_is_too_broken_to_be_read(body: bytes) -> None:
    assert (read(body).article is None) != (read(body).rejection is None)


@tried
@given(data=st.data())
def test_a_page_that_breaks_off_is_read(page: Build, data: st.DataObject) -> None:
    document = page(*BLOCKS)
    end = data.draw(st.integers(0, len(document)))
    reading = read(document[:end])
    assert (reading.article is None) != (reading.rejection is None)


@given(text=st.text(alphabet=st.characters(), max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_is_too_broken_to_be_read(text: str) -> None:
    read_text(text + "\ud800\udfff")


@pytest.mark.parametrize(
    "opening", ["<div>", "<b>", "<a href=/x>", "<ul><li>", "<blockquote>", "<table><tr><td>"]
)
def test_depth_is_no_error(opening: str, paragraphs: list[str]) -> None:
    for depth in (300, 5_000):
        reading = read(opening * depth + "".join(f"<p>{text}</p>" for text in paragraphs))
        assert (reading.article is None) != (reading.rejection is None)
