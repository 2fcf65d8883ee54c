"""Runs the steps on the connection that storage/schema.py hands over, inside its transaction."""

from alembic import context

from storage.models import Base
from storage.schema import VERSION_TABLE, is_ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    include_object=is_ours,
)
context.run_migrations()
