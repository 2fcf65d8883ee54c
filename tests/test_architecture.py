"""Imports go one way, and each library has one home."""

import ast
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
MEET_STORAGE = [ROOT / "pipelines" / name for name in ("store.py", "source_cleaning.py")]
"""Where pipelines and storage meet: where articles are filed, and where stored ones are cleaned anew."""

HOMES = {
    "trafilatura": ["pipelines/extract.py"],
    "sqlalchemy": ["storage", "pipelines/store.py", "pipelines/source_cleaning.py"],
    "alembic": ["storage"],
    "scrapy": ["crawler"],
    "aiohttp": ["crawler"],
    "feedparser": ["crawler/discovery"],
    "pebble": ["crawler/workers.py"],
    "pyarrow": ["storage/export/parquet.py"],
    "prometheus_client": ["crawler/service/metrics.py"],
    "apscheduler": ["crawler/schedule", "crawler/service"],
    "psutil": ["crawler/leases.py", "crawler/service"],
    "typer": ["crawler/cli"],
    "rich": ["crawler/cli"],
}


PASSED_AROUND = {"sqlalchemy.orm"}
"""A Session is handed from room to room: by who opened it, to who knows what to ask."""


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
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
