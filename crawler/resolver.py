"""Resolves names to the addresses that a fetch may reach."""

import socket
from collections.abc import Collection

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from crawler.addresses import PrivateAddress, is_public


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only: the connection goes to the very address that was judged."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = set(allowed)
        self._names = aiohttp.ThreadedResolver()

    def allow(self, host: str) -> None:
        """Let a name resolve to whatever it does."""
        self._allowed.add(host)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Public addresses of a name. Raises PrivateAddress if it has others only, OSError if none."""
        found = await self._names.resolve(host, port, family)
        public = [one for one in found if host in self._allowed or is_public(one["host"])]
        if not public:
            raise PrivateAddress(host, found[0]["host"])
        return public

    async def close(self) -> None:
        await self._names.close()
