"""When a source publishes (stand-in)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Nothing yet."""


def to_json(rhythm: Rhythm) -> dict[str, Any]:
    return {}


def from_json(value: Mapping[str, Any] | None) -> Rhythm:
    return Rhythm()


def heard(rhythm: Rhythm, stories: Sequence[datetime], now: datetime) -> Rhythm:
    return rhythm


def next_visit(rhythm: Rhythm, now: datetime, *, shortest: timedelta, longest: timedelta) -> datetime:
    return now + shortest


def expected(rhythm: Rhythm, since: datetime, until: datetime) -> float:
    return 0.0
