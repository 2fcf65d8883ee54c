"""Serves the sample press by hand: `python tests/newsite/serve.py [--port 8765]`."""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # so that `newsite` is found, and nothing in it hides a module

from newsite.press import Press  # noqa: E402 - after the path is set
from newsite.publisher import REJECTIONS  # noqa: E402

HINTS = """\
The sample press is at {proxy}/, to be looked at in a browser. {publishers} publishers,
{articles} articles, in {languages} languages.

In another terminal:
    export http_proxy={proxy}
    copydesk add {first}/ {second}/
    copydesk crawl --all
    copydesk search harbour
    curl http://press.example/__edition/2       # a new edition: crawl once more
    curl http://press.example/__stats           # what the press saw of it

Ctrl-C ends it.
"""


async def serve(port: int) -> None:
    """Serve until SIGINT or SIGTERM. Raises OSError where the port is taken."""
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    async with Press(port=port) as press:
        publishers = press.publishers
        print(
            HINTS.format(
                proxy=press.proxy_url,
                publishers=len(publishers),
                articles=sum(article.kind not in REJECTIONS for article in press.articles),
                languages=len({publisher.language for publisher in publishers}),
                first=f"http://{publishers[0].host}",
                second=f"http://{publishers[1].host}",
            ),
            flush=True,
        )
        await over.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the sample press on loopback.")
    parser.add_argument("--port", type=int, default=8765, help="of the proxy; the hosts' own follow it")
    port = parser.parse_args().port
    try:
        asyncio.run(serve(port))
    except OSError as error:
        sys.exit(f"cannot serve on port {port}: {error.strerror or error}; try --port")
    except KeyboardInterrupt:
        with contextlib.suppress(BrokenPipeError):
            print()


if __name__ == "__main__":
    main()
