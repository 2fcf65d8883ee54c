"""Two services on one archive, as processes: one crawls, the other takes over when it ends or is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select
from watching import count

from newsite.press import Press
from storage.leases import SCHEDULER, HolderState, holder_of
from storage.models import Article, Page, PageState, Revision, Run, RunState
from storage.session import Database, open_database

COPYDESK = Path(sys.executable).with_name("copydesk")
CRAWLED = 2
"""Publishers of the press that are crawled."""

Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as database:
        yield database


@pytest.fixture
def start(tmp_path: Path, database: Database, database_url: str, threaded_press: Press) -> Iterator[Start]:
    """Starts services whose sources are the publishers of the press, which takes its time to answer."""
    threaded_press.latency = 0.05
    settings = (
        f'database = "{database_url}"\n[crawl]\ndelay = 0\nretry_wait = 0.2\n[schedule]\nshortest = "5 s"\n'
    )
    (tmp_path / "copydesk.toml").write_text(settings, encoding="utf-8")
    sources = "".join(
        f'[[source]]\nurl = "http://{publisher.host}/"\nschedule = "every 5 s"\n'
        for publisher in threaded_press.publishers[:CRAWLED]
    )
    (tmp_path / "sources.toml").write_text(sources, encoding="utf-8")
    environment = {**os.environ, "http_proxy": threaded_press.proxy_url}
    subprocess.run(
        [COPYDESK, "sources", "import", "sources.toml"], cwd=tmp_path, env=environment, check=True, stdout=-3
    )
    with ExitStack() as stack:

        def begin() -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                [COPYDESK, "run"],
                cwd=tmp_path,
                env=environment,
                text=True,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            stack.callback(end, process)
            return process

        yield begin


def end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def keeper(database: Database) -> HolderState | None:
    with database.read() as session:
        return holder_of(session, SCHEDULER)


def until(true: Callable[[], bool], seconds: float = 30) -> float:
    """Wait for something; how long that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it does not come to that"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_the_one_that_stands_by_takes_over_and_nothing_is_lost_or_doubled(
    start: Start, database: Database, threaded_press: Press, sign: signal.Signals
) -> None:
    first = start()
    until(lambda: (who := keeper(database)) is not None and who.pid == first.pid)
    second = start()
    until(lambda: count(database, Article) > 3)
    if sign is signal.SIGKILL:
        os.killpg(first.pid, sign)
    else:
        first.send_signal(sign)
    until(lambda: (who := keeper(database)) is not None and who.pid == second.pid, seconds=15)
    _, told = first.communicate(timeout=30)
    assert first.returncode == (-sign if sign is signal.SIGKILL else 0), told
    hosts = {publisher.host for publisher in threaded_press.publishers[:CRAWLED]}
    articles = [truth for truth in threaded_press.articles if truth.host in hosts]
    wanted = {truth.url for truth in articles if truth.rejection is None}
    until(lambda: wanted <= addresses(database))
    until(lambda: count(database, Run, state=RunState.RUNNING) == 0)
    second.send_signal(signal.SIGTERM)
    _, told = second.communicate(timeout=30)
    assert second.returncode == 0, told
    assert "Traceback" not in told
    assert count(database, Revision) == 0
    assert keeper(database) is None
    assert max(seen.max_active for seen in threaded_press.stats.values()) == 1


def addresses(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Page.url).where(Page.state == PageState.STORED)))


def test_a_crawl_by_hand_waits_for_the_host_that_the_service_has(
    start: Start, database: Database, tmp_path: Path, threaded_press: Press
) -> None:
    start()
    host = threaded_press.publishers[0].host
    until(lambda: count(database, Run, state=RunState.RUNNING) > 0)
    done = subprocess.run(
        [COPYDESK, "crawl", f"http://{host}/"],
        cwd=tmp_path,
        env={**os.environ, "http_proxy": threaded_press.proxy_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert threaded_press.stats[host].max_active == 1


def test_one_that_was_frozen_past_its_lease_stands_by_when_it_wakes(
    start: Start, database: Database, tmp_path: Path
) -> None:
    settings = tmp_path / "copydesk.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '[service]\nlease = "2 s"\n', encoding="utf-8")
    first = start()
    until(lambda: (who := keeper(database)) is not None and who.pid == first.pid)
    second = start()
    time.sleep(3)  # long enough to be seen alive
    first.send_signal(signal.SIGSTOP)
    until(lambda: (who := keeper(database)) is not None and who.pid == second.pid, seconds=15)
    first.send_signal(signal.SIGCONT)
    time.sleep(3)
    who = keeper(database)
    assert who is not None
    assert who.pid == second.pid
    assert first.poll() is None  # it has come back as the one that stands by
    os.killpg(second.pid, signal.SIGKILL)
    until(lambda: (who := keeper(database)) is not None and who.pid == first.pid, seconds=15)
