"""Our own network is down where all fail at once that answered before, and up again when anybody answers."""

import pytest

from crawler.health.network import REMEMBERED, Network


def after(*happened: str) -> Network:
    """ "+a": a answered, "-a": a was out of reach."""
    network = Network()
    for each in happened:
        (network.answered if each[0] == "+" else network.failed)(each[1:])
    return network


@pytest.mark.parametrize(
    ("happened", "is_down"),
    [
        ("+a +b +c -a -b -c", True),
        ("+a +b +c +d -a -b -c", True),
        ("+a +b +c -a -b", False),
        ("+a +b +c -a -b +d -c", False),  # somebody has answered meanwhile
        ("+a +b -a -b", True),  # all there are
        ("+a -a -a -a", False),  # one host may well be down alone
        ("+a +b +c -x -y -z", False),  # none of these has ever answered
        ("-x -y -z", False),
        ("+a +b +c -a -a -a", False),
        ("+a +b +c -a -b -c +b", False),
        ("+a +b +c -a -b -c -x", True),
        ("+paper.example +www.paper.example -paper.example -www.paper.example", False),  # one publisher's
        ("+paper.example +feeds.paper.example +b -www.paper.example -b", True),
        ("+2001:db8::1 +192.0.2.1 -2001:db8::1 -192.0.2.1", True),
    ],
)
def test_when_it_is_us(happened: str, is_down: bool) -> None:
    assert after(*happened.split()).is_down is is_down


def test_a_source_is_left_alone_for_a_while_only_then() -> None:
    down = after("+a", "+b", "-a", "-b")
    assert not after("+a").rest
    assert down.rest
    assert "2 sites that answered before are out of reach" in down.why


def test_not_every_host_there_ever_was_is_remembered() -> None:
    network = Network()
    for number in range(REMEMBERED + 10):
        network.answered(f"{number}.example")
    for number in range(9):
        network.failed(f"{number}.example")
    assert not network.is_down
    for number in range(20, 23):
        network.failed(f"{number}.example")
    assert network.is_down
