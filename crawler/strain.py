"""How much less a host is asked that refuses: arithmetic, no clock and no I/O."""

from dataclasses import dataclass, replace

LONGEST_REST = 3600.0
"""Seconds of the longest rest that refusals alone bring; what a host asks for by itself may be longer."""
LONGEST_PAUSE = 60.0
"""Seconds to which refusals lengthen the pause between two requests, where it is not longer anyway."""
KEPT_OUT = 5
"""From so many answers in a row on by which a host keeps us out, each is taken for a refusal: one locked
page says nothing of the next, and a wall against robots stands before all of them."""
_MOST = 12
"""Refusals that are counted: more of them make no rest and no pause any longer."""

_REFUSALS = frozenset({429, 503})
_LOCKED = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Strain:
    """What a host's last answers say of how much it wants to be asked."""

    level: int = 0
    """Refusals, each of which doubles rest and pause; a good answer takes one of them away."""
    locked: int = 0
    """Answers in a row by which it kept us out."""

    def after(self, status: int) -> "Strain":
        """What it is after one more answer. Server errors other than 503 change nothing: a page is broken."""
        if status in _REFUSALS:
            return replace(self, level=min(self.level + 1, _MOST))
        if status in _LOCKED:
            locked = min(self.locked + 1, KEPT_OUT)
            return Strain(min(self.level + 1, _MOST) if locked == KEPT_OUT else self.level, locked)
        return self if status >= 500 else Strain(max(self.level - 1, 0))

    def is_refusal(self, status: int) -> bool:
        """Whether the answer that led to this was one, after which the host is to be left alone."""
        return status in _REFUSALS or (status in _LOCKED and self.locked == KEPT_OUT)

    def rest(self, asked: float | None, own: float) -> float:
        """Seconds to leave a host alone after a refusal.

        The first time what it `asked` for (Retry-After), or `own`; twice as long after each further refusal,
        whatever it asks: who refuses again what came at the time it named is pressed still.
        """
        grown = min((asked or own) * 2.0 ** (max(self.level, 1) - 1), LONGEST_REST)
        return max(asked or 0.0, grown)

    def pause(self, delay: float) -> float:
        """Seconds between two requests, of which `delay` is asked for anyway."""
        return min(delay * 2.0**self.level, max(delay, LONGEST_PAUSE))


CALM = Strain()
"""That of a host of which nothing is known."""
