"""Search that finds what people expect: an index of folded words, of every two letters of scripts without
spaces, and of what is known of an article beside its text (its authors, source, language, kind and date).

Both engines index the same words, in the same order: words.py and marks.py of storage/search/ say which, and
the functions below say it again in SQL for PostgreSQL. On SQLite the triggers call Python functions that
storage/engine.py gives to every connection: another program can read the archive, but not write articles.

The full text of every article is indexed anew: about a millisecond each on SQLite, and three on PostgreSQL,
which also writes the table of articles anew and locks it meanwhile.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.engine import know_words
from storage.search import words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_READ = "title, standfirst, text, authors, source_id, language, kind, published_at, first_seen_at"
"""The columns that the index is made of."""
_ROW = """
    row.id, copydesk_stream(row.title), copydesk_stream(row.standfirst), copydesk_stream(row.text),
    copydesk_marks(row.title, row.authors, row.source_id, row.language, row.kind, row.published_at,
        row.first_seen_at)
"""
_ADD = "INSERT INTO articles_fts(rowid, title, standfirst, text, marks)"
_DROP = "INSERT INTO articles_fts(articles_fts, rowid, title, standfirst, text, marks)"
_LONG = 3_500
"""Words from which on PostgreSQL may have lost places of one: it keeps 256 of each, and none past 16,383."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _index_on_sqlite()
    else:
        _index_on_postgresql()


def _index_on_sqlite() -> None:
    opened: Any = op.get_bind().connection.dbapi_connection
    know_words(opened)  # whoever runs the steps may have opened it without
    for trigger in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER articles_fts_{trigger}")
    op.execute("DROP TABLE articles_fts")
    # Contentless: neither the texts nor their folded words are kept a second time. The words come divided and
    # folded already; all that is not ASCII is part of a word.
    op.execute(
        "CREATE VIRTUAL TABLE articles_fts USING fts5("
        "title, standfirst, text, marks, content='', tokenize='ascii')"
    )
    op.execute(" ".join([_ADD, "SELECT", _ROW, "FROM articles AS row"]))
    add = f"{_ADD} VALUES ({_ROW.replace('row.', 'new.')});"
    drop = f"{_DROP} VALUES ('delete', {_ROW.replace('row.', 'old.')});"
    before, after = (f"{row}.id, {row}." + _READ.replace(" ", f" {row}.") for row in ("old", "new"))
    op.execute(f"CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN {add} END")
    op.execute(f"CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN {drop} END")
    op.execute(
        f"CREATE TRIGGER articles_fts_update AFTER UPDATE OF id, {_READ} ON articles"
        f" WHEN ({before}) IS NOT ({after}) BEGIN {drop} {add} END"
    )
    # What a search must know of each match, without the rows themselves, which are some kilobytes each.
    op.execute("CREATE INDEX articles_fts_dates ON articles (id, published_at, first_seen_at, duplicate_of)")


def _index_on_postgresql() -> None:
    op.execute("ALTER TABLE articles DROP COLUMN words")
    op.execute("DROP FUNCTION copydesk_words")
    for function in (_fold(), _stream(), _INDEX):
        op.get_bind().exec_driver_sql(function)
    op.execute(
        f"ALTER TABLE articles ADD COLUMN words tsvector GENERATED ALWAYS AS (copydesk_index({_READ})) STORED"
    )
    # The list of what is not merged yet is gone through by every search: it is kept short.
    op.execute(
        "CREATE INDEX ix_articles_words ON articles USING gin (words) WITH (gin_pending_list_limit = 512)"
    )


def _fold() -> str:
    """`fold` of storage/search/words.py, in SQL."""
    spelled = "small"
    for letter, letters in words.SPELLED.items():
        spelled = f"replace({spelled}, '{letter}', '{letters}')"
    marks, dots, cyrillic = map(words.ranges, (words.MARKS, words.DOTS, words.CYRILLIC))
    return rf"""
        CREATE FUNCTION copydesk_fold(value text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $fold$
        DECLARE
            small text;
        BEGIN
            IF octet_length(value) = length(value) THEN
                RETURN btrim(regexp_replace(lower(value COLLATE "C"), '[^a-z0-9]+', ' ', 'g'));
            END IF;
            small := regexp_replace(normalize(value, NFKD), '[{marks}]+', '', 'g');
            small := replace(replace(small, 'е' || chr(776), 'е'), 'Е' || chr(776), 'Е');
            small := regexp_replace(small, '(^|[^{cyrillic}])[{dots}]+', '\1', 'g');
            small := lower(normalize(small, NFC) {_collation()});
            small := {spelled};
            RETURN btrim(regexp_replace(small, '[{words.ranges(words.DIVIDES)}]+', ' ', 'g'));
        END
        $fold$
    """


def _stream() -> str:
    """`stream` of storage/search/words.py, in SQL: a letter said twice ends one pair and begins the next."""
    undivided = words.ranges(words.UNDIVIDED)
    return rf"""
        CREATE FUNCTION copydesk_stream(value text) RETURNS text[]
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $stream$
        DECLARE
            folded text := copydesk_fold(left(value, {words.LONGEST_TEXT}));
        BEGIN
            IF octet_length(folded) <> length(folded) AND folded ~ '[{undivided}]' THEN
                folded := regexp_replace(folded, '([{undivided}]+)', ' \1 ', 'g');
                folded := regexp_replace(folded, '([{undivided}])', '\1 \1', 'g');
            END IF;
            RETURN coalesce(
                (array_remove(string_to_array(folded, ' '), ''))[1:{words.MOST_WORDS}], ARRAY[]::text[]
            );
        END
        $stream$
    """


# It finds what it calls also where the search path is another: pg_dump has it empty when it fills the table.
_INDEX = """
    CREATE FUNCTION copydesk_index(
        title text, standfirst text, body text, authors jsonb, source_id integer, language text, kind text,
        published_at timestamptz, first_seen_at timestamptz
    ) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $index$
    DECLARE
        heading text[] := copydesk_stream(title);
        at timestamp := coalesce(published_at, first_seen_at) AT TIME ZONE 'UTC';
        day integer := at::date - '0001-01-01'::date + 1;
        marks text[] := ARRAY['§k' || lower(regexp_replace(kind, '[^A-Za-z0-9]+', '§', 'g') COLLATE "C"),
            '§h' || (day * 24 + extract(hour FROM at)::integer), '§d' || day, '§e' || (day >> 4),
            '§f' || (day >> 8), '§g' || (day >> 12), '§i' || (day >> 16)];
        parts text[] := string_to_array(
            lower(regexp_replace(language, '[^A-Za-z0-9-]', '', 'g') COLLATE "C"), '-');
        stream text[];
        author text;
    BEGIN
        IF source_id IS NOT NULL THEN
            marks := marks || ('§s' || source_id);
        END IF;
        FOR number IN 1..coalesce(cardinality(parts), 0) LOOP
            marks := marks || ('§l' || array_to_string(parts[1:number], '§'));
        END LOOP;
        marks := marks || '§'::text || ARRAY(SELECT '§t' || word FROM unnest(heading) word);
        FOR author IN SELECT jsonb_array_elements_text(authors) LOOP
            marks := marks || '§'::text
                || ARRAY(SELECT '§a' || word FROM unnest(copydesk_stream(author)) word);
        END LOOP;
        stream := heading || '§'::text || marks || '§'::text
            || copydesk_stream(standfirst) || '§'::text || copydesk_stream(body);
        IF cardinality(stream) > LONG_ARTICLE THEN
            stream := stream || '§x'::text;
        END IF;
        RETURN (
            SELECT string_agg(left(word, LONGEST_WORD) || ':' || place, ' ')::tsvector
            FROM unnest(stream) WITH ORDINALITY AS placed (word, place)
        );
    END
    $index$
""".replace("LONG_ARTICLE", str(_LONG)).replace("LONGEST_WORD", str(words.LONGEST_WORD))


def _collation() -> str:
    # PostgreSQL 18 has the first, most builds have the second, 17 the third.
    for name in ("pg_unicode_fast", "und-x-icu", "pg_c_utf8"):
        if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_collation WHERE collname = :name"), {"name": name}):
            return f'COLLATE pg_catalog."{name}"'
    return ""
