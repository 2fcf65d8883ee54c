"""One request at a time per host, and a pause before the next."""

import asyncio
import time
from itertools import pairwise
from typing import Any

import pytest

from crawler import politeness
from crawler.politeness import LONGEST_DELAY, PATIENCE, REMEMBERED, CrawlStopping, HostGate, HostResting
from storage.errors import TakenForDead


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


async def test_a_host_is_the_same_with_and_without_www() -> None:
    gate, spans = HostGate(), []
    await asyncio.gather(*(visit(gate, host, 0.05, spans) for host in ("a.example", "www.a.example")))
    (_, first), (second, _) = sorted(spans)
    assert second - first >= 0.05
    gate.rest("www.a.example", 3600)
    assert gate.resting("a.example") == pytest.approx(3600, abs=1)
    gate.ask_for_delay("www.b.example", 9)
    await visit(gate, "B.example.", 0, spans)
    assert gate.waiting("b.example") > 8


class Frozen:
    """Leases of a process that another one takes for dead while it waits in a pause."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.is_dead = False

    async def take(self, name: str) -> None:
        self.taken.append(name)

    async def confirm(self) -> None:
        if self.is_dead:
            raise TakenForDead("another process took this one for dead")

    def let_go(self, name: str, keep: float) -> None:
        self.taken.remove(name)


async def test_a_process_that_was_frozen_in_its_pause_sends_nothing() -> None:
    leases: Any = Frozen()
    gate = HostGate(leases)
    gate.rest("a", 0.1)
    waiting = asyncio.ensure_future(visit(gate, "a", 0, spans := []))
    await asyncio.sleep(0.02)
    assert leases.taken == ["host a"]
    leases.is_dead = True
    with pytest.raises(TakenForDead):
        await waiting
    assert (spans, leases.taken) == ([], [])


async def test_hosts_that_nobody_asks_for_any_more_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "FEW", 10)
    gate = HostGate()
    gate.rest("resting", 1e6)
    gate.ask_for_delay("slow", 9)
    later = time.monotonic() + REMEMBERED + 1
    async with gate.turn("busy", 0):
        for number in range(100):
            gate.waiting(f"host {number}")
        assert gate.waiting("resting") > 0
        monkeypatch.setattr(politeness.time, "monotonic", lambda: later)
        gate.waiting("slow")
        for number in range(100, 400):
            gate.waiting(f"host {number}")
        known = set(gate._turns)
    assert {"host resting", "host slow", "host busy", "host host 399"} <= known
    assert "host host 99" not in known
    assert gate._turn("slow").delays == {"": 9}


async def test_whose_turn_would_come_too_late_has_none() -> None:
    gate = HostGate()
    async with gate.turn("paper.example", 0.5):
        pass
    with pytest.raises(CrawlStopping):
        async with gate.turn("paper.example", 0.5, until=time.monotonic() + 0.1):
            pass
    async with gate.turn("paper.example", 0, until=time.monotonic() + 5):
        pass
