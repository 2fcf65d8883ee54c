"""Which addresses are public does not depend on the Python that judges, nor on how one is written."""

import ipaddress

import pytest

from crawler.reserved import is_public, is_public_name
from newsite.ways_in import PRIVATE_IPV4, PRIVATE_IPV6


@pytest.mark.parametrize("address", [*PRIVATE_IPV4, *PRIVATE_IPV6, "fe80::1%eth0", "::1%lo"])
def test_what_iana_keeps_for_a_purpose_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("network", "closed_beside"),
    [
        *((block, 0) for block in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8")),
        *((block, 0) for block in ("168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24")),
        *((block, 0) for block in ("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15")),
        *((block, 0) for block in ("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001:db8::/32")),
        *((block, 0) for block in ("2002::/16", "3fff::/20", "2001::/23", "::/3")),
        ("4000::/2", 1),
    ],
)
def test_a_block_ends_where_it_ends(network: str, closed_beside: int) -> None:
    block = ipaddress.ip_network(network)
    assert not is_public(str(block[0]))
    assert not is_public(str(block[-1]))
    beside = [
        number for number in (int(block[0]) - 1, int(block[-1]) + 1) if 0 <= number < 2**block.max_prefixlen
    ]
    kind = ipaddress.IPv4Address if block.version == 4 else ipaddress.IPv6Address
    assert [is_public(str(kind(number))) for number in beside].count(False) == closed_beside


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2606:4700::1111", "2620:4f:8000::1", "192.31.196.1"],
)
def test_what_is_given_out_is_public(address: str) -> None:
    assert is_public(address)


def test_what_python_takes_for_private_is_not_public_here() -> None:
    """Python errs to one side only: what this version of it knows of is known here too."""
    samples = [
        ipaddress.IPv4Address(first << 24 | second << 16 | 1) for first in range(256) for second in range(256)
    ]
    assert [ip for ip in samples if is_public(str(ip)) and (not ip.is_global or ip.is_multicast)] == []


@pytest.mark.parametrize("text", ["", "paper.example", "127.1", "0x7f000001", "1.2.3.4.5", "::g"])
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        is_public(text)


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("paper.example", True),
        ("paper", False),
        ("", False),
        (".local", False),
        ("a.local", False),
        ("locals.de", True),
    ],
)
def test_names_are_judged_by_their_end(host: str, public: bool) -> None:
    assert is_public_name(host) is public
