"""Imports go one way, and each library has one home."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = [
    path for room in ("storage", "pipelines", "crawler") for path in sorted((ROOT / room).rglob("*.py"))
]

MAY_IMPORT = {
    "storage": {"storage"},
    "pipelines": {"pipelines"},
    "crawler": {"crawler", "pipelines", "storage"},
}
MEET_STORAGE = [
    ROOT / "pipelines" / f"{name}.py" for name in ("store", "source_cleaning", "source_templates")
]
"""Where pipelines and storage meet: where articles are filed, and where stored ones are cleaned anew."""

HOMES = {
    "trafilatura": ["pipelines/extract.py"],
    "sqlalchemy": [
        "storage",
        "pipelines/store.py",
        "pipelines/source_cleaning.py",
        "pipelines/source_templates.py",
    ],
    "alembic": ["storage"],
    "scrapy": ["crawler"],
    "aiohttp": [
        *("crawler/door.py", "crawler/resolver.py", "crawler/handler.py", "crawler/failures.py"),
        "crawler/service/hooks.py",
    ],
    "yarl": ["crawler/addresses.py", "crawler/door.py"],
    "feedparser": ["crawler/discovery"],
    "pebble": ["crawler/workers.py"],
    "pyarrow": ["storage/export/parquet.py"],
    "prometheus_client": ["crawler/service/metrics.py"],
    "apscheduler": ["crawler/schedule", "crawler/service"],
    "psutil": ["crawler/leases.py", "crawler/service"],
    "typer": ["crawler/cli"],
    "rich": ["crawler/cli"],
}


LEAVE_FOR_THE_NETWORK = {
    "crawler/handler.py": {"aiohttp", "ssl"},
    "crawler/door.py": {"aiohttp"},
    "crawler/resolver.py": {"aiohttp", "socket"},
    "crawler/failures.py": {"aiohttp", "ssl"},  # it knows their exceptions
    "crawler/service/hooks.py": {
        "aiohttp"
    },  # to the webhook that the user names, and nowhere a redirect leads
    "crawler/service/supervisor.py": {"socket"},  # to systemd, by a Unix socket
    "crawler/leases.py": {"socket"},  # for this host's name
}
"""The modules that can speak to others, and by what. A new one has to pass the guard (crawler/door.py)."""
CAN_SPEAK = {
    *(
        "socket",
        "socketserver",
        "ssl",
        "http",
        "urllib",
        "ftplib",
        "smtplib",
        "poplib",
        "imaplib",
        "telnetlib",
    ),
    *(
        "xmlrpc",
        "nntplib",
        "aiohttp",
        "requests",
        "urllib3",
        "httpx",
        "httpcore",
        "websockets",
        "pycurl",
        "paramiko",
    ),
    *(
        "aiodns",
        "pycares",
        "dns",
        "fsspec",
        "s3fs",
        "boto3",
        "botocore",
        "smart_open",
        "anyio",
        "trio",
        "asyncore",
    ),
}
SPEAKING = {
    *(
        "open_connection",
        "create_connection",
        "open_unix_connection",
        "create_datagram_endpoint",
        "sock_connect",
    ),
    *("getaddrinfo", "gethostbyname", "gethostbyaddr", "getnameinfo", "urlopen", "urlretrieve"),
    *("fetch_url", "fetch_response", "resolve_entities", "start_server", "create_server", "reverse_geocode"),
}
"""What it is called where a library does it."""
SPEAKERS = {
    "crawler/service/server.py": {"start_server"},  # serves metrics where the user names an address
}
PARSERS = {"etree.parse", "html.parse", "lxml.html.parse", "etree.iterparse", "lxml.etree.parse"}
"""Given a string, they fetch what it names; given bytes to read, not."""


PASSED_AROUND = {"sqlalchemy.orm"}
"""A Session is handed from room to room: by who opened it, to who knows what to ask."""


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def imports(path: Path) -> frozenset[str]:
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    allowed = MAY_IMPORT[room] | ({"storage"} if path in MEET_STORAGE else set())
    rooms = {name.split(".")[0] for name in imports(path)} & MAY_IMPORT.keys()
    assert rooms <= allowed


def users_of(library: str) -> list[Path]:
    used = {path: {name for name in imports(path) if name not in PASSED_AROUND} for path in MODULES}
    return [path for path, names in used.items() if library in {name.split(".")[0] for name in names}]


@pytest.mark.parametrize("library", HOMES)
def test_a_library_has_one_home(library: str) -> None:
    homes = [ROOT / home for home in HOMES[library]]
    strangers = [path for path in users_of(library) if not any(path.is_relative_to(home) for home in homes)]
    assert strangers == []


def network_of(path: Path) -> set[str]:
    tops = {name.split(".")[0] for name in imports(path) if name != "urllib.parse"}
    return tops & CAN_SPEAK


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_leaves_for_the_network_but_by_named_ways(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    assert network_of(path) <= LEAVE_FOR_THE_NETWORK.get(name, set())
    called = {ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)}
    speaking = {call.rpartition(".")[2] for call in called} & SPEAKING
    assert speaking <= SPEAKERS.get(name, set())


def test_the_named_ways_are_all_in_use() -> None:
    """A list of exceptions that nobody needs any more hides the next."""
    assert {str(path.relative_to(ROOT)): used for path in MODULES if (used := network_of(path))} == (
        LEAVE_FOR_THE_NETWORK
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_parsers_are_given_bytes_and_no_addresses(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name == "feedparser.parse" or name in PARSERS:  # given a text, it may fetch what that names
            assert node.args
            assert ast.unparse(node.args[0]).startswith(("io.BytesIO(", "BytesIO("))
        if name.rpartition(".")[2] == "TLDExtract":  # its list of suffixes would come from the network
            words = {word.arg: ast.unparse(word.value) for word in node.keywords}
            assert (words["suffix_list_urls"], words["cache_dir"]) == ("()", "None")
        if name.rpartition(".")[2] in ("XMLParser", "iterparse", "HTMLParser"):
            words = {word.arg: ast.unparse(word.value) for word in node.keywords}
            assert words.get("no_network", "True") == "True"
