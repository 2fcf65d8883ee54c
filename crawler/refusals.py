"""Why a request is not made: robots.txt forbids it, or could not be read."""

from scrapy.exceptions import IgnoreRequest


class ForbiddenByRobots(IgnoreRequest):
    """robots.txt says no to this address."""


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be read, which means "not now" for everything on the host."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"asked {host} for robots.txt")
        self.reason = reason
        """Why not: "unknown host", "http 503"…"""
