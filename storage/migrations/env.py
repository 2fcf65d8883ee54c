"""Runs the steps on the connection that storage/schema.py hands over, inside its transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage.models import Base, UtcDateTime
from storage.schema import VERSION_TABLE, is_ours


def render_type(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """How a draft names a type: a step must not change when the models do, so it names none of theirs."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    include_object=is_ours,
    render_item=render_type,
    render_as_batch=True,  # SQLite cannot alter a column: a draft rebuilds the table
)
context.run_migrations()
