"""Drafts the next step of the schema from what the models have and the steps have not yet.

In a checkout, after a change of storage/models.py:  python -m storage.migrations "what it does"
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import Script, ScriptDirectory
from sqlalchemy import create_engine

from storage.schema import alembic_config, versions


def draft_step(message: str, folder: Path | None = None) -> Path:
    """Write the next step to versions/, or to `folder`, and return its path.

    It is a draft: read it, and run the tests, which try it on both engines.
    """
    with tempfile.TemporaryDirectory() as scratch:
        engine = create_engine(f"sqlite:///{scratch}/scratch.sqlite")
        with engine.begin() as connection:
            config = alembic_config(connection)
            if folder is not None:
                here = ScriptDirectory.from_config(config).versions
                config.set_main_option("path_separator", "newline")
                config.set_main_option("version_locations", f"{here}\n{folder}")
            command.upgrade(config, "head")
            script = command.revision(
                config,
                message,
                autogenerate=True,
                rev_id=f"{int(versions()[0]) + 1:04}",
                version_path=None if folder is None else str(folder),
            )
        engine.dispose()
    assert isinstance(script, Script)  # a list only where several are asked for
    return Path(script.path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m storage.migrations "what it does"')
    print(draft_step(sys.argv[1]))
