"""Cleans stored articles by what their source repeats, and undoes it, without fetching."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from pipelines.article import Removed
from pipelines.boilerplate import mark_calls, mark_see_also
from pipelines.cleaning import (
    ALL_RULES,
    RULES_VERSION,
    is_among,
    put_back,
    put_back_lines,
    same_line,
    take_out_again,
)
from pipelines.fingerprint import fingerprint, resemblance
from pipelines.learned import LEARNED_BLOCK, LEARNED_LINE, Learned, mark_learned
from pipelines.learning import Sample, learn
from pipelines.likeness import compare
from pipelines.lines import Line, kept, removed_of, text_of_lines, woven
from storage.cleaned import (
    CleanedText,
    Rewritten,
    cleaned_by,
    newest_first,
    note_cleaned,
    rewrite_text,
    set_restored,
    texts_of,
)
from storage.learned import LearnedRow, keep_learned, learned_of
from storage.stored import RestoredLine

WINDOW = 300
"""The newest articles of a source, which are learned from."""
PART = 100
"""Articles cleaned in one transaction, at some 7 ms each."""
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
    return None if row is None else as_learned(row)


def as_learned(row: LearnedRow) -> Learned:
    """What is known of a source, as cleaning takes it."""
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
    _put_back_learned(lines)
    day = (text.published_at or text.first_seen_at).date()
    return Sample(title=text.title, day=day, story=str(text.duplicate_of or text.id), lines=lines)


def _put_back_learned(lines: Sequence[Line]) -> None:
    """Put back what was taken out as learned of the lines of articles: what a template took out stays so."""
    for line in lines:
        if line.rule in _LEARNED:
            line.rule = None


def _lines_of(text: CleanedText) -> list[Line]:
    removed = [Removed(text=out.text, rule=out.rule, at=out.at) for out in text.removed]
    return woven(text.text, removed, text.makes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Articles of a source that are cleaned in one transaction, so that a crawl need not wait long for it."""

    ids: tuple[int, ...]
    newest: bool
    """Whether they are among those that are learned from."""


def parts_of(
    session: Session, source_id: int, newest: int | None = None, learned: Learned | None = None
) -> list[Part]:
    """A source's articles, or the `newest` of them, in parts of `PART`, the newest first.

    With `learned`, without those that today's rules have cleaned by just that.
    """
    ids = newest_first(session, source_id=source_id, newest=newest)
    done = cleaned_by(session, ids, RULES_VERSION, learned.version) if learned else frozenset()
    parts = [(begin < WINDOW, ids[begin : begin + PART]) for begin in range(0, len(ids), PART)]
    wanted = [(is_new, tuple(number for number in part if number not in done)) for is_new, part in parts]
    return [Part(ids=part, newest=is_new) for is_new, part in wanted if part]


def clean_stored(
    session: Session,
    now: datetime,
    *,
    source_id: int | None = None,
    ids: Collection[int] | None = None,
    newest: bool = False,
    known: Mapping[int, Learned] = MappingProxyType({}),
    keep: Collection[str] = (),
    again: bool = False,
    dry_run: bool = False,
    looked_at: Callable[[], None] = lambda: None,
) -> list[Recleaned]:
    """Clean stored articles by what is known of their sources, and by the rules that read no page.

    The articles are those of `source_id`, or those of `ids`; `newest` says that the latter are learned from.
    `known`: of sources, if it is at hand. `keep`: rules whose lines stay, as in `Cleaning`. What a person has
    put back stays, unless `again`. A line that was learned stays out of articles too old to be
    learned from: what the source repeats today says nothing against it. `looked_at` is called after each
    article. What changes is returned, the newest article first; an article that another one writes meanwhile
    is left as it is.
    """
    learned_by: dict[int | None, Learned | None] = {None: None, **dict(known.items())}
    changed: list[Recleaned] = []
    same = _Same(session, now)
    for number, text in enumerate(texts_of(session, source_id=source_id, ids=ids)):
        if text.source_id is not None and text.source_id not in learned_by:
            learned_by[text.source_id] = known_of(session, text.source_id)
        learned = learned_by[text.source_id]
        lines = _lines_of(text)
        if again or newest or (ids is None and number < WINDOW):
            _put_back_learned(lines)
        if again:
            take_out_again(lines, text.restored)
        _clean(lines, text.rules_version, learned, keep, () if again else text.restored)
        change = _change(text, lines)
        if not dry_run and _is_same(text, lines) and not (again and text.restored):
            same.add(text, learned)
        elif (dry_run or _rewrite(session, text, lines, learned, now, again=again)) and change:
            changed.append(change)
        looked_at()
    same.note()
    return changed


@dataclass(slots=True)
class _Same:
    """Articles that cleaning leaves as they are: of these alone the versions are noted, of many at once."""

    session: Session
    now: datetime
    by_version: defaultdict[int | None, list[CleanedText]] = field(default_factory=lambda: defaultdict(list))

    def add(self, text: CleanedText, learned: Learned | None) -> None:
        version = learned.version if learned else None
        if (text.rules_version, text.learned_version) != (RULES_VERSION, version):
            self.by_version[version].append(text)
            if len(self.by_version[version]) >= PART:
                self.note()

    def note(self) -> None:
        for version, texts in self.by_version.items():
            note_cleaned(
                self.session, texts, rules_version=RULES_VERSION, learned_version=version, now=self.now
            )
        self.by_version.clear()


def _is_same(text: CleanedText, lines: Sequence[Line]) -> bool:
    """Whether the same lines are kept, and the others are out by the same rules."""
    before, after = (
        [(out.text, out.rule, out.at) for out in found] for found in (text.removed, removed_of(lines))
    )
    return before == after and text_of_lines(lines) == text.text


def _clean(
    lines: Sequence[Line],
    rules_version: int,
    learned: Learned | None,
    keep: Collection[str],
    restored: Sequence[RestoredLine],
) -> None:
    """Take out what is to go; what kept rules would take out, and what was restored, stays whoever asks."""
    put_back(lines, keep)
    put_back_lines(lines, restored)
    staying = kept(lines)
    mark_see_also(lines)
    mark_calls(lines)
    wanted = {same_line(line.text) for line in restored}
    wanted |= {same_line(line.text) for line in staying if line.rule and is_among(line.rule, keep)}
    for line in staying:
        if rules_version >= RULES_VERSION or same_line(line.text) in wanted:
            line.rule = None
    if learned:
        _mark_learned(lines, learned, wanted)
    put_back(lines, keep)


def _mark_learned(lines: Sequence[Line], learned: Learned, wanted: Collection[str]) -> None:
    # In the place of each line that must stay stands one that nobody knows: it is seen to stay, by the
    # headings above it too.
    shown = [
        Line(line.text) if line.rule is None and same_line(line.text) in wanted else line for line in lines
    ]
    mark_learned(shown, replace(learned, lines=learned.lines.difference(wanted)))


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


def _rewrite(
    session: Session,
    text: CleanedText,
    lines: Sequence[Line],
    learned: Learned | None,
    now: datetime,
    *,
    again: bool = False,
) -> bool:
    """Write what changes; False if the article was changed by another meanwhile, and nothing is written."""
    words, removed = text_of_lines(lines), removed_of(lines)
    versions = (RULES_VERSION, learned.version if learned else None)
    stays, forgets = words == text.text, again and bool(text.restored)
    rewritten = Rewritten(
        text=words,
        removed=removed,
        fingerprint=None if stays else fingerprint(words),
        rules_version=versions[0],
        learned_version=versions[1],
    )
    if not rewrite_text(session, text, rewritten, resemblance, now, compare):
        return False
    if forgets:
        set_restored(session, text.id, ())
    return True


def restore(session: Session, article_id: int, now: datetime, rule: str | None = None) -> tuple[Removed, ...]:
    """Put back what a rule took out of an article, or whatever was taken out; it stays there from now on.

    Returns what has come back: nothing if the article, or a line that the rule took out, is not there, or if
    another changed the article in the same moment.
    """
    for text in texts_of(session, ids=[article_id]):
        lines = _lines_of(text)
        put_back(lines, {rule or ALL_RULES})
        change = _change(text, lines)
        learned = known_of(session, text.source_id) if text.source_id is not None else None
        if change and _rewrite(session, text, lines, learned, now):
            back = [RestoredLine(text=out.text, rule=out.rule) for out in change.restored]
            set_restored(session, article_id, [*text.restored, *back])
            return change.restored
    return ()
