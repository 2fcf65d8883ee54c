"""copydesk.toml: what it may hold, how it is read, and the commented file that `copydesk init` writes."""

import difflib
import json
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from crawler.schedule.durations import read_duration, shown_duration

CONFIG_FILE = Path("copydesk.toml")
"""Read from the current folder where no file is named."""


class ConfigError(Exception):
    """The configuration cannot be used: the message names the file, the key and what is allowed."""


def _setting(default: Any, meaning: str, allowed: str, **limits: Any) -> Any:
    """A key: `meaning` goes into the commented file, `allowed` there and into the error for a wrong value."""
    return Field(default, description=meaning, json_schema_extra={"allowed": allowed}, **limits)


def _span(value: Any) -> Any:
    return read_duration(value) if isinstance(value, str) else value


Span = Annotated[timedelta, BeforeValidator(_span)]
"""Written "15 min"."""


def _hosts(value: list[str]) -> list[str]:
    if value:
        # Here: it brings what parses URLs, and most files name no host.
        from crawler.addresses import guard_of

        guard_of((), value)
    return value


Hosts = Annotated[list[str], AfterValidator(_hosts)]
"""Each with or without a port."""


def _reservation(value: str) -> str:
    # Here: it brings what reads robots.txt, and most files name none.
    from crawler.rights import no_reservation

    if why := no_reservation(value):
        raise PydanticCustomError(_OF_A_NAME, "has {name}, which {why}", {"name": _shown(value), "why": why})
    return value


_SPAN = "a span of time such as 30 s, 15 min, 6 h or 1 day"
_OF_TWO_KEYS = "of two keys"
"""The type of an error that is about a table's keys together; its message begins with one of them."""
_OF_A_NAME = "of a name"
"""That of an error about one name in a list; its message goes on from the key."""


class _Table(BaseModel):
    # strict: `delay = "1"` and `obey_robots = 1` are mistakes, not numbers and truths written differently
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CrawlConfig(_Table):
    """[crawl]: how sites are fetched."""

    delay: float = _setting(
        1.0,
        "Seconds between two requests to one host; a longer Crawl-delay in robots.txt wins.",
        "a number of seconds from 0 to 3600",
        ge=0,
        le=3600,
    )
    crawls_at_once: int = _setting(
        16,
        "Sources crawled at the same time; each host still gets one request at a time.",
        "a whole number from 1 to 1000",
        ge=1,
        le=1000,
    )
    download_timeout: float = _setting(
        30.0, "Seconds until a fetch is given up.", "a number of seconds from 1 to 3600", ge=1, le=3600
    )
    max_body: int = _setting(
        8_000_000,
        "Largest page read, in bytes after decompression.",
        "a whole number of bytes, 1000 or more",
        ge=1000,
    )
    retries: int = _setting(
        2,
        "Further tries within a run after a time-out, a dropped connection or a server error.",
        "a whole number from 0 to 20",
        ge=0,
        le=20,
    )
    retry_wait: float = _setting(
        5.0,
        "Seconds before the first of them; each further one waits three times as long, 45 s at most.",
        "a number of seconds from 0.1 to 45",
        ge=0.1,
        le=45,
    )
    obey_robots: bool = _setting(True, "Whether robots.txt is obeyed.", "true or false")
    ports: list[Annotated[int, Field(ge=1, le=65535)]] = _setting(
        [80, 443, 8080, 8443],
        "Ports at which pages are fetched; what strangers name at others is not asked for.",
        "a list of one or more numbers from 1 to 65535",
        min_length=1,
    )
    allow_private: Hosts = _setting(
        [],
        "Hosts that may be fetched though their address is not a public one: 10.0.0.7, wiki:8090, …\n"
        "It holds for crawls that begin there: of sources with such a home, of addresses given by hand.\n"
        "Without a port: those of `ports`, and the one at which the crawl begins.",
        "a list of host names or addresses, without http://",
    )
    pages_per_run: int | None = _setting(
        None,
        "Most pages fetched of one source in one run; without it, all that are due.",
        "a whole number, 1 or more",
        ge=1,
    )
    news_candidates: int = _setting(
        2000,
        "Most addresses not known yet that are taken from feeds and section pages in one run of a source.",
        "a whole number, 1 or more",
        ge=1,
    )
    sitemap_candidates: int = _setting(
        2000,
        "Most addresses taken from sitemaps in one run of a source, the newest first.",
        "a whole number, 1 or more",
        ge=1,
    )


class WorkersConfig(_Table):
    """[workers]: the processes that turn pages into articles."""

    processes: int | None = _setting(
        None,
        "How many processes; without it, one for each CPU.",
        "a whole number from 1 to 256",
        ge=1,
        le=256,
    )
    page_timeout: float = _setting(
        20.0,
        "Seconds that reading one page may take; over it, the page is rejected.",
        "a number of seconds from 0.1 to 3600",
        ge=0.1,
        le=3600,
    )
    memory: int = _setting(
        1000,
        "Megabytes that a worker process may use; over it, the page is rejected and the process replaced.",
        "a whole number of megabytes from 200 to 100000",
        ge=200,
        le=100_000,
    )
    pages_per_worker: int = _setting(
        500,
        "Pages after which a worker process is replaced, which bounds its memory.",
        "a whole number, 1 or more",
        ge=1,
    )


class CleaningConfig(_Table):
    """[cleaning]: what is taken out of a text, beside its headline and the page around it."""

    keep: list[str] = _setting(
        [],
        "Rules whose lines stay in the text, by the names that `copydesk show ID --removed` gives them,\n"
        'such as "fact box" or "named: ad"; "named" alone stands for all that begin with it and a colon.',
        "a list of names of rules",
    )
    learn: bool = _setting(
        True,
        "Whether what a source repeats from article to article is learned, and taken out.",
        "true or false",
    )
    templates: bool = _setting(
        True,
        "Whether it is learned how the pages of a source are made, and those that are made so are read by\n"
        "that: several times as fast, and checked. docs/templates.md tells more.",
        "true or false",
    )


class RightsConfig(_Table):
    """[rights]: what publishers reserve."""

    exclude: list[Annotated[str, AfterValidator(_reservation)]] = _setting(
        [],
        "Articles with one of these reservations are not stored: a whole one as `copydesk show` tells it\n"
        '("meta: noai"), its place ("robots"), or what it says ("tdm-reservation", "noarchive"); "all" for\n'
        "any. They are recorded with each article; docs/rights.md tells what they mean.",
        "a list of reservations, of places, or of what they say",
    )


class ScheduleConfig(_Table):
    """[schedule]: when what is known is looked at again."""

    shortest: Span = _setting(
        timedelta(minutes=5),
        'Shortest time between two visits of a source that is crawled "auto".',
        f"{_SPAN}, 1 s or more",
        ge=timedelta(seconds=1),
    )
    longest: Span = _setting(
        timedelta(days=1),
        "Longest time between two such visits, while the source is well.",
        f"{_SPAN}, 1 min or more and no less than shortest",
        ge=timedelta(minutes=1),
    )
    sitemaps: Span = _setting(
        timedelta(hours=1),
        "How often sitemaps are asked of a source whose feed is asked at every visit.",
        _SPAN,
    )
    heed: Span = _setting(
        timedelta(hours=1),
        "The longest wait that a seed's own word is taken for: Cache-Control, Expires, ttl, updatePeriod.\n"
        "A Retry-After is always kept.",
        _SPAN,
    )
    look_again: Span = _setting(
        timedelta(days=30),
        "Up to what age articles are looked at again, at growing intervals, for edits; 0 s: never.",
        _SPAN,
    )
    longest_run: Span = _setting(
        timedelta(minutes=10),
        "After so long a run ends, and fresh news of its source are looked for before old pages go on.",
        f"{_SPAN}, 1 s or more",
        ge=timedelta(seconds=1),
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.shortest > self.longest:
            raise PydanticCustomError(
                _OF_TWO_KEYS,
                'shortest = "{shortest}" is more than schedule.longest = "{longest}"; '
                "allowed is as much or less",
                {"shortest": shown_duration(self.shortest), "longest": shown_duration(self.longest)},
            )
        return self


class ServiceConfig(_Table):
    """[service]: `copydesk run`."""

    stop_within: Span = _setting(
        timedelta(seconds=30),
        "How long a stop waits for what is under way before it breaks it off.",
        f"{_SPAN}; 0 s: not at all",
        ge=timedelta(0),
    )
    lease: Span = _setting(
        timedelta(seconds=60),
        "A process that shows no sign of life for so long is taken for dead, and another takes over.",
        f"{_SPAN}, 1 s or more",
        ge=timedelta(seconds=1),
    )
    memory: int | None = _setting(
        None,
        "Megabytes of all its processes above which no further crawl begins; without it, no limit.",
        "a whole number, 200 or more",
        ge=200,
    )
    metrics: str | None = _setting(
        None,
        "Address and port at which Prometheus may ask for metrics; without it, none are served.",
        "an address and a port, such as 127.0.0.1:9187",
        pattern=r"^[^\s:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$",
    )
    on_change: str | None = _setting(
        None,
        "Told when a source's state changes: a command, which gets JSON on its standard input, or the\n"
        "address of a webhook, to which it is posted.",
        "a command, or an address that begins with http:// or https://",
        min_length=1,
    )
    log: Literal["text", "json"] = _setting("text", "How it logs.", '"text" or "json"')


class Config(_Table):
    """All of copydesk.toml. Immutable; a missing key has its default."""

    database: str = _setting(
        "copydesk.sqlite",
        "An SQLite file (a relative path starts at this file's folder), or a URL such as\n"
        "postgresql+psycopg://user@host/name.",
        "the path of an SQLite file, or a database URL",
        min_length=1,
    )
    contact: str | None = _setting(
        None,
        "Who a site's owner can write to: an e-mail address or a web page. It is sent with each request.",
        "an e-mail address or a web page's address, on one line",
        min_length=1,
        pattern=r"^[^\x00-\x1f\x7f]+$",  # it becomes part of a header
    )
    crawl: CrawlConfig = CrawlConfig()
    workers: WorkersConfig = WorkersConfig()
    cleaning: CleaningConfig = CleaningConfig()
    rights: RightsConfig = RightsConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    service: ServiceConfig = ServiceConfig()
    scrapy: dict[str, Any] = _setting(
        {}, "Any setting of Scrapy, by its own name.", "a table of NAME = value"
    )


def load_config(path: Path | None = None) -> Config:
    """The configuration in `path`; without one, in ./copydesk.toml if it is there, else the defaults.

    A relative database path starts at the file's folder, so that a command gives the same from anywhere.
    Raises ConfigError.
    """
    file = path or CONFIG_FILE
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if path is None:
            return Config()
        raise ConfigError(f"{file}: no such file; `copydesk --config {file} init` writes one") from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 text, as TOML has to be (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not valid TOML: {error}") from error
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors(include_url=False)]
        raise ConfigError("\n".join(f"{file}: {problem}" for problem in problems)) from error
    return config.model_copy(update={"database": _database_beside(file, config.database)})


def _database_beside(file: Path, database: str) -> str:
    if "://" in database:
        return database
    return str(file.parent / Path(database).expanduser())


def _problem(detail: ErrorDetails) -> str:
    """One thing wrong with the file: the key, what stands there, what is allowed."""
    keys = [str(key) for key in detail["loc"] if not isinstance(key, int)]  # of a list, the whole is named
    table: type[BaseModel] = Config
    for key in keys[:-1]:
        inner = table.model_fields[key].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        table = inner
    if detail["type"] == _OF_TWO_KEYS:
        return f"{'.'.join(keys)}.{detail['msg']}"
    if detail["type"] == _OF_A_NAME:
        return f"{'.'.join(keys)} {detail['msg']}"
    if detail["type"] == "extra_forbidden":
        return _unknown_key(keys, table)
    allowed = _allowed(table.model_fields[keys[-1]]) if keys[-1] in table.model_fields else detail["msg"]
    return f"{'.'.join(keys)} = {_shown(detail['input'])} is not allowed; allowed is {allowed}"


def _unknown_key(keys: list[str], table: type[BaseModel]) -> str:
    """Says what the key was meant to be: a misspelt one of its table, or one of another table."""
    homes = {
        key: f"{name}.{key}"
        for name, field in Config.model_fields.items()
        for key in getattr(field.annotation, "model_fields", {})
    }
    known = {**homes, **{key: ".".join([*keys[:-1], key]) for key in table.model_fields}}
    near = difflib.get_close_matches(keys[-1].lower(), known, n=1)
    meant = f"did you mean {known[near[0]]}? " if near else ""
    where = f"in [{'.'.join(keys[:-1])}]" if keys[:-1] else "at the top of the file"
    return f"{'.'.join(keys)} is no such key; {meant}allowed {where}: {', '.join(table.model_fields)}"


def _allowed(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra["allowed"]) if isinstance(extra, dict) and "allowed" in extra else "a table"


def _shown(value: Any) -> str:
    text = repr(shown_duration(value) if isinstance(value, timedelta) else value)
    return text if len(text) <= 60 else text[:59] + "…"


def default_toml(database: str | None = None) -> str:
    """The commented file that `copydesk init` writes: every key with its meaning and default.

    With `database`, that key is set.
    """
    lines = ["# copydesk's settings, with their defaults. To change one, take away the # before its key.", ""]
    for name, field in Config.model_fields.items():
        table = field.annotation
        if isinstance(table, type) and issubclass(table, BaseModel):
            lines += [f"[{name}]"]
            for key, inner in table.model_fields.items():
                lines += _commented(key, inner)
        elif name == "scrapy":
            lines += ["[scrapy]", f"# {field.description}", '# LOG_LEVEL = "INFO"']
        elif name == "database" and database is not None:
            lines += [*_meaning(field), f"database = {_toml(database)}", ""]
        else:
            lines += _commented(name, field)
    return "\n".join(lines).rstrip() + "\n"


_EXAMPLES = {
    "contact": '"newsdesk@example.org"',
    "pages_per_run": "500",
    "processes": "4",
    "memory": "2000",
    "metrics": '"127.0.0.1:9187"',
    "on_change": '"mail-the-desk"',
}
"""What to show for a key whose default is to be absent."""


def _commented(key: str, field: FieldInfo) -> list[str]:
    return [
        *_meaning(field),
        f"# {key} = {_EXAMPLES.get(key) or _toml(field.default)}  # {_allowed(field)}",
        "",
    ]


def _meaning(field: FieldInfo) -> list[str]:
    return [f"# {line}" for line in (field.description or "").split("\n")]


def _toml(value: Any) -> str:
    """A value as TOML has it, which for those that are defaults is as JSON has it."""
    value = shown_duration(value) if isinstance(value, timedelta) else value
    return json.dumps(value, ensure_ascii=False)
