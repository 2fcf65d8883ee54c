"""Cleaning that learns and can be undone: where removed lines stood, what was learned of a source, what sort
of page an article stands on, its pictures, and all the dates found for it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

_BATCH = 500
"""Rows held in memory at a time."""


def upgrade() -> None:
    # Columns are added at the end, with a default, and no table is made anew: neither engine rewrites a row
    # for that, and the triggers and indexes of the full text stay.
    for column in (
        sa.Column("kind", sa.String(length=16), nullable=False, server_default="article"),
        sa.Column("kicker", sa.Text()),
        sa.Column("date_confidence", sa.String(length=8)),
        sa.Column("date_flag", sa.String(length=32)),
        sa.Column("dates", DOCUMENT, nullable=False, server_default="[]"),
        sa.Column("images", DOCUMENT, nullable=False, server_default="[]"),
        sa.Column("access", sa.String(length=8), nullable=False, server_default="unknown"),
        sa.Column("makes", DOCUMENT, nullable=False, server_default="[]"),
        sa.Column("rules_version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("learned_version", sa.Integer()),
        sa.Column("restored", DOCUMENT, nullable=False, server_default="[]"),
    ):
        op.add_column("articles", column)
    # For the newest articles of a source, of which there may be a hundred thousand.
    op.create_index("ix_articles_source_id_first_seen_at", "articles", ["source_id", "first_seen_at"])
    op.drop_index("ix_articles_source_id", "articles")
    op.create_table(
        "learned",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("learned_at", TIME, nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("lines", DOCUMENT, nullable=False),
        sa.Column("makes", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_learned_source_id_sources", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", name="pk_learned"),
    )
    for name in ("articles", "revisions"):
        _place_removed_lines(name)


def _place_removed_lines(name: str) -> None:
    """Give each removed line of a table a place: after the text, in the order in which they were kept.

    Where they stood on the page was not written down.
    """
    rows = sa.table(
        name, sa.column("id", sa.Integer()), sa.column("text", sa.Text()), sa.column("removed", DOCUMENT)
    )
    holding = sa.func.length(sa.cast(rows.c.removed, sa.Text())) > len("[]")
    batch = sa.select(rows).where(holding).order_by(rows.c.id).limit(_BATCH)
    place = (
        sa.update(rows)
        .where(rows.c.id == sa.bindparam("row"))
        .values(removed=sa.bindparam("placed", type_=DOCUMENT))
    )
    connection, last = op.get_bind(), 0
    while found := connection.execute(batch.where(rows.c.id > last)).all():
        connection.execute(place, [{"row": row.id, "placed": _placed(row)} for row in found])
        last = found[-1].id


def _placed(row: Any) -> list[dict[str, Any]]:
    lines = row.text.count("\n") + 1 if row.text else 0
    return [passage | {"at": lines + number} for number, passage in enumerate(row.removed)]
