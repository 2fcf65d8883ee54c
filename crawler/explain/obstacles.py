"""What would keep a fetch from being made, even one that is asked for."""

from crawler.addresses import AddressRefused, Guard
from crawler.explain.robots import RobotsVerdict


def obstacles(url: str, robots: RobotsVerdict, guard: Guard) -> list[str]:
    """Why no fetch of `url` would be made; empty where it would.

    A name may still resolve to an address that is not public, which only a fetch finds out.
    """
    found = []
    try:
        guard.check(url)
    except AddressRefused as error:
        found.append(str(error))
    if robots.allowed is False:
        found.append("robots.txt forbids it")
    elif robots.read_at and robots.allowed is None:
        found.append("robots.txt could not be read, which means not now")
    return found
