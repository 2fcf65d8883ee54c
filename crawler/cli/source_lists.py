"""Lists of sources as files: OPML, TOML, or one address a line."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

import tomlkit
from lxml import etree
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from crawler.cli.failures import WrongUsage
from crawler.cli.names import is_address
from crawler.cli.schedules import read_when
from storage.models import SeedKind
from storage.shown import in_one_line, toml_escaped
from storage.sources import SeedDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSource:
    """A source as a list names it."""

    name: str
    url: str
    schedule: str = "auto"
    enabled: bool = True
    seeds: Sequence[SeedDraft] = field(default_factory=list)


def read_list(body: bytes, name: str) -> tuple[list[ListedSource], list[str]]:
    """The sources in a file, and what in it is none, each told in a line.

    Its form is known by its name's suffix, else by what it begins with. Raises WrongUsage for what is no
    list, also for lines of which one is no address: it is another kind of file then, or a slip soon mended.
    """
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    suffix = name.rpartition(".")[2].lower()
    if suffix in ("opml", "xml") or start == b"<":
        return _read_opml(body, name)
    text = _text(body, name)
    if suffix == "toml" or text.lstrip().startswith("[["):
        return _read_toml(text, name)
    return _read_lines(text, name), []


def _text(body: bytes, name: str) -> str:
    # What Windows calls "Unicode text" is UTF-16, with this mark in front.
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise WrongUsage(f"{name} is no list of sources: write OPML, TOML, or one address a line, in UTF-8")
    return text


def write_list(sources: Iterable[ListedSource], form: str) -> str:
    """A file's text; `form` is "opml", "toml" or "txt"."""
    match form:
        case "opml":
            return _write_opml(sources)
        case "toml":
            return _write_toml(sources)
    return "".join(f"{_on_its_line(source.url)}\n" for source in sources)


def _on_its_line(url: str) -> str:
    """An address with what would end its line, or act, percent-encoded."""
    return "".join(letter if letter.isprintable() and letter != " " else quote(letter) for letter in url)


def _named_after(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")


def _address(text: str) -> str | None:
    """A web address as a source has it; None if it is none."""
    text = text.strip()
    if not is_address(text):
        return None
    text = text if "://" in text else f"https://{text}"
    return text if urlsplit(text).path else f"{text}/"


def _read_lines(text: str, name: str) -> list[ListedSource]:
    listed, problems = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        words = f" {line}".partition(" #")[0].strip()  # not any "#": it may stand in an address
        if not words:
            continue
        if url := _address(words):
            listed.append(ListedSource(name=_named_after(url), url=url))
        else:
            problems.append(f"line {number}: {words[:80]!r} is no web address")
    if problems:
        more = f", nor are {len(problems) - 1:,} other lines" if len(problems) > 1 else ""
        raise WrongUsage(f"{name}: {problems[0]}{more}; nothing was added")
    return listed


def _read_opml(body: bytes, name: str) -> tuple[list[ListedSource], list[str]]:
    """Outlines at any depth; those of one site become one source. http://opml.org/spec2.opml"""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(body, parser) if body.strip() else None
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise WrongUsage(f"{name} is no OPML file")
    sites: dict[str, ListedSource] = {}
    problems = []
    for outline in root.iter("{*}outline"):
        told = {str(key).lower(): str(value) for key, value in outline.attrib.items()}
        feed, site = _address(told.get("xmlurl", "")), _address(told.get("htmlurl") or told.get("url", ""))
        title = (told.get("title") or told.get("text", "")).strip()
        if "xmlurl" in told and feed is None:
            problems.append(f"line {outline.sourceline}: {told['xmlurl'][:80]!r} is no web address")
        elif url := site or (urljoin(feed, "/") if feed else None):
            source = sites.setdefault(url, ListedSource(name=title or _named_after(url), url=url, seeds=[]))
            if feed and isinstance(source.seeds, list):
                source.seeds.append(SeedDraft(url=feed, kind=SeedKind.FEED))
    return list(sites.values()), problems


def _write_opml(sources: Iterable[ListedSource]) -> str:
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "copydesk sources"
    body = etree.SubElement(root, "body")
    for source in sources:
        name, home = in_one_line(source.name), _on_its_line(source.url)
        feeds = [_on_its_line(seed.url) for seed in source.seeds if seed.kind is SeedKind.FEED]
        for feed in feeds:
            etree.SubElement(body, "outline", type="rss", text=name, xmlUrl=feed, htmlUrl=home)
        if not feeds:
            etree.SubElement(body, "outline", type="link", text=name, url=home)
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8").decode()


class _Seed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: SeedKind
    url: str


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str
    name: str = ""
    schedule: str = "auto"
    enabled: bool = True
    seeds: list[_Seed] = []


def _read_toml(text: str, name: str) -> tuple[list[ListedSource], list[str]]:
    try:
        tables = tomllib.loads(text).get("source")
    except tomllib.TOMLDecodeError as error:
        raise WrongUsage(f"{name}: not valid TOML: {error}") from error
    if not isinstance(tables, list):
        raise WrongUsage(f"{name}: names no source; each is a table [[source]] with a url")
    listed, problems = [], []
    for number, table in enumerate(tables, start=1):
        try:
            listed.append(_of_table(_Source.model_validate(table)))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            problems.append(f"source {number}: {_wrong(first)}")
        except WrongUsage as error:
            problems.append(f"source {number}: {error}")
    return listed, problems


def _wrong(detail: ErrorDetails) -> str:
    """What is wrong with a key of a source, in words."""
    key = ".".join(str(part) for part in detail["loc"]) or "it"
    match detail["type"]:
        case "extra_forbidden":
            return f"{key} is no such key; allowed are {', '.join(_Source.model_fields)}"
        case "missing":
            return f"{key} is missing"
        case "enum":
            return f"{key} is no kind of seed: choose from {', '.join(SeedKind)}"
        case "string_type":
            return f"{key} has to be a text in quotes"
        case "bool_type" | "bool_parsing":
            return f"{key} has to be true or false"
        case "list_type":
            return f"{key} has to be a list"
    return f"{key} has to be a table of keys and values"


def _of_table(table: _Source) -> ListedSource:
    url = _address(table.url)
    wrong = [seed.url for seed in table.seeds if _address(seed.url) is None]
    if url is None or wrong:
        raise WrongUsage(f"{(wrong or [table.url])[0][:80]!r} is no web address")
    return ListedSource(
        name=table.name or _named_after(url),
        url=url,
        schedule=read_when(table.schedule),
        enabled=table.enabled,
        seeds=[SeedDraft(url=seed.url, kind=seed.kind) for seed in table.seeds],
    )


def _write_toml(sources: Iterable[ListedSource]) -> str:
    tables = tomlkit.aot()
    for source in sources:
        table = tomlkit.table()
        table.update({"name": source.name, "url": source.url, "schedule": source.schedule})
        if not source.enabled:
            table["enabled"] = False
        seeds = tomlkit.array().multiline(len(source.seeds) > 0)
        for seed in source.seeds:
            inline = tomlkit.inline_table()
            inline.update({"kind": str(seed.kind), "url": seed.url})
            seeds.append(inline)
        table["seeds"] = seeds
        tables.append(table)
    return toml_escaped(tomlkit.dumps({"source": tables}))
