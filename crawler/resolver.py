"""Resolves names to the addresses that a fetch may reach, and opens sockets to no others."""

import socket
from collections.abc import Collection
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from crawler.addresses import PrivateAddress
from crawler.reserved import is_public

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]
"""As `socket.getaddrinfo` has it: family, type, protocol, canonical name, and the address with its port."""


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only: the connection goes to the very address that was judged."""

    def __init__(self, allowed: Collection[str]) -> None:
        """`allowed`: hosts that may stand anywhere."""
        self._allowed = set(allowed)
        self._given = set(allowed)
        """Addresses that may be connected to though they are not public."""
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Public addresses of a name. Raises PrivateAddress if it has others only, OSError if none."""
        found = await self._names.resolve(host, port, family)
        if host.lower().rstrip(".") in self._allowed:
            self._given |= {one["host"] for one in found}
            return found
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise PrivateAddress(host.rstrip("."), found[0]["host"])
        return public

    def socket_to(self, info: AddressInfo) -> socket.socket:
        """A socket, not connected yet, for an address. Raises PrivateAddress for one that may not be reached.

        Whatever way a host took past the guard and through the client's own reading: it ends here.
        """
        family, kind, protocol, _, address = info
        if address[0] not in self._given and not is_public(address[0]):
            raise PrivateAddress(address[0], address[0])
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        await self._names.close()
