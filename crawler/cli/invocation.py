"""What the options before the command say."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

# Here and in every command, what is heavy is imported where it is used: `copydesk --help` loads no database,
# no crawler and no extractor, and `copydesk search` only the first.
if TYPE_CHECKING:
    from crawler.config import Config
    from storage.session import Database


@dataclass(slots=True)
class Invocation:
    """One call of the program; each command asks it for its configuration and its database."""

    config_file: Path | None = None
    database: str | None = None
    settings: tuple[str, ...] = ()
    """NAME=VALUE, each a setting of Scrapy."""
    debug: bool = False

    def config(self) -> "Config":
        """copydesk.toml, with what the command line says over it. Raises ConfigError and WrongUsage."""
        from crawler.cli.failures import WrongUsage
        from crawler.config import load_config

        config = load_config(self.config_file)
        chosen = dict(config.scrapy)
        for setting in self.settings:
            name, equals, value = setting.partition("=")
            if not equals or not name.strip():
                raise WrongUsage(f"-s {setting}: a setting is written NAME=VALUE, such as -s LOG_LEVEL=INFO")
            chosen[name.strip()] = value
        database = config.database if self.database is None else self.database
        return config.model_copy(update={"scrapy": chosen, "database": database})

    def open_database(self) -> "Database":
        """The archive to write to, made if there is none. Raises StorageError and ConfigError."""
        from storage.session import open_database

        return open_database(self.config().database)

    def open_existing(self) -> "Database":
        """The archive to read from; none is made. Raises StorageError and ConfigError."""
        from storage.session import open_database

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
