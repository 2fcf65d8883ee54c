"""Checks whether an archive is whole, and says of everything that is not what it means and what to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Connection

from storage.care.drift import check_schema
from storage.care.file import check_file
from storage.care.finding import Finding, OnStep, Weight
from storage.care.invariants import IsAlive, check_rows
from storage.care.server import check_server
from storage.care.texts import Fingerprints, check_texts
from storage.care.words import check_words
from storage.durability import settings_of, weaknesses
from storage.engine import READING, label, make_engine, parse_url
from storage.errors import CannotOpenDatabase, StorageError
from storage.schema import schema_version, versions
from storage.session import Database, check_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check came to."""

    archive: str
    """Its name for a person."""
    version: str | None
    """The step of the schema that it stands at; None where it cannot be read."""
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.weight is Weight.NOTE for finding in self.findings)


def check_archive(
    url: str, fingerprint: Fingerprints, is_alive: IsAlive, on_step: OnStep, *, quick: bool = False
) -> Checked:
    """Look the archive over; nothing is changed, and nobody who writes is held up.

    `quick` leaves out what has to read every text and every entry of an index. Raises `StorageError` where
    there is no archive that could be looked at.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        check_place(parsed, create=False)
    engine = make_engine(parsed, wait=30, create=False)
    findings: list[Finding] = []
    version = None
    try:
        if parsed.get_backend_name() == "sqlite":
            findings += check_file(label(parsed), on_step, quick=quick)
            if _has_damage(findings):
                return Checked(archive=label(parsed), version=None, findings=tuple(findings))
        version = schema_version(engine, label(parsed))
        if version is None:
            raise CannotOpenDatabase(f"{label(parsed)} holds no archive: run `copydesk init` to make one")
        if version != versions()[0]:
            findings.append(_of_another_version(version))
            return Checked(archive=label(parsed), version=version, findings=tuple(findings))
        if parsed.get_backend_name() == "sqlite":
            findings += _and_errors(check_words(Database(engine), on_step, quick=quick))
        with engine.connect().execution_options(**{READING: True}) as connection, connection.begin():
            on_step("the tables")
            findings += _of_durability(connection)
            findings += check_schema(connection)
            if parsed.get_backend_name() == "postgresql":
                findings += check_server(connection, on_step, quick=quick)
            rows = chain(
                check_rows(connection, is_alive, on_step),
                check_texts(connection, fingerprint, on_step, quick=quick),
            )
            findings += _and_errors(rows)
    finally:
        engine.dispose()
    return Checked(archive=label(parsed), version=version, findings=tuple(findings))


def _has_damage(findings: Sequence[Finding]) -> bool:
    return any(finding.weight is Weight.DAMAGE for finding in findings)


def _and_errors(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, and as the last one the error that ended the check."""
    try:
        yield from findings
    except StorageError as error:
        yield Finding(
            name="rows",
            weight=Weight.DAMAGE,
            what=str(error),
            means="the check could not go on from there",
            way_out="restore a backup (`copydesk db backup` makes them)",
        )


def _of_durability(connection: Connection) -> list[Finding]:
    return [
        Finding(
            name="durability",
            weight=Weight.NOTE,
            what=weakness.partition(": ")[0],
            means=weakness.partition(": ")[2],
            way_out="leave it so for a scratch archive only: docs/faults.md tells what each setting is worth",
        )
        for weakness in weaknesses(settings_of(connection))
    ]


def _of_another_version(version: str) -> Finding:
    return Finding(
        name="version",
        weight=Weight.FAULT,
        what=f"the archive was made by an older copydesk (schema {version}, now {versions()[0]})",
        means="its rows were not looked at",
        way_out="`copydesk db upgrade`, then check again",
    )
