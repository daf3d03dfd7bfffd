"""The reference of docs/policies.md: every table and key of a policy file, and every fact, made from the code's own schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from calculator.amounts import LARGEST, pretty
from calculator.facts import FACTS, Fact, FactType
from calculator.language.meanings import MEANINGS
from calculator.language.schema import KEPT, Schema, policy_schema

BEGIN = "<!-- From here to the end: made by `python -m calculator reference`. Change the models, not this. -->"

_UNITS = {FactType.COUNT: "one", FactType.MONEY: "yuan", FactType.DAY: "day"}
_COUNTED = {"age": "years", "children_hurt": "children"}
_TOML = {"string": "text", "integer": "whole number", "boolean": "true or false", "array": "list"}


def renewed(page: str) -> str:
    """The page with its reference made anew; what stands before it stays."""
    before, _, _ = page.partition(BEGIN)
    return before + BEGIN + "\n\n" + "\n".join(reference()) + "\n"


def reference() -> Iterator[str]:
    """Every line of the reference, as Markdown."""
    schema = policy_schema()
    yield "## Every table and key"
    yield ""
    yield "An amount is text in yuan, a rate is text in % or ‰, so that both stay exact; a day stands without quotes: 2023-01-01."
    for name, places in _tables(schema).items():
        table = schema if name == "" else schema["definitions"][name]
        place = next(iter(places), "").strip("[]")
        yield from ("", f"### {table['title']}", "", _introduction(table, places), "", *_keys(table, place, schema["definitions"]))
    yield from ("", "## Every fact", "", "A rule reads these facts and no others. The bounds are what can be true at all.", "", *_facts())


def _tables(schema: Schema) -> dict[str, list[str]]:
    """Every table in the order in which a file comes to it, with the places it may stand at; a place inside itself is left out."""
    found: dict[str, list[str]] = {"": []}
    waiting = [("", "")]
    while waiting:
        name, place = waiting.pop(0)
        table = schema if name == "" else schema["definitions"][name]
        for key, node in table["properties"].items():
            at = f"{place}.{key}".lstrip(".")
            for inner in _references(node):
                if "properties" in schema["definitions"][inner]:
                    if inner not in found:
                        waiting.append((inner, at))
                    found.setdefault(inner, []).append(f"[[{at}]]" if node.get("type") == "array" else f"[{at}]")
    return found


def _references(node: Mapping[str, Any]) -> Iterator[str]:
    """The names that a key's schema refers to."""
    if "$ref" in node:
        yield node["$ref"].removeprefix(KEPT)
    for key in ("allOf", "oneOf", "anyOf"):
        for each in node.get(key, []):
            yield from _references(each)
    yield from _references(node["items"]) if "items" in node else ()


def _introduction(table: Schema, places: list[str]) -> str:
    if not places:
        return str(table["description"])
    places = list(dict.fromkeys(places))
    more = " and elsewhere" if len(places) > _MANY else ""
    return f"{table['description']} Stands at {', '.join(f'`{place}`' for place in places[:_MANY])}{more}."


_MANY = 4


def _keys(table: Schema, place: str, definitions: Schema) -> Iterator[str]:
    yield "| key | type | unit | needed | meaning | example |"
    yield "|---|---|---|---|---|---|"
    required = table.get("required", [])
    for key, node in table["properties"].items():
        cells = (f"`{key}`", _type(node, definitions), _unit(node, definitions), _needed(key, node, required), node["description"])
        yield "| " + " | ".join((*cells, _example(key, node, place))) + " |"


def _needed(key: str, node: Schema, required: list[str]) -> str:
    if key in required:
        return "yes"
    return f"no: {_toml(node['default'])}" if node.get("default") not in (None, [], {}) else "no"


def _type(node: Schema, definitions: Schema) -> str:
    """What to write there: a link, where a table or the list of facts tells."""
    if node.get("format") == "date":
        return "day"
    if "const" in node:
        return f"`{_toml(node['const'])}`"
    if "enum" in node:
        return "one of " + ", ".join(f"`{_toml(value)}`" for value in node["enum"])
    if node.get("type") == "array":
        return "list: " + _type(node["items"], definitions)
    names = list(_references(node))
    if len(names) > _MANY:
        return "an award: " + ", ".join(_named(name, definitions) for name in names)
    return " or ".join(_named(name, definitions) for name in names) or _TOML[node["type"]]


def _named(name: str, definitions: Schema) -> str:
    node = definitions[name]
    if "properties" in node:
        return f"[{node['title'].lower()}](#{node['title'].lower().replace(' ', '-')})"
    return f"[{name.replace('_', ' ')}](#every-fact)" if "enum" in node else name


def _unit(node: Schema, definitions: Schema) -> str:
    own = node.get("x-unit") or next((definitions[name]["x-unit"] for name in _references(node) if "x-unit" in definitions[name]), "")
    return str(own)


def _example(key: str, node: Schema, place: str) -> str:
    """A key as a file writes it: with its first example, or as the header of the table that it is."""
    if "const" in node:
        return f"`{key} = {_toml(node['const'])}`"
    if "examples" in node:
        return f"`{key} = {node['examples'][0] if node.get('format') == 'date' else _toml(node['examples'][0])}`"
    if KEPT + "WordsTable" in json.dumps(node):
        return f'`{key} = {{ zh = "...", en = "..." }}`'
    header = f"{place}.{key}".lstrip(".")
    return f"`[[{header}]]`" if node.get("type") == "array" else f"`[{header}]`"


def _toml(value: Any) -> str:
    """Write a value as a policy file does."""
    return json.dumps(value, ensure_ascii=False)


def _facts() -> Iterator[str]:
    yield "| fact | type | unit | from | to | meaning |"
    yield "|---|---|---|---|---|---|"
    for fact in FACTS.values():
        cells = (f"`{fact.name}`", fact.type.value.replace("_", " or "), _COUNTED.get(fact.name, _UNITS.get(fact.type, "")))
        yield "| " + " | ".join((*cells, _bound(fact.low), _bound(fact.high), _fact_meaning(fact))) + " |"


def _bound(end: int | date | None) -> str:
    if end is None:
        return ""
    return pretty(LARGEST) if end == LARGEST else str(end)


def _fact_meaning(fact: Fact) -> str:
    return MEANINGS[fact.name] + (f": {', '.join(f'`{choice}`' for choice in fact.choices)}" if fact.choices else "")
