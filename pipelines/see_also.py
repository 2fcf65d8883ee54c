"""Lines that point to another story."""

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from itertools import chain

from lxml.html import HtmlElement

_LONGEST = 240
"""Characters of the longest line that is taken for a pointer; a paragraph that begins like one is longer."""
_MARK = r"\s*(?:[:：|»>›→▶►–—]|\s-\s|\.\.\.|…)+\s*"
_MARKS = " :：|»>›→▶►…-–—.!?"
_LABEL_WORDS = 5
_LABEL = re.compile(
    r"^[\s\W_]{0,6}(?P<label>[^:：|»>›→▶►\xa0]{3,60})[:：|»>›→▶►\xa0]\s*(?P<rest>\S.*)$", re.DOTALL
)
_DASHES = frozenset("-–—")
_WHOLE = frozenset({"body", "article", "main", "html"})
_ENDS_SENTENCE = re.compile(r"[.。．｡;؛।۔։።။។][\s\"'”’»)\]]*$")
_OPENING = r"[\s\W_]{0,6}"
"""A bracket or a bullet may stand before it: "[Related: ...]", "- Read more: ..."."""
_PREFIX = 4
"""Letters of a phrase that a line is looked up by before it is matched with thousands of them."""


@lru_cache(maxsize=1)
def _phrases() -> tuple[frozenset[str], frozenset[str]]:
    tables = tomllib.loads(files("pipelines").joinpath("words/see_also.toml").read_text("utf-8"))
    strong = {phrase.lower() for table in tables.values() for phrase in table["strong"]}
    weak = {phrase.lower() for table in tables.values() for phrase in table["weak"]}
    return frozenset(strong), frozenset(weak - strong)


@lru_cache(maxsize=1)
def _vocabularies() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Of each language, the words that its phrases begin with, and all their words."""
    tables = tomllib.loads(files("pipelines").joinpath("words/see_also.toml").read_text("utf-8"))
    found = []
    for table in tables.values():
        phrases = [phrase.lower().split() for phrase in table["strong"]]
        several = [words for words in phrases if len(words) > 1]
        first = frozenset(words[0] for words in several)
        found.append((first, frozenset(word for words in phrases for word in words)))
    return tuple(found)


def _either(phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first)


_POINTING = re.compile(r"(?:[»►▶→➔➜☞👉]|>>)\s+(?=\S)")
"""A mark that points to what follows; »this« is a quotation."""


@lru_cache(maxsize=1)
def _by_prefix() -> dict[str, tuple[list[str], list[str]]]:
    """The strong and the weak phrases by their first letters."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for place, phrases in enumerate(_phrases()):
        for phrase in phrases:
            found.setdefault(phrase[:_PREFIX], ([], []))[place].append(phrase)
    return found


_BEGIN = re.compile(_OPENING)
_NEVER = "(?!)"


def _patterns(line: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """What begins a pointer whatever follows, and what does where a title follows; None if `line` cannot."""
    opening = _BEGIN.match(line)
    begin = line[opening.end() if opening else 0 :][:_PREFIX].lower()
    known = _by_prefix()
    prefixes = tuple(begin[:n] for n in range(1, len(begin) + 1) if begin[:n] in known)
    return _patterns_of(prefixes) if prefixes else None


@lru_cache(maxsize=4096)
def _patterns_of(prefixes: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The patterns of the phrases with these first letters: matching thousands takes long."""
    found = [_by_prefix()[prefix] for prefix in prefixes]
    strong = _either(phrase for phrases, _ in found for phrase in phrases) or _NEVER
    weak = _either(phrase for _, phrases in found for phrase in phrases) or _NEVER
    marked = re.compile(
        rf"^{_OPENING}(?:{strong}|{weak})(?:{_MARK}|[\s]*\xa0\s*|\s{{2,}})(?=\S)", re.IGNORECASE
    )
    bare = re.compile(rf"^{_OPENING}(?:{strong})(?!\w)\s*(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
    return marked, bare


def is_see_also(line: str) -> bool:
    """Whether a line of text is only there to point to another story.

    It begins with one of the phrases in words/see_also.toml, and what follows is a mark and a title, a title,
    or nothing. A sentence that begins with such a phrase ("See also the report, which found …") is none.
    """
    line = line.strip(" \t\r\n\xa0\u200b\ufeff")
    if not line or len(line) > _LONGEST:
        return False
    if _POINTING.match(line) and "«" not in line:
        return _has_one_sentence(line)
    patterns = _patterns(line)
    if patterns is None:
        return _is_worded_as_pointer(line)
    marked, bare = patterns
    if found := marked.match(line):
        weak = bare.match(line) is None
        rest = line[found.end() :]
        # "Read: the word itself is what she teaches." tells of the word
        if rest[:1].islower() and not begins_as_title(rest) and ends_sentence(line):
            return False
        return _has_one_sentence(line) and not (weak and _is_aside(found[0], line[found.end() :]))
    found = bare.match(line)
    if not found:
        return _is_worded_as_pointer(line)
    rest = found["rest"].strip(_MARKS)
    return not rest or _is_title(rest, line)


def _is_worded_as_pointer(line: str) -> bool:
    """Whether a title follows on a label that is put together from the words of one language's phrases."""
    found = _LABEL.match(line)
    words = found["label"].lower().split() if found else []
    if not found or not 2 <= len(words) <= _LABEL_WORDS or not _is_title(found["rest"], line):
        return False
    return any(words[0] in first and known.issuperset(words) for first, known in _vocabularies())


def is_pointer_heading(line: str) -> bool:
    """Whether a line is one of the phrases and nothing else: what stands over a list of other stories."""
    line = line.strip()
    patterns = _patterns(line) if len(line) <= _LONGEST else None
    found = patterns[1].match(line) if patterns else None
    return found is not None and not found["rest"].strip(_MARKS)


def _is_title(rest: str, line: str) -> bool:
    """A title begins with a capital, a digit or a quotation mark, and does not end like a sentence."""
    return begins_as_title(rest) and not ends_sentence(line)


def begins_as_title(text: str) -> bool:
    """Whether a text begins with a capital, a digit, or a letter of a script that has no capitals."""
    first = text.lstrip("\"'“„«‘([¿¡ ")[:1]
    # the letters of Georgian count as small ones, though there are no others in use
    return first.isdigit() or (first.isalpha() and not (first.islower() and not "ა" <= first <= "ჿ"))


def ends_sentence(text: str) -> bool:
    """Whether a text ends as no title does: with a full stop or a semicolon."""
    return _ENDS_SENTENCE.search(text) is not None


def _is_aside(opening: str, rest: str) -> bool:
    """Whether a dash behind the opening begins no title, but something put in: "Read – who led it – said"."""
    if opening.rstrip()[-1:] not in _DASHES:
        return False
    return rest[:1].islower() or re.search(r"\s[-–—]\s", rest) is not None


def _has_one_sentence(line: str) -> bool:
    """Whether at most one sentence ends in the line: a title may be one, a paragraph has more."""
    return len(re.findall(r"[.!?。！？](?:\s+(?=\S)|$)", line)) <= 2


def see_also_links(tree: HtmlElement) -> list[HtmlElement]:
    """The links that are pointers by their make: around a phrase in an element of its own, and a title.

    Content systems set such blocks between paragraphs, or within one. The outermost element that holds
    nothing but the link is returned, in page order.
    """
    return [_alone(link) for link in tree.iter("a") if len(link) and _is_built_as_pointer(link)]


def _is_built_as_pointer(link: HtmlElement) -> bool:
    if (link.text or "").strip():
        return False
    label = link[0]
    while len(label) and not (label.text or "").strip():
        label = label[0]
    text = "".join(label.itertext())
    if len(text) > 60 or " ".join(text.lower().split()).strip(_MARKS) not in _all_phrases():
        return False
    return len("".join(link.itertext()).strip()) > len(text) + 5


@lru_cache(maxsize=1)
def _all_phrases() -> frozenset[str]:
    return frozenset().union(*_phrases())


def _alone(element: HtmlElement) -> HtmlElement:
    """The outermost element around `element` in which there is no other letter."""
    while (parent := element.getparent()) is not None and parent.tag not in _WHOLE:
        if _has_letters_beside(element, parent):
            break
        element = parent
    return element


def _has_letters_beside(child: HtmlElement, parent: HtmlElement) -> bool:
    """Whether a parent has text outside this child; stops at the first letter, as parents are often large."""
    if (parent.text or "").strip() or (child.tail or "").strip():
        return True
    beside = chain(child.itersiblings(preceding=True), child.itersiblings())
    return any(text.strip() for sibling in beside for text in sibling.itertext())
