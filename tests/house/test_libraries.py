"""What is imported is declared, and what is declared is imported."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSES = {"runtime": ["calculator", "handlers", "bot"], "dev": ["tests", "bench"]}
OURS = {"calculator", "handlers", "bot", "tests", "bench"}
NOT_IMPORTED = {
    "psycopg": "SQLAlchemy loads it by the database's address",
    "tzdata": "zoneinfo finds it where the system has no time zones",
    "import-linter": "a command",
    "mypy": "a command",
    "ruff": "a command",
    "pytest-cov": "a plugin",
    "pytest-xdist": "a plugin",
    "types-defusedxml": "types for mypy",
    "types-tqdm": "types for mypy",
    "uv": "a command",
    "pytest-asyncio": "a plugin",
}


def distribution(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(part: str) -> set[str]:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = data["project"]["dependencies"] if part == "runtime" else data["dependency-groups"]["dev"]
    return {distribution(re.split(r"[\[><=;~! ]", line)[0]) for line in lines}


def imported(houses: list[str]) -> set[str]:
    modules: set[str] = set()
    for path in (file for house in houses for file in (ROOT / house).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.split(".")[0])
    of = packages_distributions()
    return {distribution(of[module][0]) for module in modules - OURS - set(sys.stdlib_module_names)}


@pytest.mark.parametrize("part", HOUSES)
def test_every_library_that_is_imported_is_declared(part: str) -> None:
    known = declared("runtime") | (declared("dev") if part == "dev" else set())

    assert imported(HOUSES[part]) - known == set()


@pytest.mark.parametrize("part", HOUSES)
def test_every_library_that_is_declared_is_imported(part: str) -> None:
    assert declared(part) - imported(HOUSES[part]) - set(NOT_IMPORTED) == set()
