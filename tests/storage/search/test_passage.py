"""Passages: the part of a text that matches most, marked, in whole words."""

from datetime import UTC, datetime

import pytest

from storage.search.grammar import read_query
from storage.search.passage import MATCH_END, MATCH_START, marked_text, passage_of
from storage.search.query import Term, terms

FILLER = "Nothing of note was said that day by anybody at all. " * 12


def wanted(query: str) -> list[Term]:
    return list(terms(read_query(query, datetime(2026, 3, 4, tzinfo=UTC), lambda name: 1)))


def shown(text: str, query: str, width: int = 240) -> str:
    """A passage with its marks as brackets."""
    passage = passage_of(text, wanted(query), width)
    return passage.replace(MATCH_START, "[").replace(MATCH_END, "]")


MARKED = {
    "a word, whatever its case": ("The Bridge opens.", "bridge", "The [Bridge] opens."),
    "accents do not count": ("In München today.", "munchen", "In [München] today."),
    "a phrase": ("New bridge, old bridge.", '"old bridge"', "New bridge, [old bridge]."),
    "a phrase across punctuation": ("State-of-the-art.", '"of the art"', "State-[of-the-art]."),
    "several words": ("A bridge and a harbour.", "harbour bridge", "A [bridge] and a [harbour]."),
    "no half words": ("Bridges and a bridge.", "bridge", "Bridges and a [bridge]."),
    "overlapping phrases": ("one two three", '"one two" "two three"', "[one two] three"),
    "a script without spaces": ("昨日、東京で選挙が行われた。", "選挙", "昨日、東京で[選挙]が行われた。"),
    "any two letters": ("昨日、東京都庁で", "京都", "昨日、東[京都]庁で"),
    "two letters with a mark between them are no pair": ("東京、都庁", "京都", "東京、都庁"),
    "one letter": ("昨日、雨が降った。", "雨", "昨日、[雨]が降った。"),
    "two scripts": ("新しいiPhone発表会", "iPhone発表", "新しい[iPhone発表]会"),
    "Thai": ("ในกรุงเทพมหานคร", "กรุงเทพ", "ใน[กรุงเทพ]มหานคร"),
    "Korean, part of a word": ("서울시는 오늘", "서울", "[서울]시는 오늘"),
    "half width": ("ﾃｽﾄとＡＩ", "テスト ai", "[ﾃｽﾄ]と[ＡＩ]"),
    "the beginning of a word": (
        "A harbour, harbours; no arbour.",
        "harb*",
        "A [harbour], [harbours]; no arbour.",
    ),
    "the beginning of a phrase's last word": ("The old bridges.", '"old brid"*', "The [old bridges]."),
    "one of two": ("A bridge.", "harbour OR bridge", "A [bridge]."),
    "what is left out": ("A bridge, a storm.", "bridge -storm", "A [bridge], a storm."),
    "a field": ("A bridge, a storm.", "bridge source:x", "A [bridge], a storm."),
    "a letter that is two": ("Die Straße.", "strasse", "Die [Straße]."),
    "vowel signs at the end": ("यह हिन्दी में है", "हिन्दी", "यह [हिन्दी] में है"),
    "no match": ("The title has it.", "bridge", "The title has it."),
    "lines": ("One\ntwo  bridge\tthree", "bridge", "One two [bridge] three"),
    "a match at the very end": ("over the bridge", "bridge", "over the [bridge]"),
    "marks in the text itself": (f"a {MATCH_START}bridge{MATCH_END} b", "bridge", "a [bridge] b"),
    "nothing": ("", "bridge", ""),
}


@pytest.mark.parametrize(("text", "query", "expected"), MARKED.values(), ids=MARKED)
def test_matches_are_marked(text: str, query: str, expected: str) -> None:
    assert shown(text, query) == expected


def test_a_title_is_marked_whole() -> None:
    title = f"{FILLER}The bridge\nopens"
    marked = marked_text(title, wanted("title:bridge opens"))
    assert marked == f"{FILLER}The {MATCH_START}bridge{MATCH_END} {MATCH_START}opens{MATCH_END}"


def test_passage_is_taken_where_most_of_the_query_stands() -> None:
    text = f"A bridge. {FILLER}The harbour bridge was opened. {FILLER}"
    passage = shown(text, "harbour bridge opened")
    assert "[harbour] [bridge] was [opened]" in passage
    assert passage.startswith("… ")
    assert passage.endswith(" …")


@pytest.mark.parametrize("width", [60, 120, 240])
def test_passage_is_about_as_wide_as_asked_and_in_whole_words(width: int) -> None:
    text = f"{FILLER}The harbour bridge was opened. {FILLER}"
    passage = shown(text, "bridge", width).strip("… ")
    assert width // 2 < len(passage) <= width + 2
    assert set(passage.replace("[", "").replace("]", "").split()) <= set(text.split())


def test_text_without_a_space_is_cut_all_the_same() -> None:
    passage = shown("東" * 1000 + "京" + "東" * 1000, "京")
    assert "[京]" in passage
    assert len(passage) < 300


def test_text_full_of_matches_is_read_in_a_moment() -> None:
    assert shown("bridge " * 100_000, "bridge", 30) == "[bridge] [bridge] [bridge] [bridge] …"
