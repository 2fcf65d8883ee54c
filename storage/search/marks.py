"""What is known of an article, as words of the full-text index beside those of its text.

So conditions on the title, the authors, the source, the language, the kind and the date are words like any
other, and the index intersects them at once: a common word in one source's articles of one day costs what
that day holds, not what the archive holds. No text can have such a word, for each begins with a sign that
divides.

    §tharbour §twall §   the words of the title, side by side as they stand there
    §amaeve §atolland §  those of each author
    §s17                 its source's id
    §lpt §lpt§br         its language, and the one that includes it
    §klive§blog          its kind
    §h… §d…              the hour and the day when it was published, or else first seen, in UTC
    §e… §f… §g… §i…      the 16, 256, 4,096 and 65,536 days that this day is one of

PostgreSQL's function `copydesk_index`, in storage/migrations/versions/v0005_search.py, makes the same in SQL.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from storage.search.words import LONGEST_WORD, stream

MARK = "§"
TITLE, AUTHOR = "§t", "§a"

DAY = 24
STRETCHES = (
    ("§h", 1),
    ("§d", DAY),
    ("§e", 16 * DAY),
    ("§f", 256 * DAY),
    ("§g", 4096 * DAY),
    ("§i", 65536 * DAY),
)
"""The sizes of stretches of time that have a mark, in hours."""


def source_mark(source_id: int) -> str:
    """The word of a source's articles."""
    return f"§s{source_id}"


def language_mark(code: str) -> str:
    """The word of a language's articles; "pt" has those of "pt-BR" too."""
    return "§l" + re.sub("[^A-Za-z0-9-]", "", code).lower().replace("-", "§")


def kind_mark(kind: str) -> str:
    """The word of a kind of articles."""
    return "§k" + re.sub("[^A-Za-z0-9]+", "§", kind).lower()


def hour_of(moment: datetime) -> int:
    """The number of the hour in which a time stands, in UTC; a day begins with 24 times its ordinal."""
    moment = moment.astimezone(UTC)
    return moment.toordinal() * DAY + moment.hour


def moment_of(hour: int) -> datetime:
    """When an hour begins; the last moment of all for one that lies beyond."""
    try:
        return datetime(1, 1, 1, tzinfo=UTC) + timedelta(hours=hour - DAY)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def marked(mark: str, words: Iterable[str]) -> list[str]:
    """Words of a title or a name, as they stand among the marks."""
    return [(mark + word)[:LONGEST_WORD] for word in words]


def marks_of(
    title: str,
    authors: Iterable[str],
    source_id: int | None,
    language: str | None,
    kind: str,
    moment: datetime,
) -> list[str]:
    """All marks of an article; `moment` is when it was published, or else first seen."""
    words = [*marked(TITLE, stream(title)), MARK]
    for author in authors:
        words += [*marked(AUTHOR, stream(author)), MARK]
    if source_id is not None:
        words.append(source_mark(source_id))
    if language:
        words += _languages(language)
    return [*words, kind_mark(kind), *_times(hour_of(moment))]


def marks_of_row(
    title: str,
    authors: str,
    source_id: int | None,
    language: str | None,
    kind: str,
    published_at: str | None,
    first_seen_at: str,
) -> str:
    """The same of a row of SQLite's, as it is stored there: authors as JSON, times in UTC as ISO 8601."""
    moment = datetime.fromisoformat(published_at or first_seen_at).replace(tzinfo=UTC)
    names = [str(author) for author in json.loads(authors)]
    return " ".join(marks_of(title, names, source_id, language, kind, moment))


def _languages(language: str) -> Iterator[str]:
    parts = language_mark(language).split("§")
    for count in range(2, len(parts) + 1):
        yield "§".join(parts[:count])


def _times(hour: int) -> Iterator[str]:
    for mark, hours in STRETCHES:
        yield f"{mark}{hour // hours}"


def cover(since: int, until: int) -> Iterator[str]:
    """The marks of the fewest stretches that make up the hours from `since` until before `until`."""
    while since < until:
        mark, hours = next(
            (mark, hours)
            for mark, hours in reversed(STRETCHES)
            if since % hours == 0 and since + hours <= until
        )
        yield f"{mark}{since // hours}"
        since += hours
