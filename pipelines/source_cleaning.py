"""Cleans stored articles by what their source repeats, and undoes it, without fetching."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pipelines.article import Removed
from pipelines.boilerplate import mark_calls, mark_see_also
from pipelines.cleaning import ALL_RULES, RULES_VERSION, put_back
from pipelines.fingerprint import fingerprint, resemblance
from pipelines.learned import LEARNED_BLOCK, LEARNED_LINE, Learned, mark_learned
from pipelines.learning import Sample, learn
from pipelines.lines import Line, removed_of, text_of_lines, woven
from storage.cleaned import CleanedText, Rewritten, rewrite_text, set_restored, texts_of
from storage.learned import keep_learned, learned_of

WINDOW = 300
"""The newest articles of a source, which are learned from."""
_LEARNED = frozenset({LEARNED_LINE, LEARNED_BLOCK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recleaned:
    """What cleaning again changes in a stored article."""

    article_id: int
    title: str
    removed: tuple[Removed, ...]
    """Lines that go."""
    restored: tuple[Removed, ...]
    """Lines that come back, with the rule that had taken them out."""


def known_of(session: Session, source_id: int) -> Learned | None:
    """What is known of a source; None if nothing was learned yet."""
    row = learned_of(session, source_id)
    if row is None:
        return None
    return Learned(version=row.version, lines=frozenset(row.lines), makes=frozenset(row.makes))


def learn_source(session: Session, source_id: int, now: datetime) -> Learned:
    """Learn from the newest articles of a source, and keep it."""
    samples = [_sample(text) for text in texts_of(session, source_id=source_id, newest=WINDOW)]
    found = learn(samples)
    lines, makes = sorted(found.lines), sorted(found.makes)
    version = keep_learned(session, source_id, lines=lines, makes=makes, articles=len(samples), now=now)
    return Learned(version=version, lines=found.lines, makes=found.makes)


def _sample(text: CleanedText) -> Sample:
    lines = _lines_of(text)
    put_back(lines, _LEARNED)
    day = (text.published_at or text.first_seen_at).date()
    return Sample(title=text.title, day=day, story=str(text.duplicate_of or text.id), lines=lines)


def _lines_of(text: CleanedText) -> list[Line]:
    removed = [Removed(text=out.text, rule=out.rule, at=out.at) for out in text.removed]
    return woven(text.text, removed, text.makes)


def clean_stored(
    session: Session,
    *,
    source_id: int | None = None,
    ids: Collection[int] | None = None,
    newest: int | None = None,
    keep: Collection[str] = (),
    again: bool = False,
    dry_run: bool = False,
    looked_at: Callable[[], None] = lambda: None,
) -> list[Recleaned]:
    """Clean stored articles by what is known of their sources, and by the rules that read no page.

    The articles are those of `source_id` (the `newest` of them, else all), or those of `ids`. `keep`: rules
    whose lines stay, as in `Cleaning`. What a person has put back stays, unless `again`. A line that was
    learned stays out of articles too old to be learned from: what the source repeats today says nothing
    against it. `looked_at` is called after each article. What changes is returned, the newest article first.
    """
    known: dict[int | None, Learned | None] = {None: None}
    changed: list[Recleaned] = []
    for number, text in enumerate(texts_of(session, source_id=source_id, ids=ids, newest=newest)):
        if text.source_id is not None and text.source_id not in known:
            known[text.source_id] = known_of(session, text.source_id)
        learned = known[text.source_id]
        lines = _lines_of(text)
        if again or (ids is None and number < WINDOW):
            put_back(lines, _LEARNED)
        _clean(lines, text.rules_version, learned)
        put_back(lines, (*keep, *(() if again else text.restored)))
        if change := _change(text, lines):
            changed.append(change)
        if not dry_run:
            _rewrite(session, text, lines, learned)
            if again and text.restored:
                set_restored(session, text.id, ())
        looked_at()
    return changed


def _clean(lines: Sequence[Line], rules_version: int, learned: Learned | None) -> None:
    if rules_version < RULES_VERSION:
        mark_see_also(lines)
        mark_calls(lines)
    if learned:
        mark_learned(lines, learned)


def _change(text: CleanedText, lines: Sequence[Line]) -> Recleaned | None:
    before = {out.at: out for out in text.removed}
    after = {out.at: out for out in removed_of(lines)}
    gone = tuple(out for at, out in after.items() if at not in before)
    back = tuple(
        Removed(text=out.text, rule=out.rule, at=at) for at, out in before.items() if at not in after
    )
    if not gone and not back:
        return None
    return Recleaned(article_id=text.id, title=text.title, removed=gone, restored=back)


def _rewrite(session: Session, text: CleanedText, lines: Sequence[Line], learned: Learned | None) -> None:
    words, removed = text_of_lines(lines), removed_of(lines)
    versions = (RULES_VERSION, learned.version if learned else None)
    stays = words == text.text
    if stays and (text.rules_version, text.learned_version) == versions:
        return
    rewritten = Rewritten(
        text=words,
        removed=removed,
        fingerprint=None if stays else fingerprint(words),
        rules_version=versions[0],
        learned_version=versions[1],
    )
    rewrite_text(session, text.id, rewritten, resemblance)


def restore(session: Session, article_id: int, rule: str | None = None) -> tuple[Removed, ...]:
    """Put back what a rule took out of an article, or whatever was taken out; it stays there from now on.

    Returns what has come back: nothing if the article, or a line that the rule took out, is not there.
    """
    for text in texts_of(session, ids=[article_id]):
        lines = _lines_of(text)
        rules = {*text.restored, rule or ALL_RULES}
        put_back(lines, rules)
        if change := _change(text, lines):
            learned = known_of(session, text.source_id) if text.source_id is not None else None
            _rewrite(session, text, lines, learned)
            set_restored(session, article_id, sorted(rules))
            return change.restored
    return ()
