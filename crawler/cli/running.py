"""The command that keeps an archive fresh by itself."""

from contextlib import nullcontext
from typing import TYPE_CHECKING

import typer

from crawler.cli.failures import CommandFailed
from crawler.cli.invocation import Invocation

if TYPE_CHECKING:
    from storage.session import Database


def run(context: typer.Context) -> None:
    """Keep every source fresh, until it is stopped.

    Each source is crawled when its schedule says so: `copydesk sources schedule` sets it, "auto" learns when
    the source publishes. Sources that are added, changed or disabled meanwhile are taken up within seconds.
    What it does stands on stderr, how the sources are doing in `copydesk status`. A second one on the same
    archive stands by, and takes over when the first ends or dies. SIGTERM or Ctrl-C lets what is under way
    finish; after that, or after a kill at any moment, the next one goes on from there.

    \b
    Examples:
      copydesk run
      copydesk --db postgresql+psycopg://me@localhost/news run 2>>copydesk.log
    """
    import asyncio

    invocation: Invocation = context.obj
    invocation.config()
    with invocation.open_existing(writing=True) as database:
        asyncio.run(_serve(invocation, database))


async def _serve(invocation: Invocation, database: "Database") -> None:
    from crawler.cli.logs import service_logs
    from crawler.cli.stopping import stopped_by_signals
    from crawler.service.metrics import Metrics, served
    from crawler.service.server import Server

    config, metrics = invocation.config(), Metrics()
    server = Server(config, database, metrics)
    with (
        served(metrics, config.service.metrics) if config.service.metrics else nullcontext(),
        service_logs(invocation),
        stopped_by_signals(server.stop, "what is under way is finished"),
    ):
        if not await server.serve():
            raise CommandFailed(
                "the memory that [service] memory allows is used up though nothing is crawled: "
                "what supervises this process has to start it anew"
            )
