"""Makes near-duplicates out of real articles, and articles that only look like near-duplicates.

`EDITS` are what desks do to an agency's copy, at three strengths. The functions after them make articles of
which no two are one story: filled into one form, with background in common, or grown from each other.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from forms import FIRMS, PEOPLE, TOWNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """A real article."""

    title: str
    text: str
    language: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An article of the set."""

    text: str
    title: str
    group: int
    """Those of one group are one story."""
    kind: str
    strength: int = 0
    hours: float = 0
    """When it was published, in hours after the set begins."""
    same_source_as: int | None = None
    """Another article of the set, by its number, that stands on the same site."""


Edit = Callable[[str, int, random.Random, Sequence[str]], str]
"""A text, a strength from 0 to 2, and paragraphs of other texts in its language."""

_SPACELESS = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u4e00-\u9fff]")


def paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def sentences(paragraph: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?…])\s+|(?<=[。！？])", paragraph) if part]


def size(text: str) -> int:
    return len(text) // 2 if is_spaceless(text) else len(text.split())


def is_spaceless(text: str) -> bool:
    return len(_SPACELESS.findall(text)) * 3 > len(text)


def _units(text: str) -> list[tuple[int, str]]:
    return [(n, s) for n, p in enumerate(paragraphs(text)) for s in sentences(p)]


def _joined(units: Sequence[tuple[int, str]]) -> str:
    lines: dict[int, list[str]] = {}
    for number, sentence in units:
        lines.setdefault(number, []).append(sentence)
    return "\n".join(" ".join(parts) for parts in lines.values())


def cut(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    share = (0.75, 0.5, 0.36)[strength]
    units, kept, words = _units(text), [], 0
    for unit in units:
        kept.append(unit)
        words += size(unit[1])
        if words >= share * size(text):
            break
    return _joined(kept)


def local_lead(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    own = [_some(others, draw, (25, 40, 60)[strength])]
    lines = paragraphs(text)
    if strength == 2 and len(lines) > 4:
        lines = lines[1:]
    return "\n".join([*own, *lines])


def _some(others: Sequence[str], draw: random.Random, words: int) -> str:
    fit = [
        p for p in draw.sample(list(others), min(60, len(others))) if words * 0.5 <= size(p) <= words * 1.6
    ]
    return fit[0] if fit else " ".join(draw.choice(others).split()[:words])


def drop(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    units = _units(text) if len(paragraphs(text)) < 4 else [(n, p) for n, p in enumerate(paragraphs(text))]
    share = (0.0, 0.2, 0.4)[strength]
    left = max(1, round(share * len(units)))
    for place in sorted(draw.sample(range(len(units)), min(left, len(units) - 1)), reverse=True):
        del units[place]
    return _joined(units)


def add(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    lines = paragraphs(text)
    words = max(25, round((0.1, 0.25, 0.45)[strength] * size(text)))
    while words > 10:
        own = _some(others, draw, min(words, 60))
        lines.insert(draw.randrange(1, len(lines) + 1), own)
        words -= size(own) or 10
    return "\n".join(lines)


def typography(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    pairs = [('"', "“"), ("“", "„"), ("”", '"'), ("’", "'"), ("–", "-"), ("—", " - "), ("...", "…")]
    for old, new in pairs:
        text = text.replace(old, new)
    if strength >= 1:
        text = re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "\u00a0" if draw.random() < 0.5 else "", text)
        text = re.sub(r"(?<=\w) (?=\d)", "\u00a0", text).replace("fi", "ﬁ").replace("e-", "e\u00ad-")
    if strength == 2:
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not "\u0300" <= c <= "\u036f")
        text = unicodedata.normalize("NFKC", text)
        text = re.sub(r"(?<=[a-z]{4})(?=[a-z]{4})", lambda _: "\u00ad" if draw.random() < 0.1 else "", text)
        lines = paragraphs(text)
        text = "\n".join([lines[0].upper(), *lines[1:]])
    return text


def words(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    """Ordinary words replaced, here and there one left out or put in."""
    share = (0.02, 0.06, 0.12)[strength]
    spare = [w for w in " ".join(draw.sample(list(others), min(10, len(others)))).split() if w.islower()]
    if is_spaceless(text):
        pool = _SPACELESS.findall(text)
        return "".join(
            draw.choice(pool) if _SPACELESS.match(c) and draw.random() < share / 2 else c for c in text
        )

    def changed(word: str) -> str:
        if draw.random() >= share or not spare:
            return word
        act = draw.random()
        if act < 0.6:
            return draw.choice(spare)
        return "" if act < 0.8 else f"{word} {draw.choice(spare)}"

    return "\n".join(" ".join(filter(None, map(changed, p.split(" ")))) for p in paragraphs(text))


def typos(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    share = (0.01, 0.04, 0.08)[strength]

    def broken(word: str) -> str:
        if len(word) < 4 or draw.random() >= share:
            return word
        at = draw.randrange(1, len(word) - 2)
        act = draw.randrange(3)
        if act == 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + word[at + 1 :] if act == 1 else word[:at] + word[at] + word[at:]

    return "\n".join(" ".join(map(broken, p.split(" "))) for p in paragraphs(text))


def moved(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    lines = paragraphs(text)
    if len(lines) < 4:
        lines = [s for _, s in _units(text)]
    for _ in range((1, 3, 8)[strength]):
        if len(lines) > 2:
            one = lines.pop(draw.randrange(1, len(lines)))
            lines.insert(draw.randrange(1, len(lines) + 1), one)
    return "\n".join(lines)


def rewritten(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    """Whole sentences put otherwise."""
    units = _units(text)
    for place in draw.sample(range(len(units)), max(1, round((0.08, 0.16, 0.26)[strength] * len(units)))):
        own = sentences(_some(others, draw, size(units[place][1]) + 3))
        units[place] = (units[place][0], own[0] if own else "")
    return _joined(units)


def lines_of_site(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    lines = paragraphs(text)
    stock = [
        "Read more: " + _some(others, draw, 9),
        "Foto: dpa / Archiv",
        "ADVERTISEMENT",
        "(AP) All rights reserved. This material may not be published, rewritten or redistributed.",
        "Sign up for our newsletter to get the best stories every morning.",
        "Share this article on Facebook, Twitter or WhatsApp",
        "Mehr zum Thema: " + _some(others, draw, 9),
        "With material from agencies. Reporting by our own staff; editing by the night desk.",
    ]
    for line in draw.sample(stock, (2, 4, 8)[strength]):
        lines.insert(draw.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def all_together(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    """Cut, a lead of one's own, another typography, a word here and there."""
    shorter = cut(text, (0, 0, 1)[strength], draw, others)
    edited = words(shorter, (0, 0, 1)[strength], draw, others)
    return local_lead(typography(edited, min(strength, 1), draw, others), min(strength, 1), draw, others)


def head_cut(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    """The lead written anew, or the first sentences left out."""
    units = _units(text)
    left = units[max(1, round((0.06, 0.15, 0.3)[strength] * len(units))) :]
    return _joined([(-1, _some(others, draw, 25)), *left]) if strength < 2 else _joined(left)


def broken_anew(text: str, strength: int, draw: random.Random, others: Sequence[str]) -> str:
    units = [s for _, s in _units(text)]
    if strength == 0:
        return "\n".join(units)
    if strength == 1:
        return " ".join(units)
    return "\n\n".join(" ".join(units[n : n + 3]) for n in range(0, len(units), 3)).replace(", ", " , ")


EDITS: dict[str, Edit] = {
    "cut": cut,
    "local lead": local_lead,
    "paragraphs dropped": drop,
    "paragraphs added": add,
    "typography": typography,
    "words": words,
    "typing errors": typos,
    "paragraphs moved": moved,
    "sentences rewritten": rewritten,
    "lines of the site": lines_of_site,
    "all together": all_together,
    "head cut": head_cut,
    "lines broken anew": broken_anew,
}


def _other_facts(text: str, draw: random.Random, *, names: bool) -> str:
    """The same text with other figures, and other names."""
    text = re.sub(
        r"\d+",
        lambda m: str(draw.randrange(10 ** (len(m[0]) - 1), 10 ** len(m[0])) if len(m[0]) < 9 else m[0]),
        text,
    )
    if not names:
        return text
    known: dict[str, str] = {}
    pool = count()

    def other(match: re.Match[str]) -> str:
        name = match[0]
        if name not in known:
            stock = PEOPLE + TOWNS + FIRMS
            known[name] = (
                draw.choice(stock)
                if draw.random() < 0.8
                else f"{draw.choice(stock)}{'aeiou'[next(pool) % 5]}n"
            )
        return known[name]

    return re.sub(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][a-zà-ÿ]{2,}", other, text)


def real_forms(real: Real, draw: random.Random) -> list[str]:
    return [real.text, _other_facts(real.text, draw, names=True)] if _has_figures(real.text) else []


def real_figures(real: Real, draw: random.Random) -> list[str]:
    return [real.text, _other_facts(real.text, draw, names=False)] if _has_figures(real.text) else []


def _has_figures(text: str) -> bool:
    return len(re.findall(r"\d+", text)) >= 4


def background(one: Real, other: Real, third: Real, draw: random.Random) -> list[str]:
    """Two articles that end, or go on, with the same three paragraphs."""
    shared = [p for p in paragraphs(third.text) if size(p) > 20][:3]
    made = []
    where = draw.random()
    for real in (one, other):
        lines = paragraphs(real.text)
        at = len(lines) if where < 0.5 else draw.randrange(1, len(lines) + 1)
        made.append("\n".join([*lines[:at], *shared, *lines[at:]]))
    return made


def quotation(one: Real, other: Real, third: Real, draw: random.Random) -> list[str]:
    said = "“" + " ".join(paragraphs(third.text))[:900] + "”, they said."
    made = []
    for real in (one, other):
        lines = paragraphs(real.text)
        at = draw.randrange(1, len(lines) + 1)
        made.append("\n".join([*lines[:at], said, *lines[at:]]))
    return made


def series(one: Real, other: Real, third: Real, draw: random.Random) -> list[str]:
    """Two parts of a series: the same paragraphs at the beginning and at the end."""
    lines = [p for p in paragraphs(third.text) if size(p) > 12]
    head, foot = lines[:1], lines[1:3]
    return ["\n".join([*head, *paragraphs(real.text), *foot]) for real in (one, other)]


def update(real: Real, draw: random.Random, others: Sequence[str]) -> list[str]:
    """A story, and a later, longer version: figures have changed, the lead is new, paragraphs were added."""
    lines = paragraphs(real.text)
    later, changed = [], 0
    for line in lines:

        def risen(match: re.Match[str]) -> str:
            nonlocal changed
            if changed >= 4 or draw.random() < 0.4:
                return match[0]
            changed += 1
            return str(int(match[0]) + draw.randrange(1, 9))

        later.append(re.sub(r"(?<![\d.,:])\b\d{1,3}\b(?![\d.,:]\d)", risen, line))
    new = [_some(others, draw, 40) for _ in range(max(2, size(real.text) // 120))]
    later[0] = _some(others, draw, 30)
    at = draw.randrange(1, len(later) + 1)
    return [real.text, "\n".join([*later[:at], *new, *later[at:]])] if changed else []


def digest(one: Real, other: Real, third: Real, draw: random.Random) -> list[str]:
    """Briefs, and a page that holds them all."""
    briefs = [cut(real.text, 1, draw, []) for real in (one, other, third)]
    return [briefs[0], briefs[1], briefs[2], "\n".join(briefs)]
