"""What cleaning takes out of a text, and what it leaves: read through whole pages."""

from collections.abc import Callable

import pytest

from pipelines.article import Article, Reading

Build = Callable[..., str]
Read = Callable[..., Reading]


@pytest.fixture
def article(page: Build, read: Read) -> Callable[..., Article]:
    def of(*middle: str, **parts: str) -> Article:
        reading = read(page(*middle, **parts))
        assert reading.article is not None, reading
        return reading.article

    return of


def test_an_article_that_needs_no_cleaning_stays_as_it_is(
    article: Callable[..., Article], paragraphs: list[str]
) -> None:
    plain = article()
    assert plain.text.split("\n") == paragraphs
    assert [removed.rule for removed in plain.removed] in ([], ["headline"])


LINK = '<a href="/old-road">Old road to be widened next year, council says</a>'


@pytest.mark.parametrize(
    ("middle", "rule"),
    [
        (f"<p>Read more: {LINK}</p>", "see also"),
        (f"<p><strong>See also</strong>&nbsp; {LINK}</p>", "see also"),
        (
            (
                '<div><a href="/x"><span class="ctaText">See also</span>&nbsp; '
                '<span class="postTitle">Old road to be widened next year, council says</span></a></div>'
            ),
            "see also",
        ),
        (f"<p>{LINK}</p>", "only a link"),
        (
            '<div class="newsletter-box"><p>All that happens at the quay, in one letter a day.</p></div>',
            "named: newsletter",
        ),
        ("<p>Sign up for our newsletter and never miss a story.</p>", "call"),
        ("<p>Folgen Sie uns auf allen Kanälen.</p>", "call"),
    ],
)
def test_what_stands_between_paragraphs_is_taken_out_and_told(
    article: Callable[..., Article], paragraphs: list[str], middle: str, rule: str
) -> None:
    found = article(middle)
    assert found.text.split("\n") == paragraphs
    told = [removed.rule for removed in found.removed if removed.rule != "headline"]
    # the extractor itself leaves out some of it: then there was nothing to take out
    assert told in ([rule], []) if rule.startswith("named") else told == [rule]


@pytest.mark.parametrize(
    "middle",
    [
        "<p>See also the report of the committee, which found that the cracks were two years old.</p>",
        f"<p>The council decided in May ({LINK}), though nobody wanted to pay for it.</p>",
        "<h2>What happens next</h2><p>The divers go down again on Thursday, at low tide.</p>",
        "<p>“Subscribe to that if you like,” said Halloran. “I do not. Nobody does. Ask them.”</p>",
        "<blockquote><p>We heard it crack in the night, and nobody believed us.</p></blockquote>",
        "<ul><li>The first pier has cracks of a hand's width.</li><li>The second pier leans.</li></ul>",
    ],
)
def test_what_belongs_to_the_article_stays(article: Callable[..., Article], middle: str) -> None:
    with_it, without = article(middle), article()
    assert len(with_it.text.split("\n")) > len(without.text.split("\n"))
    assert [removed.rule for removed in with_it.removed] == [removed.rule for removed in without.removed]


@pytest.mark.parametrize(
    "after",
    [
        "<p>© 2024 The Marrow Post. All rights reserved.</p>",
        "<p>Copyright: Marrow Press Union, 2024</p><p>Source: Port authority</p>",
        "<h3>More from the harbour</h3>",
        f"<h3>Related stories</h3><ul><li>{LINK}</li><li>{LINK}</li></ul>",
        "<p>(Reporting by Tomás Ruiz; editing by Li Wei)</p>",
    ],
)
def test_what_trails_behind_is_cut(
    article: Callable[..., Article], paragraphs: list[str], after: str
) -> None:
    assert article(after=after).text.split("\n") == paragraphs


@pytest.mark.parametrize(
    "before",
    [
        '<p class="date">5 March 2024, 10:15</p>',
        '<p class="x">By Ines Halloran</p>',
        "<h2>Harbour: bridge closed for three weeks</h2>",
    ],
)
def test_date_byline_and_headline_are_no_text(
    article: Callable[..., Article], paragraphs: list[str], before: str
) -> None:
    head = '<meta name="author" content="Ines Halloran">'
    assert article(before=before, head=head).text.split("\n") == paragraphs


def test_a_container_with_a_suspicious_name_is_the_article_all_the_same(
    read: Read, page: Build, paragraphs: list[str]
) -> None:
    for name in ("paywall", "comment-body", "newsletter", "teaser_text", "sidebar"):
        reading = read(page().replace('class="story"', f'class="{name}"'))
        assert reading.article is not None, name
        assert paragraphs[-1] in reading.article.text, name


def test_paragraphs_in_a_second_container_are_not_lost(read: Read, paragraphs: list[str]) -> None:
    def block(texts: list[str]) -> str:
        return (
            '<div class="body-grid"><div class="body-copy">'
            + "".join(f'<p class="copy">{text}</p>' for text in texts)
            + "</div></div>"
        )

    document = (
        "<html><body><article><h1>Harbour bridge closed for three weeks</h1>"
        + block(paragraphs)
        + '<div class="interstitial"></div>'
        + block([text.replace("The ", "This ") for text in paragraphs])
        + "</article></body></html>"
    )
    reading = read(document)
    assert reading.article is not None
    assert len(reading.article.text.split("\n")) == 2 * len(paragraphs)


def test_the_standfirst_is_kept_where_the_page_shows_it(article: Callable[..., Article]) -> None:
    standfirst = "Divers found cracks in two of its piers. The detour leads through Marrow."
    found = article(
        before=f'<div class="standfirst">{standfirst}</div>',
        head=f'<meta property="og:description" content="{standfirst}">',
    )
    assert found.standfirst == standfirst
    assert found.text.split("\n")[0] == standfirst


def test_what_was_taken_out_is_told_in_page_order(article: Callable[..., Article]) -> None:
    found = article(
        "<p>Read more: One thing at the quay</p>",
        "<p>Sign up for our newsletter and never miss a story.</p>",
        '<p><a href="/x"><b>See also</b> Another thing at the quay</a></p>',
        after="<p>Copyright: Marrow Press Union, 2024</p>",
    )
    told = [removed.text for removed in found.removed if removed.rule != "headline"]
    assert told == [
        "Read more: One thing at the quay",
        "Sign up for our newsletter and never miss a story.",
        "See also Another thing at the quay",
        "Copyright: Marrow Press Union, 2024",
    ]
