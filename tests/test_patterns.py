"""No pattern of ours takes more than its share of time, whatever a stranger writes."""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from adversarial import GENERIC, attack, seeds_of

import crawler
import pipelines
import storage

SIZE = 20_000
"""Characters of a text: a pattern that starts anew at each, and goes on to the end, takes seconds."""
ALLOWED = 0.06
"""Seconds of processor time for it: a pattern whose time grows as the text does takes a tenth of that."""
GROWTH = 9
"""So many times as long may a text take that is four times as long; with its square it would be 16."""
CALLS = {
    "compile": 1,
    "search": 2,
    "match": 2,
    "fullmatch": 2,
    "findall": 2,
    "finditer": 2,
    "split": 3,
    "sub": 4,
}
"""Functions of `re` that take a pattern, and the place of their flags."""
AT_THE_START = {"match", "fullmatch"}
MADE_IN_FUNCTIONS: dict[str, list[tuple[str, tuple[Any, ...]]]] = {
    "crawler.seeds.freshness": [("of_element", ("ttl",))],
    "pipelines.boilerplate": [("_calls", ())],
    "pipelines.corrections": [("_phrases", ())],
    "pipelines.counters": [("_languages", ())],
    "pipelines.impostors": [("phrases_of", ("bot_wall",)), ("phrases_of", ("error_page",))],
    "pipelines.metadata.agencies": [("_credits", ())],
    "pipelines.see_also": [("_patterns_of", (("more", "arti"),))],
}
"""Functions that make patterns of words, by their modules; and what they are called with here."""
SHORT_TEXTS = {"pipelines.images._CREDIT": 160, "pipelines.metadata.agencies._credits": 160}
"""Patterns that are only ever given an end of a text, and how many characters of it."""
OF_OUR_OWN_TEXTS = {"storage.care.words", "storage.schema", "storage.care.file"}
"""Modules whose patterns read no stranger's text: the schema, names of files, what SQLite says of one."""


@dataclass(frozen=True)
class Found:
    """A pattern, where it stands, and whether it is only ever tried at the start of a text."""

    where: str
    pattern: re.Pattern[Any]
    at_start: bool


def modules() -> Iterator[ModuleType]:
    for room in (crawler, pipelines, storage):
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not found.name.endswith((".__main__", ".env")) and ".versions." not in found.name:
                yield importlib.import_module(found.name)


@cache
def parsed(module: ModuleType) -> ast.Module:
    assert module.__file__ is not None
    return ast.parse(Path(module.__file__).read_text(encoding="utf-8"))


def written_in(module: ModuleType) -> Iterator[tuple[ast.Call, re.Pattern[Any] | None]]:
    """The calls of `re` in a module; None for a pattern that is made of what only the call knows."""
    for node in ast.walk(parsed(module)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)) if name in CALLS:
                place = CALLS[name]
                flags = [word.value for word in node.keywords if word.arg == "flags"] or node.args[place:]
                try:
                    given = [_value(part, module) for part in (node.args[0], *flags)]
                except NameError:
                    yield node, None
                else:
                    yield node, re.compile(*given)


def _value(node: ast.expr, module: ModuleType) -> Any:
    return eval(compile(ast.Expression(node), "", "eval"), dict(vars(module)))  # noqa: S307  our own source


def held_by(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    """The patterns in a value of a module: itself, or somewhere in its parts."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth > 4 or isinstance(value, str | bytes | type | ModuleType):
        return
    elif isinstance(value, dict):
        for part in (*value.keys(), *value.values()):
            yield from held_by(part, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from held_by(part, depth + 1)
    elif type(value).__module__.split(".")[0] in ("crawler", "pipelines", "storage"):
        for name in getattr(value, "__dataclass_fields__", ()):
            yield from held_by(getattr(value, name, None), depth + 1)


@cache
def methods(name: str, module: ModuleType) -> set[str]:
    """What is done with a pattern that has a name: `_SIGN.sub(...)` gives {"sub"}."""
    return _methods(*([module] if name.startswith("_") else modules())).get(name, set())


@cache
def _methods(*where: ModuleType) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    for module in where:
        for node in ast.walk(parsed(module)):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=method):
                    used.setdefault(name, set()).add(method)
    return used


@cache
def patterns() -> tuple[Found, ...]:
    found: dict[re.Pattern[Any], Found] = {}

    def add(where: str, pattern: re.Pattern[Any], how: set[str]) -> None:
        at_start = bool(how) and how <= AT_THE_START
        earlier = found.get(pattern)
        found[pattern] = Found(where, pattern, at_start and (earlier is None or earlier.at_start))

    for module in modules():
        if module.__name__ in OF_OUR_OWN_TEXTS:
            continue
        for name, value in vars(module).items():
            for pattern in held_by(value):
                add(f"{module.__name__}.{name}", pattern, methods(name, module))
        for call, written in written_in(module):
            assert isinstance(call.func, ast.Attribute)
            if written is not None and written not in found:
                how = set() if call.func.attr == "compile" else {call.func.attr}
                add(f"{module.__name__}:{call.lineno}", written, how)
        for function, given in MADE_IN_FUNCTIONS.get(module.__name__, ()):
            for pattern in held_by(getattr(module, function)(*given)):
                add(f"{module.__name__}.{function}", pattern, set())
    return tuple(found.values())


def test_no_pattern_escapes_this_test() -> None:
    """One that a function makes of its arguments has to be named above; those of a module it holds itself."""
    unknown = set()
    for module in modules():
        inside = {
            call
            for function in ast.walk(parsed(module))
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for call in ast.walk(function)
        }
        for call, written in written_in(module):
            if written is None and call in inside and not _is_called_at_import(module, call):
                unknown.add(module.__name__)
    assert unknown <= MADE_IN_FUNCTIONS.keys() | OF_OUR_OWN_TEXTS
    assert len(patterns()) > 180


def _is_called_at_import(module: ModuleType, call: ast.Call) -> bool:
    """Whether the function around a call is called where the module itself is read, and its patterns kept."""
    at_import = {
        name.id
        for statement in parsed(module).body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for name in ast.walk(statement)
        if isinstance(name, ast.Name)
    }
    return any(
        isinstance(function, ast.FunctionDef)
        and function.name in at_import
        and call in set(ast.walk(function))
        for function in ast.walk(parsed(module))
    )


def seconds(found: Found, text: str) -> float:
    """Of processor time, so that what else the machine does counts for nothing."""
    given: Any = text.encode("utf-8") if isinstance(found.pattern.pattern, bytes) else text
    began = time.thread_time()
    if found.at_start:
        found.pattern.match(given)
        found.pattern.fullmatch(given)
    else:
        for _ in found.pattern.finditer(given):
            pass
    return time.thread_time() - began


def slow_on(found: Found) -> str | None:
    """The first text that takes a pattern more than its share."""
    size = SHORT_TEXTS.get(found.where, SIZE)
    for seed in (*GENERIC, *seeds_of(found.pattern)):
        # Not by the whole text at first: that might take hours; and by a few letters first of all, years.
        if any(_takes_long(found, attack(seed, part)) for part in (22, size // 8, size) if part >= len(seed)):
            return f"{seed[:60]!r} again and again"
    return None


def _takes_long(found: Found, text: str) -> bool:
    """Whether it is slow, and slow for its length, at the best of some tries."""
    if seconds(found, text) <= ALLOWED:
        return False
    whole = min(seconds(found, text) for _ in range(2))
    return whole > ALLOWED and whole > GROWTH * min(seconds(found, text[: len(text) // 4]) for _ in range(2))


@pytest.mark.parametrize("room", ["crawler", "pipelines", "storage"])
def test_time_grows_with_the_text_and_not_with_its_square(room: str) -> None:
    slow = {}
    for found in patterns():
        if found.where.startswith(room) and (text := slow_on(found)):
            slow[f"{found.where}: {found.pattern.pattern!r}"[:200]] = text
    assert not slow


@pytest.mark.parametrize("bad", [r"(a+)+$", r"\s*:"])
def test_a_slow_pattern_is_found_out(bad: str) -> None:
    assert slow_on(Found("here", re.compile(bad), at_start=False))
