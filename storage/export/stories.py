"""Chooses the one article of each story that is written out."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from storage.export.idset import IdSet


def one_per_story(found: Iterable[Sequence[Any]]) -> IdSet:
    """The ids chosen among those found: (id, duplicate_of) of each, in the order of their ids.

    A story's original, if it is among them; else the first of its copies that is.
    """
    chosen = IdSet()
    copies, roots = array("q"), array("q")
    for number, root in found:
        if root is None:
            chosen.add(number)
        else:
            copies.append(number)
            roots.append(root)
    told = IdSet()
    for number, root in zip(copies, roots, strict=True):
        if root not in chosen and root not in told:
            told.add(root)
            chosen.add(number)
    return chosen
