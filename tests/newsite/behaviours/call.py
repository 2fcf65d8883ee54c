"""What a behaviour is given: the request, the wire to misbehave on, and how often it was asked before."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from newsite.exchange import Answer, Request
from newsite.wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a behaviour."""

    request: Request
    wire: Wire
    rest: str
    """What stands in the path behind the route: `404` of `/status/404`."""
    attempts: Counter[str]
    """How often each address was asked, this time included."""
    edition: int = 1
    """At which the press stands."""

    @property
    def attempt(self) -> int:
        return self.attempts[self.request.target]

    def number(self, name: str, default: float) -> float:
        """A number from the query."""
        return float(self.request.parameter(name) or default)


Behaviour = Callable[[Call], Awaitable[Answer | None]]
"""None: it has used the wire itself, and the connection is to be closed."""
