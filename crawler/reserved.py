"""Which IP addresses and host names are not of the public internet, by IANA's registries."""

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# Written out, for Python's own `is_global` changed its mind between 3.11.0 and 3.13, and judges what is
# embedded in an IPv6 address in some cases only. Sources: RFC 6890, RFC 8190, and
# https://www.iana.org/assignments/iana-ipv4-special-registry/, …/iana-ipv6-special-registry/,
# …/ipv6-address-space/. What is "globally reachable" within a block that is not, but serves no web
# (192.0.0.9/32, 2001:1::1/128), is not worth a hole in the wall.
_IPV4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network, RFC 791: on Linux 0.0.0.0 is this host
        "10.0.0.0/8",  # private use, RFC 1918
        "100.64.0.0/10",  # behind a carrier's NAT, RFC 6598; a cloud's metadata at 100.100.100.200
        "127.0.0.0/8",  # loopback, RFC 1122
        "168.63.129.16/32",  # a public address by which Azure's hosts give secrets to their guests
        "169.254.0.0/16",  # link-local, RFC 3927; most clouds' metadata at 169.254.169.254
        "172.16.0.0/12",  # private use, RFC 1918
        "192.0.0.0/24",  # protocol assignments, RFC 6890; a cloud's metadata at 192.0.0.192
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.88.99.0/24",  # relays of 6to4, RFC 7526
        "192.168.0.0/16",  # private use, RFC 1918
        "198.18.0.0/15",  # benchmarking, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved, RFC 1112, and broadcast, RFC 919
    )
]

_UNICAST = IPv6Network("2000::/3")
"""All that is given out for the public internet, RFC 4291. Loopback, mapped and compatible (::/96), discard
(100::/64), local NAT64 (64:ff9b:1::/48), segment routing (5f00::/16), unique-local (fc00::/7), link-local
(fe80::/10), site-local (fec0::/10) and multicast (ff00::/8) all stand elsewhere."""
_IPV6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, RFC 2928: Teredo, benchmarking, ORCHID…
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, RFC 3056: whatever IPv4 address it holds; given up, RFC 7526
        "3fff::/20",  # documentation, RFC 9637
    )
]
_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a translator, RFC 6052."""
_ISATAP = {0x0000_5EFE, 0x0200_5EFE}
"""How the interface identifier of a tunnel's end begins, whose IPv4 address follows, RFC 5214, 6.1."""

_OWN_NETWORK = frozenset(
    {
        "localhost",  # RFC 6761, 6.3: a proxy would resolve it to itself
        "localdomain",
        "localdomain6",  # what /etc/hosts calls this host
        "local",  # RFC 6762
        "internal",  # reserved for private use by ICANN in 2024; metadata.google.internal
        *("intranet", "private", "corp", "home", "lan"),  # RFC 6762, appendix G; never to be delegated
        "svc",  # services of a Kubernetes cluster
    }
)
_OWN_DOMAINS = ("home.arpa",)  # RFC 8375


def is_public(address: str) -> bool:
    """Whether an IP address, as text, is one of the public internet; IPv4 inside IPv6 is judged as IPv4.

    A zone ("%eth0") is left aside. Raises ValueError for what is no address in its canonical notation.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    return _is_public_ipv4(ip) if isinstance(ip, IPv4Address) else _is_public_ipv6(ip)


def _is_public_ipv4(ip: IPv4Address) -> bool:
    return not any(ip in network for network in _IPV4)


def _is_public_ipv6(ip: IPv6Address) -> bool:
    inside = IPv4Address(int(ip) & 0xFFFF_FFFF)
    if ip.ipv4_mapped is not None or ip in _NAT64:
        return _is_public_ipv4(inside)
    if ip not in _UNICAST or any(ip in network for network in _IPV6):
        return False
    is_tunnel = (int(ip) >> 32) & 0xFFFF_FFFF in _ISATAP
    return not is_tunnel or _is_public_ipv4(inside)


def is_public_name(host: str) -> bool:
    """Whether a name, in lower case and without a trailing dot, can be one of the public internet.

    One without a dot is completed, or answered, by the network that one stands in.
    """
    above, dot, last = host.rpartition(".")
    own = last in _OWN_NETWORK or any(f".{host}".endswith(f".{domain}") for domain in _OWN_DOMAINS)
    return bool(dot and above) and not own
