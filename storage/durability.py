"""What the database is set to do so that a commit outlives a power cut, and what it costs where it does not.

https://www.postgresql.org/docs/current/runtime-config-wal.html
https://sqlite.org/pragma.html#pragma_synchronous
"""

from collections.abc import Mapping

from sqlalchemy import Connection, text

_OF_POSTGRESQL = {
    "fsync": "a power cut may leave nothing of the archive that can be read",
    "full_page_writes": "a power cut may leave pages of the archive that are half written",
    "synchronous_commit": "a power cut may cost what was filed in the last second",
}
_OF_SQLITE = {
    "OFF": "a power cut may leave nothing of the archive that can be read",
    "NORMAL": "a power cut may cost what was filed since the log was last taken over into the file",
}
_LEVELS = ("OFF", "NORMAL", "FULL", "EXTRA")


def settings_of(connection: Connection) -> Mapping[str, str]:
    """The settings that decide it, with their values, as they are for this connection."""
    if connection.dialect.name == "sqlite":
        level = connection.scalar(text("PRAGMA synchronous"))
        mode = connection.scalar(text("PRAGMA journal_mode"))
        return {"journal_mode": str(mode).upper(), "synchronous": _LEVELS[level or 0]}
    names = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
    return {row.name: row.setting for row in connection.execute(names, {"names": list(_OF_POSTGRESQL)})}


def weaknesses(settings: Mapping[str, str]) -> list[str]:
    """What a power cut may cost by `settings_of`, a sentence for each setting that lets it; often none."""
    told = [f"{name} is off: {cost}" for name, cost in _OF_POSTGRESQL.items() if settings.get(name) == "off"]
    level = settings.get("synchronous", "")
    return [*told, f"synchronous is {level}: {_OF_SQLITE[level]}"] if level in _OF_SQLITE else told
