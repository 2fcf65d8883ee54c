"""Why a request is not made: robots.txt forbids it, or could not be read, or the proxy is not there."""

from scrapy.exceptions import IgnoreRequest


class ForbiddenByRobots(IgnoreRequest):
    """robots.txt says no to this address."""


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be read, which means "not now" for everything on the host."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"asked {host} for robots.txt")
        self.reason = reason
        """Why not: "unknown host", "http 503"…"""


class ProxyOutOfReach(Exception):
    """The proxy that the user has named cannot be reached: it says nothing of the host that was asked for."""

    def __init__(self, proxy: str, why: str) -> None:
        super().__init__(f"{proxy}: {why}")
