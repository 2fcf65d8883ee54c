"""The program as a whole: help, options before the command, exit status, errors as one line."""

import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = [
    "init",
    "add",
    "crawl",
    "run",
    "search",
    "show",
    "explain",
    "stories",
    "split",
    "diff",
    "changes",
    "restore",
    "clean",
    "learn",
    "reread",
    "export",
    "extract",
    "status",
]
DB = ["info", "check", "backup", "move", "upgrade", "vacuum", "prune"]
SOURCES = ["list", "schedule", "remove", "disable", "enable", "import", "export"]


@pytest.mark.parametrize(
    "command",
    [[name] for name in COMMANDS] + [["sources", name] for name in SOURCES] + [["db", name] for name in DB],
)
def test_the_help_of_every_command_ends_with_examples(copydesk, command: list[str]) -> None:
    assert copydesk(*command, "--help") == 0
    examples = copydesk.out.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert 2 <= len(examples) <= 3
    assert all("copydesk" in example and command[-1] in example for example in examples[:1])


def test_the_help_names_every_command(copydesk) -> None:
    assert copydesk("--help") == 0
    listed = copydesk.out.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == [*COMMANDS, "sources", "db"]
    assert "..." not in listed


@pytest.mark.parametrize("group", ["sources", "db"])
def test_the_help_of_a_group_tells_each_command_in_full(copydesk, group: str) -> None:
    assert copydesk(group, "--help") == 0
    assert "..." not in copydesk.out.partition("Commands:\n")[2]


def test_without_a_command_the_help_is_shown(copydesk) -> None:
    assert copydesk() == 0
    assert "Usage: copydesk" in copydesk.out


def test_the_version_is_told(copydesk) -> None:
    assert copydesk("--version") == 0
    assert copydesk.out.startswith("copydesk 0.")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["serach"], 2, "Did you mean 'search'"),
        (["search"], 2, "QUERY is missing; see `copydesk search --help`"),
        (["add"], 2, "URL is missing; see `copydesk add --help`"),
        (["search", "x", "--limit", "none"], 2, "--limit: write a whole number from 1 to 10,000;"),
        (["crawl", "x", "--limit", "0"], 2, "--limit: write a whole number, 1 or more;"),
        (["search", "x", "--limit"], 2, "--limit needs a value"),
        (["search", "x", "--sort", "date"], 2, "--sort: choose from relevance, newest, oldest;"),
        (["search", "???"], 2, "no word in the query"),
        (["search", "x", "--source", "the papr"], 2, "did you mean 'The Paper'?"),
        (["search", "x", "--source", "nobody"], 2, "`copydesk sources` lists them"),
        (["search", "x", "--since", "yesterday"], 2, "'yesterday' is no time: write 2024-05-06"),
        (["restore"], 2, "ID|URL is missing; see `copydesk restore --help`"),
        (["restore", "99"], 1, "no article 99 in the archive; `copydesk search` finds"),
        (["restore", "1", "se also"], 1, "'se also' took nothing out of #1; what did is 'see also'"),
        (["clean", "https://paper.example/no"], 1, "no article https://paper.example/no in the archive"),
        (["clean", "1", "--source", "The Paper"], 2, "name articles, or --source NAME, not both"),
        (["clean", "--source", "the papr"], 2, "did you mean 'The Paper'?"),
        (["clean", "--again"], 2, "--again takes back what was restored: name the articles, or --source"),
        (["-s", "LOG_LEVEL", "status"], 2, "NAME=VALUE"),
        (["-s", "LOG_LEVEL=LOUD", "status"], 2, "allowed is DEBUG, INFO"),
        (["-s", "ROBOTSTXT_OBEY=maybe", "status"], 2, "allowed is true or false"),
        (["-s", "DOWNLOAD_DELAY=abc", "status"], 2, "allowed is a number, 0 or more"),
        (["-s", "DOWNLOAD_DELAY=-5", "status"], 2, "allowed is a number, 0 or more"),
        (["-s", "DOWNLOAD_DELAY=inf", "status"], 2, "allowed is a number, 0 or more"),
        (["-s", "CONCURRENT_REQUESTS=abc", "status"], 2, "allowed is a whole number, 1 or more"),
        (["-s", "ITEM_PIPELINES=x", "status"], 2, "as JSON"),
        (["add", "a.example", "--name", "a\x07"], 2, "--name holds characters"),
        (["add", "a.example", "--name", "a\nb"], 2, "--name holds characters"),
        (["--config", "none.toml", "status"], 2, "none.toml: no such file"),
        (["--db", "none.sqlite", "status"], 1, "none.sqlite does not exist"),
        (["--db", ".", "status"], 1, "is a folder"),
        (["--db", "mysql://x/y", "status"], 1, "SQLite or PostgreSQL"),
        (["show", "99"], 1, "no article 99"),
        (["show", "https://paper.example/none"], 1, "no article https://paper.example/none"),
        (["export", "-o", "no/such/folder.csv"], 1, "no/such/folder.csv: No such file or directory"),
        (["extract", "none.html"], 1, "none.html: No such file or directory"),
        (["sources", "import", "none.opml"], 1, "none.opml: No such file or directory"),
        (["sources", "remove", "nobody"], 2, "no source named 'nobody'"),
        (["crawl"], 2, "`copydesk crawl --all` takes every source; or name"),
        (["sources", "import", "copydesk.sqlite"], 2, "copydesk.sqlite is no list of sources"),
        (["crawl", "The Paper", "--all"], 2, "not both"),
        (["crawl", "zeitun"], 2, "did you mean 'Zeitung'?"),
        (["add", "not an address"], 2, "'not an address' is no web address"),
        (["add", "https://a.example", "https://b.example", "--name", "A"], 2, "--name names one source"),
        (["add", "https://a.example", "--schedule", "sometimes"], 2, "is no schedule"),
    ],
)
def test_an_error_is_one_line_that_names_the_thing_and_the_way_out(
    archive: Path, copydesk, arguments: list[str], status: int, says: str
) -> None:
    assert copydesk(*arguments) == status
    assert copydesk.err.startswith("copydesk: ")
    assert says in copydesk.err
    assert copydesk.err.count("\n") == 1
    assert copydesk.out == ""


def test_a_setting_that_nobody_knows_is_told_once_and_harms_nothing(archive: Path, copydesk) -> None:
    assert copydesk("-s", "DOWNLOAD_DELY=1", "-s", "HOST_DELAY=0", "status") == 0
    assert "did you mean DOWNLOAD_DELAY" in copydesk.err
    assert copydesk.err.count("\n") == 1


def test_a_mistake_in_the_configuration_is_told(archive: Path, copydesk) -> None:
    Path("copydesk.toml").write_text("[crawl]\ndlay = 1\n")
    assert copydesk("status") == 2
    assert "copydesk.toml: crawl.dlay is no such key; did you mean crawl.delay?" in copydesk.err


def test_debug_shows_where_an_error_arose(archive: Path, copydesk) -> None:
    with pytest.raises(Exception, match="does not exist"):
        copydesk("--debug", "--db", "none.sqlite", "status")


def test_what_is_unforeseen_is_told_without_a_traceback(
    archive: Path, copydesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.health.source_health", lambda *_: 1 / 0)
    assert copydesk("status") == 1
    assert "ZeroDivisionError" in copydesk.err
    assert "copydesk --debug" in copydesk.err
    assert "Traceback" not in copydesk.err


def test_no_reading_command_makes_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copydesk
) -> None:
    monkeypatch.chdir(tmp_path)
    reading = (["search", "x"], ["show", "1"], ["export"], ["status"], ["sources"], ["sources", "list"])
    writing = (["crawl", "--all"], ["crawl", "x"], ["crawl", "a.example/b"], ["sources", "remove", "x"])
    for command in (*reading, *writing):
        assert copydesk(*command) == 1
    assert list(tmp_path.iterdir()) == []


def test_init_writes_a_file_that_is_then_read_and_keeps_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copydesk
) -> None:
    monkeypatch.chdir(tmp_path)
    assert copydesk("--db", "news.sqlite", "init") == 0
    assert Path("news.sqlite").exists()
    written = Path("copydesk.toml").read_text()
    assert 'database = "news.sqlite"' in written
    assert copydesk("status") == 0, copydesk.err  # on news.sqlite, by the file
    assert copydesk("init") == 0
    assert "copydesk.toml is there already" in copydesk.out
    assert Path("copydesk.toml").read_text() == written


def test_init_elsewhere_writes_a_path_that_means_the_same_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copydesk
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("etc").mkdir()
    assert copydesk("--config", "etc/desk.toml", "--db", "news.sqlite", "init") == 0
    assert copydesk("--config", "etc/desk.toml", "status") == 0
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".sqlite"] == ["news.sqlite"]


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], {"sqlalchemy", "pydantic", "scrapy", "trafilatura", "lxml", "rich", "asyncio"}),
        (["crawl", "--help"], {"sqlalchemy", "scrapy", "trafilatura", "lxml", "rich", "asyncio"}),
        (["search", "harbour"], {"scrapy", "twisted", "trafilatura", "lxml", "tldextract", "feedparser"}),
        (["status"], {"scrapy", "twisted", "trafilatura", "lxml", "tldextract", "feedparser"}),
    ],
)
def test_a_command_loads_only_what_it_needs(archive: Path, arguments: list[str], unwanted: set[str]) -> None:
    script = (
        f"import sys; from crawler.cli import run; run({arguments!r}); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert unwanted & set(done.stderr.split()) == set()
