"""Keeps the makes of an article's lines short: most paragraphs stand in the same kind of block.

["p<article", "p<article", "li<ul<article"] is kept as [["p<article", 2], ["li<ul<article", 1]].
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any


def packed(makes: Iterable[str]) -> list[list[Any]]:
    """Each make that stands there in a row, and how many times it does."""
    return [[make, sum(1 for _ in same)] for make, same in groupby(makes)]


def unpacked(runs: Iterable[Sequence[Any]]) -> tuple[str, ...]:
    """The makes again, one for each line."""
    return tuple(make for make, times in runs for _ in range(times))
