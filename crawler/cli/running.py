"""The command that keeps an archive fresh by itself."""

import shlex
import shutil

import typer

from crawler.cli.failures import CommandFailed, WrongUsage
from crawler.cli.invocation import Invocation


def run(context: typer.Context) -> None:
    """Keep every source fresh, until it is stopped.

    Each source is crawled when its schedule says so: `copydesk sources schedule` sets it, "auto" learns when
    the source publishes. Sources that are added, changed or disabled meanwhile are taken up within seconds.
    A database that is away, also at the start, is waited for.
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
    _check_hook(invocation.config().service.on_change)
    asyncio.run(_serve(invocation))


def _check_hook(on_change: str | None) -> None:
    """Raises WrongUsage for a command that is not there: in the first emergency it would be too late."""
    if on_change is None or on_change.startswith(("http://", "https://")):
        return
    try:
        command = shlex.split(on_change)[0]
    except (ValueError, IndexError):
        command = ""
    if shutil.which(command) is None:
        # An address that was written wrongly may hold a password.
        named = f"command {command!r}" if command and ":" not in command else "such command"
        raise WrongUsage(f"service.on_change: there is no {named}: write its path, or a web address")


async def _serve(invocation: Invocation) -> None:
    from crawler.cli.logs import service_logs
    from crawler.cli.stopping import stopped_by_signals
    from crawler.service.metrics import Metrics
    from crawler.service.server import Server

    server = Server(invocation.config(), invocation.open_existing, Metrics())
    with service_logs(invocation), stopped_by_signals(server.stop, "what is under way is finished"):
        if not await server.serve():
            raise CommandFailed(
                "the memory that [service] memory allows is used up though nothing is crawled: "
                "what supervises this process has to start it anew"
            )
