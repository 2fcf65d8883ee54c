"""The program speaks to the proxy, and to what the guard let through, and to nobody else."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsite.press import Press

WATCH = '''\
"""Writes down whom every process speaks to: Python tells of it before it happens (PEP 578)."""
import json, os, socket, sys

EVENTS = {
    "socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname",
    "socket.gethostbyaddr", "urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect",
}
FILE = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def hook(event, args):
    if event in EVENTS and getattr(args[0], "family", None) != socket.AF_UNIX:
        told = args[1] if isinstance(args[0], socket.socket) else args[:2]
        os.write(FILE, (json.dumps([event, [str(part) for part in told]]) + "\\n").encode())

sys.addaudithook(hook)
'''


@dataclass
class Watched:
    """The program, and whom it has spoken to."""

    folder: Path
    proxy: str

    def run(self, *arguments: str) -> str:
        environment = {
            name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")
        }
        paths = [str(self.folder / "watch"), *filter(None, [environment.get("PYTHONPATH")])]
        environment |= {"PYTHONPATH": os.pathsep.join(paths), "WATCHED": str(self.folder / "told")}
        environment |= {"http_proxy": self.proxy, "no_proxy": "127.0.0.1", "HOME": str(self.folder)}
        program = [sys.executable, "-c", "from crawler.cli import main; main()"]
        done = subprocess.run(
            [*program, "--config", str(self.folder / "copydesk.toml"), *arguments],
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def told(self) -> set[tuple[str, str]]:
        """Each event, and host and port."""
        lines = (self.folder / "told").read_text(encoding="utf-8").splitlines()
        return {(event, ":".join(args[:2])) for event, args in map(json.loads, lines)}


@pytest.fixture
def watched(tmp_path: Path, threaded_press: Press) -> Watched:
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    (tmp_path / "copydesk.toml").write_text(
        '[crawl]\ndelay = 0\nallow_private = ["127.0.0.1"]\n[workers]\nprocesses = 1\n', encoding="utf-8"
    )
    return Watched(folder=tmp_path, proxy=threaded_press.proxy_url)


def test_all_that_it_speaks_to_is_the_proxy_and_who_was_named(
    watched: Watched, threaded_press: Press
) -> None:
    home = f"http://{threaded_press.publishers[0].host}/"
    direct = f"{threaded_press.direct_urls['behaviours.example']}/article/1"
    watched.run("add", home)
    watched.run("crawl", "--all", "--limit", "8")
    proxy = threaded_press.proxy_url.removeprefix("http://")
    assert watched.told == {("socket.connect", proxy)}
    watched.run("extract", direct)
    named = direct.removeprefix("http://").partition("/")[0]
    assert watched.told == {("socket.connect", proxy), ("socket.connect", named)}


def test_the_watch_sees_what_is_told_elsewhere(watched: Watched) -> None:
    paths = {
        **os.environ,
        "PYTHONPATH": str(watched.folder / "watch"),
        "WATCHED": str(watched.folder / "told"),
    }
    program = "import contextlib, socket\nwith contextlib.suppress(OSError):\n"
    program += "    socket.create_connection(('127.0.0.1', 9))"
    subprocess.run([sys.executable, "-c", program], env=paths, check=True)
    assert ("socket.connect", "127.0.0.1:9") in watched.told
    assert ("socket.getaddrinfo", "127.0.0.1:9") in watched.told
