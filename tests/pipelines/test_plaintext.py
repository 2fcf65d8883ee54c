"""What cleaning takes out of a text that was saved without its page, and what it leaves."""

import time
from collections.abc import Callable

import pytest

from pipelines.article import Reading
from pipelines.lines import woven
from pipelines.plaintext import NotText, decode_text, read_text

POINTER = "See also\xa0 Old road to be widened next year, council says"
LAST = "See also\xa0 Ferry runs again despite the storm"


def test_see_also_lines_go_and_nothing_else(paragraphs: list[str]) -> None:
    blocks = ["Harbour bridge closed", *paragraphs[:2], POINTER, *paragraphs[2:], LAST]
    text, removed = read_text("\n\n".join(blocks) + "\n")
    assert text == "\n\n".join(["Harbour bridge closed", *paragraphs]) + "\n"
    assert [(item.text, item.rule) for item in removed] == [(POINTER, "see also"), (LAST, "see also")]


def test_the_same_article_as_a_page_loses_the_same_lines(
    page: Callable[..., str], read: Callable[..., Reading], paragraphs: list[str]
) -> None:
    article = read(page(f"<p>{POINTER}</p>", after=f"<p>{LAST}</p>")).article
    assert article is not None
    assert article.text.split("\n") == paragraphs
    assert [item.rule for item in article.removed if item.rule != "headline"] == ["see also", "see also"]


@pytest.mark.parametrize(
    "line",
    [
        "See also Old road to be widened next year",
        "Lesen Sie auch: Die alte Straße wird breiter",
        "Sign up for our newsletter and never miss a story.",
        "Follow us on every channel we have.",
        "Advertisement",
    ],
)
def test_what_is_no_part_of_an_article_goes_wherever_it_stands(paragraphs: list[str], line: str) -> None:
    for number in range(len(paragraphs) + 1):
        blocks = [*paragraphs[:number], line, *paragraphs[number:]]
        text, removed = read_text("\n\n".join(blocks))
        assert text == "\n\n".join(paragraphs)
        assert [item.text for item in removed] == [line]


@pytest.mark.parametrize(
    "end",
    [
        "© 2024 The Marrow Post. All rights reserved.",
        "Copyright: Marrow Press Union, 2024\n\nTopics: bridges, harbour",
        "Related stories\n\nOld road to be widened next year\n\nFerry runs again",
        "Read more:\n- Old road to be widened next year\n- Ferry runs again\n\n© 2024 The Marrow Post",
    ],
)
def test_what_trails_behind_is_cut(paragraphs: list[str], end: str) -> None:
    article = "\n\n".join(paragraphs)
    assert read_text(f"{article}\n\n{end}")[0] == article


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "One line",
        "Two\r\nlines\r\n",
        " indented\n\n\nwith gaps \n",
        "See also the report.\n",
        "“Read more books,” she said.\n\n“Subscribe to that if you like. I do not. Nobody does.”",
        # a line that goes on with a sentence, or is gone on with
        "Who wants to know more may\nread more: The council keeps the minutes\nof all its meetings.",
        "Who wants to know how it came about may now\nRead More\nin the minutes.",
        # a heading of the article behind a pointer's is none of a list
        "The bridge is closed.\n\nWhat happens next\n\nThe divers go down on Thursday.",
        # notices that are all there is
        "Topics\n\n© 2024 The Marrow Post",
    ],
)
def test_what_belongs_to_the_text_stays_byte_for_byte(text: str) -> None:
    assert read_text(text) == (text, ())


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n", "\r\n\r\n"])
def test_removed_lines_can_be_woven_in_again(paragraphs: list[str], gap: str) -> None:
    blocks = [POINTER, *paragraphs[:2], "Advertisement", POINTER, *paragraphs[2:], LAST]
    text, removed = read_text(gap.join(blocks))
    lines = [line.text.strip() for line in woven(text, removed) if line.text.strip()]
    assert lines == blocks


def test_one_empty_line_goes_with_a_pointer_and_other_gaps_stay() -> None:
    assert read_text(f"A.\n\n\n\nB.\n\n{POINTER}\n\nC.\n")[0] == "A.\n\n\n\nB.\n\nC.\n"
    assert read_text(f"{POINTER}\n\nA.\n")[0] == "A.\n"
    assert read_text(f"A.\n{POINTER}\nB.\n")[0] == "A.\nB.\n"


@pytest.mark.parametrize(
    "text", ["See also\n" * 20_000, "\n" * 100_000, "a\n\n" * 30_000, "Related: " * 20_000]
)
def test_a_long_text_takes_no_time(text: str) -> None:
    began = time.perf_counter()
    read_text(text)
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
def test_a_file_is_decoded_by_what_it_is(encoding: str) -> None:
    assert (
        decode_text("Die Fähre fährt für zwölf Kronen".encode(encoding)) == "Die Fähre fährt für zwölf Kronen"
    )


def test_a_zero_is_in_no_text() -> None:
    with pytest.raises(NotText, match="byte 3 is a zero"):
        decode_text(b"The\0 wall")
