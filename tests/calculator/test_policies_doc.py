"""docs/policies.md is right: its examples are read and pay what it says, its reference is what the code has, and so is the JSON Schema."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # it comes without types

from calculator.__main__ import main
from calculator.commands.reference import PAGE, SCHEMA
from calculator.estimate import estimate
from calculator.facts import FACTS, parse_fact
from calculator.language.awards import AwardTable
from calculator.language.meanings import MEANINGS
from calculator.language.policy import EditionTable
from calculator.language.reference import BEGIN, renewed
from calculator.language.schema import policy_schema, schema_text
from calculator.language.slips import tables_in
from calculator.policy import POLICIES
from calculator.reading.policy_file import read_policy

TEXT = PAGE.read_text(encoding="utf-8")
GUIDE = TEXT.partition(BEGIN)[0]
EXAMPLE = re.compile(r"^```toml\n(?P<toml>.*?)^```\n(?P<after>.*?)(?=^```|^#|\Z)", re.DOTALL | re.MULTILINE)
CASE = re.compile(r"^\| `(?P<facts>[^`]+)` \| (?P<amount>[\d,.]+)(?: \((?P<outcome>\w+)\))? \|$", re.MULTILINE)
COMMAND = re.compile(r"^ *python -m calculator (?P<words>explain .*)$", re.MULTILINE)
FILES = sorted(POLICIES.glob("*/*.toml"))
RENEW = "python -m calculator reference renews it"

EXAMPLES = list(EXAMPLE.finditer(GUIDE))
WHOLE = [found for found in EXAMPLES if "benefit =" in found["toml"].partition("[[")[0]]
ADDED = [found["toml"] for found in EXAMPLES if found not in WHOLE]


def _file(folder: Path, text: str) -> Path:
    file = folder / f"{tomllib.loads(text)['benefit']}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def _kind(found: re.Match[str]) -> str:
    return str(tomllib.loads(found["toml"])["edition"][0]["award"]["kind"])


@pytest.mark.parametrize("found", WHOLE, ids=_kind)
def test_an_example_is_read_and_pays_what_the_page_says(found: re.Match[str], tmp_path: Path) -> None:
    edition = read_policy(_file(tmp_path, found["toml"])).editions[0]
    cases = list(CASE.finditer(found["after"]))

    for case in cases:
        facts = {name: parse_fact(name, text) for name, _, text in (pair.partition("=") for pair in case["facts"].split())}
        result = estimate(edition, facts)
        assert f"{(result.amount or 0) / 100:,.2f}" == case["amount"], case["facts"]
        assert result.verdict.outcome.value == (case["outcome"] or "eligible"), case["facts"]

    assert len(cases) >= 2


def test_every_line_of_a_table_of_cases_is_tried() -> None:
    tried = sum(len(CASE.findall(found["after"])) for found in WHOLE)

    assert tried == GUIDE.count("\n| `")


def test_every_shape_of_award_has_an_example() -> None:
    kinds = {kind for table in tables_in(AwardTable) for kind in table.model_fields["kind"].annotation.__args__}  # type: ignore[union-attr]

    assert {_kind(found) for found in WHOLE} == kinds


@pytest.mark.parametrize("added", ADDED, ids=lambda added: added.split("]]")[0].strip("["))
def test_what_the_page_says_may_be_added_may_be_added(added: str, tmp_path: Path) -> None:
    before = read_policy(_file(tmp_path, WHOLE[0]["toml"]))

    after = read_policy(_file(tmp_path, WHOLE[0]["toml"] + "\n" + added))

    assert after != before


def test_the_examples_use_every_table_of_an_edition() -> None:
    used = {key for found in WHOLE for key in tomllib.loads(found["toml"])["edition"][0]}
    used |= {key for added in ADDED for key in tomllib.loads(added)["edition"]}

    assert {field.alias or name for name, field in EditionTable.model_fields.items()} == used


@pytest.mark.parametrize("words", COMMAND.findall(GUIDE))
def test_the_commands_of_the_page_do_something(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 0
    assert capsys.readouterr().out


def test_the_reference_is_what_the_code_has() -> None:
    assert renewed(TEXT) == TEXT, RENEW


def test_every_link_of_the_reference_leads_to_a_heading() -> None:
    headings = [line.lstrip("# ").lower().replace(" ", "-") for line in TEXT.splitlines() if line.startswith("#")]
    links = set(re.findall(r"\]\(#([^)]+)\)", TEXT))

    assert {link: headings.count(link) for link in links} == dict.fromkeys(links, 1)


def test_the_schema_is_what_the_code_has() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), RENEW


def test_the_command_that_renews_both_writes_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page, schema = tmp_path / "policies.md", tmp_path / "policy.schema.json"
    page.write_text("Words.\n", encoding="utf-8")
    monkeypatch.setattr("calculator.commands.reference.PAGE", page)
    monkeypatch.setattr("calculator.commands.reference.SCHEMA", schema)

    assert main(["reference"]) == 0

    assert schema.read_text(encoding="utf-8") == schema_text()
    assert page.read_text(encoding="utf-8") == "Words.\n" + TEXT.removeprefix(GUIDE)


def test_every_fact_has_a_meaning() -> None:
    assert list(MEANINGS) == list(FACTS), "calculator/language/meanings.py says what each fact of calculator/facts.py means"


def _keys(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, table in {"": schema, **schema["definitions"]}.items():
        yield from ((f"{name}.{key}", node) for key, node in table.get("properties", {}).items())


def test_every_key_says_what_it_means_and_no_python_name_shows() -> None:
    keys = dict(_keys(policy_schema()))

    assert [key for key, node in keys.items() if not node.get("description", "").endswith(".")] == []
    assert [key for key in keys if key.endswith("_") and not key.endswith("__")] == []
    assert {".edition", "EditionTable.from", "LeafTable.is", "TreeTable.not"} <= keys.keys()


def test_the_schema_is_a_schema() -> None:
    Draft7Validator.check_schema(policy_schema())


def _for_json(value: Any) -> Any:
    """TOML as an editor shows it to a schema: days as text."""
    if isinstance(value, dict):
        return {key: _for_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_for_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def _validator() -> Draft7Validator:
    return Draft7Validator(policy_schema())


def _valid(text: str) -> bool:
    return bool(_validator().is_valid(_for_json(tomllib.loads(text))))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_policy_file_fits_the_schema_and_names_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert _valid(text)
    assert text.startswith("#:schema ../policy.schema.json\n")


@pytest.mark.parametrize("found", WHOLE, ids=_kind)
def test_every_example_fits_the_schema(found: re.Match[str]) -> None:
    assert _valid(found["toml"])


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('rate = "1.5%"', "rate = 1.5"),
        ('over = "5000"', "over = 5000"),
        ('fact = "age"', 'fact = "aeg"'),
        ('base = "out_of_pocket"', 'base = "age"'),
        ("between = [16, 60]", "betwen = [16, 60]"),
        ('status = "sample"', 'status = "rumour"'),
        ('kind = "rate_on_whole"', 'kind = "lottery"'),
        ('source = "', 'sauce = "'),
        (', en = "You must be in work"', ""),
    ],
)
def test_the_schema_underlines_what_the_reader_refuses(good: str, bad: str) -> None:
    text = WHOLE[0]["toml"]
    assert good in text

    assert _valid(text)
    assert not _valid(text.replace(good, bad, 1))


def test_the_schema_shows_what_a_fact_means() -> None:
    fact = policy_schema()["definitions"]["fact"]

    assert dict(zip(fact["enum"], fact["x-taplo"]["docs"]["enumValues"], strict=True))["own_pay"].endswith("(money)")
    assert json.loads(schema_text()) == policy_schema()
