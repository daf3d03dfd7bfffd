"""The lock files install the same everywhere: pinned, hashed, and free of any host or path of the machine they were made on."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def pins(name: str) -> dict[str, str]:
    """Give each package of a lock file with its version and its hashes, as text."""
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    return {line.split("==")[0]: line for line in text.splitlines()}


def package(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return found[0].lower().replace("_", "-").replace(".", "-")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_host_and_no_path(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")

    assert not re.findall(r".*(?:/|\\\w|\bfile:|www\.| @ |^-).*", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_file_is_pinned_and_hashed(name: str) -> None:
    pattern = re.compile(r"[a-z0-9-]+==[\w.+]+( ; [\w. '!=<>()]+)?( +--hash=sha256:[0-9a-f]{64})+")

    assert [line for line in pins(name).values() if not pattern.fullmatch(line.strip())] == []


def test_the_bot_runs_on_exactly_what_its_tests_ran_on() -> None:
    served, tested = pins("requirements.lock"), pins("requirements-dev.lock")

    assert {name: line for name, line in served.items() if tested.get(name) != line} == {}


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    served = {package(each) for each in project["project"]["dependencies"]}
    tested = {package(each) for each in project["dependency-groups"]["dev"]}

    assert served - pins("requirements.lock").keys() == set()
    assert tested - pins("requirements-dev.lock").keys() == set()
