"""The JSON Schema of policy files, made from the models, so that an editor completes keys, shows what they mean and underlines slips."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from calculator.facts import FACTS, FactType
from calculator.language.meanings import MEANINGS
from calculator.language.policy import PolicyTable

Schema = dict[str, Any]

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DRAFT = "http://json-schema.org/draft-07/schema#"
KEPT = "#/definitions/"

_VALUES: Mapping[str, str] = {
    "text": "Text, not empty.",
    "name": "Small letters, digits and _, a letter first.",
    "amount": 'Yuan as text, such as "5000" or "0.50": a number would not stay exact.',
    "rate": 'A rate as text, such as "1.5%" or "22.5‰": a number would not stay exact.',
    "bound": "What the fact is: an amount as text in yuan, a whole number, or a day.",
    "value": "What the fact is: true or false, a name, a whole number, a day, or an amount as text in yuan.",
    "fact": "The name of a fact.",
    **{f"{kind.value} fact".replace("_", " "): f"The name of a fact of type {kind.value}." for kind in FactType},
}


def policy_schema() -> Schema:
    """Every table and key of a policy file, with its meaning, as JSON Schema."""
    made = PolicyTable.model_json_schema(by_alias=True, ref_template=KEPT + "{model}")
    shared: dict[str, Schema] = {}
    tables = {name: _tidy(table, shared) for name, table in made.pop("$defs").items()}
    whole = _tidy(made, shared)
    return {"$schema": _DRAFT, **whole, "definitions": {**tables, **dict(sorted(shared.items()))}}


def schema_text() -> str:
    """The content of policy.schema.json."""
    return json.dumps(policy_schema(), ensure_ascii=False, indent=2) + "\n"


def _tidy(node: Any, shared: dict[str, Schema]) -> Any:
    """Leave out what TOML cannot say (null) and what helps nobody (made-up titles); keep a kind of value once, under its name."""
    if isinstance(node, list):
        return [_tidy(each, shared) for each in node]
    if not isinstance(node, dict):
        return node
    node = _told_apart(_without_null(node))
    if node.get("title") in _VALUES and node.get("type") != "object":
        return _shared(node, shared)
    tidy = {key: _tidied(key, value, shared) for key, value in node.items() if key != "title"}
    return {"title": _plain(node["title"]), **tidy} if {"title", "properties"} <= node.keys() else _beside_ref(tidy)


def _plain(title: str) -> str:
    """RateOnWholeTable is called "Rate on whole"."""
    return _CAPITAL.sub(" ", title.removesuffix("Table")).capitalize()


def _tidied(key: str, value: Any, shared: dict[str, Schema]) -> Any:
    """The keys of `properties` are keys of the file, one of which is called title."""
    if key == "properties":
        return {name: _tidy(each, shared) for name, each in value.items()}
    return value if key in ("default", "examples") else _tidy(value, shared)


def _without_null(node: Schema) -> Schema:
    choices = [each for each in node.get("anyOf", []) if each != {"type": "null"}]
    rest = {key: value for key, value in node.items() if key != "anyOf" and not (key == "default" and value is None)}
    if not choices:
        return rest
    return {**choices[0], **rest, "title": choices[0].get("title", "")} if len(choices) == 1 else {**rest, "anyOf": choices}


def _told_apart(node: Schema) -> Schema:
    """Say which of several tables it is by what tells them apart, so that the one key that is wrong is underlined, not the whole table.

    The list of them all stays for editors that complete keys from it; its last row lets everything pass.
    """
    if "oneOf" not in node:
        return node
    rest = {key: value for key, value in node.items() if key not in ("oneOf", "discriminator")}
    return {**rest, "type": "object", **_apart(node), "anyOf": [*node["oneOf"], {}]}


def _apart(node: Schema) -> Schema:
    if "discriminator" not in node:
        leaf, tree = node["oneOf"]
        return {"if": {"anyOf": [{"required": [key]} for key in ("all", "any", "not")]}, "then": tree, "else": leaf}
    kinds: dict[str, str] = node["discriminator"]["mapping"]
    rules = [{"if": {"required": ["kind"], "properties": {"kind": {"const": kind}}}, "then": {"$ref": ref}} for kind, ref in kinds.items()]
    return {"required": ["kind"], "properties": {"kind": {"enum": list(kinds)}}, "allOf": rules}


def _shared(node: Schema, shared: dict[str, Schema]) -> Schema:
    """Keep a kind of value under its name; what is said here of this one key stays here."""
    name = node["title"]
    own: Schema = {key: node[key] for key in ("description", "default", "examples") if key in node}
    rest = {key: value for key, value in node.items() if key not in own}
    kept = shared[name.replace(" ", "_")] = {**rest, "description": _VALUES[name]}
    if "enum" in rest:
        kept["x-taplo"] = {"docs": {"enumValues": [_fact_words(fact) for fact in rest["enum"]]}}
    return _beside_ref({"$ref": KEPT + name.replace(" ", "_"), **own})


def _fact_words(name: str) -> str:
    return f"{MEANINGS[name]} ({FACTS[name].type.value.replace('_', ' or ')})"


def _beside_ref(node: Schema) -> Schema:
    """What stands beside a reference is not read in this draft: it moves into one of its own."""
    if "$ref" not in node or len(node) == 1:
        return node
    return {"allOf": [{"$ref": node.pop("$ref")}], **node}
