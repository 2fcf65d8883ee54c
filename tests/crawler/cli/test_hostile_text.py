"""Whatever a stranger has written: no command lets it act on a terminal, or pass for a line of its own.

Every command runs against an archive in which each text is hostile. A command that is added to the program
has to be added here, too, or the first test fails.
"""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from hostile import ACTS, FORGED, NAME, captured, fill, poison, strings_in, unsafe_in

from crawler.cli import run
from crawler.cli.app import app
from storage.session import open_database

READING: dict[str, list[list[str]]] = {
    "status": [[], ["--json"], [NAME], [NAME, "--json"], [f"x{ACTS}"]],
    "sources list": [[], ["--json"]],
    "search": [["harbour"], ["harbour", "--json"], [f"(({ACTS}"], ["x", "--source", f"y{ACTS}"]],
    "show": [
        ["1"],
        ["1", "--removed", "--dates"],
        ["1", "--copies"],
        ["3", "--revisions"],
        ["1", "--json"],
        [ACTS],
    ],
    "explain": [["1"], ["1", "--all"], ["1", "--json"], [ACTS]],
    "stories": [[], ["--json"]],
    "learn": [
        [NAME, "--show"],
        [NAME, "--json"],
        [NAME],
        [f"x{ACTS}"],
        [NAME, "--html", f"x{ACTS.replace('/', '')}"],
        [NAME, "--html", "-"],
        [NAME, "--html", "-", "--article", ACTS],
    ],
    "reread": [[NAME], [NAME, "--dry-run", "--json"], [f"x{ACTS}"]],
    "diff": [["3"], ["3", "--json"]],
    "changes": [["--since", "c0"], ["--since", "c0", "--json"], ["--kind", ACTS], ["--since", ACTS]],
    "export": [[], ["--columns", ACTS], ["-o", f"no/{ACTS}"], ["-o", f"x{ACTS}.jsonl"]],
    "extract": [["page.html"], [f"none{ACTS}"]],
    "sources export": [["-"], ["--format", "opml", "-"], ["--format", "txt", "-"]],
    "sources import": [["hostile.opml"], [f"none{ACTS}"]],
    "db info": [[], ["--json"]],
    "db check": [["--quick"], ["--quick", "--json"]],
    "db upgrade": [["--check"], [], ["--json"]],
    "db salvage": [["saved\x1b[2J.sqlite"], ["saved2.sqlite", "--json"]],
    "db backup": [[f"x{ACTS.replace('/', '')}.sqlite"], [f"y{ACTS.replace('/', '')}.sqlite", "--json"]],
    "db move": [["moved\x1b[2J.sqlite"]],
    "init": [[]],
    "add": [[f"x y{ACTS}"]],
    "run": [[]],
    "crawl": [[NAME, "--limit", "1"]],
}
"""Each command, and the arguments that it is called with; `run` stops for its hook."""
WRITING: dict[str, list[list[str]]] = {
    "restore": [["1", f"x{ACTS}"], ["1", "--json"], ["1"]],
    "clean": [["1", "--again", "--dry-run", "--json"], ["1", "--again"], ["--dry-run"]],
    "split": [["2"], ["2", "--undo"], ["2", "--json"]],
    "sources schedule": [["auto", NAME]],
    "sources disable": [[NAME]],
    "sources enable": [[NAME]],
    "db vacuum": [[], ["--json"]],
    "sources remove": [[NAME]],
    "db prune": [["--lang", "xx", "--dry-run"], ["--older-than", "2030-01-01", "--yes"]],
}
"""Those that change what others show."""


def commands(group: typer.Typer = app, before: str = "") -> Iterator[str]:
    for each in group.registered_commands:
        yield f"{before}{each.name}"
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from commands(inner.typer_instance, f"{before}{inner.name} ")


def test_every_command_of_the_program_is_tried() -> None:
    assert {*READING, *WRITING} == set(commands())


@pytest.fixture
def hostile(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.setenv("TERM", "xterm-256color")
    Path("page.html").write_text(f"<title>t{ACTS}</title><p>{ACTS}", encoding="utf-8")
    outline = f'<outline text="&#155;&#8238;&#10;{FORGED}[bold]" xmlUrl="https://a.example/f"/>'
    Path("hostile.opml").write_text(f"<opml><body>{outline}<outline xmlUrl='x{FORGED}'/></body></opml>")
    with open_database(database_url) as database:
        fill(database)
        poison(database)
    Path("copydesk.toml").write_text(f'database = "{database_url}"\n[service]\non_change = "no\\u001b[2J"\n')
    return database_url


def test_nothing_that_a_command_writes_acts(hostile: str) -> None:
    terminal = "://" not in hostile  # each engine has an end of its own: what is written is the same of both
    acting = []
    for name, calls in (READING | WRITING).items():
        for arguments in calls:
            line = [*name.split(), *arguments]
            with captured(terminal=terminal) as told:
                status = run(line)
            found = [unsafe_in(text, terminal=terminal) for text in (told.out, told.err)]
            fault = [told.err] if "a fault of copydesk" in told.err else []
            acting += [(name, arguments, status, found, fault)] if any(found) or fault else []
            assert told.out or told.err, name
            if "--json" in arguments and told.out and name != "changes":
                json.loads(told.out)
    assert acting == []


def test_json_brings_every_letter(hostile: str) -> None:
    for line in (["show", "1", "--json"], ["export", "--columns", "title"], ["status", NAME, "--json"]):
        with captured(terminal=False) as told:
            assert run(line) == 0
        values = json.loads(told.out if "--json" in line else told.out.splitlines()[0])
        assert any(text.endswith(ACTS) for text in strings_in(values)), line


def test_a_list_of_sources_comes_back_as_it_was(hostile: str) -> None:
    with captured(terminal=False):
        assert run(["sources", "export", "sources.toml"]) == 0
    named = tomllib.loads(Path("sources.toml").read_text(encoding="utf-8"))["source"]
    assert NAME in {source["name"] for source in named}


def test_a_name_that_came_with_a_list_is_one_line_of_plain_text(hostile: str) -> None:
    with captured(terminal=False):
        run(["sources", "import", "hostile.opml"])
        assert run(["sources", "export", "--format", "toml", "after.toml"]) == 0
    assert f'name = " {FORGED}[bold]"'.replace('" ', '"') in Path("after.toml").read_text(encoding="utf-8")
