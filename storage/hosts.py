"""Remembers what each host's robots.txt said, so that it is asked once a day and not once a run."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.insert import insert_into
from storage.models import Host

ROBOTS_LIMIT = 512 * 1024
"""Bytes of a robots.txt that are kept; RFC 9309 (2.5) asks a crawler to read at least 500 KiB."""
WHY_LIMIT = 64
"""Characters of a reason that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The answer to a request for robots.txt."""

    status: int | None
    """HTTP status; null where the host could not be reached."""
    body: bytes | None
    at: datetime
    failing_since: datetime | None = None
    """Since when it could not be had any more; null while it can. Status, body and `at` are then those of the
    last time it could, if it ever could."""
    failed_at: datetime | None = None
    """When it was last asked for in vain."""
    failed_status: int | None = None
    """HTTP status of that answer; null where none came."""
    failed_why: str | None = None
    """Why none came: "connection refused", "timeout"…; null where one did, or an older copydesk asked."""


def host_key(url: str) -> str:
    """The name under which a host's files are kept, given any address on it.

    Each scheme and port has a robots.txt of its own (RFC 9309, 2.3).
    """
    parts = urlsplit(url)
    return parts.netloc.lower() if parts.scheme == "https" else f"http://{parts.netloc.lower()}"


_ROBOTS = {
    "status": Host.robots_status,
    "body": Host.robots,
    "at": Host.robots_at,
    "failing_since": Host.robots_failing_since,
    "failed_at": Host.robots_failed_at,
    "failed_status": Host.robots_failed_status,
    "failed_why": Host.robots_failed_why,
}


def load_robots(session: Session, host: str) -> Robots | None:
    """What was last saved for `host`, as `host_key` gives it, however old."""
    columns = [column.label(name) for name, column in _ROBOTS.items()]
    row = session.execute(select(*columns).where(Host.host == host.lower())).one_or_none()
    return None if row is None else Robots(**row._mapping)


def save_robots(session: Session, host: str, status: int | None, body: bytes | None, now: datetime) -> None:
    """Keep the answer, in place of any earlier one. The body is cut at `ROBOTS_LIMIT`."""
    body = None if body is None else body[:ROBOTS_LIMIT]
    values = {
        "robots_status": status,
        "robots": body,
        "robots_at": now,
        "robots_failing_since": None,
        "robots_failed_at": None,
        "robots_failed_status": None,
        "robots_failed_why": None,
    }
    statement = insert_into(session, Host).values(host=host.lower(), **values)
    session.execute(statement.on_conflict_do_update(index_elements=[Host.host], set_=values))


def note_robots_failure(
    session: Session, host: str, status: int | None, now: datetime, why: str | None = None
) -> None:
    """Keep that robots.txt could not be had, beside what it said when it could; `why` no answer came."""
    failed = {
        "robots_failed_at": now,
        "robots_failed_status": status,
        "robots_failed_why": why[:WHY_LIMIT] if why and status is None else None,
    }
    statement = insert_into(session, Host).values(
        host=host.lower(), robots_status=status, robots_at=now, robots_failing_since=now, **failed
    )
    since = func.coalesce(Host.robots_failing_since, now)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Host.host], set_={"robots_failing_since": since, **failed}
        )
    )
