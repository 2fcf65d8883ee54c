"""The demo: crawls the sample press into demo.sqlite by the real commands, and searches it."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
sys.path[0] = str(HERE.parent)  # so that `newsite` is found, and nothing in it hides a module

from newsite.press import Press, running_press  # noqa: E402 - after the path is set

COPYDESK = Path(sys.executable).with_name("copydesk")
CONFIG = HERE / "demo.toml"
DATABASE = Path("demo.sqlite")
SEARCH = '"high water" gale'


def main() -> int:
    """Run it; the exit status is that of the first command that fails, else 0."""
    for old in (DATABASE, *DATABASE.parent.glob(f"{DATABASE.name}-*")):
        old.unlink(missing_ok=True)
    with running_press() as press:
        homes = [f"http://{publisher.host}/" for publisher in press.publishers]
        say(f"A press of {len(homes)} invented publishers is running on {press.proxy_url}.")
        steps = (
            ("First, its sites become sources. Their feeds and sitemaps are found:", ["add", *homes]),
            ("Then everything they have published is fetched, cleaned and filed:", ["crawl", "--all"]),
        )
        if status := run_all(steps, press):
            return status
        press.publish(2)
        later = (
            ("Some days later, there are new stories, and old ones have changed:", ["crawl", "--all"]),
            ("This is how the sources are doing:", ["status"]),
            ("And this is what it is all for:", ["search", SEARCH, "--limit", "3"]),
        )
        if status := run_all(later, press):
            return status
        say(summary(press))
        return 0


def run_all(steps: Iterable[tuple[str, list[str]]], press: Press) -> int:
    """Run each command with its words ahead; the exit status of the first that fails, else 0."""
    for words, command in steps:
        say(words)
        if status := run(command, press):
            print(f"copydesk {command[0]} ended with exit status {status}.", file=sys.stderr)
            return status
    return 0


def run(command: list[str], press: Press) -> int:
    """Echo and run one command as a user behind the press's proxy would; its exit status."""
    whole = ["--config", os.path.relpath(CONFIG), "--db", str(DATABASE), *command]
    print(f"$ copydesk {shlex.join(whole)}", flush=True)
    proxies = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
    environment = {name: value for name, value in os.environ.items() if name.lower() not in proxies}
    environment["http_proxy"] = press.proxy_url
    return subprocess.run([COPYDESK, *whole], env=environment, check=False).returncode


def summary(press: Press) -> str:
    """What the press saw of it all."""
    tallies = press.stats.values()
    return (
        f"The press answered {sum(tally.requests for tally in tallies)} requests, "
        f'{sum(tally.not_modified for tally in tallies)} of them with "not modified"; at most '
        f"{max(tally.max_active for tally in tallies)} at a time to one host, "
        f"{sum(tally.robots_violations for tally in tallies)} against its robots.txt.\n"
        f"The archive is {DATABASE}. Try for yourself:\n"
        f"    {os.path.relpath(COPYDESK)} --db {DATABASE} search harbour\n"
        f"    {os.path.relpath(COPYDESK)} --db {DATABASE} show 1 --removed\n"
        f"    {os.path.relpath(COPYDESK)} --db {DATABASE} export -o articles.jsonl"
    )


def say(words: str) -> None:
    print(f"\n{words}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
