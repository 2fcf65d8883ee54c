"""How much less a host is asked that refuses."""

import pytest

from crawler.strain import CALM, KEPT_OUT, LONGEST_PAUSE, LONGEST_REST, Strain


def after(*statuses: int) -> Strain:
    strain = CALM
    for status in statuses:
        strain = strain.after(status)
    return strain


@pytest.mark.parametrize(
    ("statuses", "level"),
    [
        ([], 0),
        ([200, 304, 404], 0),
        ([503], 1),
        ([429, 503, 503], 3),
        ([503, 503, 200], 1),
        ([503, 200, 200, 200], 0),
        ([503, 500, 502], 1),
        ([403] * (KEPT_OUT - 1), 0),
        ([403] * KEPT_OUT, 1),
        ([401] * (KEPT_OUT + 2), 3),
        ([403, 403, 403, 200, 403, 403, 403], 0),
        ([503] * 1000, 12),
    ],
)
def test_refusals_add_up_and_good_answers_take_them_away(statuses: list[int], level: int) -> None:
    assert after(*statuses).level == level


def test_each_refusal_doubles_the_rest_up_to_a_bound() -> None:
    rests = [after(*[503] * count).rest(None, 10) for count in (1, 2, 3, 9, 10, 99)]
    assert rests == [10, 20, 40, 2560, LONGEST_REST, LONGEST_REST]


def test_what_a_host_asks_for_is_kept_and_doubled_where_it_refuses_at_that_time_too() -> None:
    asked = [after(*[429] * count).rest(seconds, 10) for count, seconds in ((1, 1.0), (3, 1.0), (2, 86400.0))]
    assert asked == [1, 4, 86400]
    assert after(429).rest(0.0, 10) == 10


def test_the_pause_grows_with_them_up_to_a_bound_and_is_never_shorter() -> None:
    pauses = [after(*[503] * count).pause(1.0) for count in (0, 1, 3, 9)]
    assert pauses == [1, 2, 8, LONGEST_PAUSE]
    assert after(503).pause(300.0) == 300
    assert after(503).pause(0.0) == 0


def test_a_locked_page_is_no_refusal_until_all_are_locked() -> None:
    assert not after(403).is_refusal(403)
    assert after(*[403] * KEPT_OUT).is_refusal(403)
    assert after(503).is_refusal(503)
    assert not after(503, 200).is_refusal(200)
