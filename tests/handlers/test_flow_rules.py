"""What keeps replay true: a flow sees no clock, chance or world, keeps nothing open around a question, and asks only by `ask`."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from handlers.flows import FLOWS
from handlers.questions import Question
from tests.handlers.walking import Way, ways

HANDLERS = Path(__file__).parents[2] / "handlers"
FILES = sorted([*HANDLERS.glob("*.py"), *HANDLERS.glob("questions/*.py")])

MAY_IMPORT = {
    "__future__",
    "calculator",
    "collections",
    "dataclasses",
    "datetime",
    "functools",
    "handlers",
    "hashlib",
    "json",
    "re",
    "typing",
    "unicodedata",
}
NOT_TO_CALL = {"today", "now", "utcnow", "fromtimestamp", "open", "print", "input", "hash", "id", "globals", "eval", "exec", "__import__"}
HELD_OPEN = (ast.Try, ast.TryStar, ast.With, ast.AsyncWith, ast.AsyncFor)


def broken_rules(source: str, *, is_engine: bool = False) -> list[str]:
    """What a file of flows must not do, with the line it is done on. The engine alone may say plain `yield`."""
    found = [problem for node in ast.walk(ast.parse(source)) for problem in _of_node(node, is_engine=is_engine)]
    return sorted(found, key=lambda problem: int(problem.split(":")[0]))


def _of_node(node: ast.AST, *, is_engine: bool) -> list[str]:
    if isinstance(node, ast.Import):
        return [f"{node.lineno}: imports {a.name}" for a in node.names if a.name.split(".")[0] not in MAY_IMPORT]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.lineno}: imports {node.module}"] if (node.module or "").split(".")[0] not in MAY_IMPORT else []
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        return [f"{node.lineno}: calls {called}"] if called in NOT_TO_CALL else []
    if isinstance(node, ast.AsyncFunctionDef):
        return [f"{node.lineno}: async def"]
    if isinstance(node, ast.Global | ast.Nonlocal):
        return [f"{node.lineno}: keeps something between replays"]
    if isinstance(node, ast.Yield) and not is_engine:
        return [f"{node.lineno}: yields without ask"]
    if isinstance(node, HELD_OPEN):
        return [f"{inner.lineno}: asks inside {type(node).__name__}" for inner in ast.walk(node) if isinstance(inner, ast.YieldFrom)]
    return []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HANDLERS)))
def test_a_file_of_flows_keeps_the_rules(path: Path) -> None:
    assert broken_rules(path.read_text("utf-8"), is_engine=path.name == "dialogue.py") == []


BAD = """
import random
from bot.store import Store
import asyncio, time


async def flow(case):
    day = datetime.date.today()
    try:
        x = yield from ask(Q)
    except ValueError:
        x = 0
    with store.lock() as held:
        for item in held:
            y = yield from ask(Q)
    z = yield Q
    global seen
    return random.choice([x, y, z])
"""


def test_a_bad_flow_is_told_every_rule_it_breaks() -> None:
    assert broken_rules(BAD) == [
        "2: imports random",
        "3: imports bot.store",
        "4: imports asyncio",
        "4: imports time",
        "7: async def",
        "8: calls today",
        "10: asks inside Try",
        "15: asks inside With",
        "16: yields without ask",
        "17: keeps something between replays",
    ]


@pytest.mark.parametrize("way", ways(), ids=str)
def test_a_flow_is_a_generator_that_asks_or_ends(way: Way) -> None:
    flow = way.start()

    assert inspect.isgenerator(flow)
    assert isinstance(next(flow), Question)
    flow.close()


def test_every_flow_of_the_table_is_walked_here() -> None:
    assert {way.flow for way in ways()} == set(FLOWS)
