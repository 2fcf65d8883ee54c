"""The schema: models and migrations agree, it is made once, and a database that is not ours is refused."""

import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Column, Connection, Table, create_engine, inspect, text

from storage.errors import CannotOpenDatabase, DatabaseIsNewer
from storage.migrations.__main__ import draft_step
from storage.models import Base, SeedKind, UtcDateTime
from storage.schema import VERSION_TABLE, alembic_config, is_ours, versions
from storage.session import open_database
from storage.sources import SeedDraft, SourceDraft, add_source

NEWEST = versions()[0]
NEXT = f"{int(NEWEST) + 1:04}"


def engine_url(url: str) -> str:
    return url if "://" in url else f"sqlite:///{url}"


def run(url: str, statement: str) -> None:
    """Send a statement as another program would."""
    engine = create_engine(engine_url(url))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_models_and_migrations_agree(empty_database_url: str) -> None:
    with open_database(empty_database_url) as database, database.engine.connect() as connection:
        options = {"include_object": is_ours, "version_table": VERSION_TABLE}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_steps_follow_one_another() -> None:
    steps = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    assert tuple(step.revision for step in steps) == versions()


def test_draft_of_a_step_makes_what_the_models_have_more(tmp_path: Path) -> None:
    tips = Table("tips", Base.metadata, Column("at", UtcDateTime(), nullable=False))
    try:
        draft = draft_step("Readers may send tips", tmp_path)
    finally:
        Base.metadata.remove(tips)
    assert draft.name == f"v{NEXT}_readers_may_send_tips.py"
    made = draft.read_text()
    assert f"down_revision = '{NEWEST}'" in made
    assert "sa.Column('at', sa.DateTime(timezone=True), nullable=False)" in made
    assert "drop" not in made


def test_open_twice_changes_nothing(empty_database_url: str) -> None:
    with open_database(empty_database_url) as first:
        tables = inspect(first.engine).get_table_names()
    with open_database(empty_database_url) as second:
        assert inspect(second.engine).get_table_names() == tables


OPEN_TOGETHER = """
import pathlib, sys, time
from storage.session import open_database
url, ready, go = sys.argv[1:]
pathlib.Path(ready).touch()
deadline = time.monotonic() + 30
while not pathlib.Path(go).exists() and time.monotonic() < deadline:
    time.sleep(0.001)
open_database(url).close()
"""


def test_several_processes_may_make_the_same_archive_at_once(empty_database_url: str, tmp_path: Path) -> None:
    go, ready = tmp_path / "go", [tmp_path / f"ready{n}" for n in range(3)]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_TOGETHER, empty_database_url, str(file), str(go)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for file in ready
    ]
    while not all(file.exists() for file in ready) and all(one.poll() is None for one in started):
        time.sleep(0.01)
    go.touch()
    complaints = [one.communicate(timeout=30)[1] for one in started]
    assert [one.returncode for one in started] == [0] * len(started), complaints
    open_database(empty_database_url, upgrade=False).close()


def test_newer_schema_is_refused(empty_database_url: str) -> None:
    open_database(empty_database_url).close()
    run(empty_database_url, "UPDATE copydesk_version SET version_num = '9999'")
    with pytest.raises(DatabaseIsNewer, match=f"upgrade copydesk .*9999, known up to {versions()[0]}"):
        open_database(empty_database_url)


@pytest.fixture
def older_archive(empty_database_url: str, now: datetime) -> str:
    """An archive of today's schema, with a source in it; closed."""
    draft = SourceDraft(
        name="A",
        url="https://a.example/",
        seeds=(SeedDraft(url="https://a.example/rss", kind=SeedKind.FEED),),
    )
    with open_database(empty_database_url) as database, database.write() as session:
        add_source(session, draft, now)
    return empty_database_url


NEXT_STEP = f"""
import sqlalchemy as sa
from alembic import op

from storage.views import drop_views

revision = "{NEXT}"
down_revision = "{NEWEST}"


def upgrade() -> None:
    drop_views(op.get_bind())
    with op.batch_alter_table("sources") as sources:
        sources.alter_column("schedule", type_=sa.Text(), existing_type=sa.String(200))
        sources.add_column(sa.Column("motto", sa.Text()))
"""


@pytest.fixture
def next_step(older_archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copydesk newer by a step that rebuilds a table, which on SQLite drops the old one."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / f"v{NEXT}_next.py").write_text(NEXT_STEP)

    def config_with_next_step(connection: Connection | None = None) -> Config:
        config = alembic_config(connection)
        here = ScriptDirectory.from_config(config).versions
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{here}\n{folder}")
        return config

    monkeypatch.setattr("storage.schema.alembic_config", config_with_next_step)
    monkeypatch.setattr("storage.schema.versions", lambda: (NEXT, *versions()))


@pytest.mark.usefixtures("next_step")
def test_older_archive_is_upgraded_and_loses_nothing(older_archive: str) -> None:
    with open_database(older_archive) as database, database.read() as session:
        assert session.execute(text("SELECT name, motto FROM sources")).all() == [("A", None)]
        assert session.scalar(text("SELECT count(*) FROM seeds")) == 1  # a drop with foreign keys on cascades
        if database.engine.dialect.name == "sqlite":
            assert session.scalar(text("PRAGMA foreign_keys")) == 1


@pytest.mark.usefixtures("next_step")
@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_views_are_there_after_an_upgrade_and_so_are_those_built_on_them(older_archive: str) -> None:
    run(older_archive, "CREATE VIEW mine AS SELECT name FROM archive_sources JOIN sources USING (name)")
    with open_database(older_archive) as database, database.read() as session:
        assert session.execute(text("SELECT name FROM mine")).all() == [("A",)]


@pytest.mark.usefixtures("next_step")
def test_older_archive_is_not_upgraded_where_that_is_not_wanted(older_archive: str) -> None:
    with pytest.raises(CannotOpenDatabase, match="an older copydesk: run `copydesk init`"):
        open_database(older_archive, upgrade=False)


@pytest.mark.parametrize("how", [{"upgrade": False}, {"create": False}], ids=str)
def test_nothing_is_made_where_that_is_not_wanted(empty_database_url: str, how: dict[str, bool]) -> None:
    with pytest.raises(CannotOpenDatabase, match="copydesk init"):
        open_database(empty_database_url, **how)
    assert "://" in empty_database_url or not Path(empty_database_url).exists()


def test_tables_of_another_program_are_left_alone(empty_database_url: str) -> None:
    run(empty_database_url, "CREATE TABLE articles (anything integer)")
    with pytest.raises(CannotOpenDatabase, match=r"another program's tables \(articles\)"):
        open_database(empty_database_url)


def test_database_in_another_encoding_is_refused(postgresql_server: URL) -> None:
    server = postgresql_server.render_as_string(hide_password=False)
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text("CREATE DATABASE latin ENCODING latin1 TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
        )
    with pytest.raises(
        CannotOpenDatabase, match="encoded in LATIN1: make it with `createdb --encoding UTF8`"
    ):
        open_database(postgresql_server.set(database="latin").render_as_string(hide_password=False))
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE latin WITH (FORCE)"))
    engine.dispose()


def test_engine_that_is_too_old_is_refused(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.schema._OLDEST", {"sqlite": (99, 1), "postgresql": (99,)})
    with pytest.raises(CannotOpenDatabase, match=r"must be 99(\.1)? or newer"):
        open_database(empty_database_url)


def test_wheel_holds_every_step(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    root = Path(__file__).parents[2]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    listing = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", str(wheel)], check=True, capture_output=True, text=True
    ).stdout
    steps = list((root / "storage" / "migrations" / "versions").glob("*.py"))
    assert len(steps) == len(versions())
    for name in [f"versions/{step.name}" for step in steps] + ["env.py", "script.py.mako"]:
        assert f"storage/migrations/{name}" in listing
