"""Texts made to make a regular expression slow, derived from the expression itself."""

import re
from collections.abc import Iterator
from itertools import islice
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

GENERIC = (
    *" \n\ta0<>([&'-./=_é中",
    *("<!--", "<a ", "</", "<![CDATA[", "a ", " a", "a.", "1 ", "1-", "A a ", "a\n", "&#", "(a", "://"),
)
"""What any text may be full of."""
_LONG = 64
"""A repeat that may go on for as many rounds as this, or more, can be fed at length."""
_MOST_SEEDS = 16
_CATEGORIES = {
    ops.CATEGORY_DIGIT: "7",
    ops.CATEGORY_NOT_DIGIT: "x",
    ops.CATEGORY_SPACE: " ",
    ops.CATEGORY_NOT_SPACE: "x",
    ops.CATEGORY_WORD: "w",
    ops.CATEGORY_NOT_WORD: "-",
}


def seeds_of(pattern: re.Pattern[Any]) -> list[str]:
    """Short texts that, repeated, may cost a pattern more than their length."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags & ~re.LOCALE & ~(re.UNICODE if _is_bytes(pattern) else 0))
    made = dict.fromkeys([*_prefixes(tree), *_repeated(tree)])
    return [seed for seed in islice(made, _MOST_SEEDS) if seed]


def _is_bytes(pattern: re.Pattern[Any]) -> bool:
    return isinstance(pattern.pattern, bytes)


def attack(seed: str, size: int) -> str:
    """A text of about `size` characters, full of a seed, that ends in what it does not go on with."""
    return seed * (size // len(seed)) + "\x01!"


def _prefixes(tree: Any) -> Iterator[str]:
    """What begins a match and is then not gone on with, to be begun again and again."""
    for end in range(len(tree), 0, -1):
        yield _sample(tree[:end], 1)
    for end in range(len(tree), 0, -1):
        yield _sample(tree[:end], 0)
    yield _sample(tree, 2)


def _repeated(tree: Any) -> Iterator[str]:
    """What each part that may be repeated for long is made of."""
    for op, argument in tree:
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            _, most, body = argument
            if most >= _LONG:
                yield _sample(body, 1)
                yield _sample(body, 1, last=True)
            yield from _repeated(body)
        elif op is ops.SUBPATTERN:
            yield from _repeated(argument[3])
        elif op is ops.ATOMIC_GROUP:
            yield from _repeated(argument)
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from _repeated(argument[1])
        elif op is ops.BRANCH:
            for branch in argument[1]:
                yield from _repeated(branch)


def _sample(tree: Any, rounds: int, *, last: bool = False) -> str:
    """A text that a part of a pattern takes; `rounds`: of each repeat, where it allows; `last`: of sets."""
    return "".join(_of_node(op, argument, rounds, last=last) for op, argument in tree)


def _of_node(op: Any, argument: Any, rounds: int, *, last: bool) -> str:
    if op is ops.LITERAL:
        return chr(argument)
    if op is ops.NOT_LITERAL:
        return "x" if argument != ord("x") else "y"
    if op is ops.ANY:
        return "x"
    if op is ops.IN:
        return _of_set(argument, last=last)
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        least, most, body = argument
        return _sample(body, rounds, last=last) * min(max(least, rounds), most)
    if op is ops.SUBPATTERN:
        return _sample(argument[3], rounds, last=last)
    if op is ops.ATOMIC_GROUP:
        return _sample(argument, rounds, last=last)
    if op is ops.BRANCH:
        return _sample(argument[1][-1 if last else 0], rounds, last=last)
    if op is ops.ASSERT:
        return _sample(argument[1], rounds, last=last) if argument[0] > 0 else ""
    return ""


def _of_set(members: Any, *, last: bool) -> str:
    if members[0][0] is ops.NEGATE:
        taken = re.compile("[" + "".join(_escaped(member) for member in members[1:]) + "]")
        return next(
            (char for char in ("x \n-7w,<\"'é" if last else "x7 -\n,\"'é<") if not taken.match(char)), ""
        )
    op, argument = members[-1 if last else 0]
    if op is ops.LITERAL:
        return chr(argument)
    if op is ops.RANGE:
        return chr(argument[0])
    return _CATEGORIES.get(argument, "x")


def _escaped(member: tuple[Any, Any]) -> str:
    op, argument = member
    if op is ops.LITERAL:
        return re.escape(chr(argument))
    if op is ops.RANGE:
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    return {"7": r"\d", "x": r"\D", " ": r"\s", "w": r"\w", "-": r"\W"}[_CATEGORIES[argument]]
