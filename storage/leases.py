"""Which processes crawl into this archive, and what each of them has for itself for the time being.

A holder is alive while its `beats` go on: whoever watches it stand still for long enough, by a clock of his
own, may remove it, and all its leases go with it. No two machines' clocks are ever compared.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from storage.errors import TakenForDead
from storage.insert import insert_into, table_of
from storage.models import Holder, Lease
from storage.runs import close_abandoned_runs

SCHEDULER = "scheduler"
"""The lease of the one process that crawls by schedule."""
_TAKEN = "another process took this one for dead, as it showed no sign of life for too long"


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderState:
    """A process that crawls, as it last showed itself."""

    id: int
    machine: str
    pid: int
    beats: int
    started_at: datetime
    seen_at: datetime

    def __str__(self) -> str:
        return f"process {self.pid} on {self.machine.partition(' ')[0]}"


def host_lease(host: str) -> str:
    """The name of the lease on a host; www. does not make it another."""
    return f"host {host.lower().rstrip('.').removeprefix('www.')[:300]}"


def register(session: Session, machine: str, pid: int, now: datetime) -> int:
    """Make a process known, and return its number, which no other ever has."""
    statement = insert(Holder).values(machine=machine[:300], pid=pid, beats=0, started_at=now, seen_at=now)
    return session.scalars(statement.returning(Holder.id)).one()


def beat(session: Session, holder_id: int, now: datetime) -> None:
    """Show that a holder lives. Raises `TakenForDead` if another process has removed it."""
    alive = update(Holder).where(Holder.id == holder_id).values(beats=Holder.beats + 1, seen_at=now)
    if session.scalar(alive.returning(Holder.id)) is None:
        raise TakenForDead(_TAKEN)


def take(session: Session, holder_id: int, names: Collection[str], now: datetime) -> dict[str, HolderState]:
    """Take leases that nobody has; those that others have, with who. What one has already stays one's own.

    Raises `TakenForDead`.
    """
    # The lock keeps the holder from being removed while it takes something.
    own = select(Holder.id).where(Holder.id == holder_id).with_for_update(read=True)
    if session.scalar(own) is None:
        raise TakenForDead(_TAKEN)
    rows = [{"name": name, "holder_id": holder_id, "since": now} for name in sorted(set(names))]
    while rows:
        session.execute(insert_into(session, Lease).on_conflict_do_nothing(), rows)
        who = select(Lease.name, Holder).join(Holder, Holder.id == Lease.holder_id)
        having = {name: _state(holder) for name, holder in session.execute(who.where(Lease.name.in_(names)))}
        rows = [row for row in rows if row["name"] not in having]  # given back between the two statements
        if not rows:
            return {name: holder for name, holder in having.items() if holder.id != holder_id}
    return {}


def give_back(session: Session, holder_id: int, names: Collection[str]) -> None:
    """Let go of leases, if they are this holder's."""
    session.execute(delete(Lease).where(Lease.holder_id == holder_id, Lease.name.in_(names)))


def retire(session: Session, holder_id: int) -> None:
    """A process ends: it is forgotten, with all it has."""
    session.execute(delete(table_of(Holder)).where(Holder.id == holder_id))


def remove_dead(session: Session, holder_id: int, beats: int, now: datetime) -> bool:
    """Remove a holder whose beats stand where they were seen: its runs have failed. False if it lives."""
    dead = delete(table_of(Holder)).where(Holder.id == holder_id, Holder.beats == beats)
    if session.scalar(dead.returning(Holder.id)) is None:
        return False
    close_abandoned_runs(session, now)
    return True


def holders(session: Session) -> Sequence[HolderState]:
    """Every process that crawls, the oldest first."""
    return [_state(holder) for holder in session.scalars(select(Holder).order_by(Holder.id))]


def holder_of(session: Session, name: str) -> HolderState | None:
    """Who has a lease."""
    found = session.scalar(select(Holder).join(Lease, Lease.holder_id == Holder.id).where(Lease.name == name))
    return None if found is None else _state(found)


def _state(holder: Holder) -> HolderState:
    return HolderState(**{name: getattr(holder, name) for name in HolderState.__slots__})
