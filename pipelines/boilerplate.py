"""The lines of an extracted text that are no part of the article."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from pipelines.document.layout import block_of
from pipelines.document.makes import HEADINGS
from pipelines.fingerprint import is_undivided, words_of
from pipelines.lines import Line, kept
from pipelines.metadata.dates import parse_date
from pipelines.see_also import is_pointer_heading, is_see_also

# Words in the class or id of what is set into or around an article. Whole words only. "paywall" and the like
# may be the article's own container, against which `_MOST_NAMED` guards; "nav", "next" or "tag" are not here,
# because frameworks put them on the container of everything ("__next", "main-nav-layout").
_NAMES = frozenset(
    """ad ads advert advertisement advertorial author authors banner bio breadcrumb breadcrumbs byline
    comment commenting comments consent cookie copyright credit credits cta disclaimer donate
    donation donations factbox feedback figcaption follow following footer gallery login membership
    messenger modal mostread navigation newsletter newsletters outbrain overlay paywall poll popular
    popup promo promos promotion quiz recirc recirculation recommendation recommendations register
    registration regwall related seealso share sharing sidebar signup slideshow social sponsor
    sponsored subscribe subscriber subscription survey taboola tags timestamp toolbar tooltip topics
    trending""".split()  # noqa: SIM905 - quoted, thrice as long
)
_TAGS = frozenset({"aside", "footer", "nav", "figcaption", "form", "dialog"})
_ROLES = frozenset({"dialog", "alertdialog", "navigation", "complementary", "contentinfo", "search"})
"""https://www.w3.org/TR/wai-aria/#role_definitions"""
_MOST_NAMED = 0.3
"""What is named so but holds more than this share of the text is the article itself."""
_MOST_OUTSIDE = 0.2
_LINKED_SENTENCE = 40
_FULL_STOPS = (".", "。", ".'", '."', ".’", ".”")
_LAST = 8
"""Lines at the end among which what is said of the authors stands."""
_LONGEST_BIOGRAPHY = 700
_COPULAS = frozenset(
    """is are ist sind est es son è é är er jest je este on zijn adalah ialah là""".split()  # noqa: SIM905 - quoted, thrice as long
)
"""What follows on a name where somebody is introduced: "Ada Quill is". "Was" tells what happened to her."""
_LONGEST_NAME = 1000
"""Characters read of a class or an id: what was read is remembered, in each of the workers."""
_SENTENCE = 90
"""Characters of a sentence that is no headline."""
_NAME = 25
"""Characters of the longest link that is a name, and no title."""
_NO_NAMES = frozenset[str]()
_LETTERS = re.compile(r"[A-Za-z]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SENTENCE_END = re.compile(r"[.!?。！？؟।…][\"'”’»)\]]*(?:\s|$)")
ENDS_AS_SENTENCE = re.compile(r"[.!?。！？؟।…][\"'”’»)\]]*$")
_OPENING = r"^[\s\W_]{0,6}"
_QUOTES = frozenset("\"'“„«‘‹「『")
_CLOSING = " \t\"'”’»」』)]"
_BRACKET = re.compile(r"(?<=\S)\s?[(（\[][^()（）\[\]]{1,40}[)）\]][\s.]{0,3}$")
"""Behind the last sentence the agency's name may stand, "… said on Monday. (afp)"."""
_FIGURES = re.compile(r"\d+")
_IN_FIGURES = re.compile(r"(?:^|:)[^\w:]*\d{1,4}[./:-]\d")
"""A line begins with a date or a time in figures, or has one behind a label."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_MOST_BEHIND_DATE = 2
"""Words behind the last figure of a date or a time: "14:32 Uhr", "5 de mar", "08:15 am CET"."""
_MOST_BOLD = 10
"""Elements of bold type in a block that are looked at: one of the first holds all of it, or none does."""
_WIDE_WORD = 4
"""Letters of the longest word in a script without spaces."""
_FEWEST_WORDS = 8
"""Words of a sentence that is more than a notice."""
_PLATFORM = re.compile(
    r"@\w|https?:|www\.|facebook|twitter|instagram|linkedin|whatsapp|telegram|tiktok|youtube"
)


def mark_headline(lines: Sequence[Line], titles: Sequence[str]) -> None:
    """Take out the headline where it is repeated among the first lines, also with kicker or site name."""
    for line in lines[:4]:
        if len(line.text) <= 250 and any(repeats(line.text, title) for title in titles):
            line.rule = "headline"


def repeats(text: str, title: str) -> bool:
    """Whether a line is a title, give or take a kicker or the site's name."""
    if is_undivided(text):
        shorter, longer = sorted(("".join(words_of(text)), "".join(words_of(title))), key=len)
        return shorter in longer and len(shorter) >= 0.8 * len(longer)
    words, wanted = set(words_of(text)), set(words_of(title))
    common = len(words & wanted)
    alike = len(words) > 1 and common >= 0.8 * len(words) and common >= 0.6 * len(wanted)
    return bool(words) and (words == wanted or alike)


def mark_named(lines: Sequence[Line], container: HtmlElement | None) -> None:
    """Take out what stands in elements that are named or tagged as no part of an article."""
    around = ancestors_of(container)
    hits = [(line, set(_names_above(line.place.elements[0], around))) for line in lines if line.place]
    total = sum(len(line.text) for line in lines)
    held = Counter[str]()
    for line, names in hits:
        held.update(dict.fromkeys(names, len(line.text)))
    for line, names in hits:
        if line.rule is None and (found := sorted(n for n in names if held[n] <= _MOST_NAMED * total)):
            line.rule = f"named: {found[0]}"


def ancestors_of(container: HtmlElement | None) -> frozenset[HtmlElement]:
    """The element that holds the article and those around it, whose names say nothing of a line."""
    return frozenset() if container is None else frozenset((container, *container.iterancestors()))


def _names_above(element: HtmlElement, around: frozenset[HtmlElement]) -> Iterator[str]:
    for parent in (element, *element.iterancestors()):
        if parent in around or parent.tag in ("body", "html"):
            return
        if parent.tag in _TAGS:
            yield str(parent.tag)
        if (role := parent.get("role")) in _ROLES:
            yield str(role)
        yield from _NAMES.intersection(names_of(parent))


def is_named(element: HtmlElement, around: frozenset[HtmlElement]) -> bool:
    """Whether an element stands in one that is named or tagged as no part of an article."""
    above = (parent for parent in (element, *islice(element.iterancestors(), 2)) if parent not in around)
    return next(_names_above(element, around), None) is not None or any(
        "caption" in names_of(e) for e in above
    )


def is_told_apart(element: HtmlElement) -> bool:
    """Whether an element itself is named as what no article has in it: a newsletter, a form to share."""
    return not _NAMES.isdisjoint(names_of(element) - {"factbox", "sidebar"})


def names_of(element: HtmlElement) -> frozenset[str]:
    """The words of an element's class and id, in lower case; of the beginning, where one has no end."""
    classes, own = element.get("class"), element.get("id")
    names = _words_in(classes[:_LONGEST_NAME]) if classes else _NO_NAMES
    return names | _words_in(own[:_LONGEST_NAME]) if own else names


@lru_cache(maxsize=8192)
def _words_in(name: str) -> frozenset[str]:
    parts = _LETTERS.findall(name)
    words = {part.lower() for part in parts}
    for part in parts if not name.islower() else ():
        # the short pieces of a camel are as often those of a hash ("sc-jdkVqZ")
        words.update(piece.lower() for piece in _CAMEL.split(part) if len(piece) >= 4)
    return frozenset(words)


def mark_see_also(lines: Sequence[Line]) -> None:
    """Take out lines that point to other stories by their words."""
    for line in lines:
        if line.rule is None:
            heading = line.tag in HEADINGS and is_pointer_heading(line.text)
            if heading or is_see_also(line.text):
                line.rule = "see also"


def mark_links(lines: Sequence[Line]) -> None:
    """Take out what is nothing but links: paragraphs, lists, and headings that stand within a link."""
    for line in lines:
        if line.rule is None and len(line.text) > 10 and _is_only_link(line):
            line.rule = "only a link"
    for items in _by_list(kept(lines)):
        if len(items) > 1 and all(line.linked > 0.5 for line in items) and _are_titles(items):
            for line in items:
                line.rule = "list of links"


def _are_titles(items: Sequence[Line]) -> bool:
    """Whether links in a list are whole items or titles, no mere names."""
    linked = sum(line.linked * len(line.text) for line in items)
    return linked > 0.9 * sum(len(line.text) for line in items) or linked > _NAME * len(items)


def _is_only_link(line: Line) -> bool:
    text = line.text.strip()
    if line.place is None or line.linked <= 0.9 or not (" " in text or is_undivided(text)):
        return False  # a single word that is a link is an address, and belongs to the text
    if len(text) >= _LINKED_SENTENCE and text.endswith(_FULL_STOPS):
        return False  # a sentence of the text that is a link: another story's headline has no full stop
    if _is_quoted(text) and ENDS_AS_SENTENCE.search(text):
        return False  # what somebody said, with a link to where
    block = block_of(line.place.elements[0])
    # a heading may be a link to the article itself, or to what the section is about
    return block.tag not in HEADINGS or next(block.iterancestors("a"), None) is not None


def _by_list(lines: Sequence[Line]) -> Iterable[list[Line]]:
    """The lines that are items of a list, by list."""
    lists: dict[HtmlElement, list[Line]] = {}
    for line in lines:
        block = block_of(line.place.elements[0]) if line.place else None
        item = block if block is None or block.tag == "li" else next(block.iterancestors("li"), None)
        parent = item.getparent() if item is not None else None
        if parent is not None:
            lists.setdefault(parent, []).append(line)
    return lists.values()


def mark_top(lines: Sequence[Line], authors: Sequence[str]) -> None:
    """Take out the date and the byline above the text."""
    for line in kept(lines)[:6]:
        text = line.text.strip(" -|\t")
        if len(text) <= 60 and not _SENTENCE_END.search(text) and _is_dateline(text):
            line.rule = "date"
        elif len(text) <= 80 and _is_byline(words_of(text), authors, undivided=is_undivided(text)):
            line.rule = "byline"


def _is_dateline(text: str) -> bool:
    """Whether a line is a date in figures, or one with hardly a word behind it: no sentence begins so."""
    if parse_date(text, "text") is None:
        return False
    if _IN_FIGURES.search(text):
        return True
    behind = _FIGURES.split(text)[-1]
    return len(_WORD.findall(behind)) <= _MOST_BEHIND_DATE


def _is_byline(words: Sequence[str], authors: Sequence[str], *, undivided: bool) -> bool:
    """Whether at least half of a line is authors' names."""
    if undivided:
        key, names = "".join(words), {"".join(words_of(author)) for author in authors}
        return bool(key) and sum(len(name) for name in names if name in key) >= 0.5 * len(key)
    parts = {word for author in authors for word in words_of(author)}
    return bool(words) and sum(word in parts for word in words) >= 0.5 * len(words)


def mark_biographies(lines: Sequence[Line], authors: Sequence[str], title: str) -> None:
    """Take out what is said of the authors behind the text: lines that begin with the name of one.

    An author who is named in the text or its title is one it is about. A line that is made like the text is
    of the author only if it says who that is.
    """
    names = [words for author in authors if len(words := words_of(author)) > 1]
    if not names:
        return
    remaining = kept(lines)
    about = set(words_of(title))
    prose = prose_make(remaining)
    last = remaining[-_LAST:]
    for number in range(len(last) - 1, -1, -1):
        line, words = last[number], words_of(last[number].text)
        name = next((n for n in names if words[: len(n)] == n and len(words) > len(n) + 2), None)
        if name is None or len(line.text) > _LONGEST_BIOGRAPHY or name[-1] in about:
            break
        if words[len(name)] not in _COPULAS and not _is_set_apart(line, prose):
            break
        line.rule = "biography"
    out = [line for line in last if line.rule == "biography"]
    if not out:
        return
    said = {
        word for line in kept(remaining) if ENDS_AS_SENTENCE.search(line.text) for word in words_of(line.text)
    }
    for line in out:
        if any(words_of(line.text)[: len(name)] == name and name[-1] in said for name in names):
            line.rule = None


def prose_make(lines: Sequence[Line]) -> str:
    """How most of a text is made; "" if nobody knows."""
    held = Counter[str]()
    for line in lines:
        held[line.make] += len(line.text)
    return held.most_common(1)[0][0] if held else ""


def _is_set_apart(line: Line, prose: str) -> bool:
    """Whether a line is made otherwise than the text, or has a link or italic type in it."""
    if line.place is None:
        return False
    block = block_of(line.place.elements[0])
    return line.make != prose or any(
        next(where, None) is not None
        for where in (block.iter("a", "i", "em"), block.iterancestors("i", "em"))
    )


def mark_outside(lines: Sequence[Line], container: HtmlElement | None) -> None:
    """Take out what follows behind the element that holds the article, if it is little."""
    remaining = kept(lines)
    if container is None or container.tag in ("body", "html"):
        return
    inside = set(container.iter())
    places = [line.place.first for line in remaining if line.place and line.place.elements[0] in inside]
    after = [line for line in remaining if line.place and places and line.place.first > places[-1]]
    total = sum(len(line.text) for line in remaining)
    if sum(len(line.text) for line in after) <= _MOST_OUTSIDE * total:
        for line in after:
            line.rule = "outside the article"


class _Calls(NamedTuple):
    """What takes a line out: anywhere in a text, at its end, and there where the line is no sentence."""

    anywhere: re.Pattern[str]
    notice: re.Pattern[str]
    credit: re.Pattern[str]
    credited: re.Pattern[str]
    """As `credit`, where the line begins so."""
    opening: re.Pattern[str]
    """As `word`, where the line begins so."""
    word: re.Pattern[str]


@lru_cache(maxsize=1)
def _calls() -> _Calls:
    begins = _phrases("begins")
    wide = _either(phrase for phrase in begins if _is_wide_word(phrase))
    several = _either(p for p in begins if not _is_wide_word(p) and (" " in p or _is_wide(p)))
    compound = _either(p for p in begins if " " not in p and not p.isalpha() and not _is_wide(p))
    single = _either(phrase for phrase in begins if phrase.isalpha() and not _is_wide(phrase))
    contains, notes, ends, words = (
        _either(_phrases(kind)) for kind in ("contains", "notes", "ends", "words")
    )
    few = rf"(?:(?:{compound})(?:\W+\w+){{0,3}}|(?:{single})(?:\W+\w+)?)\W*$"
    wide_few = rf"(?:{wide})(?:[\W\d]*|\s*[:：／/].{{0,30}})$"
    return _Calls(
        re.compile(rf"{_OPENING}(?:(?:{several})|{few}|{wide_few})|(?<!\w)(?:{contains})"),
        re.compile(rf"(?<!\w)(?:{notes})"),
        re.compile(rf"(?<!\w)(?:{ends})"),
        re.compile(rf"{_OPENING}(?:{ends})"),
        re.compile(rf"{_OPENING}(?:{words})"),
        re.compile(rf"(?<!\w)(?:{words})"),
    )


def _phrases(kind: str) -> list[str]:
    tables = tomllib.loads(files("pipelines").joinpath("words/calls.toml").read_text("utf-8")).values()
    return sorted({phrase for table in tables for phrase in table.get(kind, ())}, key=len, reverse=True)


def _either(phrases: Iterable[str]) -> str:
    return "|".join(_pattern_of(phrase) for phrase in phrases)


def _pattern_of(phrase: str) -> str:
    """A phrase as a pattern: whole words, except in a script that does not divide them."""
    pattern = re.escape(phrase.removesuffix("$")).replace("…", ".{0,80}?")
    whole = phrase[-1].isalnum() and not _is_wide(phrase)
    return pattern + (r"\W*$" if phrase.endswith("$") else r"(?!\w)" if whole else "")


def _is_wide(phrase: str) -> bool:
    """Whether a phrase is in a script without spaces, where one word tells as much as several elsewhere."""
    return any(ord(letter) >= 0x2E80 for letter in phrase)


def _is_wide_word(phrase: str) -> bool:
    """Whether a phrase of such a script is one word, which may as well begin a sentence of the article."""
    return _is_wide(phrase) and phrase.isalpha() and len(phrase) <= _WIDE_WORD


def mark_calls(lines: Sequence[Line]) -> None:
    """Take out short lines that call on the reader or give notice."""
    remaining = kept(lines)
    calls = [
        line
        for number, line in enumerate(remaining)
        if is_call(line.text) and not _is_question_in_prose(remaining, number)
    ]
    for line in calls:
        line.rule = "call"


def _is_question_in_prose(lines: Sequence[Line], number: int) -> bool:
    """Whether a question stands between two paragraphs: it is put to whom the article is about."""
    beside = [*lines[max(number - 1, 0) : number], *lines[number + 1 : number + 2]]
    asks = lines[number].text.rstrip(_CLOSING).endswith(("?", "？", "؟"))
    if _PLATFORM.search(lines[number].text.casefold()):
        return False
    return asks and len(beside) == 2 and all(_is_prose(line.text) for line in beside)


def _is_prose(text: str) -> bool:
    return ENDS_AS_SENTENCE.search(text) is not None and (
        len(text) >= _SENTENCE or (is_undivided(text) and len(text) >= _SENTENCE // 3)
    )


@lru_cache(maxsize=1024)
def is_call(text: str) -> bool:
    """Whether a short text calls on the reader or gives notice, wherever it stands."""
    if not _is_short(text, 260) or (found := _calls().anywhere.search(text.casefold())) is None:
        return False
    # who is quoted calls on somebody else; and words may be quoted as words
    return not _is_quoted(text if found.start() == 0 else found.string[found.start() - 1 :])


def _is_quoted(text: str) -> bool:
    return text.lstrip()[:1] in _QUOTES


def _is_short(text: str, most: int) -> bool:
    return len(text) <= most and len(_SENTENCE_END.findall(text)) <= 2


def mark_tail(lines: Sequence[Line]) -> None:
    """Take out notices, credits, links and headings of nothing, from the end up to a real sentence."""
    remaining = kept(lines)
    budget = 0.25 * sum(len(line.text) for line in remaining)
    bold: dict[HtmlElement, bool] = {}
    for line in reversed(remaining[1:]):
        text = line.text.strip()
        budget -= len(text)
        is_link = line.linked > 0.5 and not (len(text) > _SENTENCE and _SENTENCE_END.search(text))
        if budget < 0 or not (is_notice(text) or is_link or _is_heading_of_nothing(line, text, bold)):
            return
        line.rule = "tail"


def is_notice(text: str) -> bool:
    """Whether a line is a notice or a credit, which are no part of a text at its end."""
    calls, folded = _calls(), text.casefold()
    if not _is_short(text, 300) or _is_quoted(text):
        return False
    if calls.notice.search(folded) or calls.credited.match(folded):
        return True
    if not ENDS_AS_SENTENCE.search(_BRACKET.sub("", text)):
        return calls.credit.search(folded) is not None or calls.word.search(folded) is not None
    # "Follow the money" may begin a sentence of the article, "Follow us" does not
    plain = len(words_of(text)) >= _FEWEST_WORDS and not _PLATFORM.search(folded)
    return not plain and calls.opening.search(folded) is not None


def _is_heading_of_nothing(line: Line, text: str, known: dict[HtmlElement, bool]) -> bool:
    """Whether a heading stands there, or bold type that is no sentence: another story's headline."""
    if len(text) > 120 or line.place is None:
        return False
    if line.tag in HEADINGS:
        return True
    block = block_of(line.place.elements[0])
    # a block may hold a thousand lines
    if block not in known:
        known[block] = _is_bold(block)
    return known[block] and not _SENTENCE_END.search(text)


def _is_bold(block: HtmlElement) -> bool:
    """Whether all of a block is in bold type."""
    size = _letters_in(block)
    return any(_letters_in(bold) == size for bold in islice(block.iter("b", "strong"), _MOST_BOLD))


def _letters_in(element: HtmlElement) -> int:
    return len("".join("".join(element.itertext()).split()))
