"""A set of ids behaves as a set, and one of each story is chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.export.idset import IdSet
from storage.export.stories import one_per_story

NUMBERS = st.sets(st.integers(min_value=1, max_value=5_000))


@given(NUMBERS, st.integers(min_value=1, max_value=5_100))
def test_set_of_ids_is_a_set_in_order(numbers: set[int], asked: int) -> None:
    ids = IdSet(numbers)
    assert list(ids) == sorted(numbers)
    assert len(ids) == len(numbers)
    assert (asked in ids) == (asked in numbers)


@pytest.mark.parametrize(
    ("found", "chosen"),
    [
        ([], []),
        ([(1, None), (2, 1), (3, None)], [1, 3]),
        ([(2, 1), (3, 1), (4, None)], [2, 4]),
        ([(2, 9), (3, 9), (9, None)], [9]),  # a root may have a later id than its copies
        ([(2, 9), (3, 8), (4, 9)], [2, 3]),
    ],
)
def test_story_is_its_first_article_or_else_its_first_copy(
    found: list[tuple[int, int | None]], chosen: list[int]
) -> None:
    assert list(one_per_story(found)) == chosen
