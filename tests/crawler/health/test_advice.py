"""A command in an advice can be pasted, whatever a site calls itself."""

import shlex

import pytest

from crawler.health.advice import advice
from crawler.health.verdict import Health
from storage.facts import Evidence

STRANGE = "https://new.example/;touch${IFS}x&a='b'/"


@pytest.mark.parametrize("reason", ["http 404", "private address", "timeout", None])
@pytest.mark.parametrize("state", [state for state in Health if state not in (Health.NEW, Health.WELL)])
def test_names_and_addresses_are_quoted(state: Health, reason: str | None) -> None:
    told = advice(state, "Paper; rm *", STRANGE, reason, Evidence(leads_to=STRANGE))
    assert told is not None
    quoted = (shlex.quote(STRANGE), shlex.quote("Paper; rm *"))
    for whole in quoted:
        told = told.replace(whole, "")
    told = told.removeprefix(f"See whether it publishes: {STRANGE}")
    assert "touch" not in told
    assert "rm *" not in told


def test_an_address_that_needs_no_quotes_has_none() -> None:
    told = advice(Health.MOVED, "paper", "https://a.example/", None, Evidence(leads_to="https://b.example/"))
    assert told is not None
    assert told.startswith("copydesk add https://b.example/ follows it there")
