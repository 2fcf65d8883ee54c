"""The language of queries: what each construct means, and where a bad one goes wrong."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import BadQuery
from storage.search.grammar import read_query
from storage.search.query import And, Node, Not, Or, Span, Term

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SOURCES = {"gazette": 1, "harbour gazette": 2}


def find_source(name: str) -> int:
    try:
        return SOURCES[name.lower()]
    except KeyError:
        raise ValueError(f"there is no source named {name!r}") from None


def told(node: Node) -> str:
    """A query as a line, to compare: (a b) all, a|b one, -a not, a+b side by side."""
    match node:
        case Term(words=words, prefix=prefix):
            return "+".join(words) + ("*" if prefix else "")
        case Span(since=since, until=until):
            return f"{since or ''}..{until or ''}"
        case Not(part=part):
            return f"-{told(part)}"
        case And(parts=parts):
            return f"({' '.join(map(told, parts))})"
        case Or(parts=parts):
            return f"({'|'.join(map(told, parts))})"


def read(text: str) -> str:
    return told(read_query(text, NOW, find_source))


def hour(*date: int) -> int:
    moment = datetime(date[0], date[1], date[2], *date[3:], tzinfo=UTC)
    return moment.toordinal() * 24 + moment.hour


MEANINGS = {
    "harbour": "harbour",
    "Harbour WALL": "(harbour wall)",
    '"harbour wall"': "harbour+wall",
    "“harbour wall” „und“ «так»": "(harbour+wall und так)",
    "「東京 都」": "東京+京+都",
    "harbour -storm": "(harbour -storm)",
    "-storm harbour": "(-storm harbour)",
    'harbour -"storm surge"': "(harbour -storm+surge)",
    "harbour - storm": "(harbour storm)",
    "harbour--storm": "harbour+storm",
    "a OR b": "(a|b)",
    "a b OR c": "((a b)|c)",
    "a (b OR c)": "(a (b|c))",
    "a -(b c)": "(a -(b c))",
    "a AND b": "(a b)",
    "a or b": "(a or b)",
    "harb*": "harb*",
    '"harbour wal"*': "harbour+wal*",
    "title:storm": "§tstorm",
    'title:"harbour wall"': "§tharbour+§twall",
    "title:(storm OR wall)": "(§tstorm|§twall)",
    "TITLE:storm": "§tstorm",
    "title:harb*": "§tharb*",
    'author:"Maeve Ó Tolland"': "§amaeve+§ao+§atolland",
    'source:gazette -source:"Harbour Gazette"': "(§s1 -§s2)",
    "lang:EN": "§len",
    "lang:pt-BR": "§lpt§br",
    "kind:live-blog": "§klive§blog",
    "kind:video after:2024": f"(§kvideo {hour(2024, 1, 1)}..)",
    "after:2024-05": f"{hour(2024, 5, 1)}..",
    "before:2024-05-06": f"..{hour(2024, 5, 6)}",
    "before:2024-05-06T10:30+02:00": f"..{hour(2024, 5, 6, 8)}",
    "after:7d": f"{hour(2026, 2, 25, 5)}..",
    "after:36h": f"{hour(2026, 3, 2, 17)}..",
    "since:2w": f"{hour(2026, 2, 18, 5)}..",
    "http://x.example/a 10:30": "(http+x+example+a 10+30)",
    "Müller's state-of-the-art": "(muller+s state+of+the+art)",
    "東京": "東京",
    "東京都": "東京+京都",
    "雨": "雨*",
    "AI規制": "ai+規+規制",
    "新iPhone発表": "新+iphone+発+発表",
    "東京*": "東京",
    "กรุงเทพ": "กร+รุ+ุง+งเ+เท+ทพ",
    "서울시": "서울+울시",
    "bridge & ! : ^ ~ ' \\ ; --": "bridge",
    "Cafe\u0301 ＡＩ": "(cafe ai)",
    "brid\0ge\udc80": "brid+ge",
    "title:title:x": "§ttitle+§tx",
}


@pytest.mark.parametrize("text", MEANINGS)
def test_meaning(text: str) -> None:
    assert read(text) == MEANINGS[text]


BAD = [
    ("", "no word in the query", ""),
    ("   ", "no word in the query", ""),
    ("?! …", "no word in the query", ""),
    ("🙂", "no word in the query", ""),
    ('harbour ""', "no word between", '""'),
    ('harbour "wall', "no second one", '"'),
    ("(harbour", "not closed", "("),
    ("harbour)", "nothing was opened", ")"),
    ("a ()", "nothing stands between", "()"),
    ("OR a", "on both sides", "OR"),
    ("a OR", "on both sides", "OR"),
    ("a OR OR b", "on both sides", "OR"),
    ("-storm", "only what to leave out", "-storm"),
    ("a OR -b", "only what to leave out", "-b"),
    ("a -(-b)", "only what to leave out", "-b"),
    ("*", "needs the beginning of a word", "*"),
    ("ha*", "needs 3 letters", "ha*"),
    ("har*bour", "at the end of a word", "har*bour"),
    ("a title:", "right after it", "title:"),
    ("title: storm", "right after it", "title:"),
    ("title:!", "needs a word", "!"),
    ("titel:storm", "did you mean title:", "titel:"),
    ("title:-storm", "the - stands before it all: -title:", "-"),
    ("a NOT storm", "has a - right before it", "NOT"),
    ("a source:Nobody", "no source named 'Nobody'", "Nobody"),
    ("lang:english", "written as its code", "english"),
    ("kind:podcast", "one of article, live blog", "podcast"),
    ("after:yesterday", "a date is written", "yesterday"),
    ("after:2024-13", "a date is written", "2024-13"),
    ("after:0000", "a date is written", "0000"),
    ("a " * 70, "more than 64 terms", ""),
    ("a " + "-b " * 70, "more than 64 terms", ""),
    ("a " * 600, "1200 characters", ""),
    ("x" * 301, "301 characters", "x" * 301),
    ("(" * 20 + "a" + ")" * 20, "more than 16 brackets", "("),
]


@pytest.mark.parametrize(("text", "reason", "place"), BAD, ids=[text[:20] for text, _, _ in BAD])
def test_bad_query_is_told_with_its_place(text: str, reason: str, place: str) -> None:
    with pytest.raises(BadQuery) as caught:
        read(text)
    assert reason in caught.value.reason
    assert text[slice(caught.value.start or 0, caught.value.end or 0)] == place


def test_place_is_pointed_at_under_wide_letters_too() -> None:
    with pytest.raises(BadQuery) as caught:
        read("東京 source:Nobody x")
    _, query, carets = str(caught.value).splitlines()
    assert query == "  東京 source:Nobody x"
    assert carets == "  " + " " * 12 + "^" * 6


SCRAPS = st.sampled_from(
    ["a", "-", '"', "(", ")", " OR ", "title:", "source:", "after:", "*", " ", "東", "2024", "é"]
)


@given(text=st.text(max_size=40) | st.lists(SCRAPS, max_size=20).map("".join))
def test_nothing_but_a_bad_query_is_raised(text: str) -> None:
    with contextlib.suppress(BadQuery):
        read(text)
