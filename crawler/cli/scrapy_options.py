"""Looks over settings of Scrapy before a crawl begins: a wrong value would show itself late, or never."""

import difflib
import json
import math
from collections.abc import Mapping
from typing import Any

from crawler.cli.failures import WrongUsage
from crawler.cli.terminal import note

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_TRUTHS = {"true", "false", "True", "False", "0", "1"}
"""What Scrapy's `getbool` takes."""
_SECONDS = ("DELAY", "TIMEOUT", "WAIT", "AUTOTHROTTLE")
"""Parts of the names whose values need not be whole, though the defaults are."""
_OURS = ("COPYDESK_CONFIG",)


def check_settings(settings: Mapping[str, Any], where: str) -> None:
    """Raise WrongUsage for a value that cannot be; warn of a name that neither Scrapy nor copydesk knows.

    `where` stands before the name in what is told.
    """
    if not settings:
        return
    known = _defaults()
    for name, value in settings.items():
        if name not in known:
            near = difflib.get_close_matches(name.upper(), known, n=2)
            meant = f": did you mean {' or '.join(near)}?" if near else ""
            note(f"{where}{name} is no setting that Scrapy or copydesk knows{meant}")
        elif allowed := _problem(name, value, known[name]):
            raise WrongUsage(f"{where}{name}={value}: allowed is {allowed}")


def _defaults() -> dict[str, Any]:
    from scrapy.settings import default_settings

    from crawler import settings

    modules = (vars(default_settings), vars(settings))
    return {
        name: value for module in modules for name, value in module.items() if name.isupper()
    } | dict.fromkeys(_OURS, "")


def _problem(name: str, value: Any, default: Any) -> str | None:
    """What is allowed instead of `value`; None if it may stand."""
    match default:
        case _ if name == "LOG_LEVEL":
            fine = str(value).upper() in _LEVELS or str(value).isdecimal()
            return None if fine else ", ".join(_LEVELS)
        case bool():
            return None if str(value) in _TRUTHS else "true or false"
        case int() | float():
            whole = isinstance(default, int) and not any(part in name for part in _SECONDS)
            least = 1 if name.startswith("CONCURRENT_") else -math.inf if "PRIORITY" in name else 0
            return None if _is_number(value, whole, least) else _numbers(whole, least)
        case dict():
            return None if isinstance(value, Mapping) or _is_table(str(value)) else "a table, as JSON"
    return None


def _is_number(value: Any, whole: bool, least: float) -> bool:
    try:
        number = int(str(value)) if whole else float(str(value))
    except ValueError:
        return False
    return math.isfinite(number) and number >= least


def _numbers(whole: bool, least: float) -> str:
    return f"a {'whole ' if whole else ''}number" + (f", {least:.0f} or more" if math.isfinite(least) else "")


def _is_table(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
