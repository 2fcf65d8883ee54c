"""Lines of the log: for a person, for a machine, and each with the run that it belongs to."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from crawler.cli.invocation import Invocation
from crawler.cli.logs import JsonLines, PlainLines, service_logs
from crawler.config import Config, ServiceConfig
from crawler.log_context import logged_as, logged_run


def record(message: str, *args: object, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("crawler.seeds.reader", logging.WARNING, __file__, 1, message, args, None)
    made.created = 1709528767.5
    for name, value in more.items():
        setattr(made, name, value)
    return made


def test_a_person_reads_when_how_grave_where_and_what() -> None:
    with logged_as("Harbour Gazette", 17):
        told = PlainLines().format(record("seed not read: %s", "timeout"))
    assert told == "2024-03-04T05:06:07Z  warning  Harbour Gazette #17  seed not read: timeout"
    assert PlainLines().format(record("hello")) == "2024-03-04T05:06:07Z  warning  hello"


def test_no_line_can_be_forged_nor_a_terminal_be_moved() -> None:
    told = PlainLines().format(record("a\x1b[2J title\n2024-03-04T05:06:07Z  error  all is lost\r\u202e"))
    assert told.splitlines()[1] == "    2024-03-04T05:06:07Z  error  all is lost"
    assert not {"\x1b", "\r", "\u202e"} & set(told)
    machine = JsonLines().format(record("\x1b[2J\n\u202e\x9b"))
    assert machine.isascii()
    assert machine.isprintable()
    assert json.loads(machine)["message"] == "\x1b[2J\n\u202e\x9b"


def test_a_machine_reads_json() -> None:
    line = JsonLines().format(record("done", source="Gazette", run=3, data={"new": 2, "at": Path("x")}))
    assert json.loads(line) == {
        "at": "2024-03-04T05:06:07.500Z",
        "level": "warning",
        "logger": "crawler.seeds.reader",
        "message": "done",
        "source": "Gazette",
        "run": 3,
        "data": {"new": 2, "at": "x"},
    }


def test_an_error_is_told_with_where_it_arose() -> None:
    try:
        raise ValueError("a fault")
    except ValueError as error:
        told = record("it broke", exc_info=(type(error), error, error.__traceback__))
    assert "\n    ValueError: a fault" in PlainLines().format(told)
    assert json.loads(JsonLines().format(told))["error"].endswith("ValueError: a fault")


async def test_each_task_logs_for_its_own_run() -> None:
    async def crawl(number: int) -> object:
        with logged_as(f"source {number}", number):
            await asyncio.sleep(0.01)
            return await asyncio.ensure_future(within())

    async def within() -> object:
        await asyncio.sleep(0)
        return logged_run()

    assert await asyncio.gather(*(crawl(n) for n in range(3))) == [(f"source {n}", n) for n in range(3)]
    assert logged_run() is None


@pytest.mark.parametrize(("log", "shown"), [("text", "#5  a run"), ("json", '"run": 5')])
def test_the_service_logs_to_stderr_from_info_on(
    capsys: pytest.CaptureFixture[str], log: Any, shown: str
) -> None:
    config = Config(service=ServiceConfig(log=log))
    invocation = Invocation()
    invocation._config = config
    with service_logs(invocation), logged_as("a", 5):
        logging.getLogger("crawler.service").info("a run")
        logging.getLogger("crawler.service").debug("hidden")
        logging.getLogger("scrapy.core").warning("hidden")
        logging.getLogger("apscheduler.scheduler").info("hidden")
    logging.getLogger("crawler.service").error("hidden: it is over")
    captured = capsys.readouterr()
    assert captured.out == ""
    [line] = captured.err.splitlines()
    assert shown in line
