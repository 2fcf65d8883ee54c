"""Reads and writes spans of time as people do: "15 min", "6h", "1 day"."""

import re
from datetime import timedelta

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_NAMES = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
}
_SHOWN = {"w": "weeks", "d": "days", "h": "h", "m": "min", "s": "s"}
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([a-z]+)", re.IGNORECASE)


def read_duration(text: str) -> timedelta:
    """The span that `text` means: a number and a unit. Raises ValueError, which says what would be one."""
    match = _DURATION.fullmatch(text.strip())
    unit = _NAMES.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise ValueError(f"{text!r} is no span of time: write one like 30 s, 15 min, 6 h, 1 day or 2 weeks")
    return timedelta(seconds=float(match[1]) * _SECONDS[unit])


def shown_duration(span: timedelta) -> str:
    """A span in its largest whole unit, as `read_duration` takes it: "90 min", "2 days"."""
    seconds = round(span.total_seconds())
    for unit, name in _SHOWN.items():
        if seconds >= _SECONDS[unit] and seconds % _SECONDS[unit] == 0:
            number = seconds // _SECONDS[unit]
            return f"{number} {name.removesuffix('s') if number == 1 and unit in 'dw' else name}"
    return f"{span.total_seconds():g} s"
