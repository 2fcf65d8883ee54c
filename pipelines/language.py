"""The language an article is written in."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]  # has no types

from pipelines.metadata.head import Head

_SAMPLE = 1500
"""Characters that are looked at."""
_FEWEST_WORDS = 20
_EXPECTED = 0.08
"""A text has at least this share of its language's commonest words; one in a neighbour's rarely has."""
_CODE = re.compile(r"\s*([a-z]{2,3})(?:[-_][a-z0-9]+)*\s*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)?")
_ALIASES = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "no": "nb",
    "nn": "nb",
    "gr": "el",
    "cn": "zh",
    "jp": "ja",
    "kr": "ko",
}
_RANGES = (
    ("latin", "A", "ɏ"), ("greek", "Ͱ", "Ͽ"), ("cyrillic", "Ѐ", "ԯ"), ("armenian", "\u0530", "֏"),
    ("hebrew", "\u0590", "\u05ff"), ("arabic", "\u0600", "ݿ"), ("devanagari", "\u0900", "ॿ"),
    ("bengali", "\u0980", "\u09ff"), ("gurmukhi", "\u0a00", "\u0a7f"), ("gujarati", "\u0a80", "\u0aff"),
    ("tamil", "\u0b80", "\u0bff"), ("telugu", "\u0c00", "౿"), ("kannada", "\u0c80", "\u0cff"),
    ("malayalam", "\u0d00", "ൿ"), ("sinhala", "\u0d80", "\u0dff"), ("thai", "\u0e00", "\u0e7f"),
    ("lao", "\u0e80", "\u0eff"), ("myanmar", "\u1000", "႟"), ("georgian", "Ⴀ", "ჿ"),
    ("ethiopic", "ሀ", "\u139f"), ("khmer", "ក", "\u17ff"), ("latin", "Ḁ", "ỿ"), ("kana", "\u3040", "ヿ"),
    ("han", "㐀", "鿿"), ("hangul", "가", "힣"),
)  # fmt: skip
_SCRIPTS = {
    "el": "greek", "ru": "cyrillic", "uk": "cyrillic", "be": "cyrillic", "bg": "cyrillic", "mk": "cyrillic",
    "kk": "cyrillic", "ky": "cyrillic", "tg": "cyrillic", "mn": "cyrillic", "hy": "armenian", "he": "hebrew",
    "yi": "hebrew", "ar": "arabic", "fa": "arabic", "ur": "arabic", "ps": "arabic", "ckb": "arabic",
    "hi": "devanagari", "mr": "devanagari", "ne": "devanagari", "bn": "bengali", "as": "bengali",
    "pa": "gurmukhi", "gu": "gujarati", "ta": "tamil", "te": "telugu", "kn": "kannada", "ml": "malayalam",
    "si": "sinhala", "th": "thai", "lo": "lao", "my": "myanmar", "ka": "georgian", "am": "ethiopic",
    "ti": "ethiopic", "km": "khmer", "ja": "kana", "zh": "han", "ko": "hangul",
}  # fmt: skip
_TWO_SCRIPTS = frozenset({"sr", "bs", "az", "uz", "ku", "pa", "ha", "kk", "mn", "sh"})
_ONLY_ONE = {
    script: code for code, script in _SCRIPTS.items() if list(_SCRIPTS.values()).count(script) == 1
}  # fmt: skip


def language_of(head: Head, declared: str | None, text: str) -> str | None:
    """The language of `text` as ISO 639-1 (639-3 where there is none), or None for too little text to tell.

    What the page declares is believed if the text's script and commonest words fit it. Else the script
    decides, where it is written in one language only, then the commonest words, and only then the identifier,
    whose model takes half a second and a hundred megabytes to load.
    """
    stated = [declared, head.meta("og:locale"), head.meta("content-language", "dc.language", "language")]
    stated.append(head.said("inLanguage"))
    codes = list(dict.fromkeys(code for text_ in stated if (code := normal_code(text_))))
    sample = text[:_SAMPLE]
    script = _script_of(sample)
    if script is None:
        return codes[0] if codes else None
    if believed := next((code for code in codes if _fits(code, script, sample)), None):
        return believed
    if script in _ONLY_ONE:
        return _ONLY_ONE[script]
    if script == "latin" and (found := _by_common_words(sample)):
        return found
    return _identified(sample) or (codes[0] if codes else None)


def normal_code(tag: str | None) -> str | None:
    """The language of a BCP 47 tag, in lower case and in its present code; None if that is none."""
    match = _CODE.fullmatch(tag) if tag else None
    code = match[1].lower() if match else None
    return None if code in (None, "und", "mul", "zxx", "mis", "xx") else _ALIASES.get(code or "", code)


def _script_of(sample: str) -> str | None:
    """The script of most letters; Japanese is known by its kana, however many Han there are."""
    counts = Counter(_scripts(sample))
    if counts["kana"] > 0.1 * counts.total():
        return "kana"
    return counts.most_common(1)[0][0] if counts.total() >= _FEWEST_WORDS else None


def _scripts(sample: str) -> Iterator[str]:
    for letter in sample[:600]:
        if letter.isalpha():
            yield "latin" if letter < "ɐ" else _script(letter)


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return next((name for name, first, last in _RANGES if first <= letter <= last), "other")


def _fits(code: str, script: str, sample: str) -> bool:
    if code in _TWO_SCRIPTS:
        return True
    if _SCRIPTS.get(code, "latin") != script:
        return False
    share = _shares(sample, code).get(code) if script == "latin" else None
    return share is None or share >= _EXPECTED


@lru_cache(maxsize=1)
def _common() -> dict[str, frozenset[str]]:
    table = tomllib.loads(files("pipelines").joinpath("words/common.toml").read_text("utf-8"))
    return {code: frozenset(words.split()) for code, words in table.items()}


def _shares(sample: str, *codes: str) -> dict[str, float]:
    """The share of the words that are among the commonest of each language; none for very few words."""
    words = [word.replace("’", "'") for word in _WORD.findall(sample.lower())]
    known = _common()
    if len(words) < _FEWEST_WORDS:
        return {}
    return {code: sum(word in known[code] for word in words) / len(words) for code in codes if code in known}


def _by_common_words(sample: str) -> str | None:
    """The language whose common words are clearly more than any other's."""
    ranked = sorted(_shares(sample, *_common()).items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < 0.2 or ranked[0][1] < 1.4 * ranked[1][1]:
        return None
    return ranked[0][0]


@lru_cache(maxsize=1)
def load_model() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _identified(sample: str) -> str | None:
    code, confidence = load_model().classify(sample)
    return normal_code(str(code)) if confidence > 0.5 else None
