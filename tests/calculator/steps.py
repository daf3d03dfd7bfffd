"""Every kind of step that a working can hold, read from the calculator's own code, so that no new one stays without words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import calculator

CODE = Path(calculator.__file__).parent

BY_NAME = {"band", "band_above", "band_sum", "band_above_sum", "plus", "minus"}
"""Kinds that the code hands on by a name instead of writing them where the step is made."""


@cache
def steps() -> frozenset[str]:
    """Give the kinds: "base", "rate", "cap_year", ..."""
    return frozenset({*BY_NAME, *(kind for path in CODE.rglob("*.py") for kind in _written(ast.parse(path.read_text("utf-8"))))})


def _written(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Step":
            kind = node.args[0]
            chosen = [kind.body, kind.orelse] if isinstance(kind, ast.IfExp) else [kind]
            yield from (each.value for each in chosen if isinstance(each, ast.Constant) and isinstance(each.value, str))
