"""No fetch reaches a private address that the user has not allowed by name."""

import pytest

from crawler.addresses import PrivateAddress, check_literal, is_public
from crawler.resolver import PublicResolver


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "press.localhost",
        "127.0.0.1",
        "127.1",
        "0x7f.0.0.1",
        "2130706433",
        "0177.0.0.1",
        "127.0.0.1.",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fd00::1]",
        "[fe80::1]",
        "[2002:7f00:1::]",
    ],
)
def test_private_literals_are_refused_in_any_notation(host: str) -> None:
    with pytest.raises(PrivateAddress):
        check_literal(f"http://{host}/latest", ())


@pytest.mark.parametrize("host", ["93.184.216.34", "example.org", "[2606:4700::1111]", "10.example.org"])
def test_public_hosts_and_names_pass(host: str) -> None:
    check_literal(f"http://{host}/", ())


def test_a_host_that_the_user_allows_passes() -> None:
    check_literal("http://127.0.0.1:8080/", {"127.0.0.1"})


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("fc00::", False),
    ],
)
def test_ip_addresses_are_judged(address: str, public: bool) -> None:
    assert is_public(address) == public


async def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    resolver = PublicResolver(set())
    with pytest.raises(PrivateAddress, match="localhost"):
        await resolver.resolve("localhost", 80)
    await resolver.close()


async def test_a_name_that_the_user_allows_is_resolved() -> None:
    resolver = PublicResolver({"localhost"})
    assert (await resolver.resolve("localhost", 80))[0]["host"] == "127.0.0.1"
    await resolver.close()
