"""What is wrong with a table of a policy file, in plain words: one problem for one cause, at the place in the file where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from calculator.language.policy import PolicyTable
from calculator.language.tests import LeafTable
from calculator.language.values import LANGUAGES, Table
from calculator.reading.lines import Place


class Slip(NamedTuple):
    """One thing wrong: the place, as far as the file has it, and what to do."""

    place: Place
    message: str


class _Found(NamedTuple):
    """An error at its place in the language: without the names of variants, and with the table it was found in."""

    kind: str
    place: Place
    table: type[Table]
    field: FieldInfo | None
    error: ErrorDetails

    @property
    def key(self) -> str:
        return str(self.place[-1]) if self.place else ""


_WORDS = {
    "string_type": "needs to be text, in quotes",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "needs to be a name: small letters, digits and _, a letter first",
    "int_type": "needs to be a whole number, without quotes",
    "date_type": "needs to be a date, like 2023-01-01, without quotes and without a time",
    "list_type": "needs to be a list, in [ ]",
    "model_type": "needs to be a table, in { } or under a header of its own",
    "model_attributes_type": "needs to be a table, in { } or under a header of its own",
    "too_short": "needs at least {min_length}, and has {actual_length}",
    "too_long": "needs no more than {max_length}, and has {actual_length}",
    "greater_than_equal": "needs to be {ge} or more",
    "less_than_equal": "needs to be {le} or less",
    "literal_error": "needs to be {expected}",
    "union_tag_invalid": "cannot be {tag}: it is one of {expected_tags}",
    "union_tag_not_found": "needs to be a table, in { } or under a header of its own",
}

_ALIKE = 0.7
"""How alike two keys must be for one to be taken for the other, from 0 to 1: kind and id are not."""

_LANGUAGES = {"en": "English", "zh": "Chinese"}


def slips(wrong: ValidationError) -> Iterator[Slip]:
    """Everything a file's tables get wrong."""
    found = [_placed(error) for error in wrong.errors(include_url=False)]
    unread = [one for one in found if one.kind == "extra_forbidden"]
    missing = [one for one in found if one.kind == "missing"]
    misspelt = dict(_misspelt(unread, missing))
    for one in found:
        if one.place in misspelt.values():
            continue  # said where the misspelt key stands
        yield Slip(_in_file(one), _said(one, misspelt))


def _misspelt(unread: Iterable[_Found], missing: Iterable[_Found]) -> Iterator[tuple[Place, Place]]:
    """Keys nobody reads, with the missing key of the same table that each was meant to be."""
    for one in unread:
        wanted = {other.key: other.place for other in missing if other.place[:-1] == one.place[:-1]}
        for near in get_close_matches(one.key, wanted, 1, _ALIKE):
            yield one.place, wanted[near]


def _said(one: _Found, misspelt: dict[Place, Place]) -> str:
    if one.kind == "extra_forbidden":
        return _unread(one, misspelt)
    if one.kind == "missing":
        return _missing(one)
    if one.kind == "union_tag_not_found" and isinstance(one.error["input"], dict):
        return _of_no_kind(one)
    context = one.error.get("ctx", {})
    words = _WORDS.get(one.kind)
    return one.error["msg"].removeprefix("Value error, ") if words is None else _filled(words, context)


def _filled(words: str, context: dict[str, Any]) -> str:
    for name, value in context.items():
        words = words.replace("{" + name + "}", str(value))
    return words


def _unread(one: _Found, misspelt: dict[Place, Place]) -> str:
    keys = _keys(one.table)
    near = [str(misspelt[one.place][-1])] if one.place in misspelt else get_close_matches(one.key, keys, 1, _ALIKE)
    return f"unknown key {one.key}: " + (f"did you mean {near[0]}?" if near else f"this table has {', '.join(keys)}")


def _missing(one: _Found) -> str:
    if one.key in LANGUAGES:
        return f"{one.key} is missing: the text in {_LANGUAGES[one.key]}"
    meaning = one.field.description if one.field is not None else None
    return f"{one.key} is missing" + (f": {meaning[0].lower()}{meaning[1:].rstrip('.')}" if meaning else "")


def _of_no_kind(one: _Found) -> str:
    if not _is_award(one):
        return "looks at a fact or a sum, and puts tests together as well: keep one of the two"
    near = _meant_as_kind(one)
    return f"unknown key {near[0]}: did you mean kind?" if near else "kind is missing: it says what kind of award this is"


def _is_award(one: _Found) -> bool:
    """An award says by a key which one it is, a test by its other keys."""
    return bool(one.error["ctx"]["discriminator"] == "'kind'")


def _meant_as_kind(one: _Found) -> list[str]:
    """The key that was meant to say which award this is."""
    written = one.error["input"]
    return get_close_matches("kind", map(str, written), 1, _ALIKE) if isinstance(written, dict) and _is_award(one) else []


def _in_file(one: _Found) -> Place:
    """Where to look: a missing key's table; the kind, if that is what is wrong; the row that an error names itself."""
    if one.kind == "missing":
        return one.place[:-1]
    if one.kind == "union_tag_invalid":
        return (*one.place, "kind")
    if one.kind == "union_tag_not_found":
        return (*one.place, *_meant_as_kind(one))
    return (*one.place, *one.error.get("ctx", {}).get("at", ()))


def _placed(error: ErrorDetails) -> _Found:
    """Follow a place through the models: where several may stand, the next step is the name of one, and not in the file."""
    tables: tuple[type[Table], ...] = (PolicyTable,)
    place: Place = ()
    table: type[Table] = PolicyTable
    field: FieldInfo | None = None
    for step in error["loc"]:
        if isinstance(step, int):
            place = (*place, step)
        elif len(tables) > 1:
            tables = tuple(each for each in tables if _is_called(each, step))
        else:
            table = tables[0] if tables else table
            field = next((each for name, each in table.model_fields.items() if (each.alias or name) == step), None)
            tables = () if field is None else tables_in(field.annotation)
            place = (*place, step)
    return _Found(error["type"], place, table, field, error)


def _is_called(table: type[Table], variant: str) -> bool:
    kind = table.model_fields.get("kind")
    if kind is not None:
        return variant in get_args(kind.annotation)
    return issubclass(table, LeafTable) == (variant == "leaf")


def _keys(table: type[Table]) -> list[str]:
    return [field.alias or name for name, field in table.model_fields.items()]


def tables_in(annotation: Any) -> tuple[type[Table], ...]:
    """The tables that may stand where a key has this type."""
    if get_origin(annotation) in (Annotated, list, Union, UnionType):
        parts = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
        return tuple(table for part in parts for table in tables_in(part))
    return (annotation,) if isinstance(annotation, type) and issubclass(annotation, Table) else ()
