"""What may be fetched: http and https, at public hosts and the ports of the web, and what is allowed."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import (
    AddressRefused,
    CredentialsRefused,
    HostRefused,
    PortRefused,
    PrivateAddress,
    guard_of,
    meant_ipv4,
)
from crawler.config import CrawlConfig
from newsite.ways_in import CLOSED, OPEN, PRIVATE_IPV4

GUARD = guard_of(CrawlConfig().ports, ())
OWN = guard_of([80, 443], ["wiki.corp", "10.0.0.7:8090", "[::1]:9000", "FD00::7", "localhost"])


@pytest.mark.parametrize(
    ("reason", "url"), [(reason, url) for reason, urls in CLOSED.items() for url in urls]
)
def test_a_way_in_is_closed_and_the_reason_told(reason: str, url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        GUARD.check(url)
    assert reason in (refused.value.reason, "trick")


@pytest.mark.parametrize("url", OPEN)
def test_what_is_public_is_open(url: str) -> None:
    assert not GUARD.check(url).own


@pytest.mark.parametrize(
    ("begun_at", "url", "error"),
    [
        ("http://wiki.corp/", "http://wiki.corp/a", None),
        ("http://wiki.corp./", "http://WIKI.corp./a", None),
        ("wiki.corp", "https://wiki.corp/a", None),
        ("http://wiki.corp:8000/", "http://wiki.corp:8000/a", None),  # typed, and so meant
        ("http://wiki.corp/", "http://wiki.corp:8000/a", PortRefused),
        ("http://wiki.corp:8000/", "http://localhost:8000/a", PortRefused),
        ("http://wiki.corp/", "http://localhost/a", None),
        ("http://wiki.corp/", "http://127.0.0.1/a", PrivateAddress),  # another name for what is allowed
        ("http://wiki.corp/", "http://other.corp/a", PrivateAddress),
        ("http://wiki.corp/", "http://10.0.0.7:8090/a", None),
        ("http://10.0.0.7:8090/", "http://10.0.0.7:8090/a", None),
        ("http://10.0.0.7:8090/", "http://10.0.0.7/a", PortRefused),
        ("http://10.0.0.7/", "http://10.0.0.7:8090/a", PrivateAddress),  # not where that is allowed
        ("http://[0:0::1]:9000/", "http://[::1]:9000/a", None),
        ("http://[fd00:0::7]/", "http://[FD00::7]/a", None),
        ("http://paper.example/", "http://wiki.corp/a", PrivateAddress),
        ("http://paper.example/", "http://localhost/a", PrivateAddress),
        ("no address at all", "http://localhost/a", PrivateAddress),
        ("", "http://localhost/a", PrivateAddress),
        ("http://wiki.corp/", "http://paper.example/a", None),
        (None, "http://wiki.corp/a", None),
        (None, "http://user@wiki.corp/a", CredentialsRefused),
        (None, "http://10.7/a", PrivateAddress),
    ],
)
def test_an_allowance_holds_for_crawls_that_begin_at_an_allowed_host(
    begun_at: str | None, url: str, error: type[AddressRefused] | None
) -> None:
    if error is None:
        assert OWN.check(url, begun_at).own == ("paper" not in url)
    else:
        with pytest.raises(error):
            OWN.check(url, begun_at)


@pytest.mark.parametrize(
    ("url", "begun_at", "told"),
    [
        ("http://10.1.2.3/", None, "10.1.2.3 is not a public address; crawl.allow_private can allow it"),
        ("http://wiki.corp/", "http://paper.example/", "begin at a host it names, not at paper.example"),
        ("http://paper.example:22/", None, "port 22 of paper.example is not among .*; crawl.ports can allow"),
        ("http://10.0.0.7:9/", "http://wiki.corp/", 'crawl.allow_private can name "10.0.0.7:9"'),
        ("ftp://paper.example/", None, "ftp is neither http nor https"),
        ("http://ann:secret@paper.example/", None, "^an address of paper.example with a user's name or"),
        ("http://%31.example/", None, "^%31.example is no host"),
    ],
)
def test_the_message_names_the_host_and_the_way_out_and_no_secret(
    url: str, begun_at: str | None, told: str
) -> None:
    with pytest.raises(AddressRefused, match=told) as refused:
        OWN.check(url, begun_at)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "entry", ["", "http://10.0.0.7/", "10.0.0.7/8", "a b", "[::1", "u@wiki", "wiki:port"]
)
def test_what_is_no_host_cannot_be_allowed(entry: str) -> None:
    with pytest.raises(ValueError, match="no host"):
        guard_of([80], [entry])


PARTS = (str, hex, "0{:o}".format, "0X{:x}".format, "{:04d}".format, "000{:o}".format)


@st.composite
def notations(draw: st.DrawFn) -> tuple[str, str]:
    """An IPv4 address that is not public, and one of its notations as a host."""
    first, last = draw(
        st.sampled_from(
            [
                ("0.0.0.0", "0.255.255.255"),
                ("10.0.0.0", "10.255.255.255"),
                ("100.64.0.0", "100.127.255.255"),
                ("127.0.0.0", "127.255.255.255"),
                ("169.254.0.0", "169.254.255.255"),
                ("172.16.0.0", "172.31.255.255"),
                ("192.168.0.0", "192.168.255.255"),
                ("198.18.0.0", "198.19.255.255"),
                ("224.0.0.0", "255.255.255.255"),
            ]
        )
    )
    value = draw(st.integers(int(ipaddress.IPv4Address(first)), int(ipaddress.IPv4Address(last))))
    address = str(ipaddress.IPv4Address(value))
    if draw(st.booleans()):
        wrap = draw(st.sampled_from(["::ffff:{}", "::{}", "64:ff9b::{}", "64:ff9b:1::{}", "2a00::5efe:{}"]))
        inside = ipaddress.IPv6Address(wrap.format(address))
        return address, f"[{draw(st.sampled_from([str(inside), inside.exploded, wrap.format(address)]))}]"
    whole = draw(st.integers(0, 3))
    numbers = [value >> (24 - 8 * n) & 255 for n in range(whole)] + [value & (256 ** (4 - whole) - 1)]
    host = ".".join(draw(st.sampled_from(PARTS))(number) for number in numbers)
    digits = draw(st.sampled_from(["0123456789", "０１２３４５６７８９", "⓪①②③④⑤⑥⑦⑧⑨", "₀₁₂₃₄₅₆₇₈₉"]))
    dot = draw(st.sampled_from([".", "。", "．", "｡"]))
    host = host.translate(str.maketrans("0123456789.", digits + dot))
    return address, host + draw(st.sampled_from(["", ".", "..", dot]))


@given(notations(), st.sampled_from(["http", "https", "HTTP"]), st.sampled_from(["", ":80", ":8080"]))
def test_an_address_that_is_not_public_is_closed_in_any_notation(
    notation: tuple[str, str], scheme: str, port: str
) -> None:
    _, host = notation
    with pytest.raises((PrivateAddress, HostRefused)):
        GUARD.check(f"{scheme}://{host}{port}/a")
    if re.fullmatch(r"[0-9a-fx.]*[0-9a-fx]", host) and not re.search(r"(^|\.)0\d*[89]", host):
        assert meant_ipv4(host) is not None or "0X" in host


@given(st.text(max_size=40))
def test_whatever_is_asked_for_is_judged(text: str) -> None:
    for url in (text, f"http://{text}", f"http://{text}/a", f"http://paper.example{text}"):
        try:
            passed = GUARD.check(url)
        except AddressRefused:
            continue
        assert passed.url.scheme in ("http", "https")
        assert passed.url.port in GUARD.ports
        assert (passed.url.raw_host or "").lower().rstrip(".") not in PRIVATE_IPV4
