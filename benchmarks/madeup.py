"""Made-up news by the million: what the benchmarks of a large archive file.

The n-th article is always the same, and any can be made without those before it. Words are invented, but
come as often and are as long as those of a language (Zipf); some stand together more often than chance would
have it. Three languages are written with spaces, one is not.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np

from pipelines.article import Article
from pipelines.fingerprint import fingerprint

BEGIN = datetime(2021, 1, 1, tzinfo=UTC)
EVERY = timedelta(seconds=150)
"""A million articles are five years."""
COPIES = 0.15
SOURCES = 300
WORDS, NAMES, PHRASES = 150_000, 40_000, 30_000
_IN_PHRASES, _NAMED, _NUMBERS = 0.08, 0.05, 0.02
"""The shares of what is drawn that are no single words."""
_SYLLABLES = {
    "en": "the an in er on re ed ing st al or th ly ment ter ra co de pro con sub pen mar low ridge ton",
    "de": "sch ein ung lich keit ge ver be an auf haus stadt berg zeit werk mei land tag über für rund",
    "pt": "ção de ar do da es co mar per tra ria men to ser al em por ia gra ver não são pa lu",
}
_LANGUAGES = ("en", "en", "en", "en", "en", "de", "de", "pt", "pt", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """An article, the number of its source, and the number of the one that it is a copy of."""

    source: int
    article: Article
    copy_of: int | None


class Language:
    """A language's words, names and standing phrases, by how often they come."""

    def __init__(self, code: str) -> None:
        self.code = code
        draw = random.Random(code)
        if code == "zh":
            self.words = [chr(0x4E00 + n) for n in draw.sample(range(20_000), 4_000)]
            self.names = ["".join(draw.choices(self.words, k=2)) for _ in range(NAMES // 10)]
        else:
            parts = _SYLLABLES[code].split()
            self.words = _distinct(draw, parts, WORDS)
            self.names = [word.capitalize() for word in _distinct(draw, parts, NAMES, shortest=2)]
        self.space = "" if code == "zh" else " "
        of_words = _zipf(len(self.words))
        picked = np.random.default_rng(1).choice(len(self.words), (PHRASES, 3), p=of_words)
        lengths = draw.choices((2, 3), k=PHRASES)
        self.phrases = [
            self.space.join(self.words[w] for w in row[:length])
            for row, length in zip(picked, lengths, strict=True)
        ]
        numbers = [str(n) for n in range(2, 2002)]
        self.tokens = [*self.words, *self.phrases, *self.names, *numbers]
        chances = np.concatenate(
            [
                of_words * (1 - _IN_PHRASES - _NAMED - _NUMBERS),
                _zipf(PHRASES) * _IN_PHRASES,
                _zipf(len(self.names)) * _NAMED,
                _zipf(len(numbers)) * _NUMBERS,
            ]
        )
        self.cumulated = np.cumsum(chances / chances.sum())

    def sentence(self, tokens: list[str]) -> str:
        told = self.space.join(tokens)
        return told + "。" if self.code == "zh" else f"{told[:1].upper()}{told[1:]}."


def _distinct(draw: random.Random, parts: list[str], count: int, shortest: int = 1) -> list[str]:
    """Words of these syllables, the short ones first: they come most often in any language."""
    words: dict[str, None] = {}
    while len(words) < count:
        longest = shortest + 1 + (len(words) > 40) + (len(words) > 2_000) + (len(words) > 30_000)
        words["".join(draw.choices(parts, k=draw.randint(shortest, longest)))] = None
    return list(words)


def _zipf(count: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    # Mandelbrot's form of Zipf's law.
    chances = 1 / (np.arange(count) + 2.7)
    return chances / chances.sum()


class Press:
    """All that was ever published."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed

    @cached_property
    def languages(self) -> dict[str, Language]:
        return {code: Language(code) for code in ("en", "de", "pt", "zh")}

    def __call__(self, number: int) -> MadeUp:
        rng, original = self._begin(number)
        while original is not None and (first := self._begin(original)[1]) is not None:
            original = first
        language, title, paragraphs = self._story(number if original is None else original)
        published = BEGIN + EVERY * (number if original is None else original)
        if original is not None:
            title, paragraphs = self._edited(rng, language, title, paragraphs)
            published += timedelta(minutes=float(rng.exponential(120)))
        elif rng.random() < 0.05:  # found late, in a backfill
            published -= timedelta(days=float(rng.uniform(0, 700)))
        source = min(int(SOURCES * rng.random() ** 2), SOURCES - 1)
        url = f"https://source{source}.example/{published:%Y/%m}/{number}-story"
        text = "\n".join(paragraphs)
        article = Article(
            url=url,
            canonical_url=url,
            title=title,
            text=text,
            authors=(self._author(rng, language),) if rng.random() < 0.7 else (),
            published_at=published,
            date_precision="minute",
            date_from="json-ld",
            date_confidence="high",
            language=language.code,
            tags=("News",),
            fingerprint=fingerprint(text),
        )
        return MadeUp(source=source, article=article, copy_of=original)

    def _begin(self, number: int) -> tuple[np.random.Generator, int | None]:
        """What an article is drawn with, and the one it copies."""
        rng = np.random.default_rng((self.seed, number))
        if number < 10 or rng.random() >= COPIES:
            return rng, None
        back = 1 + rng.integers(number) if rng.random() < 0.1 else 1 + int(rng.exponential(300))
        return rng, max(0, number - int(back))

    def _story(self, number: int) -> tuple[Language, str, list[str]]:
        rng = np.random.default_rng((self.seed, number, 1))
        language = self.languages[_LANGUAGES[rng.integers(len(_LANGUAGES))]]
        length = int(np.clip(rng.lognormal(5.9, 0.6), 60, 3000)) * (2 if language.code == "zh" else 1)
        title = language.space.join(self._tokens(rng, language, 8))
        return language, title[:1].upper() + title[1:], self._paragraphs(rng, language, length)

    def _paragraphs(self, rng: np.random.Generator, language: Language, length: int) -> list[str]:
        tokens = self._tokens(rng, language, length)
        paragraphs, sentences, place = [], [], 0
        while place < length:
            size = int(rng.integers(8, 32))
            sentences.append(language.sentence(tokens[place : place + size]))
            place += size
            if len(sentences) == 3:
                paragraphs.append(language.space.join(sentences))
                sentences = []
        return [*paragraphs, language.space.join(sentences)] if sentences else paragraphs

    def _edited(
        self, rng: np.random.Generator, language: Language, title: str, paragraphs: list[str]
    ) -> tuple[str, list[str]]:
        """As another desk prints it: the same, cut, or with a lead of its own and another headline."""
        kind = rng.random()
        if kind < 0.4:
            paragraphs = paragraphs[: max(1, round(len(paragraphs) * rng.uniform(0.5, 0.9)))]
        elif kind < 0.7:
            paragraphs = [*self._paragraphs(rng, language, 30), *paragraphs]
            title = language.space.join(self._tokens(rng, language, 8))
        return title, paragraphs

    def _author(self, rng: np.random.Generator, language: Language) -> str:
        first, last = rng.integers(60), rng.integers(100, 160)
        return f"{language.names[first]} {language.names[last]}"

    def _tokens(self, rng: np.random.Generator, language: Language, count: int) -> list[str]:
        places = np.searchsorted(language.cumulated, rng.random(count))
        return [language.tokens[place] for place in places.tolist()]
