"""What a crawl and the service log, and what of it the user sees; always on stderr."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.safe_lines import SafeLines, safe_line
from storage.redacted import without_secrets

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.cli.invocation import Invocation
    from crawler.desk import Desk


def show_logs(invocation: "Invocation", desk: "Desk") -> None:
    """Log a crawl as the settings say.

    Of Scrapy's own loggers only errors are shown, unless --debug or a LOG_LEVEL asks for more: their warnings
    give advice on settings to whoever writes spiders.
    """
    from scrapy.utils.log import configure_logging

    # A handler of our own: Scrapy would replace its own one by another at each crawl.
    configure_logging({"LOG_INSTALL_ROOT_HANDLER": False, "LOG_STDOUT": desk.settings["LOG_STDOUT"]})
    root = logging.getLogger()
    for earlier in [each for each in root.handlers if isinstance(each.formatter, SafeLines)]:
        root.removeHandler(earlier)
    root.addHandler(_handler(desk.settings))
    root.setLevel(logging.NOTSET)
    if not _is_asked_for_more(invocation):
        logging.getLogger("scrapy").setLevel(logging.ERROR)


def _handler(settings: "BaseSettings") -> logging.Handler:
    """Where a crawl's log goes by Scrapy's settings: https://docs.scrapy.org/en/latest/topics/logging.html"""
    handler: logging.Handler = logging.NullHandler()
    if file := settings.get("LOG_FILE"):
        mode = "a" if settings.getbool("LOG_FILE_APPEND") else "w"
        handler = logging.FileHandler(file, mode=mode, encoding=settings.get("LOG_ENCODING"))
    elif settings.getbool("LOG_ENABLED"):
        handler = logging.StreamHandler()
    lines = logging.Formatter(settings.get("LOG_FORMAT"), settings.get("LOG_DATEFORMAT"))
    handler.setFormatter(SafeLines(lines))
    handler.setLevel(settings.get("LOG_LEVEL"))
    return handler


@contextmanager
def service_logs(invocation: "Invocation") -> Iterator[None]:
    """Log the service as [service] log says, for a person or for a machine, from INFO on or by LOG_LEVEL.

    A line belongs to the run that it was logged in (crawler/log_context.py), or to the `extra={"source": …,
    "run": …}` of its call; `extra={"data": {…}}` gives a machine values that the message does not have.
    """
    from scrapy.utils.log import configure_logging

    from crawler.desk import scrapy_settings

    config = invocation.config()
    settings = scrapy_settings(config)
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    configure_logging(settings)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if config.service.log == "json" else PlainLines())
    level = config.scrapy.get("LOG_LEVEL", logging.DEBUG if invocation.debug else logging.INFO)
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(level)
    quiet = {} if _is_asked_for_more(invocation) else {"scrapy": logging.ERROR, "apscheduler": logging.ERROR}
    for name, least in quiet.items():
        logging.getLogger(name).setLevel(least)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        for name in quiet:
            logging.getLogger(name).setLevel(logging.NOTSET)


def _is_asked_for_more(invocation: "Invocation") -> bool:
    return invocation.debug or "LOG_LEVEL" in invocation.config().scrapy


class PlainLines(logging.Formatter):
    """Lines for a person: time, level, source and run, what."""

    def format(self, record: logging.LogRecord) -> str:
        source, run = _origin(record)
        where = " ".join(part for part in (source, f"#{run}" if run is not None else "") if part)
        parts = (_time(record, "seconds"), record.levelname.lower(), where, record.getMessage())
        told = "  ".join(part for part in parts if part)
        if record.exc_info:
            told += "\n" + self.formatException(record.exc_info)
        return safe_line(told)


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        source, run = _origin(record)
        line: dict[str, Any] = {
            "at": _time(record, "milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        line |= {"source": source} if source else {}
        line |= {"run": run} if run is not None else {}
        if data := getattr(record, "data", None):
            line["data"] = _redacted(data)
        if record.exc_info:
            line["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, default=str)


def _redacted(value: Any) -> Any:
    match value:
        case str():
            return without_secrets(value)
        case dict():
            return {key: _redacted(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_redacted(inner) for inner in value]
        case _:
            return value


def _origin(record: logging.LogRecord) -> tuple[str | None, int | None]:
    from crawler.log_context import logged_run

    named = getattr(record, "source", None), getattr(record, "run", None)
    return named if named != (None, None) else (logged_run() or (None, None))


def _time(record: logging.LogRecord, precision: str) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
