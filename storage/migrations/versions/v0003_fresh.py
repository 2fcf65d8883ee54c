"""Sources that are crawled by themselves and articles that are looked at again: when each is due, what
happened to it, how it is doing, and which process has what for itself.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    # Columns are added at the end, as in the second step: no table is made anew.
    _know_the_processes()
    _know_when_sources_are_due()
    _know_what_happened()


def _know_the_processes() -> None:
    op.create_table(
        "holders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("machine", sa.String(length=300), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_holders"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=320), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holders.id"], name="fk_leases_holder_id_holders", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_index("ix_leases_holder_id", "leases", ["holder_id"])
    op.add_column("runs", sa.Column("holder_id", sa.Integer()))


def _know_when_sources_are_due() -> None:
    for table, column in (
        ("sources", sa.Column("poll_at", TIME)),
        ("sources", sa.Column("due_at", TIME)),
        ("sources", sa.Column("rhythm", DOCUMENT)),
        ("sources", sa.Column("failures", sa.Integer(), nullable=False, server_default="0")),
        ("sources", sa.Column("health", sa.String(length=16), nullable=False, server_default="new")),
        ("sources", sa.Column("health_since", TIME)),
        ("sources", sa.Column("health_reason", sa.Text())),
        ("sources", sa.Column("health_evidence", DOCUMENT)),
        ("sources", sa.Column("backfill_to", TIME)),
        ("seeds", sa.Column("due_at", TIME)),
        ("seeds", sa.Column("idle", sa.Integer(), nullable=False, server_default="0")),
        ("seeds", sa.Column("habits", DOCUMENT)),
        ("seeds", sa.Column("moved_to", sa.Text())),
        ("seeds", sa.Column("moved_since", TIME)),
        ("seeds", sa.Column("backfilled_to", TIME)),
        ("pages", sa.Column("body_hash", sa.String(length=64))),
        ("pages", sa.Column("full_fetch_at", TIME)),
        ("pages", sa.Column("priority", sa.Integer(), nullable=False, server_default="0")),
    ):
        op.add_column(table, column)
    # Where a source has had many runs, PostgreSQL would read them all to find the last one.
    op.create_index("ix_runs_source_id_id", "runs", ["source_id", "id"])
    op.drop_index("ix_runs_source_id", "runs")


def _know_what_happened() -> None:
    op.add_column("articles", sa.Column("gone_at", TIME))
    op.add_column("articles", sa.Column("gone_how", sa.String(length=32)))
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_changes_article_id_articles", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_article_id", "changes", ["article_id"])
    op.create_index("ix_changes_at", "changes", ["at"])
    # What is known of the past: when each article came, and when each of its states was replaced.
    op.execute(
        "INSERT INTO changes (article_id, at, kind, revision)"
        " SELECT id, first_seen_at, 'new', NULL FROM articles"
        " UNION ALL SELECT article_id, replaced_at, 'text', number FROM revisions"
        " ORDER BY 2, 1, 4"
    )
