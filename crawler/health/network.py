"""Tells whether it is our own network that is down: all sites fail at once that answered before.

One site that fails, with all its hosts, is a matter between it and us. Where several fail that have answered
this process before, and in all that time nobody answers at all, the fault is on our side: nothing is held
against any of them.
"""

import logging
from datetime import timedelta

from pipelines.metadata.canonical import registered_domain

logger = logging.getLogger(__name__)

FEWEST = 3
"""Sites that must fail, of those that have answered before; all of them, where they are fewer: but two."""
REMEMBERED = 1000
"""Sites of which it is known that they have answered."""
REST = timedelta(seconds=30)
"""How long a source is left alone that was tried meanwhile."""
AGAIN = 1.0
"""Seconds after which its seeds and pages are due again: when it is tried, REST and PROBE decide."""
PROBE = 10.0
"""Seconds between two crawls that find out whether the network is back."""


class OurNetworkDown(Exception):
    """A host is out of reach, as all of them are: it says nothing of this one."""


class Network:
    """What this process's requests came to, as far as that tells of the network. Asks no clock."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}
        """Sites that have answered, the last one last."""
        self._failing: set[str] = set()
        """Those of them that have failed since anybody answered."""
        self.is_down = False

    @property
    def rest(self) -> timedelta:
        """How long to leave a source alone that was just tried."""
        return REST if self.is_down else timedelta(0)

    @property
    def why(self) -> str:
        """What is said of a run that ended for it."""
        sites = f"{len(self._failing)} sites that answered before are out of reach"
        return f"our own network seems to be down: {sites}"

    def answered(self, host: str) -> None:
        """A host has answered, whatever it said."""
        site = _site_of(host)
        self._known.pop(site, None)
        self._known[site] = None
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        self._failing.clear()
        if self.is_down:
            self.is_down = False
            logger.warning("our network is back: %s answers", host)

    def failed(self, host: str) -> None:
        """A host could not be reached: no such name, no route, refused, or no answer in time."""
        if (site := _site_of(host)) not in self._known:
            return
        self._failing.add(site)
        if not self.is_down and len(self._failing) >= max(2, min(FEWEST, len(self._known))):
            self.is_down = True
            logger.error("%s; waiting until one answers", self.why)


def _site_of(host: str) -> str:
    """What goes down together: a domain with its www., its feeds, its pictures."""
    return registered_domain(f"http://[{host}]/" if ":" in host else f"http://{host}/")
