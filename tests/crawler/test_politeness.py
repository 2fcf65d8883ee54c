"""One request at a time per host, and a pause before the next."""

import asyncio
import time
from itertools import pairwise

import pytest

from crawler.politeness import LONGEST_DELAY, PATIENCE, CrawlStopping, HostGate, HostResting


async def visit(gate: HostGate, host: str, delay: float, spans: list[tuple[float, float]]) -> None:
    async with gate.turn(host, delay):
        began = time.monotonic()
        await asyncio.sleep(0.02)
        spans.append((began, time.monotonic()))


async def test_requests_to_one_host_never_overlap_and_keep_the_delay() -> None:
    gate, spans = HostGate(), []
    await asyncio.gather(*(visit(gate, "a", 0.05, spans) for _ in range(4)))
    spans.sort()
    gaps = [after[0] - before[1] for before, after in pairwise(spans)]
    assert min(gaps) >= 0.05


async def test_hosts_do_not_wait_for_each_other() -> None:
    gate, spans = HostGate(), []
    async with gate.turn("slow", 0):
        await asyncio.wait_for(visit(gate, "quick", 10, spans), 1)


async def test_a_crawl_delay_is_kept_where_it_is_longer() -> None:
    gate, spans = HostGate(), []
    gate.ask_for_delay("a", 0.1)
    await visit(gate, "a", 0.0, spans)
    await visit(gate, "a", 0.0, spans)
    assert spans[1][0] - spans[0][1] >= 0.1


async def test_a_host_that_asks_for_a_short_rest_is_waited_for() -> None:
    gate, spans = HostGate(), []
    gate.rest("a", 0.1)
    asked = time.monotonic()
    await visit(gate, "a", 0.0, spans)
    assert spans[0][0] - asked >= 0.1


async def test_a_host_that_asks_for_a_long_rest_is_left_alone() -> None:
    gate = HostGate()
    gate.rest("a", PATIENCE + 100)
    with pytest.raises(HostResting) as told:
        async with gate.turn("a", 0):
            pytest.fail("let through")
    assert told.value.seconds == pytest.approx(PATIENCE + 100, abs=1)
    assert gate.resting("b") == 0


async def test_a_failed_request_keeps_the_delay_too() -> None:
    gate, spans = HostGate(), []
    with pytest.raises(OSError, match="reset"):
        async with gate.turn("a", 0.1):
            raise OSError("reset")
    failed = time.monotonic()
    await visit(gate, "a", 0.1, spans)
    assert spans[0][0] - failed >= 0.09


async def test_closing_the_gate_turns_away_who_waits() -> None:
    gate, spans = HostGate(), []
    await visit(gate, "a", 30, spans)
    waiting = asyncio.ensure_future(visit(gate, "a", 30, spans))
    await asyncio.sleep(0.01)
    gate.close()
    with pytest.raises(CrawlStopping):
        await asyncio.wait_for(waiting, 1)
    with pytest.raises(CrawlStopping):
        await visit(gate, "b", 0, spans)


async def test_a_long_delay_is_a_pause_and_not_a_rest() -> None:
    gate, spans = HostGate(), []
    await visit(gate, "a", PATIENCE + 100, spans)
    assert gate.resting("a") == 0
    waiting = asyncio.ensure_future(visit(gate, "a", PATIENCE + 100, spans))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    waiting.cancel()


async def test_an_absurd_crawl_delay_is_cut() -> None:
    gate, spans = HostGate(), []
    gate.ask_for_delay("a", 1e9)
    await visit(gate, "a", 0, spans)
    assert gate.waiting("a") <= LONGEST_DELAY
