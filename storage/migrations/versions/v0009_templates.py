"""How the pages of a source are made, and what read each article."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for name, kind in (
        ("read_by", sa.String(16)),
        ("template", sa.Integer()),
        ("template_version", sa.Integer()),
        ("refused", sa.String(32)),
    ):
        op.add_column("articles", sa.Column(name, kind))
    op.create_table(
        "templates",
        _source_id(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("known", DOCUMENT, nullable=False),
        sa.Column("learned_at", TIME, nullable=False),
        sa.Column("use", DOCUMENT, nullable=False),
        sa.Column("suspended_at", TIME),
        sa.Column("suspended_why", sa.Text()),
        sa.Column("off", sa.Boolean(), nullable=False),
        _of_a_source("templates"),
        sa.PrimaryKeyConstraint("source_id", name="pk_templates"),
    )
    op.create_table(
        "template_samples",
        sa.Column("id", sa.Integer(), nullable=False),
        _source_id(),
        sa.Column("story", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.Column("labels", sa.LargeBinary(), nullable=False),
        _of_a_source("template_samples"),
        sa.PrimaryKeyConstraint("id", name="pk_template_samples"),
    )
    op.create_index(
        "uq_template_samples_source_id_story", "template_samples", ["source_id", "story"], unique=True
    )


def _source_id() -> sa.Column[int]:
    return sa.Column("source_id", sa.Integer(), nullable=False)


def _of_a_source(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["source_id"], ["sources.id"], name=f"fk_{table}_source_id_sources", ondelete="CASCADE"
    )
