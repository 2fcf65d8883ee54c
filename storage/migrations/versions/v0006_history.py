"""The archive as it stood: what an article's exported columns held before, kept by the database itself.

A trigger writes down the earlier values of each update, so that no writer can forget to. When it was comes
from the writer (`recorded_at`, by storage/recorded.py), or from the database's clock where it told no time:
that is seen by `recordings`, which each writer that tells one counts up.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

KEPT = (
    *("url", "canonical_url", "kind", "title", "kicker", "standfirst", "published_at", "published_offset"),
    *("modified_at", "modified_offset", "date_precision", "date_confidence", "date_flag", "language"),
    *("image", "section", "credit", "access", "changed_at", "gone_at", "gone_how", "similarity"),
)
"""Columns of articles whose earlier values are kept just as they are."""
DOCUMENTS = ("authors", "images", "tags")
"""Those that hold JSON."""
WATCHED = (*KEPT, *DOCUMENTS, "text", "duplicate_of", "source_id")


def upgrade() -> None:
    op.add_column("articles", sa.Column("recorded_at", TIME))
    op.add_column("articles", sa.Column("recordings", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "article_states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("earlier", DOCUMENT, nullable=False),
        sa.Column("revision", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_article_states_article_id_articles", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_article_states"),
    )
    op.create_index("ix_article_states_article_id_id", "article_states", ["article_id", "id"])
    if op.get_bind().dialect.name == "sqlite":
        _take_over_what_is_known("json_object")
        _keep_states_on_sqlite()
    else:
        _take_over_what_is_known("jsonb_build_object")
        _keep_states_on_postgresql()


def _take_over_what_is_known(make_object: str) -> None:
    """What revisions and changes tell of the time before: what was edited, and when a page was there."""
    document = "json" if make_object == "json_object" else ""
    op.execute(
        f"""
        INSERT INTO article_states (article_id, until, earlier, revision)
        SELECT article_id, until, earlier, revision FROM (
            SELECT article_id, replaced_at AS until, number AS revision, number AS place, {make_object}(
                'title', title, 'standfirst', standfirst, 'authors', {document}(authors),
                'modified_at', modified_at
            ) AS earlier FROM revisions
            UNION ALL
            SELECT article_id, at, NULL, 1000000000 + id, {make_object}('gone_at', NULL, 'gone_how', NULL)
            FROM changes WHERE kind = 'gone'
            UNION ALL
            SELECT article_id, at, NULL, 1000000000 + id, {make_object}('gone_at', (
                SELECT max(before.at) FROM changes AS before WHERE before.kind = 'gone'
                AND before.article_id = changes.article_id AND before.id < changes.id
            ), 'gone_how', NULL)
            FROM changes WHERE kind = 'back'
        ) AS known ORDER BY until, article_id, place
        """  # noqa: S608 - names of our own
    )


def _keep_states_on_sqlite() -> None:
    clock = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"  # as SQLAlchemy writes a time
    parts = [
        *(_part(name, f"json_quote(old.{name})", f"old.{name} IS NOT new.{name}") for name in KEPT),
        *(_part(name, f"json(old.{name})", f"old.{name} IS NOT new.{name}") for name in DOCUMENTS),
        _part("text", "json_quote(old.text)", f"old.text IS NOT new.text AND {_REVISION} IS NULL"),
        _part(
            "duplicate_of",
            "json_quote(old.duplicate_of)",
            f"old.duplicate_of IS NOT new.duplicate_of AND {_ROOT_STANDS}",
        ),
        _part("source", f"json_quote({_SOURCE})", "old.source_id IS NOT new.source_id"),
    ]
    columns = [", ".join(f"{row}.{name}" for name in WATCHED) for row in ("old", "new")]
    op.execute(
        f"""
        CREATE TRIGGER articles_states AFTER UPDATE OF {", ".join(WATCHED)} ON articles
        WHEN ({columns[0]}) IS NOT ({columns[1]})
        BEGIN
            INSERT INTO article_states (article_id, until, earlier, revision)
            SELECT old.id,
                max(
                    CASE WHEN new.recordings > old.recordings THEN new.recorded_at ELSE {clock} END,
                    coalesce({_LAST}, '')
                ),
                earlier,
                CASE WHEN old.text IS NOT new.text THEN {_REVISION} END
            FROM (
                SELECT json_group_object(key, json(value)) AS earlier FROM ({" UNION ALL ".join(parts)})
            ) WHERE earlier <> '{{}}' OR old.text IS NOT new.text;
        END
        """  # noqa: S608 - names of our own
    )
    op.execute(
        """
        CREATE TRIGGER sources_states_delete BEFORE DELETE ON sources
        BEGIN UPDATE articles SET source_id = NULL WHERE source_id = old.id; END
        """
    )
    op.execute(
        f"""
        CREATE TRIGGER sources_states_rename AFTER UPDATE OF name ON sources WHEN old.name IS NOT new.name
        BEGIN
            INSERT INTO article_states (article_id, until, earlier)
            SELECT id, {clock}, json_object('source', old.name) FROM articles WHERE source_id = old.id;
        END
        """  # noqa: S608 - names of our own
    )


_REVISION = """(
    SELECT number FROM revisions WHERE article_id = old.id AND text = old.text
    AND number = (SELECT max(number) FROM revisions WHERE article_id = old.id)
)"""
"""The revision that keeps the text already, if one was made of it."""
_ROOT_STANDS = (
    "(old.duplicate_of IS NULL OR EXISTS (SELECT 1 FROM articles AS root WHERE root.id = old.duplicate_of))"
)
"""False where the database has just taken a copy's root away: what is deleted is gone from the past too."""
_COPY_OF_ANOTHER = f"old.duplicate_of IS DISTINCT FROM new.duplicate_of AND {_ROOT_STANDS}"
_SOURCE = "(SELECT name FROM sources WHERE id = old.source_id)"
_LAST = "(SELECT until FROM article_states WHERE article_id = old.id ORDER BY id DESC LIMIT 1)"


def _part(key: str, value: str, condition: str) -> str:
    return f"SELECT '{key}' AS key, {value} AS value WHERE {condition}"


def _keep_states_on_postgresql() -> None:
    # With the search path of now: who writes with another one writes into the same past.
    values = [
        *(
            f"('{name}', CASE WHEN old.{name} IS DISTINCT FROM new.{name} THEN to_jsonb(old.{name}) END,"
            f" old.{name} IS DISTINCT FROM new.{name})"
            for name in (*KEPT, *DOCUMENTS)
        ),
        f"('duplicate_of', to_jsonb(old.duplicate_of), {_COPY_OF_ANOTHER})",
        f"('source', to_jsonb({_SOURCE}), old.source_id IS DISTINCT FROM new.source_id)",
    ]
    op.execute(
        f"""
        CREATE FUNCTION copydesk_keep_state() RETURNS trigger LANGUAGE plpgsql
        SET search_path FROM CURRENT AS $keep$
        DECLARE
            kept jsonb;
            kept_by integer;
        BEGIN
            SELECT jsonb_object_agg(key, value) INTO kept
            FROM (VALUES {", ".join(values)}) AS changed (key, value, differs) WHERE differs;
            IF old.text IS DISTINCT FROM new.text THEN
                kept_by := {_REVISION};
                kept := coalesce(kept, '{{}}');
                IF kept_by IS NULL THEN
                    kept := kept || jsonb_build_object('text', old.text);
                END IF;
            END IF;
            IF kept IS NOT NULL THEN
                INSERT INTO article_states (article_id, until, earlier, revision) VALUES (
                    old.id,
                    greatest(
                        CASE WHEN new.recordings > old.recordings THEN new.recorded_at
                            ELSE clock_timestamp() END,
                        {_LAST}
                    ),
                    kept,
                    kept_by
                );
            END IF;
            RETURN NULL;
        END
        $keep$
        """  # noqa: S608 - names of our own
    )
    columns = [", ".join(f"{row}.{name}" for name in WATCHED) for row in ("old", "new")]
    op.execute(
        f"""
        CREATE TRIGGER articles_states AFTER UPDATE OF {", ".join(WATCHED)} ON articles
        FOR EACH ROW WHEN (({columns[0]}) IS DISTINCT FROM ({columns[1]}))
        EXECUTE FUNCTION copydesk_keep_state()
        """
    )
    op.execute(
        """
        CREATE FUNCTION copydesk_leave_source() RETURNS trigger LANGUAGE plpgsql
        SET search_path FROM CURRENT AS $leave$
        BEGIN
            UPDATE articles SET source_id = NULL WHERE source_id = old.id;
            RETURN old;
        END
        $leave$
        """
    )
    op.execute(
        """
        CREATE FUNCTION copydesk_keep_name() RETURNS trigger LANGUAGE plpgsql
        SET search_path FROM CURRENT AS $name$
        BEGIN
            INSERT INTO article_states (article_id, until, earlier)
            SELECT id, clock_timestamp(), jsonb_build_object('source', old.name)
            FROM articles WHERE source_id = old.id;
            RETURN NULL;
        END
        $name$
        """
    )
    op.execute(
        "CREATE TRIGGER sources_states_delete BEFORE DELETE ON sources"
        " FOR EACH ROW EXECUTE FUNCTION copydesk_leave_source()"
    )
    op.execute(
        "CREATE TRIGGER sources_states_rename AFTER UPDATE OF name ON sources"
        " FOR EACH ROW WHEN (old.name IS DISTINCT FROM new.name) EXECUTE FUNCTION copydesk_keep_name()"
    )
