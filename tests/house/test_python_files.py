"""Every Python file says what it is, has a name that says something, and leaves its words to locales/."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSES = ["calculator", "handlers", "bot", "tests", "bench"]
FILES = {str(path.relative_to(ROOT)): path for house in HOUSES for path in sorted((ROOT / house).rglob("*.py"))}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
LISTENING = "handlers/understanding/"  # words to recognise stand there, in long lists; none is ever said
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LONGEST_WORD = 7
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

every_file = pytest.mark.parametrize("name", FILES)


def tree(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text("utf-8"))


def docstrings(module: ast.Module) -> set[int]:
    """Give the identities of all constants that are only docstrings, those below an attribute among them."""
    return {
        id(statement.value)
        for node in ast.walk(module)
        for statement in (node.body if isinstance(node, DOCUMENTED) else [])
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }


@every_file
def test_every_file_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(tree(name)), f"{name} has no docstring"


@every_file
def test_no_file_or_folder_has_a_name_that_says_nothing(name: str) -> None:
    assert EMPTY_NAMES & {Path(part).stem for part in Path(name).parts} == set()


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith("__init__.py")])
def test_an_init_file_holds_public_names_and_no_logic(name: str) -> None:
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign)

    assert [node.lineno for node in tree(name).body if not isinstance(node, allowed)] == []


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("bot/", "handlers/")) and not name.startswith(LISTENING)])
def test_no_chinese_sentence_stands_in_python(name: str) -> None:
    module = tree(name)
    silent = docstrings(module)

    spoken = [
        f"{name}:{node.lineno} {phrase}"
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent
        for phrase in node.value.split()  # a list of words to recognise is no sentence
        if len(CHINESE.findall(phrase)) > LONGEST_WORD
    ]

    assert spoken == []


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(LISTENING)])
def test_what_only_listens_says_nothing(name: str) -> None:
    assert [node.lineno for node in ast.walk(tree(name)) if isinstance(node, ast.Name) and node.id in {"Say", "Message"}] == []


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("calculator/", "handlers/"))])
def test_rules_and_conversations_never_ask_what_day_it_is(name: str) -> None:
    calls = [node for node in ast.walk(tree(name)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]

    asked = [call.lineno for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in {"now", "today", "utcnow"}]

    assert asked == []


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("calculator/", "handlers/", "bot/"))])
def test_nothing_that_runs_leans_on_its_tests_or_its_bench(name: str) -> None:
    imported = [
        module
        for node in ast.walk(tree(name))
        for module in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None) or ""])
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert [module for module in imported if module.split(".")[0] in {"tests", "bench"}] == []
