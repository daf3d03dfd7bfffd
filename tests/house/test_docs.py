"""What the docs point at exists: files, folders, links, make targets."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/decisions.md"]
DOCS = sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
HOUSES = ("calculator/", "handlers/", "bot/", "locales/", "tests/", "bench/", "docs/", ".ci/")

every_doc = pytest.mark.parametrize("name", DOCS)


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def inline_code(text: str) -> list[str]:
    """Give what stands between single backticks, outside of fenced blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def exists(path: str) -> bool:
    """Tell whether a path is there; `<place>` in it stands for any name."""
    pattern = re.sub(r"<[^>]*>", "*", path).rstrip("/")
    return any(ROOT.glob(pattern))


def where_to_change_what() -> list[str]:
    """Give the rows of the table that CONTRIBUTING opens with."""
    table = text_of("CONTRIBUTING.md").split("\n\n")[1]
    return table.splitlines()[2:]


@pytest.mark.parametrize("name", NEEDED)
def test_the_docs_are_there(name: str) -> None:
    assert (ROOT / name).is_file()


@every_doc
def test_every_path_that_a_doc_names_exists(name: str) -> None:
    paths = [word for word in inline_code(text_of(name)) if word.startswith(HOUSES) and re.fullmatch(r"[\w./<>*-]+", word)]

    assert [path for path in paths if not exists(path)] == []


@every_doc
def test_every_link_and_picture_of_a_doc_leads_somewhere(name: str) -> None:
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text_of(name)) if "://" not in link]
    links += re.findall(r"<img[^>]* src=\"([^\"]+)\"", text_of(name))

    assert [link for link in links if link and not ((ROOT / name).parent / link).exists()] == []


@every_doc
def test_every_make_target_that_a_doc_names_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), flags=re.MULTILINE))

    named = set(re.findall(r"(?:`|^\s*(?:\$ )?)make ([a-z]+)", text_of(name), flags=re.MULTILINE))

    assert named - targets - {"anything"} == set()


def test_contributing_opens_with_where_to_change_what() -> None:
    rows = where_to_change_what()

    assert text_of("CONTRIBUTING.md").splitlines()[2].startswith("| I want to change")
    assert len(rows) > 10
    assert [row for row in rows if not inline_code(row)] == []


def test_contributing_leads_to_paths_that_exist() -> None:
    paths = [word for row in where_to_change_what() for word in inline_code(row.split("|")[2]) if word != "tables.py"]

    assert [path for path in paths if not exists(path)] == []
