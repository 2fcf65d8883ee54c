"""A crawl that is stopped, kindly or not, goes on where it was."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsite.archives import STORIES
from newsite.press import Press

COPYDESK = Path(sys.executable).with_name("copydesk")


@pytest.fixture
def folder(tmp_path: Path, threaded_press: Press) -> Path:
    """A working folder whose sources are the publishers of the press, which takes its time to answer."""
    threaded_press.latency = 0.03
    (tmp_path / "copydesk.toml").write_text("[crawl]\ndelay = 0\nretry_wait = 0.2\n", encoding="utf-8")
    hosts = "".join(f"http://{publisher.host}/\n" for publisher in threaded_press.publishers)
    (tmp_path / "hosts.txt").write_text(hosts, encoding="utf-8")
    run(tmp_path, threaded_press, "sources", "import", "hosts.txt")
    return tmp_path


def start(folder: Path, press: Press, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "http_proxy": press.proxy_url, "https_proxy": press.proxy_url}
    return subprocess.Popen(
        [COPYDESK, *words],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def run(folder: Path, press: Press, *words: str) -> str:
    with start(folder, press, *words) as process:
        out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return out


def articles(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "copydesk.sqlite", timeout=10) as archive:
        return [url for (url,) in archive.execute("SELECT canonical_url FROM articles")]


def wait_for_articles(folder: Path, count: int) -> None:
    until = time.monotonic() + 30
    while len(articles(folder)) < count:
        assert time.monotonic() < until, "the crawl does not get anywhere"
        time.sleep(0.02)


def missing(folder: Path, press: Press) -> set[str]:
    return {truth.url for truth in press.articles if truth.rejection is None} - set(articles(folder))


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_after_what_is_under_way_and_the_next_crawl_goes_on(
    folder: Path, threaded_press: Press, sign: signal.Signals
) -> None:
    with start(folder, threaded_press, "crawl", "--all") as process:
        wait_for_articles(folder, 5)
        asked = time.monotonic()
        process.send_signal(sign)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Traceback" not in errors
    assert time.monotonic() - asked < 10
    assert missing(folder, threaded_press)
    run(folder, threaded_press, "crawl", "--all")
    assert missing(folder, threaded_press) == set()


def test_a_second_signal_ends_it_at_once(folder: Path, threaded_press: Press) -> None:
    threaded_press.latency = 5
    with start(folder, threaded_press, "crawl", "--all") as process:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        asked = time.monotonic()
        process.communicate(timeout=10)
        assert time.monotonic() - asked < 3
    assert process.returncode != 0


def test_killed_at_any_moment_nothing_is_lost_or_doubled(folder: Path, threaded_press: Press) -> None:
    for count in (0, 3, 12, 25):
        with start(folder, threaded_press, "crawl", "--all") as process:
            wait_for_articles(folder, count)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=10)
    run(folder, threaded_press, "crawl", "--all")
    assert missing(folder, threaded_press) == set()
    stored = articles(folder)
    assert len(stored) == len(set(stored))
    with sqlite3.connect(folder / "copydesk.sqlite") as archive:
        assert archive.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert archive.execute("SELECT count(*) FROM revisions").fetchone() == (0,)


def test_a_backfill_that_is_killed_goes_on_where_it_was(folder: Path, threaded_press: Press) -> None:
    threaded_press.latency = 0.02
    (folder / "leaflet.txt").write_text("http://leaflet.example/\n", encoding="utf-8")
    run(folder, threaded_press, "sources", "import", "leaflet.txt")
    words = ("crawl", "http://leaflet.example/", "--since", "2000")
    for count in (2, 9, 20):
        with start(folder, threaded_press, *words) as process:
            wait_for_articles(folder, count)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=10)
    run(folder, threaded_press, *words)
    assert sorted(articles(folder)) == sorted(
        f"http://leaflet.example/story/{n}" for n in range(1, STORIES + 1)
    )
    with sqlite3.connect(folder / "copydesk.sqlite") as archive:
        assert archive.execute("SELECT count(*) FROM sources WHERE backfill_to IS NOT NULL").fetchone() == (
            0,
        )
