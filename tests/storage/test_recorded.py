"""Articles are written anew in one way only, which tells when."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
THE_ONE_WAY = ROOT / "storage" / "recorded.py"
RESTORED = ROOT / "storage" / "cleaned.py"
"""Notes in one place, by an update of its own, which lines were put back: no export has them."""
ARTICLES = {"Article", "_ARTICLES", "articles", "table_of(Article)"}


def updates(path: Path) -> list[str]:
    """What is named in each `update(…)` of a module."""
    calls = (
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    )
    return [
        ast.unparse(call.args[0])
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "update" and call.args
    ]


def test_no_other_module_updates_articles() -> None:
    modules = [path for room in ("storage", "pipelines", "crawler") for path in (ROOT / room).rglob("*.py")]
    found = {path: set(updates(path)) & ARTICLES for path in modules if "migrations" not in path.parts}
    assert {path for path, named in found.items() if named} == {THE_ONE_WAY, RESTORED}
    assert len(updates(RESTORED)) == 1
    assert found[THE_ONE_WAY] == {"_ARTICLES"}
