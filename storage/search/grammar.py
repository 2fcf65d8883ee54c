"""Reads what a user types: words, "phrases", -not, OR, prefix*, title:, author:, source:, lang:, dates.

    query    one or more terms, all of which must be met; OR binds looser: a b OR c is (a b) or c
    term     word | word* | "phrase" | field:term | (query) | -term
    field    title author source lang kind before after

Whatever else stands in it divides words, as it does in a text: he.she is the phrase "he she".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from storage.errors import BadQuery
from storage.rows import fit_text
from storage.search.fields import field_named, near_field, value_of
from storage.search.query import Node, Not, all_of, any_of, conditions, is_positive

LONGEST_QUERY = 1000
"""Characters."""
MOST_TERMS = 64
DEEPEST = 16
"""Brackets within brackets."""

_QUOTES = '"“”„‟«»「」『』〝〞〟＂'
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<open>[(（])|(?P<close>[)）])|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}](?P<star>\*?)"
    rf"|(?P<quote>[{_QUOTES}])|(?P<word>[^\s()（）{_QUOTES}]+)"
)
_FIELD = re.compile(r"([A-Za-z]+)[:：]")

FindSource = Callable[[str], int]
"""The id of the source of that name; raises ValueError with a sentence for the user where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int
    close: bool = False
    """Nothing stands between it and the one before."""


def read_query(text: str, now: datetime, find_source: FindSource) -> Node:
    """The conditions that a query states. `now` is what "7d" is counted from.

    Raises `BadQuery`, which says where, for what cannot be understood.
    """
    if len(text) > LONGEST_QUERY:
        raise BadQuery(f"the query is {len(text)} characters long, and may be {LONGEST_QUERY}")
    return _Reader(fit_text(text) or "", now, find_source).query()


class _Reader:
    """One pass over a query, from left to right."""

    def __init__(self, text: str, now: datetime, find_source: FindSource) -> None:
        self._text, self._now, self._find_source = text, now, find_source
        self._tokens = self._divided()
        self._at = 0
        self._depth = 0

    def query(self) -> Node:
        found = self._alternatives(None)
        if self._next("close"):
            self._refuse("nothing was opened that this closes", self._tokens[self._at])
        if found is None:
            raise BadQuery(
                'there is no word in the query: give one or more, or a "phrase in quotation marks"'
            )
        if sum(1 for _ in conditions(found)) > MOST_TERMS:
            raise BadQuery(f"the query has more than {MOST_TERMS} terms")
        return found

    def _divided(self) -> list[_Token]:
        tokens, space = [], True
        for match in _TOKEN.finditer(self._text):
            kind = "phrase" if match["phrase"] is not None else str(match.lastgroup)
            if kind != "space":
                said = match["phrase"] if kind == "phrase" else match.group()
                place = {"start": match.start(), "end": match.end()}
                kind = "beginning" if match["star"] else kind
                tokens.append(_Token(kind=kind, text=said, close=not space, **place))
            space = kind in ("space", "open")
        return tokens

    def _next(self, kind: str, text: str | None = None) -> bool:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token is not None and token.kind == kind and text in (None, token.text)

    def _alternatives(self, field: str | None) -> Node | None:
        """What stands on both sides of OR; None where nothing does."""
        found = [self._together(field)]
        while self._next("word", "OR"):
            token = self._tokens[self._at]
            self._at += 1
            found.append(self._together(field))
            if found[-2] is None or found[-1] is None:
                self._refuse("OR needs something to look for on both sides", token)
        return None if found[0] is None else any_of([part for part in found if part is not None])

    def _together(self, field: str | None) -> Node | None:
        """Terms side by side."""
        begin, parts = self._at, list[Node]()
        while self._at < len(self._tokens) and not (self._next("close") or self._next("word", "OR")):
            part = self._term(field)
            parts += [] if part is None else [part]
        if not parts:
            return None
        if not any(map(is_positive, parts)):
            whole = _Token(
                kind="", text="", start=self._tokens[begin].start, end=self._tokens[self._at - 1].end
            )
            self._refuse("this says only what to leave out: add what to look for", whole)
        return all_of(parts)

    def _term(self, field: str | None) -> Node | None:
        token = self._tokens[self._at]
        self._at += 1
        match token.kind:
            case "open":
                return self._group(token, field)
            case "quote":
                self._refuse("this quotation mark has no second one", token)
            case "phrase" | "beginning":
                return self._value(field, token)
        if token.text == "AND":
            return None
        if token.text == "NOT":
            self._refuse(
                "what to leave out has a - right before it: -storm. As a word, put it in quotation marks",
                token,
            )
        if token.text.startswith("-") and not token.close:
            return self._left_out(token, field)
        return self._word(token, field)

    def _group(self, token: _Token, field: str | None) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse(f"there are more than {DEEPEST} brackets within brackets", token)
        found = self._alternatives(field)
        if not self._next("close"):
            self._refuse("this bracket is not closed", token)
        self._at += 1
        self._depth -= 1
        if found is None:
            self._refuse("nothing stands between these brackets", token, self._tokens[self._at - 1].end)
        return found

    def _left_out(self, token: _Token, field: str | None) -> Node | None:
        rest = token.text.lstrip("-")
        if rest:
            skipped = len(token.text) - len(rest)
            part = self._word(
                _Token(kind="word", text=rest, start=token.start + skipped, end=token.end), field
            )
        elif self._follows_closely():
            part = self._term(field)
        else:
            return None  # a dash
        return None if part is None else Not(part=part)

    def _follows_closely(self) -> bool:
        following = self._tokens[self._at] if self._at < len(self._tokens) else None
        return following is not None and following.close and following.kind != "close"

    def _word(self, token: _Token, field: str | None) -> Node | None:
        named = _FIELD.match(token.text)
        known = field_named(named[1]) if named else None
        if named is None or known is None:
            if named and (near := near_field(named[1])):
                told = f"there is no {named[0]} to search by; did you mean {near}:?"
                self._refuse(f"{told} As words, put it in quotation marks", token, token.start + named.end())
            return self._value(field, token)
        rest = token.text[named.end() :]
        if rest:
            place = token.start + named.end()
            if rest.startswith("-"):
                after = _Token(kind="word", text=rest, start=place, end=place + 1)
                self._refuse(f"the - stands before it all: -{known}:", after)
            return self._value(known, _Token(kind="word", text=rest, start=place, end=token.end))
        if not self._follows_closely():
            self._refuse(f'{known}: needs a word or a "phrase" right after it', token)
        return self._term(known)

    def _value(self, field: str | None, token: _Token) -> Node | None:
        try:
            return value_of(field, token.text, token.kind, self._now, self._find_source)
        except ValueError as error:
            self._refuse(str(error), token)

    def _refuse(self, reason: str, token: _Token, end: int | None = None) -> NoReturn:
        raise BadQuery(reason, query=self._text, start=token.start, end=end or token.end)
