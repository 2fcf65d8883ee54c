"""Ctrl-C and SIGTERM."""

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator

import pytest

SCRIPT = """
    import asyncio, time
    from crawler.cli.stopping import stopped_by_signals

    async def main():
        stopping = asyncio.Event()
        with stopped_by_signals(stopping.set, "so it is said"):
            print("ready", flush=True)
            await stopping.wait()
            print("asked", flush=True)
            if BUSY:
                time.sleep(60)

    asyncio.run(main())
    print("done", flush=True)
"""


@pytest.fixture(params=[False, True], ids=["that stops", "that is busy"])
def program(request: pytest.FixtureRequest) -> Iterator["subprocess.Popen[bytes]"]:
    script = textwrap.dedent(SCRIPT).replace("BUSY", str(request.param))
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", script], stdout=pipe, stderr=pipe) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        yield program
        program.kill()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_ends_what_does_not_stop(program, signum: int, request) -> None:
    program.send_signal(signum)
    assert program.stdout.readline() == b"asked\n"
    assert program.stderr.readline() == b"copydesk: stopping: so it is said (once more to stop at once)\n"
    if "busy" in request.node.callspec.id:
        program.send_signal(signum)
        assert program.wait(5) == -signum
    else:
        assert program.stdout.readline() == b"done\n"
        assert program.wait(5) == 0
