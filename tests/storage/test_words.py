"""Words: Python, SQLite and PostgreSQL divide and fold a text alike."""

import sqlite3
import unicodedata

import pytest
from sqlalchemy import text

from storage.session import Database
from storage.words import Word, fold, is_undivided, words_in

FOLDED = {
    "Harbour Bridge": "harbour bridge",
    "  “Quoted”, and/or he.she — state-of-the-art_2026!  ": "quoted and or he she state of the art 2026",
    "München, Ångström, Dvořák": "munchen angstrom dvorak",
    "Mu\u0308nchen": "munchen",
    "İstanbul": "istanbul",
    "Straße Ørsted Łódź": "straße ørsted łodz",
    "Ёлки и Йод": "ёлки и йод",
    "ΟΔΟΣ οδός": "οδοσ οδόσ",
    "don't O’Neil": "don t o neil",
    "٣٤ شارع": "٣٤ شارع",
    "… – !": "",
}


@pytest.mark.parametrize(("written", "folded"), FOLDED.items())
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


def tokens_of_sqlite(written: str) -> str:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(t, tokenize='unicode61 remove_diacritics 2')")
    connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(texts, 'instance')")
    connection.execute("INSERT INTO texts VALUES (?)", [written])
    found = " ".join(term for (term,) in connection.execute("SELECT term FROM terms ORDER BY offset"))
    connection.close()
    return found


def test_engines_fold_as_python_does(database: Database) -> None:
    with database.read() as session:
        found = {
            written: session.scalar(text("SELECT copydesk_words(:written)"), {"written": written}).strip()
            for written in FOLDED
        }
    assert found == FOLDED
    assert {written: tokens_of_sqlite(written) for written in FOLDED} == FOLDED


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
SQLITE_SEES_OTHERWISE = set("ſǠǡ")


def test_engines_agree_on_every_letter_in_use(database: Database) -> None:
    letters = [chr(code) for first, last in ALPHABETS.values() for code in range(first, last + 1)]
    written = " ".join(
        f"a{letter}b"
        for letter in letters
        if unicodedata.category(letter).startswith("L") and letter not in SQLITE_SEES_OTHERWISE
    )
    with database.read() as session:
        found = session.scalar(text("SELECT copydesk_words(:written)"), {"written": written})
    assert found == fold(written)
    assert tokens_of_sqlite(written) == fold(written)


def test_words_in_says_where_they_stand() -> None:
    assert list(words_in("“Über” all")) == [
        Word(start=1, end=5, folded="uber"),
        Word(start=7, end=10, folded="all"),
    ]


@pytest.mark.parametrize("written", ["東京", "とうきょう", "서울", "กรุงเทพ", "ဗမာ", "ភ្នំពេញ", "in 東京"])
def test_scripts_without_spaces(written: str) -> None:
    assert is_undivided(written)


@pytest.mark.parametrize("written", ["Tokyo", "Москва", "القاهرة", "दिल्ली", "Ελλάδα", "2026"])
def test_scripts_with_spaces(written: str) -> None:
    assert not is_undivided(written)
