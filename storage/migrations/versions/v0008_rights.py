"""Rights that publishers reserve, with their past; hosts that are left alone; robots.txt that fails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("articles", sa.Column("reservations", DOCUMENT))
    for name, kind in (
        ("robots_failing_since", TIME),
        ("robots_failed_at", TIME),
        ("robots_failed_status", sa.Integer()),
    ):
        op.add_column("hosts", sa.Column(name, kind))
    # Those of http and of https were kept under one name: each is asked for anew before the next fetch.
    op.execute("DELETE FROM hosts")
    op.create_table(
        "rests",
        sa.Column("host", sa.String(320), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_rests"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _keep_states_on_sqlite()
    else:
        _keep_states_on_postgresql()


# As the trigger of v0006 does for the other columns. It is one of its own, which stands beside that one: both
# may write a state for one update, and whoever reads them takes from each what it has.
_LAST = "(SELECT until FROM article_states WHERE article_id = old.id ORDER BY id DESC LIMIT 1)"


def _keep_states_on_sqlite() -> None:
    clock = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"
    op.execute(
        f"""
        CREATE TRIGGER articles_rights AFTER UPDATE OF reservations ON articles
        WHEN old.reservations IS NOT new.reservations
        BEGIN
            INSERT INTO article_states (article_id, until, earlier) VALUES (
                old.id,
                max(
                    CASE WHEN new.recordings > old.recordings THEN new.recorded_at ELSE {clock} END,
                    coalesce({_LAST}, '')
                ),
                json_object('reservations', json(coalesce(old.reservations, 'null')))
            );
        END
        """  # noqa: S608 - names of our own
    )


def _keep_states_on_postgresql() -> None:
    op.execute(
        f"""
        CREATE FUNCTION copydesk_keep_rights() RETURNS trigger LANGUAGE plpgsql
        SET search_path FROM CURRENT AS $rights$
        BEGIN
            INSERT INTO article_states (article_id, until, earlier) VALUES (
                old.id,
                greatest(
                    CASE WHEN new.recordings > old.recordings THEN new.recorded_at
                        ELSE clock_timestamp() END,
                    {_LAST}
                ),
                jsonb_build_object('reservations', old.reservations)
            );
            RETURN NULL;
        END
        $rights$
        """  # noqa: S608 - names of our own
    )
    op.execute(
        "CREATE TRIGGER articles_rights AFTER UPDATE OF reservations ON articles FOR EACH ROW"
        " WHEN (old.reservations IS DISTINCT FROM new.reservations) EXECUTE FUNCTION copydesk_keep_rights()"
    )
