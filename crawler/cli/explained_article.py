"""How an explanation shows what is known of an article: its verdict, date, cleaning, copies and edits."""

from collections import Counter
from collections.abc import Iterator

from crawler.cli.articles import published, read_by
from crawler.cli.passages import GONE, marked
from crawler.cli.terminal import counted
from crawler.cli.times import shown_time
from storage.explain import Facts, Place
from storage.stored import StoredArticle

_LINE = 90
"""Characters of a removed line that are shown of it."""
_LISTED = 12
"""Removed lines, copies and changes that are listed where not all are asked for."""


def verdict_lines(facts: Facts) -> Iterator[str]:
    """What the page was found to be, and when its article was filed."""
    if (article := facts.article) is not None:
        yield f"an article, of kind {article.kind!r}"
        if (reader := read_by(article)) is not None:
            yield f"read by {reader}"
        if (visit := facts.filed_by) is not None:
            run = f" in run {visit.run_id}" if visit.run_id is not None else ""
            yield f"filed {shown_time(article.first_seen_at)}{run}, as {visit.outcome}"
        else:
            yield f"filed {shown_time(article.first_seen_at)}"
    elif facts.pages and facts.pages[0].state == "rejected":
        yield f"no article: {facts.pages[0].reason}"


def date_lines(article: StoredArticle) -> Iterator[str]:
    """The date that was believed, and all that were to choose from."""
    yield published(article) or "none was found"
    if article.modified_at:
        yield f"changed {shown_time(article.modified_at)}, as the page says"
    for date in article.dates:
        when = date.when.strftime("%Y-%m-%d") if date.precision == "day" else shown_time(date.when)
        yield f"  {date.event} {when} (from {date.origin})"


def rights_lines(article: StoredArticle) -> Iterator[str]:
    """What its publisher reserves."""
    if article.reservations is None:
        yield "nobody looked yet: an older copydesk filed it"
    elif not article.reservations:
        yield "none is reserved, as far as page, headers and robots.txt say"
    else:
        yield "reserved (docs/rights.md tells what each means):"
        yield from (f"  {reservation}" for reservation in article.reservations)


def cleaning_lines(article: StoredArticle, learned_by_now: int | None, *, full: bool) -> Iterator[str]:
    """What was taken out by which rule, what was put back, and by which versions."""
    rules = Counter(line.rule for line in article.removed)
    told = ", ".join(f"{rule} {count}" for rule, count in rules.most_common())
    yield f"{counted(len(article.removed), 'line')} taken out: {told}" if rules else "nothing taken out"
    shown = article.removed if full else article.removed[:_LISTED]
    yield from (f"  {marked(GONE, line) if full else _cut(marked(GONE, line))}" for line in shown)
    yield from _more(len(article.removed) - len(shown), full=full)
    for line in article.restored:
        yield f"  put back by hand: [{line.rule}] {line.text if full else _cut(line.text)}"
    version = f"version {article.rules_version}" if article.rules_version else "of an older copydesk"
    learned = f", learned version {article.learned_version}" if article.learned_version is not None else ""
    behind = (
        f" (by now it is {learned_by_now})" if learned_by_now not in (None, article.learned_version) else ""
    )
    yield f"cleaned by rules {version}{learned}{behind}"


def _cut(line: str) -> str:
    return line if len(line) <= _LINE else line[: _LINE - 1] + "…"


def _more(number: int, *, full: bool) -> Iterator[str]:
    if number > 0:
        yield f"  and {number:,} more" + ("" if full else " (--full lists them)")


def story_lines(facts: Facts, *, full: bool) -> Iterator[str]:
    """What it is a copy of, or what are its copies."""
    article = facts.article
    if article is not None and article.duplicate_of is not None:
        alike = f"{article.similarity:.0%} the same" if article.similarity is not None else "the same story"
        where = _place(facts.original) if facts.original else f"#{article.duplicate_of}"
        yield f"a copy of {where}, {alike}"
    elif facts.copies:
        yield f"the original; it stands in {facts.copies_in_all + 1:,} places, the others are"
        shown = facts.copies if full else facts.copies[:_LISTED]
        for copy in shown:
            share = f", {copy.similarity:.0%} the same" if copy.similarity is not None else ""
            yield f"  {_place(copy)}, filed {shown_time(copy.first_seen_at)}{share}"
        yield from _more(facts.copies_in_all - len(shown), full=full)
    elif not facts.apart_from:
        yield "nothing like it in the archive"
    if facts.apart_from:
        others = ", ".join(f"#{other}" for other in facts.apart_from)
        yield f"kept apart from {others}, by `copydesk split`"


def _place(place: Place) -> str:
    return f"#{place.id} of {place.source or 'no source'}, {place.canonical_url}"


def revision_lines(facts: Facts) -> Iterator[str]:
    """Each earlier state, and what the edit was that replaced it."""
    if facts.article is None or not facts.states:
        yield "none: it stands as it was first filed"
        return
    kinds = {change.revision: str(change.kind) for change in facts.changes if change.revision is not None}
    yield f"{len(facts.states)} earlier; `copydesk diff {facts.article.id}` shows the words"
    for state in facts.states:
        kind = kinds.get(state.number, "text")
        yield f'  {state.number}: "{state.title}" until {shown_time(state.replaced_at)} ({kind})'


def change_lines(facts: Facts, *, full: bool) -> Iterator[str]:
    """What happened to it, oldest first."""
    shown = facts.changes if full else facts.changes[-_LISTED:]
    yield from _more(len(facts.changes) - len(shown), full=full)
    for change in shown:
        was = f' (was: "{change.title_before}")' if change.title_before is not None else ""
        yield f"{change.cursor}  {shown_time(change.at)}  {change.kind}{was}"
