"""Whether two texts are the same, exactly or nearly."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.fingerprint import KEYS, fingerprint, resemblance, words_of

WORDS = [f"word{number}" for number in range(400)]
TEXT = " ".join(WORDS)
GOLDEN_HASH = "7fb4e9675b8d2f5dff0916e4735aac056ed21d2f2865e86ca552c518ebdd3cf5"
GOLDEN_KEYS = (-9195405446956354819, -9173763397328156149)


def test_spacing_case_and_punctuation_do_not_tell_texts_apart() -> None:
    assert fingerprint("The bridge, “closed”!\nAgain.") == fingerprint("the  BRIDGE closed again")
    assert fingerprint("The bridge closed").text_hash != fingerprint("The bridge opened").text_hash


def test_a_signature_stays_the_same_across_versions() -> None:
    """What is stored must be found again: another value here means that every stored band is lost."""
    found = fingerprint(TEXT)
    assert found.text_hash == GOLDEN_HASH
    assert found.bands[:2] == GOLDEN_KEYS


def test_bands_are_signed_64_bit_integers() -> None:
    bands = fingerprint(TEXT).bands
    assert len(set(bands)) == KEYS
    assert all(-(2**63) <= band < 2**63 for band in bands)


@pytest.mark.parametrize("text", ["", "...", "Too short to tell", "one two three four five six"])
def test_a_few_words_have_no_bands(text: str) -> None:
    assert fingerprint(text).bands == ()


def test_words_of_scripts_without_spaces_are_letters() -> None:
    assert words_of("大桥关闭 bridge") == ["大", "桥", "关", "闭", "bridge"]
    assert len(fingerprint("大桥关闭三周，官员周一表示，以便工程师检查缆绳和桥塔。").bands) == KEYS


def test_near_duplicates_share_a_band_and_unlike_texts_do_not() -> None:
    draw = random.Random(7)
    found = 0
    for _ in range(50):
        edited = list(WORDS)
        for place in draw.sample(range(len(WORDS)), 8):  # each breaks three shingles: about 0.88 in common
            edited[place] = f"edit{place}"
        text = " ".join(edited)
        assert 0.8 < resemblance(TEXT, text) < 0.95
        found += bool(set(fingerprint(TEXT).bands) & set(fingerprint(text).bands))
    assert found == 50
    other = " ".join(f"other{number}" for number in range(400))
    assert not set(fingerprint(TEXT).bands) & set(fingerprint(other).bands)
    assert resemblance(TEXT, other) == 0


@given(st.text(max_size=200), st.text(max_size=200))
def test_resemblance_is_symmetric_and_one_for_the_same(one: str, other: str) -> None:
    assert resemblance(one, other) == resemblance(other, one)
    assert 0 <= resemblance(one, other) <= 1
    assert resemblance(one, one) == 1


@given(st.text(alphabet=st.characters(), max_size=100))
def test_any_text_has_a_fingerprint(text: str) -> None:
    assert len(fingerprint(text).text_hash) == 64
