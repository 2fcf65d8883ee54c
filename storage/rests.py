"""Remembers which hosts are to be left alone, and how long, so that a new process does so too."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.insert import insert_into
from storage.models import Rest

_FORGOTTEN = timedelta(days=30)
"""So long after it was last written down nobody asks for a rest any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRest:
    """That a host is left alone, as it was written down."""

    host: str
    """The name of its lease, see `host_lease` in storage/leases.py."""
    level: int
    """Refusals that count against it, see crawler/strain.py."""
    seconds: float
    """How long it was to be left alone from `at` on."""
    at: datetime

    def left(self, now: datetime) -> float:
        """Seconds of it that are left. If the clock was set back since, all of it."""
        passed = max((now - self.at).total_seconds(), 0.0)
        return max(self.seconds - passed, 0.0)


def load_rest(session: Session, host: str) -> KeptRest | None:
    """What was last kept of a host."""
    columns = Rest.host, Rest.level, Rest.seconds, Rest.at
    row = session.execute(select(*columns).where(Rest.host == host)).one_or_none()
    return None if row is None else KeptRest(**row._mapping)


def save_rests(session: Session, rests: Collection[KeptRest], now: datetime) -> None:
    """Keep these in place of what was kept of the same hosts; those without rest and level are forgotten."""
    over = [rest.host for rest in rests if not rest.level and not rest.seconds]
    session.execute(delete(Rest).where(Rest.host.in_(over) | (Rest.at < now - _FORGOTTEN)))
    # In one order for all: two that write the same rows would otherwise wait for each other.
    for rest in sorted(rests, key=lambda rest: rest.host):
        if rest.level or rest.seconds:
            values = {"level": rest.level, "seconds": rest.seconds, "at": rest.at}
            statement = insert_into(session, Rest).values(host=rest.host, **values)
            session.execute(statement.on_conflict_do_update(index_elements=[Rest.host], set_=values))
