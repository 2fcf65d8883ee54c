"""The schema: models and migrations agree, it is made once, and a database that is not ours is refused."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage.models import Base
from storage.schema import is_ours
from storage.session import Database


def test_models_and_migrations_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": is_ours, "version_table": "copydesk_version"}
        )
        assert compare_metadata(context, Base.metadata) == []
