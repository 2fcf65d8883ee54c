"""One story once: shorter keys for finding copies, what is shared with the original both ways, updates, and
what a person has taken out of a story.
"""

import hashlib
import heapq
import re
import unicodedata
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
_BATCH = 200
"""Texts held in memory at a time."""


def upgrade() -> None:
    op.add_column("articles", sa.Column("coverage", sa.Double()))
    op.create_table(
        "updates",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_updates_article_id_articles", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["articles.id"], name="fk_updates_earlier_id_articles", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_updates"),
    )
    op.create_index("ix_updates_earlier_id", "updates", ["earlier_id"])
    op.create_table(
        "apart",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_apart_article_id_articles", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["articles.id"], name="fk_apart_other_id_articles", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "other_id", name="pk_apart"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_apart_other_id", "apart", ["other_id"])
    # What was shared was measured the same both ways until now.
    op.execute("UPDATE articles SET coverage = similarity WHERE similarity IS NOT NULL")
    _make_keys()


def _make_keys() -> None:
    """Put the keys of every text in the place of its bands, which find only what is hardly edited."""
    connection = op.get_bind()
    bands = sa.table("bands", sa.column("key", sa.BigInteger()), sa.column("article_id", sa.Integer()))
    articles = sa.table("articles", sa.column("id", sa.Integer()), sa.column("text", sa.Text()))
    connection.execute(sa.delete(bands))
    batch = sa.select(articles).order_by(articles.c.id).limit(_BATCH)
    last = 0
    while found := connection.execute(batch.where(articles.c.id > last)).all():
        rows = [{"key": key, "article_id": row.id} for row in found for key in keys_of(row.text)]
        if rows:
            connection.execute(sa.insert(bands), sorted(rows, key=lambda row: row["key"]))
        last = found[-1].id


# How keys were made when this step was written; it must not change with pipelines/fingerprint.py. Should that
# ever make others, a step of its own brings them.

_UNDIVIDED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
_SIGNS = "".join(c for c in map(chr, range(0x0900, 0x0E00)) if unicodedata.category(c) in ("Mn", "Mc"))
_LETTER = rf"[^\W_{_UNDIVIDED}]"
_WORDS = re.compile(rf"[{_UNDIVIDED}]|{_LETTER}+(?:[{_SIGNS}][\u200c\u200d]?|{_LETTER})*")
_ONE_UNDIVIDED = re.compile(f"[{_UNDIVIDED}]")

# What is not seen, or is often left out: soft hyphens, joiners and marks of direction; the accents of Latin,
# Greek and Cyrillic; the points of Hebrew; the vowels and the stretching of Arabic.
_LOST = re.compile(
    "[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u0655\u0670]"
)
# Letters that are not an accented one in Unicode, and yet are written so where accents are lost.
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe"}
    | {"ı": "i", "ß": "ss", "ð": "d", "þ": "th"}
)
# 1,000 = 1.000 = 1 000 = 1’000, and 0,5 = 0.5; a space only before three digits.
_IN_NUMBER = re.compile(r"(?<=\d)[.,'’٫٬](?=\d)|(?<=\d)(?<!\d{4})[ \u00a0](?=\d{3}(?!\d))")
_DIGITS_ELSEWHERE = re.compile(r"[^\x00-\x7f]")
_IN_WORD = re.compile(r"(?<=[^\W\d_])['’ʼ`´](?=[^\W\d_])")


def _folded(text: str) -> str:
    if not text.isascii():
        text = _LOST.sub("", unicodedata.normalize("NFKD", text))
        text = unicodedata.normalize("NFKC", text).translate(_PLAIN)
        if any(c.isdigit() and not c.isascii() for c in set(text)):
            text = _DIGITS_ELSEWHERE.sub(lambda found: _ascii_digit(found[0]), text)
    return _IN_WORD.sub("", _IN_NUMBER.sub("", text))


def _ascii_digit(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)


_KEYS, _RUN, _RUN_OF_LETTERS, _FEWEST_RUNS = 16, 5, 9, 12


def keys_of(text: str) -> list[int]:
    runs = set(_runs(_WORDS.findall(_folded(text).casefold())))
    return heapq.nsmallest(_KEYS, map(_hash, runs)) if len(runs) >= _FEWEST_RUNS else []


def _runs(words: Sequence[str]) -> Iterator[str]:
    # A run is whole where it holds RUN words or RUN_OF_LETTERS letters, each letter counting for a part of a
    # word: so a text in which both are mixed gives the same runs wherever it is cut.
    weights = [_RUN if len(word) == 1 and _ONE_UNDIVIDED.match(word) else _RUN_OF_LETTERS for word in words]
    whole = _RUN * _RUN_OF_LETTERS
    end = weight = 0
    for begin, own in enumerate(weights):
        while weight < whole and end < len(words):
            weight += weights[end]
            end += 1
        if weight < whole:
            return
        yield " ".join(words[begin:end])
        weight -= own


def _hash(run: str) -> int:
    digest = hashlib.blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
