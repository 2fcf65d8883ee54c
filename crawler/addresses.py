"""Which addresses of the network a fetch may reach: public ones, and what the user allows by name."""

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a translator, RFC 6052."""


class PrivateAddress(Exception):
    """The host stands at an address that is not public, and the user has not allowed it."""

    def __init__(self, host: str, address: str) -> None:
        at = "" if host == address else f" ({address})"
        super().__init__(f"{host}{at} is not a public address; crawl.allow_private can allow it")


def is_public(address: str) -> bool:
    """Whether an IP address, as text, is one of the public internet; IPv4 inside IPv6 is judged as IPv4."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF) if ip in NAT64 else None
        ip = ip.ipv4_mapped or ip.sixtofour or nat64 or ip
    return ip.is_global and not ip.is_multicast


def check_literal(url: str, allowed: Collection[str]) -> None:
    """Raise PrivateAddress if a URL's host is written as an address that may not be reached.

    The resolver never sees such a host. Every notation that the system's own parser takes is understood:
    0x7f.1, 2130706433 and 127.0.0.1 are one address.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host in allowed:
        return
    if host == "localhost" or host.endswith(
        ".localhost"
    ):  # RFC 6761, 6.3; a proxy would resolve it to itself
        raise PrivateAddress(host, host)
    try:
        address = socket.inet_ntoa(socket.inet_aton(host)) if ":" not in host else host.partition("%")[0]
        public = is_public(address)
    except (OSError, ValueError):
        return  # a name: judged when it is resolved
    if not public:
        raise PrivateAddress(host, address)
