"""Passwords stand in no output, log, error, traceback, file or table, whichever way things go wrong."""

import http.server
import json
import stat
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from hostile import captured, fill

from crawler.cli import run
from storage.models import Base
from storage.session import open_database

SECRET = "S3CRET"
BROKEN = [
    f"postgresql://desk:{SECRET}@127.0.0.1:1/news",
    f"postgresql://desk@127.0.0.1:1/news?password={SECRET}&sslpassword={SECRET}",
    f"postgresql://desk:{SECRET}@no-such-host.invalid/news",
    f"postgresql://desk:{SECRET}@127.0.0.1:port/news",
    f"postgresql://desk:{SECRET}@127.0.0.1:1/news?nonsense=1",
    f"postgresql://desk:a/{SECRET}@127.0.0.1:1/news",
    f"postgresql://desk:a@{SECRET}@127.0.0.1:1/news",
    f"postgresql:/desk:{SECRET}@127.0.0.1/news",
    f"postgresql//desk:{SECRET}@127.0.0.1/news",
    f"host=127.0.0.1 user=desk password={SECRET}",
    f"mysql://desk:{SECRET}@127.0.0.1/news",
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PGPASSWORD", SECRET)
    return tmp_path


def told_by(*arguments: str) -> str:
    """All that a command writes; with --debug, also the traceback that Python would show."""
    with captured(terminal=False) as told:
        try:
            run(arguments)
        except Exception:  # noqa: BLE001  with --debug, whatever it is
            from crawler.safe_lines import guard_streams

            before = sys.excepthook, threading.excepthook, sys.unraisablehook
            guard_streams()
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
            sys.excepthook, threading.excepthook, sys.unraisablehook = before
    return told.out + told.err


@pytest.mark.parametrize("url", BROKEN, ids=range(len(BROKEN)))
def test_of_a_database_that_cannot_be_opened(here: Path, url: str) -> None:
    for command in (["status"], ["--debug", "status"], ["db", "info"], ["db", "check"], ["sources", "list"]):
        said = told_by("--db", url, *command)
        assert said
        assert SECRET not in said
    Path("copydesk.toml").write_text(f'database = "{url}"\n')
    assert SECRET not in told_by("--debug", "init")
    open_database("copydesk.sqlite").close()
    assert SECRET not in told_by("--db", "copydesk.sqlite", "db", "move", url)


def test_of_a_database_that_is_open(postgresql_url: str, here: Path) -> None:
    url = sa.make_url(postgresql_url).set(password=SECRET).update_query_dict({"sslpassword": SECRET})
    with open_database(postgresql_url) as database:
        fill(database)
        assert SECRET not in repr(database) + database.url
    given = ("--db", url.render_as_string(hide_password=False))
    commands: Sequence[Sequence[str]] = (
        ["init"],
        ["status"],
        ["db", "info", "--json"],
        ["db", "check", "--quick"],
        ["db", "check", "--quick", "--json"],
        ["db", "upgrade"],
        ["db", "backup", "b.sqlite"],
        ["explain", "1", "--json"],
        ["export", "--manifest", "-o", "x.jsonl"],
        ["sources", "export", "s.toml"],
        ["-s", "LOG_LEVEL=DEBUG", "clean", "--dry-run"],
        ["db", "prune", "--lang", "xx", "--yes"],
    )
    for command in commands:
        assert SECRET not in told_by(*given, *command), command
    config = Path("copydesk.toml")
    assert SECRET in config.read_text()
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    for file in here.iterdir():
        assert file.name == config.name or SECRET.encode() not in file.read_bytes(), file


@pytest.mark.parametrize(
    "hook",
    [
        f"htps://hooks.example/{SECRET}",
        f"HTTPS://hooks.example/{SECRET}",
        f"curl '{SECRET}",
        f"none --token {SECRET}",
    ],
)
def test_of_a_hook_that_is_not_there(here: Path, hook: str) -> None:
    open_database("copydesk.sqlite").close()
    Path("copydesk.toml").write_text(f"[service]\non_change = {json.dumps(hook)}\n")
    said = told_by("run")
    assert "service.on_change" in said
    assert SECRET not in said


class _Refusing(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(407, "Proxy Authentication Required")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_CONNECT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def refusing_proxy() -> Iterator[str]:
    """A proxy that asks for other credentials; its host and port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("proxy", ["refusing", "no proxy at all"])
def test_of_a_proxy(here: Path, refusing_proxy: str, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    place = refusing_proxy if proxy == "refusing" else "127.0.0.1:port"
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://desk:{SECRET}@{place}")
    with open_database("copydesk.sqlite") as database:
        fill(database)
    quick = ("-s", "RETRY_TIMES=0", "-s", "HOST_DELAY=0", "-s", "LOG_LEVEL=DEBUG")
    said = told_by(*quick, "crawl", "The Paper", "--limit", "1")
    said += told_by("status", "The Paper") + told_by("status", "The Paper", "--json")
    assert "paper.example" in said
    assert SECRET not in said
    with open_database("copydesk.sqlite") as database, database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            assert SECRET not in str(connection.execute(sa.select(table)).all()), table.name


@pytest.mark.parametrize("suffix", ["opml", "txt", "toml"])
def test_of_the_address_of_a_source(here: Path, suffix: str) -> None:
    url = f"https://desk:{SECRET}@paper.example/feed"
    lists = {
        "opml": f'<opml><body><outline text="P" xmlUrl="{url}"/></body></opml>',
        "txt": f"{url}\n",
        "toml": f'[[source]]\nurl = "{url}"\n',
    }
    Path(f"list.{suffix}").write_text(lists[suffix])
    assert SECRET not in told_by("sources", "import", f"list.{suffix}")
    for command in ("add", "show", "explain", "crawl"):
        assert SECRET not in told_by(command, url)
