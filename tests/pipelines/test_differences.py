"""Word by word: what is removed and added, in any script, and in a time that a long text can afford."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.differences import Fate, word_diff, words_changed

MARKS = {Fate.SAME: "{}", Fate.REMOVED: "[-{}-]", Fate.ADDED: "{{+{}+}}"}


def marked(then: str, now: str) -> str:
    return "".join(MARKS[stretch.fate].format(stretch.text) for stretch in word_diff(then, now))


@pytest.mark.parametrize(
    ("then", "now", "shown"),
    [
        ("5 killed on Monday", "7 killed on Monday", "[-5-]{+7+} killed on Monday"),
        ("old text here is", "new words here is", "[-old text-]{+new words+} here is"),
        ("It costs 1,200 now", "It costs 1,300 now", "It costs [-1,200-]{+1,300+} now"),
        ("It isn't so", "It wasn't so", "It [-isn't-]{+wasn't+} so"),
        ("a b", "a b", "a b"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("one\ntwo\nthree", "one\nthree", "one\n[-two\n-]three"),
        ("It is so.", "It is so.\nIt is new.", "It is so.{+\nIt is new.+}"),
        ("我们在北京开会。", "我们在上海开会。", "我们在[-北京-]{+上海+}开会。"),
        ("नमस्ते दुनिया", "नमस्ते भारत", "नमस्ते [-दुनिया-]{+भारत+}"),
        ("เขาไปกรุงเทพ", "เขามากรุงเทพ", "เขา[-ไป-]{+มา+}กรุงเทพ"),
        ("the end, he said.", "the end, she said.", "the end, [-he-]{+she+} said."),
    ],
)
def test_words(then: str, now: str, shown: str) -> None:
    assert marked(then, now) == shown


@given(st.text("ab \n,c文", max_size=40), st.text("ab \n,c文", max_size=40))
def test_both_texts_can_be_read_from_it(then: str, now: str) -> None:
    stretches = word_diff(then, now)
    assert "".join(part.text for part in stretches if part.fate is not Fate.ADDED) == then
    assert "".join(part.text for part in stretches if part.fate is not Fate.REMOVED) == now
    assert all(part.text for part in stretches)
    assert then != now or [part.fate for part in stretches] in ([], [Fate.SAME])


def test_words_are_counted() -> None:
    assert words_changed(word_diff("5 were killed, he said.", "7 were killed on Monday, he said.")) == (3, 1)


def text(seed: int, words: list[str], *, lines: bool) -> str:
    draw = random.Random(seed)
    written = draw.choices(words, k=100_000)
    parts = [" ".join(written[start : start + 50]) for start in range(0, len(written), 50)]
    return ("\n" if lines else " ").join(parts)


MANY = [f"w{number}" for number in range(5_000)]
FEW = ["the", "a", "of"]
LONG = {
    "a word in a hundred": (text(1, MANY, lines=True), None),
    "the same in one line": (text(1, MANY, lines=False), None),
    "another text": (text(1, MANY, lines=True), text(2, MANY, lines=True)),
    "three words again and again": (text(1, FEW, lines=False), text(2, FEW, lines=False)),
}


@pytest.mark.parametrize(("then", "now"), LONG.values(), ids=LONG)
def test_a_hundred_thousand_words_take_seconds(then: str, now: str | None) -> None:
    if now is None:
        words = then.split(" ")
        words[::100] = [f"edit{number}" for number in range(len(words[::100]))]
        now = " ".join(words)
    begun = time.process_time()
    stretches = word_diff(then, now)
    assert time.process_time() - begun < 20  # a quadratic way takes hours
    assert "".join(part.text for part in stretches if part.fate is not Fate.REMOVED) == now
