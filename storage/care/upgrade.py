"""Brings an older archive to this version, with a copy of it put aside before."""

from dataclasses import dataclass
from pathlib import Path

from storage.care.backup import OnPart, backup_file
from storage.engine import label, make_engine, parse_url
from storage.errors import CannotOpenDatabase
from storage.schema import schema_version, versions
from storage.session import check_place, open_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an archive stands, and where this version would have it."""

    archive: str
    """Its name for a person."""
    found: str
    newest: str
    is_file: bool

    @property
    def is_older(self) -> bool:
        return self.found != self.newest

    @property
    def aside(self) -> Path:
        """Where an upgrade puts a copy of the file."""
        return Path(f"{self.archive}.before-{self.newest}")


def standing_of(url: str) -> Standing:
    """How old an archive is; nothing is changed. Raises `CannotOpenDatabase`, `DatabaseIsNewer`."""
    parsed = parse_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    if is_file:
        check_place(parsed, create=False)
    engine = make_engine(parsed, wait=30, create=False)
    try:
        found = schema_version(engine, label(parsed))
    finally:
        engine.dispose()
    if found is None:
        raise CannotOpenDatabase(f"{label(parsed)} holds no archive: run `copydesk init` to make one")
    return Standing(archive=label(parsed), found=found, newest=versions()[0], is_file=is_file)


def upgrade_archive(url: str, standing: Standing, on_part: OnPart, *, backup: bool) -> None:
    """Bring the archive to this version; with `backup`, an SQLite file is copied to `standing.aside` first.

    All steps are one transaction on either engine: one that fails, or is stopped, leaves it as it was.
    """
    if backup and standing.is_file:
        backup_file(Path(standing.archive), standing.aside, on_part)
    open_database(url, create=False).close()
