"""The first schema: every table, and the full text of the articles.

The full text is kept in step by the database itself, so that whoever writes a row cannot forget it: triggers
that feed an FTS5 table on SQLite, a generated tsvector on PostgreSQL. Both see the same words (see
storage/search/words.py): case and the accents of Latin letters do not count, and whatever is no letter or
digit divides.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _make_tables()
    if op.get_bind().dialect.name == "sqlite":
        _index_words_on_sqlite()
    else:
        _index_words_on_postgresql()


def _make_tables() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(length=300), nullable=False),
        sa.Column("robots_status", sa.Integer()),
        sa.Column("robots", sa.LargeBinary()),
        sa.Column("robots_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_hosts"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("schedule", sa.String(length=200), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_run_at", TIME),
        sa.Column("last_new_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("name", name="uq_sources_name"),
        sa.UniqueConstraint("url", name="uq_sources_url"),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer()),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("canonical_url", sa.String(length=2000), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("standfirst", sa.Text()),
        sa.Column("authors", DOCUMENT, nullable=False),
        sa.Column("published_at", TIME),
        sa.Column("published_offset", sa.Integer()),
        sa.Column("modified_at", TIME),
        sa.Column("modified_offset", sa.Integer()),
        sa.Column("date_precision", sa.String(length=8)),
        sa.Column("date_from", sa.String(length=32)),
        sa.Column("language", sa.String(length=16)),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("image", sa.Text()),
        sa.Column("section", sa.Text()),
        sa.Column("tags", DOCUMENT, nullable=False),
        sa.Column("credit", sa.Text()),
        sa.Column("removed", DOCUMENT, nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("changed_at", TIME),
        sa.Column("duplicate_of", sa.Integer()),
        sa.Column("similarity", sa.Double()),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["articles.id"], name="fk_articles_duplicate_of_articles", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_articles_source_id_sources", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("canonical_url", name="uq_articles_canonical_url"),
    )
    op.create_index("ix_articles_duplicate_of", "articles", ["duplicate_of"])
    op.create_index("ix_articles_first_seen_at", "articles", ["first_seen_at"])
    op.create_index("ix_articles_language", "articles", ["language"])
    op.create_index("ix_articles_published_at", "articles", ["published_at"])
    op.create_index("ix_articles_source_id", "articles", ["source_id"])
    op.create_index("ix_articles_text_hash", "articles", ["text_hash"])
    op.create_index("ix_articles_url", "articles", ["url"])
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer()),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_runs_source_id_sources", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_source_id", "runs", ["source_id"])
    op.create_table(
        "seeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("body_hash", sa.String(length=64)),
        sa.Column("visited_at", TIME),
        sa.Column("full_fetch_at", TIME),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.Text()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["seeds.id"], name="fk_seeds_parent_id_seeds", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_seeds_source_id_sources", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_seeds"),
    )
    op.create_index("ix_seeds_parent_id", "seeds", ["parent_id"])
    op.create_index("uq_seeds_source_id_url", "seeds", ["source_id", "url"], unique=True)
    op.create_table(
        "bands",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_bands_article_id_articles", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "article_id", name="pk_bands"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bands_article_id", "bands", ["article_id"])
    op.create_table(
        "pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer()),
        sa.Column("seed_id", sa.Integer()),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("asked_url", sa.Text()),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("found_at", TIME, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("visited_at", TIME),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("hint_title", sa.Text()),
        sa.Column("hint_published_at", TIME),
        sa.Column("hint_modified_at", TIME),
        sa.Column("article_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_pages_article_id_articles", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["seed_id"], ["seeds.id"], name="fk_pages_seed_id_seeds", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_pages_source_id_sources", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pages"),
        sa.UniqueConstraint("url", name="uq_pages_url"),
    )
    op.create_index("ix_pages_article_id", "pages", ["article_id"])
    op.create_index("ix_pages_seed_id", "pages", ["seed_id"])
    op.create_index("ix_pages_source_id_due_at", "pages", ["source_id", "due_at"])
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("standfirst", sa.Text()),
        sa.Column("authors", DOCUMENT, nullable=False),
        sa.Column("modified_at", TIME),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("removed", DOCUMENT, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("replaced_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_revisions_article_id_articles", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
    )
    op.create_index("uq_revisions_article_id_number", "revisions", ["article_id", "number"], unique=True)
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer()),
        sa.Column("at", TIME, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("size", sa.Integer()),
        sa.Column("milliseconds", sa.Integer()),
        sa.Column("final_url", sa.Text()),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(
            ["page_id"], ["pages.id"], name="fk_visits_page_id_pages", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_visits_run_id_runs", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    op.create_index("ix_visits_page_id", "visits", ["page_id"])
    op.create_index("ix_visits_run_id", "visits", ["run_id"])


def _index_words_on_sqlite() -> None:
    # External content: the index refers to the rows of articles and holds no second copy of the text.
    op.execute(
        """
        CREATE VIRTUAL TABLE articles_fts USING fts5(
            title, standfirst, text, content='articles', content_rowid='id',
            tokenize='unicode61 remove_diacritics 2'
        )
        """
    )
    add = (
        "INSERT INTO articles_fts(rowid, title, standfirst, text)"
        " VALUES (new.id, new.title, new.standfirst, new.text);"
    )
    drop = (
        "INSERT INTO articles_fts(articles_fts, rowid, title, standfirst, text)"
        " VALUES ('delete', old.id, old.title, old.standfirst, old.text);"
    )
    op.execute(f"CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN {add} END")
    op.execute(f"CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN {drop} END")
    op.execute(
        f"""
        CREATE TRIGGER articles_fts_update AFTER UPDATE OF id, title, standfirst, text ON articles
        WHEN (old.id, old.title, old.standfirst, old.text)
            IS NOT (new.id, new.title, new.standfirst, new.text)
        BEGIN {drop} {add} END
        """
    )


def _index_words_on_postgresql() -> None:
    # A database's own locale may know no letters but A to Z, so the function names the collation it goes by.
    # PostgreSQL's parser takes "and/or" for a file and "he.she" for a host: it gets words and spaces only.
    # A tsvector holds at most 1 MB: words after the first 200,000 characters are not found.
    collation = _collation()
    op.execute(
        rf"""
        CREATE FUNCTION copydesk_words(value text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $words$
            SELECT regexp_replace(
                replace(
                    lower(
                        normalize(
                            regexp_replace(
                                normalize(left(value, 200000), NFD), '([A-Za-z])[\u0300-\u036f]+', '\1', 'g'
                            ),
                            NFC
                        ) {collation}
                    ),
                    'ς', 'σ'
                ) {collation},
                '[^[:alnum:]]+', ' ', 'g'
            )
        $words$
        """
    )
    # The break is a word that takes up a place and is then left out, so that no phrase runs from one column
    # into the next.
    op.execute(
        """
        ALTER TABLE articles ADD COLUMN words tsvector GENERATED ALWAYS AS (
            setweight(to_tsvector('simple'::regconfig, copydesk_words(title)), 'A')
            || setweight(ts_delete(to_tsvector('simple'::regconfig,
                'copydeskbreak ' || copydesk_words(coalesce(standfirst, ''))), 'copydeskbreak'), 'B')
            || setweight(ts_delete(to_tsvector('simple'::regconfig,
                'copydeskbreak ' || copydesk_words(text)), 'copydeskbreak'), 'C')
        ) STORED
        """
    )
    op.execute("CREATE INDEX ix_articles_words ON articles USING gin (words)")


def _collation() -> str:
    # PostgreSQL 18 has the first, most builds have the second, 17 the third.
    for name in ("pg_unicode_fast", "und-x-icu", "pg_c_utf8"):
        if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_collation WHERE collname = :name"), {"name": name}):
            return f'COLLATE pg_catalog."{name}"'
    return ""
