"""The clock of the machine is set, and that is noticed; that a machine sleeps is no such thing."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.service.clock import ClockWatch

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("passed", "shown", "jump"),
    [
        (1, timedelta(seconds=1), None),
        (60, timedelta(seconds=62), None),  # a clock that is being kept right
        (1, -HOUR, -HOUR - timedelta(seconds=1)),
        (1, HOUR, HOUR - timedelta(seconds=1)),
        (86400, timedelta(days=1), None),  # asleep for a day: both clocks went on
    ],
)
def test_a_clock_that_was_set_is_noticed(passed: float, shown: timedelta, jump: timedelta | None) -> None:
    wall, awake = NOON, 500.0
    watch = ClockWatch(lambda: wall, lambda: awake)
    wall, awake = NOON + shown, 500.0 + passed
    assert watch.jump() == jump
    assert watch.jump() is None
