"""What a page teaches is what became of its blocks; a page too large or without text teaches nothing."""

import random
from datetime import date

import pytest
from labelled import outlined
from marrow import box, labels_of, page_of, read_html, story

from pipelines.article import ArticleKind
from pipelines.document.layout import Place
from pipelines.lines import Line
from pipelines.templates.labels import LEFT_OUT, Labels, covered, label


def place(first: int, last: int) -> Place:
    return Place(first=first, last=last, elements=(), linked=0.0)


def labels_for(body: str, became: dict[int, str | None]) -> Labels | None:
    outline, runs = outlined(body)
    data = label(outline, runs, became, kind=ArticleKind.ARTICLE, story="s", day=None)
    return None if data is None else Labels.from_bytes(data)


def test_each_block_of_a_page_is_labelled() -> None:
    labels = labels_of(page_of(3, inside=box(3)))
    outline = labels.outline
    kept = [outline.nodes[block.node].make for block, _ in labels.kept()]
    assert kept == ["p"] * 6
    assert labels.size == sum(map(len, story(3)))
    assert labels.day == date(2026, 3, 4)
    assert labels.kind is ArticleKind.ARTICLE
    left = {
        outline.nodes[b.node].make
        for b, rule in zip(outline.blocks, labels.rules, strict=True)
        if rule is not None
    }
    assert {"h1", "nav.menu"} <= left


def test_copies_of_an_article_have_the_same_story() -> None:
    here, there = labels_of(page_of(3)), labels_of(page_of(3, body="other", after="<p>More of it</p>"))
    assert here.story == there.story != labels_of(page_of(4)).story


@pytest.mark.parametrize(
    ("became", "rule"),
    [
        ({0: None, 1: None}, None),
        ({}, LEFT_OUT),
        ({0: "call"}, LEFT_OUT),
        ({0: "call", 1: "call", 2: None}, "call"),
        ({0: "call", 1: None}, None),
        ({0: None}, LEFT_OUT),
        ({0: None, 1: None, 2: "call"}, None),
    ],
)
def test_a_block_is_what_became_of_most_of_it(became: dict[int, str | None], rule: str | None) -> None:
    """Three stretches of text in the first block, one in the second."""
    labels = labels_for("<p>one <b>two</b> three</p><p>four</p>", became | {3: None})
    assert labels is not None
    assert labels.rules == (rule, None)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("<p> </p><img>", id="no text"),
        pytest.param("<p>one</p><p>two</p>", id="nothing kept"),
    ],
)
def test_a_page_without_text_teaches_nothing(body: str) -> None:
    assert labels_for(body, {}) is None


@pytest.mark.parametrize(("blocks", "teaches"), [(1_500, True), (1_501, False)])
def test_a_page_of_too_many_blocks_teaches_nothing(blocks: int, teaches: bool) -> None:
    assert (labels_for("<p>word</p>" * blocks, {0: None}) is not None) is teaches


@pytest.mark.parametrize(("classes", "teaches"), [(1, True), (6, False)])
def test_labels_of_too_many_bytes_are_not_kept(classes: int, teaches: bool) -> None:
    rng = random.Random(7)

    def name() -> str:
        return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=9))

    blocks = [f'<p class="{" ".join(name() for _ in range(classes))}">{name()}</p>' for _ in range(400)]
    assert (labels_for("".join(blocks), {0: None}) is not None) is teaches


def test_labels_hold_no_text() -> None:
    held = repr(labels_of(page_of(3)))
    assert "story-body" in held
    assert not any(word in held for word in ("Report", "Marrow", *story(3)[0].split()[1:4]))


@pytest.mark.parametrize("data", [b"", b"x", b"x\x9c\x03\x00", labels_of(page_of(1)).to_bytes()[:-9]])
def test_what_is_no_labels_is_told(data: bytes) -> None:
    with pytest.raises(ValueError, match="no labels"):
        Labels.from_bytes(data)


def test_a_text_node_that_is_kept_anywhere_is_text() -> None:
    lines = [
        Line("a", place(0, 1)),
        Line("b", place(1, 2), rule="call"),
        Line("c", None, rule="tail"),
        Line("d", place(3, 3), rule="tail"),
        Line("e", place(3, 4)),
    ]
    assert covered(lines) == {0: None, 1: None, 2: "call", 3: None, 4: None}


def test_a_page_is_only_labelled_where_it_is_asked_for() -> None:
    reading = read_html("<html><body><p>Not found</p></body></html>")
    assert (reading.article, reading.labels) == (None, None)
