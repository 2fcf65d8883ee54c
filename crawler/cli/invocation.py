"""What the options before the command say."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

# Here and in every command, what is heavy is imported where it is used: `copydesk --help` loads no database,
# no crawler and no extractor, and `copydesk search` only the first.
if TYPE_CHECKING:
    from crawler.config import Config
    from storage.session import Database


_PATIENCE = 2.0
"""Seconds to wait for a lock before the user is told."""


@dataclass(slots=True)
class Invocation:
    """One call of the program; each command asks it for its configuration and its database."""

    config_file: Path | None = None
    database: str | None = field(default=None, repr=False)
    settings: tuple[str, ...] = ()
    """NAME=VALUE, each a setting of Scrapy."""
    debug: bool = False
    _config: "Config | None" = field(default=None, repr=False)
    """Read once, so that what is wrong with it is told once."""

    def config(self) -> "Config":
        """copydesk.toml, with what the command line says over it. Raises ConfigError and WrongUsage."""
        from crawler.cli.failures import WrongUsage
        from crawler.cli.scrapy_options import check_settings
        from crawler.config import load_config

        if self._config is not None:
            return self._config
        config = load_config(self.config_file)
        check_settings(config.scrapy, "[scrapy] ")
        chosen = dict(config.scrapy)
        for setting in self.settings:
            name, equals, value = setting.partition("=")
            if not equals or not name.strip():
                raise WrongUsage(f"-s {setting}: a setting is written NAME=VALUE, such as -s LOG_LEVEL=INFO")
            check_settings({name.strip(): value}, "-s ")
            chosen[name.strip()] = value
        database = config.database if self.database is None else self.database
        self._config = config.model_copy(update={"scrapy": chosen, "database": database})
        return self._config

    def open_database(self) -> "Database":
        """The archive to write to, made if there is none; waits while another process writes, and says so.

        Raises StorageError and ConfigError.
        """
        from storage.session import open_database

        self._tell_if_locked(create=True)
        return open_database(self.config().database)

    def _tell_if_locked(self, *, create: bool) -> None:
        from crawler.cli.terminal import note
        from storage.engine import label, parse_url
        from storage.errors import DatabaseIsLocked
        from storage.session import open_database

        try:
            with (
                open_database(self.config().database, create=create, wait=_PATIENCE) as database,
                database.write() as session,
            ):
                session.connection()
        except DatabaseIsLocked:
            name = label(parse_url(self.config().database))
            note(f"{name} is locked by another process: waiting half a minute for it")

    def open_existing(self, *, writing: bool = False) -> "Database":
        """The archive, where there is one; none is made. Raises StorageError and ConfigError.

        `writing`: wait while another process writes, and say so.
        """
        from storage.session import open_database

        if writing:
            self._tell_if_locked(create=False)
        return open_database(self.config().database, create=False)


@contextmanager
def scratch_database() -> Iterator["Database"]:
    """A database for commands that fetch but store nothing; it is gone afterwards."""
    from storage.session import open_database

    with (
        TemporaryDirectory(prefix="copydesk-") as folder,
        open_database(f"{folder}/scratch.sqlite") as database,
    ):
        yield database
