"""Learns what a source repeats from article to article, in any language and without a list of phrases.

That a line stands in two articles does not make it boilerplate. It must stand in two stories: copies of one
article count once, and so does a story that was written on. And it must not belong to what is told: the
weather has the same sentences every day, a long conflict the same background. Such sentences are told apart
by three signs, none of which asks for a language:

- they stand among the paragraphs and are made like them, where promotions stand at the end, at the top or in
  blocks of their own make;
- their words come again in the rest of their article, where those of a notice come nowhere else;
- the articles that hold them have a word of their titles in common that other articles have not.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from pipelines.document.makes import HEADINGS, LINKED, is_telling
from pipelines.fingerprint import is_undivided, words_of
from pipelines.learned import Learned, line_key
from pipelines.lines import Line, tidy

_PROSE = 60
"""Characters from which on a line that ends as a sentence counts as prose."""
_ENDS = tuple(".!?…。！？؟।\"'”’»)]")
_SAME_STORY = 0.3
"""Of the shorter article's text that another one shares word for word: two states of one story."""
_SAME_STORY_OF_TWO = 0.15
"""The same where two articles are all that is known, and nothing else can tell what they share."""
_KNOWN = 10
"""Stories from which on a source counts as known: then a line must stand in three, on two days."""
_TOLD_AGAIN = 0.2
"""Of a line's words that come again in its article, from which on it belongs to what is told."""
_SERIES = 0.6
"""Of the articles with a line whose titles share a word, from which on they are a series…"""
_SERIES_ELSEWHERE = 0.5
"""…if at most this share of the source's titles has it."""
_OFTEN_SENTENCE = 0.5
"""Of a source's stories that have a sentence made like their own, from which on it is a notice."""
_OFTEN = 0.3
"""Of a source's stories with a few words among their paragraphs, from which on these are no subheading."""
_MOST_COMPARED = 12
"""Articles looked at for one line; more would tell no more."""
_PARTS = HEADINGS | {"li", "dt", "dd", "td", "th"}
_BLOCK_STORIES = 3
_BLOCK_KEPT = 0.2
"""Of the text in blocks of one make that may stay in articles for the make to be boilerplate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An article to learn from, as extracted, with what the other rules took out."""

    title: str
    day: date | None
    """When it was published, else first seen; None if neither is known."""
    story: str
    """Equal for copies of one article, which count once."""
    lines: Sequence[Line]


@dataclass(slots=True)
class _Article:
    """A sample made ready for comparison."""

    sample: Sample
    keys: list[str]
    fresh: Sequence[str]
    """The lines that no other article has."""
    first: int
    """Number of the first line of prose that no other article has, and of the last; the text lies between."""
    last: int
    bodies: frozenset[str]
    """The makes of its own prose."""
    _words: frozenset[str] | None = None

    @property
    def words(self) -> frozenset[str]:
        """Of the lines that no other article has; few articles are ever asked for them."""
        if self._words is None:
            self._words = frozenset(word for line in self.fresh for word in _words(line))
        return self._words


@dataclass(slots=True)
class _Source:
    """The articles of a source, and what is asked of all of them."""

    articles: Sequence[_Article]
    stories: Sequence[int]
    """Of each article, the number of its story."""
    known: int
    """How many stories there are."""
    titles: Sequence[frozenset[str]]
    in_titles: Counter[str]

    def is_series(self, held: Sequence[tuple[int, int]]) -> bool:
        """Whether the articles with a line have a word in their titles that others have not: the weather."""
        if len(held) >= len(self.titles):
            return False
        common = Counter(word for number, _ in held for word in self.titles[number])
        return any(
            count >= max(2, _SERIES * len(held))
            and self.in_titles[word] <= max(count, _SERIES_ELSEWHERE * len(self.titles))
            for word, count in common.items()
        )


def learn(samples: Iterable[Sample], version: int = 1) -> Learned:
    """What the source of these articles repeats; their order does not matter."""
    ordered = sorted(samples, key=lambda s: (s.story, s.title, [line.text for line in s.lines]))
    articles = _prepared(list({sample.story: sample for sample in ordered}.values()))
    holders = _holders(articles)
    stories = _stories(articles, holders)
    titles = [_title_words(article.sample.title) for article in articles]
    source = _Source(
        articles=articles,
        stories=stories,
        known=len(set(stories)),
        titles=titles,
        in_titles=Counter(word for words in titles for word in words),
    )
    repeated = frozenset(key for key, held in holders.items() if _is_boilerplate(key, held, source))
    return Learned(version=version, lines=repeated, makes=_made_for_it(articles, stories, repeated))


def _prepared(samples: Sequence[Sample]) -> list[_Article]:
    keys = [[line_key(line.text) for line in sample.lines] for sample in samples]
    held = Counter(key for own in keys for key in set(own))
    articles = []
    for sample, own in zip(samples, keys, strict=True):
        prose = [
            number
            for number, line in enumerate(sample.lines)
            if line.rule is None and held[own[number]] == 1 and _is_prose(line.text)
        ]
        fresh = [line.text for line, key in zip(sample.lines, own, strict=True) if held[key] == 1]
        bodies = frozenset(sample.lines[number].make for number in prose)
        first, last = (prose[0], prose[-1]) if prose else (0, -1)
        articles.append(_Article(sample=sample, keys=own, fresh=fresh, first=first, last=last, bodies=bodies))
    return articles


def _is_prose(text: str) -> bool:
    return len(text) >= (_PROSE // 3 if is_undivided(text) else _PROSE) and text.endswith(_ENDS)


def _words(text: str) -> frozenset[str]:
    """The words that tell something of a subject: the longer ones; pairs of letters in undivided scripts."""
    words = words_of(text)
    if is_undivided(text):
        return frozenset(one + two for one, two in pairwise(words))
    return frozenset(word for word in words if len(word) >= 5 and not word.isdecimal())


def _title_words(title: str) -> frozenset[str]:
    words = words_of(title)
    if is_undivided(title):
        return frozenset(one + two for one, two in pairwise(words))
    return frozenset(word for word in words if len(word) >= 4 and not word.isdecimal())


def _holders(articles: Sequence[_Article]) -> dict[str, list[tuple[int, int]]]:
    """Of each key that stands in two articles or more: article and line number of each, once an article."""
    found: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for number, article in enumerate(articles):
        for at, key in enumerate(article.keys):
            if key:
                found[key].setdefault(number, at)
    return {key: list(held.items()) for key, held in found.items() if len(held) > 1}


def _stories(articles: Sequence[_Article], holders: dict[str, list[tuple[int, int]]]) -> list[int]:
    """The story of each article, as the number of its first: one that was written on shares text."""
    shared = Counter[tuple[int, int]]()
    for held in holders.values():
        # what half of the articles have is no story's own; and what dozens have is counted no further
        if len(held) > 2 and (len(held) > len(articles) / 2 or len(held) > _MOST_COMPARED):
            continue
        own = [
            (number, at)
            for number, at in held
            if not _is_prose(articles[number].sample.lines[at].text) or _told_again(articles[number], at)
        ]
        for index, (one, at) in enumerate(own):
            for other, _ in own[index + 1 :]:
                shared[one, other] += len(articles[one].keys[at])
    sizes = [sum(map(len, article.keys)) for article in articles]
    story = list(range(len(articles)))
    enough = _SAME_STORY if len(articles) > 2 else _SAME_STORY_OF_TWO
    for (one, other), size in sorted(shared.items()):
        if size >= enough * min(sizes[one], sizes[other]):
            old, new = max(story[one], story[other]), min(story[one], story[other])
            story = [new if number == old else number for number in story]
    return story


def _told_again(article: _Article, at: int) -> bool:
    """Whether a line's words come again in what its article has for itself."""
    own = _words(article.sample.lines[at].text)
    return bool(own) and len(own & article.words) >= _TOLD_AGAIN * len(own)


def _is_boilerplate(key: str, held: Sequence[tuple[int, int]], among: _Source) -> bool:
    """Whether a line that stands in several articles is no part of them."""
    articles, known = among.articles, among.known
    count = len({among.stories[number] for number, _ in held})
    days = {articles[number].sample.day for number, _ in held}
    if count < (2 if known < _KNOWN else 3) or (known >= _KNOWN and len(days) == 1 and None not in days):
        return False
    looked_at = held[:_MOST_COMPARED]
    lines = [articles[number].sample.lines[at] for number, at in looked_at]
    if _share(looked_at, lambda number, at: _is_component(articles[number], at)) > 0.5:
        return not (count < 3 and _told_in_most(looked_at, articles))
    if _share(looked_at, lambda number, at: _belongs_to_text(articles[number], at)) > 0.5:
        return False
    behind = _share(looked_at, lambda number, at: _stands_outside(articles[number], at)) > 0.5
    if any(line.text.endswith(_ENDS) for line in lines):
        return _is_repeated_sentence(looked_at, lines, among, count, behind=behind)
    if count < 3:
        return behind and not among.is_series(held)
    if _digits_vary(lines) and count < 0.6 * known:
        return False
    return (behind and not among.is_series(held)) or count >= max(3, _OFTEN * known)


def _is_repeated_sentence(
    held: Sequence[tuple[int, int]], lines: Sequence[Line], among: _Source, count: int, *, behind: bool
) -> bool:
    """Whether a sentence that is made like the articles' own is a notice: "No one was injured" is none."""
    if count < 3 or _told_in_most(held, among.articles) or among.is_series(held):
        return False
    often = count >= _OFTEN_SENTENCE * among.known
    if not any(_is_prose(line.text) for line in lines):
        return behind and often
    return behind or (often and not _digits_vary(lines))


def _told_in_most(held: Sequence[tuple[int, int]], articles: Sequence[_Article]) -> bool:
    return _share(held, lambda number, at: _told_again(articles[number], at)) > 0.5


def _share(held: Sequence[tuple[int, int]], holds: Callable[[int, int], bool]) -> float:
    return sum(holds(number, at) for number, at in held) / len(held)


def _stands_outside(article: _Article, at: int) -> bool:
    """Whether a line stands before or behind the article's own text."""
    return not article.first < at < article.last


def _belongs_to_text(article: _Article, at: int) -> bool:
    """Whether a line is a heading or a list item within the text: "Analysis", "Salt and pepper"."""
    return not _stands_outside(article, at) and article.sample.lines[at].tag in _PARTS


def _is_component(article: _Article, at: int) -> bool:
    """Whether a block has classes that no prose has: what authors set has none, what systems insert does."""
    own, parent, *_ = [*article.sample.lines[at].make.removeprefix(LINKED).split("<"), "", ""]
    if own.partition(".")[0] in HEADINGS and not _stands_outside(article, at):
        return False
    bodies = [body.removeprefix(LINKED).split("<") for body in article.bodies]
    if "." in own:
        return all(own != body[0] for body in bodies)
    return "." in parent and all(parent not in body for body in bodies)


def _digits_vary(lines: Sequence[Line]) -> bool:
    return len({"".join(c for c in tidy(line.text) if c.isdecimal()) for line in lines}) > 1


def _made_for_it(
    articles: Sequence[_Article], stories: Sequence[int], repeated: frozenset[str]
) -> frozenset[str]:
    """The makes of blocks in which next to nothing but boilerplate stands, by the rules or by repetition."""
    out, staying = Counter[str](), Counter[str]()
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for number, article in enumerate(articles):
        for line, key in zip(article.sample.lines, article.keys, strict=True):
            if line.rule is None and key not in repeated:
                staying[line.make] += len(line.text)
            elif line.rule != "headline":
                out[line.make] += len(line.text)
                seen[line.make].add(stories[number])
    bodies = {make.removeprefix(LINKED) for article in articles for make in article.bodies}
    return frozenset(
        make
        for make, size in out.items()
        if len(seen[make]) >= _BLOCK_STORIES
        and "." in make
        and is_telling(make)
        and make.removeprefix(LINKED) not in bodies
        and staying[make] <= _BLOCK_KEPT * (size + staying[make])
    )
