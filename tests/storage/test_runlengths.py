"""Run-lengths: short for what repeats, and the same makes again."""

import pytest

from storage.runlengths import packed, unpacked

CASES = {
    "none": ((), []),
    "one": (("p",), [["p", 1]]),
    "a make that comes back": (("p", "p", "li", "p"), [["p", 2], ["li", 1], ["p", 1]]),
    "unknown makes": (("", "", "p"), [["", 2], ["p", 1]]),
}


@pytest.mark.parametrize(("makes", "runs"), CASES.values(), ids=CASES)
def test_makes_are_packed_and_come_back(makes: tuple[str, ...], runs: list[list[object]]) -> None:
    assert packed(makes) == runs
    assert unpacked(runs) == makes
