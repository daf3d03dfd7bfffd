"""Both languages say the same things: every key in every locale, with the same placeholders, and every key that the code names exists."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
LOCALES = ["zh_CN", "en"]
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def po_files(locale: str) -> dict[str, Catalog]:
    """Give each .po file of one locale, by its name."""
    found = {}
    for path in sorted((ROOT / "locales" / locale).rglob("*.po")):
        with path.open("rb") as file:
            found[str(path.relative_to(ROOT / "locales" / locale))] = read_po(file, locale=locale, abort_invalid=True)
    return found


def entries(catalog: Catalog) -> dict[str, Message]:
    return {str(message.id): message for message in catalog if message.id}


def sentences(locale: str) -> dict[str, str]:
    """Give every key of one locale with its words."""
    return {key: str(message.string) for catalog in po_files(locale).values() for key, message in entries(catalog).items()}


def keys_named_in_code() -> dict[str, str]:
    """Give the keys that stand as plain text in a `Say("...")`, with where."""
    return {
        str(node.args[0].value): f"{path.relative_to(ROOT)}:{node.lineno}"
        for house in ["handlers", "bot"]
        for path in (ROOT / house).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Say"
        if node.args and isinstance(node.args[0], ast.Constant)
    }


def test_there_are_words_in_every_locale() -> None:
    assert [locale for locale in LOCALES if not sentences(locale)] == []
    assert sorted(path.name for path in (ROOT / "locales").iterdir() if path.is_dir()) == sorted(LOCALES)


def test_every_locale_has_the_same_files_with_the_same_keys() -> None:
    chinese, english = ({name: sorted(entries(catalog)) for name, catalog in po_files(locale).items()} for locale in LOCALES)

    assert english == chinese


def test_every_sentence_has_the_same_placeholders_in_every_locale() -> None:
    chinese, english = sentences("zh_CN"), sentences("en")

    different = {
        key: (chinese[key], english[key])
        for key in chinese.keys() & english.keys()
        if set(PLACEHOLDER.findall(chinese[key])) != set(PLACEHOLDER.findall(english[key]))
    }

    assert different == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_is_empty_or_only_guessed(locale: str) -> None:
    messages = [message for catalog in po_files(locale).values() for message in entries(catalog).values()]

    assert [message.id for message in messages if not str(message.string).strip() or message.fuzzy] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_key_stands_in_two_files(locale: str) -> None:
    keys = [key for catalog in po_files(locale).values() for key in entries(catalog)]

    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_every_key_that_the_code_names_has_words() -> None:
    known = sentences("zh_CN")

    assert {key: where for key, where in keys_named_in_code().items() if key not in known} == {}


def test_the_english_words_are_english() -> None:
    """A paper's Chinese name may stand beside its English one, and a language is called by its own name."""
    chinese = {
        key: words
        for key, words in sentences("en").items()
        if len(re.findall(r"[\u4e00-\u9fff]", words)) > len(re.findall(r"[A-Za-z]", words)) and "language" not in key
    }

    assert chinese == {}
