"""What follows an article on its page and is another one, and what is only a part of it."""

from collections.abc import Callable

import pytest

from pipelines.article import Reading

Read = Callable[..., Reading]

OWN = [
    "The harbour bridge will stay closed for at least three weeks, the port authority said on Monday.",
    "Engineers had noticed cracks in two piers during an inspection, said Ines Halloran, who heads it.",
    "Traffic is led over the old road until then. Shopkeepers in Marrow fear that it will last till summer.",
]
OTHER = [
    "A herd of goats has moved into the old customs house, to the delight of the children of Quay Street.",
    "Nobody knows whose goats they are. The council asks their owner to come and fetch them before Friday.",
]


def story(
    headline: str, paragraphs: list[str], tag: str = "article", heading: str = "h1", sign: str = ""
) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    own = f"<{heading}>{headline}</{heading}>{sign}"
    return f'<{tag} class="story">{own}<div class="body">{body}</div></{tag}>'


def page(*stories: str) -> str:
    return (
        "<!doctype html><html lang='en'><head>"
        "<title>Harbour bridge closed for three weeks | The Marrow Post</title></head>"
        f"<body><main>{''.join(stories)}</main></body></html>"
    )


@pytest.mark.parametrize(
    ("tag", "heading", "sign"),
    [
        ("article", "h1", ""),
        ("article", "h2", ""),
        ("div", "h1", '<time datetime="2024-03-04">4 March</time>'),
        ("div", "h1", '<p class="byline">By Bo Marsh</p>'),
    ],
)
def test_a_second_article_is_not_taken_in(read: Read, tag: str, heading: str, sign: str) -> None:
    first = story("Harbour bridge closed for three weeks", OWN, tag, heading)
    article = read(page(first, story("Goats in the customs house", OTHER, tag, heading, sign))).article
    assert article is not None
    assert article.text.split("\n") == OWN
    assert {out.rule for out in article.removed if out.text in OTHER} <= {"second article"}


@pytest.mark.parametrize("tag", ["div", "section"])
def test_a_section_of_the_article_stays(read: Read, tag: str) -> None:
    first = story("Harbour bridge closed for three weeks", OWN, tag, "h2")
    article = read(page(first, story("What about the goats?", OTHER, tag, "h2"))).article
    assert article is not None
    assert set(OTHER) <= set(article.text.split("\n"))


@pytest.mark.parametrize(
    ("headline", "tag"),
    [
        ("1. The goats of Quay Street", "div"),
        ("The goats of Quay Street", "div"),
        ("2: The goats", "article"),
    ],
)
def test_an_item_of_the_article_stays(read: Read, headline: str, tag: str) -> None:
    first = story("Harbour bridge closed for three weeks", OWN, tag)
    article = read(page(first, story(headline, OTHER, tag))).article
    assert article is not None
    assert set(OTHER) <= set(article.text.split("\n"))
