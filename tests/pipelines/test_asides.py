"""What is set into an article: posts, boxes, tables, titles, and the posts of a live blog."""

from collections.abc import Callable

import pytest

from pipelines.article import Article, ArticleKind
from pipelines.cleaning import Cleaning
from pipelines.extract import read_page
from pipelines.page import Page

Build = Callable[..., str]


def read(document: str, keep: frozenset[str] = frozenset()) -> Article:
    page = Page(url="https://post.example/2024/03/05/harbour-bridge", body=document.encode())
    reading = read_page(page, Cleaning(keep=keep))
    assert reading.article is not None, reading
    return reading.article


BOX = (
    '<div class="fact-box"><h3>The bridge</h3><p>It was built in 1931 and carries forty cars a minute.</p>'
    "<p>Its piers stand on oak.</p></div>"
)
ASIDE = BOX.replace('<div class="fact-box">', "<aside>").replace("</div>", "</aside>")
TABLE = (
    "<table><tr><th>Year</th><th>Cars</th><th>Lorries</th></tr>"
    + "".join(
        f"<tr><td>{year}</td><td>{year * 7}</td><td>{year // 3}</td></tr>" for year in range(2018, 2024)
    )
    + "</table>"
)


@pytest.mark.parametrize(
    ("block", "rule", "first"),
    [(BOX, "fact box", "The bridge"), (ASIDE, "fact box", "The bridge"), (TABLE, "table", "| Year |")],
)
def test_what_is_left_out_is_told_and_can_be_put_back_in_its_place(
    page: Build, paragraphs: list[str], block: str, rule: str, first: str
) -> None:
    longer = "".join(f"<p>{text}</p>" for text in paragraphs)
    article = read(page(block, after=longer))
    told = [removed for removed in article.removed if removed.rule == rule]
    assert told[0].text.startswith(first)
    assert not any(removed.text in article.text for removed in told)
    kept = read(page(block, after=longer), frozenset({rule})).text.split("\n")
    start = kept.index(told[0].text)
    assert kept[start - 1] == paragraphs[1]
    assert kept[start : start + len(told)] == [removed.text for removed in told]
    assert kept[start + len(told)] == paragraphs[2]


@pytest.mark.parametrize(
    "block",
    [
        (
            '<blockquote class="twitter-tweet"><p>We heard it crack.</p>— Ferry (@ferry) '
            '<a href="https://twitter.com/ferry/status/12345">March 4, 2024</a></blockquote>'
        ),
        (
            "<blockquote><p>We heard it crack.</p>"
            '<a href="https://bsky.app/profile/ferry.example/post/3kabc">March 4, 2024</a></blockquote>'
        ),
    ],
)
def test_an_embedded_post_is_part_of_the_text_once(page: Build, paragraphs: list[str], block: str) -> None:
    lines = read(page(block)).text.split("\n")
    assert lines.count("We heard it crack.") == 1
    assert lines.index("We heard it crack.") == lines.index(paragraphs[1]) + 1


@pytest.mark.parametrize(
    "block",
    [
        "<aside><p>We heard it crack in the night, and nobody believed us, not even the guard.</p></aside>",
        '<div class="box"><h3>The bridge</h3><p>It was built in 1931, and repaired in 1974.</p></div>',
        "<table><tr><th>Pier</th><th>State</th></tr><tr><td>First</td><td>Cracked</td></tr></table>",
        "<blockquote><p>We heard it crack.</p></blockquote>",
    ],
)
def test_what_only_resembles_one_is_none(page: Build, block: str) -> None:
    rules = {removed.rule for removed in read(page(block)).removed}
    assert not rules & {"fact box", "table", "embedded post"}


def test_an_article_in_a_box_is_no_fact_box(page: Build, paragraphs: list[str]) -> None:
    document = page().replace('class="story"', 'class="info-box"').replace("<p>", "<h2>Bridge</h2><p>", 1)
    assert read(document).text.split("\n")[-3:] == paragraphs[1:]


def test_titles_that_are_shown_on_a_name_are_no_part_of_the_sentence(page: Build) -> None:
    titles = [
        "Old road to be widened next year",
        "Ferry runs again despite the storm",
        "Council meets in the hall",
    ]
    pop_up = "".join(f'<a href="/{n}">{title}</a> ' for n, title in enumerate(titles))
    sentence = (
        f'<p>The mayor <a href="/m">Ines Halloran</a><span class="pop">{pop_up}</span> will not resign.</p>'
    )
    article = read(page(sentence))
    assert "The mayor Ines Halloran will not resign." in article.text.split("\n")
    assert titles[0] not in article.text


def live(posts: int, lead: str, wrap: str = "live-entry") -> str:
    body = "".join(
        f'<div class="{wrap}"><time>{10 + n}:15</time><p>Divers came up after dive {n} and shook their '
        "heads, and nobody on the quay said a word for a while.</p></div>"
        for n in range(posts)
    )
    return f"{lead}<div class='entries'>{body}</div>"


def test_posts_below_the_article_of_a_live_blog_are_told_apart(page: Build, paragraphs: list[str]) -> None:
    document = page(*(f"<p>{text}</p>" for text in paragraphs * 2), after=live(5, ""))
    article = read(document)
    assert article.kind is ArticleKind.LIVE_BLOG
    assert article.text.split("\n")[-1] == paragraphs[-1]
    posts = [
        removed for removed in article.removed if removed.rule == "live post" and "Divers" in removed.text
    ]
    assert sum("Divers" in removed.text for removed in posts) == 5
    kept = read(document, frozenset({"live post"}))
    assert kept.text.count("Divers came up") == 5


def test_where_the_posts_are_the_article_they_stay() -> None:
    document = (
        f"<html><head><title>Bridge live</title></head><body><article>{live(6, '')}</article></body></html>"
    )
    assert read(document).text.count("Divers came up") == 6


def test_where_the_posts_are_most_of_the_text_they_stay_and_the_kind_tells(page: Build) -> None:
    article = read(page(after=live(12, "")))
    assert article.text.count("Divers came up") == 12
    assert article.kind is ArticleKind.LIVE_BLOG


def test_a_pointer_in_a_box_is_taken_once(page: Build, paragraphs: list[str]) -> None:
    pointer = '<a href="/x"><b>See also</b> The old bridge is for sale</a></div>'
    document = page(BOX.removesuffix("</div>") + pointer, after="".join(f"<p>{t}</p>" for t in paragraphs))
    for keep in (frozenset[str](), frozenset({"fact box"})):
        article = read(document, keep)
        told = [article.text, *(removed.text for removed in article.removed)]
        assert sum(text.count("is for sale") for text in told) == 1


def test_an_aside_of_paragraphs_made_like_the_text_is_no_fact_box(page: Build, paragraphs: list[str]) -> None:
    longer = "".join(f"<p>{text} So it stays.</p>" for text in paragraphs)
    prose = "".join(f"<p>{text} So it was told.</p>" for text in paragraphs[:2])
    for tag, rules in (("<aside>", False), ('<aside class="factbox">', True)):
        article = read(page(f"{tag}<h3>The bridge</h3>{prose}</aside>", after=longer))
        assert ("fact box" in {removed.rule for removed in article.removed}) == rules


def test_tables_that_are_most_of_the_page_are_the_article(page: Build) -> None:
    rules = {removed.rule for removed in read(page(TABLE, TABLE, TABLE, TABLE, TABLE)).removed}
    assert "table" not in rules


def test_repeated_blocks_with_times_that_nobody_calls_live_stay(page: Build) -> None:
    assert read(page(after=live(4, "", wrap="chapter"))).text.count("Divers came up") == 4


def test_a_label_and_its_title_are_parted_by_a_space(page: Build) -> None:
    article = read(page('<p><a href="/x"><span>See also</span>The ferry that never sailed</a></p>'))
    assert "See also The ferry that never sailed" in [out.text for out in article.removed]
