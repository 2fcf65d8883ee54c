"""Remembers what each host's robots.txt said, so that it is asked once a day and not once a run."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.insert import insert_into
from storage.models import Host

ROBOTS_LIMIT = 512 * 1024
"""Bytes of a robots.txt that are kept; RFC 9309 (2.5) asks a crawler to read at least 500 KiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The answer to a request for robots.txt."""

    status: int | None
    """HTTP status; null where the host could not be reached."""
    body: bytes | None
    at: datetime


def load_robots(session: Session, host: str) -> Robots | None:
    """What was last saved for `host` ("example.com", "localhost:8000"), however old."""
    row = session.execute(
        select(Host.robots_status, Host.robots, Host.robots_at).where(Host.host == host.lower())
    ).one_or_none()
    return None if row is None else Robots(status=row.robots_status, body=row.robots, at=row.robots_at)


def save_robots(session: Session, host: str, status: int | None, body: bytes | None, now: datetime) -> None:
    """Keep the answer, in place of any earlier one. The body is cut at `ROBOTS_LIMIT`."""
    body = None if body is None else body[:ROBOTS_LIMIT]
    values = {"robots_status": status, "robots": body, "robots_at": now}
    statement = insert_into(session, Host).values(host=host.lower(), **values)
    session.execute(statement.on_conflict_do_update(index_elements=[Host.host], set_=values))
