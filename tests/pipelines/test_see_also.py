"""Lines that point to another story, in words and in markup."""

import tomllib
from collections.abc import Callable
from importlib.resources import files
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement

from pipelines.see_also import is_pointer_heading, is_see_also, see_also_links

PHRASES = [
    (language, phrase)
    for language, table in tomllib.loads(
        files("pipelines").joinpath("words/see_also.toml").read_text("utf-8")
    ).items()
    for phrase in table["strong"]
]


@pytest.mark.parametrize(("language", "phrase"), PHRASES)
def test_every_phrase_of_every_language_is_known(language: str, phrase: str) -> None:
    assert is_see_also(f"{phrase.capitalize()}: Harbour bridge closed")
    assert is_see_also(f"{phrase}\xa0 Harbour bridge closed")
    assert is_pointer_heading(phrase)


@pytest.mark.parametrize(
    "line",
    [
        "See also\xa0 Senators unveil the package for border and aid",
        "See also Senators unveil the package for border and aid",
        "SEE ALSO: Harbour bridge closed",
        "[Related: Harbour bridge closed]",
        "- Read more: Harbour bridge closed",
        "Read: Harbour bridge closed",
        "Read more: Who closed the harbour bridge?",
        "▶ Lesen Sie auch: Die Brücke bleibt zu",
        "À lire aussi : le pont reste fermé",
        "LEA TAMBIÉN | El puente sigue cerrado",
        "Читайте также: мост закрыт",
        "関連記事：橋が閉鎖",
        "یہ بھی پڑھیں: پل بند",
        "Чытайце таксама: Мост закрыты",
        "Irakurri ere: Zubia itxita",
        "Prečítajte si tiež Most zatvorený",
        "Related stories",
        "Read more »",
    ],
)
def test_a_pointer_is_one(line: str) -> None:
    assert is_see_also(line)


@pytest.mark.parametrize(
    "line",
    [
        "See also the report of the committee, which found that the cracks were old.",
        "Read: the word itself is what Ada Quill teaches in her school in Marrow.",
        "See also the report of the committee, which found ...",
        "Read more than ten books a year, the teacher said.",
        "Related to the mayor by marriage, Halloran denied any favour.",
        "More than 100 people stood at the quay.",
        "Mehr als 100 Menschen standen am Kai.",
        "Más de 100 personas estaban en el muelle.",
        "Earlier the bridge was closed.",
        "Background: the bridge was built in 1902.",
        "Sobre este tema, Pérez no dijo nada.",
        "Lire le rapport ne suffit pas, dit-elle.",
        "Further reading is recommended.",
        "Watch the water closely and you see the cracks.",
        "He said: Read more: it helps. And she did. And so did they. And everybody was glad of it.",
        "Harbour bridge closed",
        "",
        "—",
        "See also: " + "a long paragraph that goes on and on. " * 10,
    ],
)
def test_a_sentence_stays(line: str) -> None:
    assert not is_see_also(line)


@given(st.text(max_size=300))
def test_any_line_can_be_asked(line: str) -> None:
    assert is_see_also(line) in (True, False)


LABEL = '<span class="ctaText">See also</span>&nbsp; <span class="postTitle">Old road to be widened</span>'


@pytest.mark.parametrize(
    ("document", "blocks"),
    [
        (f'<p>One.</p><a href="/x">{LABEL}</a><p>Two.</p>', ["a"]),
        (f'<p>One.</p><div class="irp"><div><a href="/x">{LABEL}</a></div></div><p>Two.</p>', ["div"]),
        (f'<p>One. <a href="/x">{LABEL}</a> Two.</p>', ["a"]),
        (f'<p>One.</p><p><a href="/x"><div>{LABEL}</div></a></p><p>Two.</p>', ["p"]),
        ('<p><a href="/x"><strong>RELATED:</strong> Old road to be widened</a></p><p>Two.</p>', ["p"]),
        # links that are part of a sentence, or say nothing of the kind
        ('<p>See also <a href="/x">the report</a>, which found cracks.</p>', []),
        ('<p>One <a href="/x"><em>See also</em></a> two.</p>', []),
        ('<p>The <a href="/x"><em>Marrow Post</em> reported</a> it.</p>', []),
        ('<p>The <a href="/x">See also: the old road</a> sign.</p>', []),
    ],
)
def test_a_block_that_is_built_as_a_pointer_is_found_whole(
    tree: Callable[[str], HtmlElement], document: str, blocks: list[str]
) -> None:
    assert [block.tag for block in see_also_links(tree(document))] == blocks


def test_thousands_of_pointers_in_one_element_are_told_apart_in_no_time(
    tree: Callable[[str], HtmlElement],
) -> None:
    links = "".join(f'<a href="/{n}"><b>See also</b> Title of story {n}</a>' for n in range(8_000))
    begin = process_time()
    found = see_also_links(tree(f"<div>{links}</div>"))
    assert {link.tag for link in found} == {"a"}
    assert process_time() - begin < 5
