"""A socket is opened to an address that was judged, and to no other."""

import socket

import aiohttp
import pytest

from crawler.addresses import PrivateAddress
from crawler.resolver import AddressInfo, PublicResolver


def info(address: str, port: int = 80) -> AddressInfo:
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)


async def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    resolver = PublicResolver(())
    with pytest.raises(PrivateAddress, match=r"localhost .*127\.0\.0\.1") as refused:
        await resolver.resolve("localhost", 80)
    assert refused.value.resolved
    await resolver.close()


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST"])
async def test_a_name_that_the_user_allows_is_resolved_and_connected_to(name: str) -> None:
    resolver = PublicResolver({"localhost"})
    assert (await resolver.resolve(name, 80))[0]["host"] == "127.0.0.1"
    resolver.socket_to(info("127.0.0.1")).close()
    with pytest.raises(PrivateAddress):
        resolver.socket_to(info("127.0.0.2"))
    await resolver.close()


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1%eth0", "fd00::1"]
)
async def test_no_socket_is_opened_to_a_private_address(address: str) -> None:
    with pytest.raises(PrivateAddress):
        PublicResolver(()).socket_to(info(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
async def test_a_socket_is_opened_to_a_public_address(address: str) -> None:
    PublicResolver(()).socket_to(info(address)).close()


HOSTS = ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "localhost", "127.1", "0x7f.1"]


@pytest.mark.parametrize("host", HOSTS)
async def test_the_client_itself_gets_no_further(host: str) -> None:
    """Had the guard let it pass, the socket would not: what the client makes of a host is judged again."""
    resolver = PublicResolver(())
    connector = aiohttp.TCPConnector(resolver=resolver, socket_factory=resolver.socket_to)
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises((PrivateAddress, aiohttp.InvalidURL)):
            await session.get(f"http://{host}/")
