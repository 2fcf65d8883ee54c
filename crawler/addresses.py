"""Decides which web addresses may be fetched: public ones, and what the user allows by name.

AddressRefused          not fetched, and no use in trying again, but where a redirect led to it
├── SchemeRefused       neither http nor https
├── CredentialsRefused  it holds a user's name or password
├── HostRefused         its host is no host, or programs would read it differently
├── PrivateAddress      its host is not of the public internet (once resolved: try again later)
└── PortRefused         its port is none of crawl.ports
"""

import ipaddress
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlsplit

from yarl import URL

from crawler.reserved import is_public, is_public_name

_NAME = re.compile(r"[a-z0-9_~-]{1,63}(\.[a-z0-9_~-]{1,63})*")
_MAX_NAME = 253  # RFC 1035, 2.3.4
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_DOTTED = re.compile(r"(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}")


class AddressRefused(Exception):
    """An address may not be fetched; the message names its host, and the way out where there is one."""

    reason: ClassVar[str]
    """Counted under this name."""
    led_to = False
    """Whether a redirect led there, as a hotel's network has one for whoever has not paid: tomorrow it may
    lead elsewhere."""


class SchemeRefused(AddressRefused):
    """Only http and https are fetched."""

    reason = "scheme"

    def __init__(self, scheme: str) -> None:
        super().__init__(f"{scheme or 'an address without a scheme'} is neither http nor https")


class CredentialsRefused(AddressRefused):
    """copydesk reads what everybody may read; and what stands in an address is shown, stored and exported."""

    reason = "credentials"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"an address of {host} with a user's name or password in it; leave out what is before @"
        )


class HostRefused(AddressRefused):
    """The host is none, or one that programs read differently, so that nobody could judge it for another."""

    reason = "host"

    def __init__(self, host: str) -> None:
        super().__init__(f"{_shown(host)} is no host in plain notation")


class PrivateAddress(AddressRefused):
    """The host stands at an address that is not public, and the user has not allowed it."""

    reason = "private address"

    def __init__(self, host: str, address: str, begun_at: str | None = None) -> None:
        at = "" if host == address else f" ({address})"
        way_out = (
            "crawl.allow_private can allow it"
            if begun_at is None
            else f"crawl.allow_private allows it to crawls that begin at a host it names, not at {begun_at}"
        )
        super().__init__(f"{_shown(host)}{at} is not a public address; {way_out}")
        self.resolved = host != address
        """Whether the name's resolver said so, which may have erred: a hotel's answers all names itself."""


class PortRefused(AddressRefused):
    """The port is none on which we look for web pages."""

    reason = "port"

    def __init__(self, host: str, port: int, *, own: bool) -> None:
        way_out = f'crawl.allow_private can name "{host}:{port}"' if own else "crawl.ports can allow it"
        super().__init__(f"port {port} of {host} is not among those that are asked; {way_out}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """An address that may be fetched."""

    url: URL
    """As it was judged: this very object is to be asked for."""
    own: bool = False
    """Whether it is of a host that the user has allowed, wherever that stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something listens, or might."""

    host: str
    """In lower case, without trailing dots; an IPv6 address without brackets, in its shortest form."""
    port: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What may be fetched, as [crawl] has it."""

    ports: Collection[int]
    allowed: frozenset[Place] = field(default_factory=frozenset)
    """Hosts that may stand anywhere; those with a port, at that port alone."""

    @property
    def hosts(self) -> frozenset[str]:
        """Names and addresses of the hosts that are allowed."""
        return frozenset(place.host for place in self.allowed)

    def check(self, url: str | URL, begun_at: str | None = None) -> Passed:
        """Raise AddressRefused for an address that may not be fetched.

        `begun_at`: the address that the user named, from which the crawl came to this one; without it, this
        one was named. Where that is of no host that is allowed, nothing private is: what a stranger's page
        names is not what the user named. A name may still resolve to an address that is not public, which is
        judged where it is resolved.
        """
        place = place_of(url)
        begin = place if begun_at is None else _beginning(begun_at)
        holds = begin is not None and self._allows(begin, begin)
        if place.host in self.hosts:
            if not holds:
                raise PrivateAddress(place.host, place.host, begin.host if begin else str(begun_at))
            if begin is None or not self._allows(place, begin):
                raise PortRefused(place.host, place.port or 0, own=True)
            return Passed(url=_read(url), own=True)
        _check_public(place.host)
        if place.port not in self.ports:
            raise PortRefused(place.host, place.port or 0, own=False)
        return Passed(url=_read(url))

    def _allows(self, place: Place, begin: Place) -> bool:
        """Whether a host that is allowed may be asked at a port: where it is named without one, at
        `ports` and the one that the user typed."""
        if place in self.allowed:
            return True
        anyhow = Place(host=place.host, port=None) in self.allowed
        return anyhow and (place.port in self.ports or place == begin)


def guard_of(ports: Iterable[int | str], allow_private: Iterable[str]) -> Guard:
    """A guard of what the settings name. Raises ValueError for what is no host, or no port."""
    allowed = frozenset(_named(entry) for entry in allow_private)
    return Guard(ports=frozenset(int(port) for port in ports), allowed=allowed)


def _named(entry: str) -> Place:
    """A host, or host and port, as in crawl.allow_private; an IPv6 address needs brackets for a port."""
    bare_ipv6 = entry.count(":") > 1 and not entry.startswith("[")
    try:
        url = _read(f"http://[{entry}]/" if bare_ipv6 else f"http://{entry}/")
        host = _host(url)
    except HostRefused:
        host = ""
    if not host or "@" in url.raw_authority or url.raw_path_qs != "/" or url.raw_fragment:
        raise ValueError(f"no host: {entry!r}")
    return Place(host=host, port=url.explicit_port)


def place_of(url: str | URL) -> Place:
    """Host and port as the HTTP client reads them. Raises AddressRefused.

    Not where the rest of the house reads another host: what is judged, asked for robots.txt and waited for
    would not be what is connected to.
    """
    read = _read(url)
    if read.scheme not in ("http", "https"):
        raise SchemeRefused(read.scheme)
    host = _host(read)
    if "@" in read.raw_authority:
        raise CredentialsRefused(host)
    if isinstance(url, str) and url.isascii() and _as_others_read(url) != host:
        raise HostRefused(host)
    return Place(host=host, port=read.port)


def _read(url: str | URL) -> URL:
    try:
        return URL(url)
    except ValueError as error:  # a bracket that is not closed, a port that is no number, a host that is none
        raise HostRefused(str(url).partition("://")[2].partition("/")[0].rpartition("@")[2]) from error


def _host(url: URL) -> str:
    host = (url.raw_host or "").lower().rstrip(".")
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host)) if "%" not in host else _refuse(host)
        except ValueError:
            _refuse(host)
    if len(host) > _MAX_NAME or not _NAME.fullmatch(host):
        _refuse(host)
    return host


def _refuse(host: str) -> str:
    raise HostRefused(host)


def _as_others_read(url: str) -> str | None:
    try:
        host = (urlsplit(url).hostname or "").lower().rstrip(".")
        return str(ipaddress.IPv6Address(host)) if ":" in host else host
    except ValueError:
        return None


def _beginning(url: str) -> Place | None:
    try:
        return place_of(url if "://" in url else f"https://{url}")
    except AddressRefused:
        return None


def _check_public(host: str) -> None:
    """Raise PrivateAddress or HostRefused for a host that is not of the public internet as it is written."""
    if ":" in host or _DOTTED.fullmatch(host):
        try:
            public = is_public(host)
        except ValueError:  # 256.0.0.1
            raise HostRefused(host) from None
    elif _NUMBER.fullmatch(host.rpartition(".")[2]):
        # 127.1, 0x7f.1, 2130706433, 0177.0.0.1: an IPv4 address to those who take it for one (WHATWG URL,
        # 3.5), and not the same one to all.
        if (address := meant_ipv4(host)) is not None and not is_public(address):
            raise PrivateAddress(host, host)
        raise HostRefused(host)
    else:
        public = is_public_name(host)
    if not public:
        raise PrivateAddress(host, host)


def meant_ipv4(host: str) -> str | None:
    """The IPv4 address that a host means in the notations of inet_aton (WHATWG URL, 3.5); None: in none."""
    parts = host.split(".")
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    room = 256 ** (5 - len(numbers))
    if len(numbers) > 4 or numbers[-1] >= room or any(number > 255 for number in numbers[:-1]):
        return None
    value = numbers[-1] + sum(number * 256 ** (3 - place) for place, number in enumerate(numbers[:-1]))
    return str(ipaddress.IPv4Address(value))


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if len(part) > 1 and part.startswith("0") else 10)


def _shown(host: str) -> str:
    return (host if len(host) <= 80 else host[:79] + "…") or "an empty host"
