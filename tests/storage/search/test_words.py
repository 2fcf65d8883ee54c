"""Words: Python and PostgreSQL divide and fold a text alike, and both engines index the same."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipelines.article import Article as Story
from pipelines.article import ArticleKind
from storage.search.words import LONGEST_WORD, fold, is_undivided, pieces, stream, words_in, words_of
from storage.session import Database
from storage.sources import SourceDraft, add_source

FOLDED = {
    "Harbour Bridge": "harbour bridge",
    "  “Quoted”, and/or he.she — state-of-the-art_2026!  ": "quoted and or he she state of the art 2026",
    "München, Ångström, Dvořák": "munchen angstrom dvorak",
    "Mu\u0308nchen": "munchen",
    "İstanbul ışık": "istanbul isik",
    "Straße Ørsted Łódź Đilas œuvre æon": "strasse orsted lodz dilas oeuvre aeon",
    "Ёлки и Йод, їжак, за\u0301мок": "елки и йод їжак замок",
    "ΟΔΟΣ οδός": "οδοσ οδοσ",
    "Việt Nam": "viet nam",
    "don't O’Neil": "don t o neil",
    "٣٤ شارع": "٣٤ شارع",
    "مُحَمَّد أحمد إلى آخر": "محمد احمد الى اخر",
    "שָׁלוֹם": "שלום",
    "दिल्ली में": "दिल्ली में",
    "ＡＩ ﬁn ①": "ai fin 1",
    "ｶﾞｽ": "ガス",
    "rain☔ing 🙂ok": "rain ing ok",
    "… – !": "",
}


@pytest.mark.parametrize(("written", "folded"), FOLDED.items())
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


STREAMS = {
    "Harbour wall": "harbour wall",
    "東京都": "東 東京 京都 都",
    "東京、都": "東 東京 京 都 都",
    "新iPhone発表": "新 新 iphone 発 発表 表",
    "x" * 250: "x" * 200,
}


@pytest.mark.parametrize(("written", "words"), STREAMS.items())
def test_stream(written: str, words: str) -> None:
    assert " ".join(stream(written)) == words


def test_text_that_is_too_long_is_indexed_as_far_as_it_goes() -> None:
    assert len(stream("東" * 200_000)) == 50_000
    assert len(stream("abcdefg " * 30_000)) == 150_000 // 8


WITHIN = [
    ("東京都", "東京"),
    ("東京都", "京都"),
    ("新iPhone発表", "iPhone発"),
    ("新iPhone発表", "新iphone"),
    ("서울시는", "울시"),
]


@pytest.mark.parametrize(("written", "part"), WITHIN)
def test_part_of_an_undivided_text_stands_in_it_side_by_side(written: str, part: str) -> None:
    assert f" {' '.join(words_of(pieces(part)))} " in f" {' '.join(stream(written))} "


def in_sql(database: Database, written: str) -> list[str]:
    with database.read() as session:
        found: list[str] = session.scalar(text("SELECT copydesk_stream(:written)"), {"written": written})
        return [word[:LONGEST_WORD] for word in found]


@pytest.mark.parametrize("written", [*FOLDED, *STREAMS])
def test_postgresql_divides_as_python_does(database_on_postgresql: Database, written: str) -> None:
    assert in_sql(database_on_postgresql, written) == stream(written)


ALPHABETS = {
    "Latin": (0xC0, 0x24F),
    "Greek": (0x391, 0x3CE),
    "Cyrillic": (0x400, 0x527),
    "Armenian": (0x531, 0x587),
    "Hebrew": (0x5D0, 0x5EA),
    "Arabic": (0x620, 0x64A),
    "Georgian": (0x10D0, 0x10FA),
    "Latin for Vietnamese": (0x1EA0, 0x1EF9),
}


def test_postgresql_knows_every_letter_in_use(database_on_postgresql: Database) -> None:
    letters = [chr(code) for first, last in ALPHABETS.values() for code in range(first, last + 1)]
    written = " ".join(f"a{letter}b" for letter in letters if unicodedata.category(letter).startswith("L"))
    assert in_sql(database_on_postgresql, written) == stream(written)


# No control characters but those that stand in texts; PostgreSQL 18 knows letters that Python 3.11 does not.
CHARACTERS = st.characters(
    max_codepoint=0xFFEF,
    exclude_categories=("Cs", "Cn", "Co"),
    exclude_characters="\0",
    include_characters="\n",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.text(CHARACTERS, max_size=60))
def test_postgresql_divides_any_text_as_python_does(database_on_postgresql: Database, written: str) -> None:
    assert in_sql(database_on_postgresql, written) == stream(written)


def indexed(database: Database) -> set[str]:
    """The words that the index has of all articles, without those that only end something."""
    with database.write() as session:
        if database.engine.dialect.name == "postgresql":
            found = session.scalars(text("SELECT unnest(tsvector_to_array(words)) FROM articles"))
        else:
            session.execute(
                text("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab(main, articles_fts, row)")
            )
            found = session.scalars(text("SELECT term FROM temp.indexed"))
        return set(found) - {"§"}


def test_both_engines_index_the_same_of_an_article(
    database: Database, file: Callable[..., Any], article: Callable[..., Story], now: datetime
) -> None:
    with database.write() as session:
        source_id = add_source(session, SourceDraft(name="A", url="https://a.example/"), now).id
    story = article(
        "a",
        "Don’t go.",
        title="Harbour 東京都",
        standfirst="Ever",
        authors=("Maeve Tolland", "José Ó"),
        language="pt-BR",
        kind=ArticleKind.LIVE_BLOG,
        published_at=datetime(2024, 5, 6, 23, 59, tzinfo=UTC),
    )
    file(story, source_id)
    day = datetime(2024, 5, 6, tzinfo=UTC).toordinal()
    assert indexed(database) == {
        *("harbour", "東", "東京", "京都", "都", "ever", "don", "t", "go"),
        *("§tharbour", "§t東", "§t東京", "§t京都", "§t都", "§amaeve", "§atolland", "§ajose", "§ao"),
        *(f"§s{source_id}", "§lpt", "§lpt§br", "§klive§blog", f"§h{day * 24 + 23}"),
        *(f"§d{day}", f"§e{day >> 4}", f"§f{day >> 8}", f"§g{day >> 12}", f"§i{day >> 16}"),
    }


def test_words_in_says_where_they_stand() -> None:
    assert list(words_in("“Über” all")) == [(1, "Über"), (7, "all")]


@pytest.mark.parametrize("written", ["東京", "とうきょう", "서울", "กรุงเทพ", "ဗမာ", "ភ្នំពេញ", "in 東京"])
def test_scripts_without_spaces(written: str) -> None:
    assert is_undivided(written)


@pytest.mark.parametrize("written", ["Tokyo", "Москва", "القاهرة", "दिल्ली", "Ελλάδα", "2026"])
def test_scripts_with_spaces(written: str) -> None:
    assert not is_undivided(written)
