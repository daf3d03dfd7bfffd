"""The values of a policy file: text, names, money, rates, facts."""

from __future__ import annotations

from datetime import date, datetime
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from calculator.amounts import MILLION, Fen, Ppm, parse_rate, parse_yuan
from calculator.errors import AmountError
from calculator.facts import FACTS, Fact, FactType
from calculator.reading.lines import Place

LANGUAGES = ("zh", "en")
ENDS = ("over", "from", "to", "below")

_NAME = r"^[a-z][a-z0-9_]*$"


_AMOUNT_SLIPS = {
    "not_a_number": "is no amount",
    "negative": "is less than nothing",
    "too_precise": "is finer than a fen",
    "too_large": "is more than any amount can be",
    "empty": "is empty",
}
_RATE_SLIPS = {"not_a_number": "is no rate", "too_precise": "is finer than a millionth"}


def _money(value: object) -> Fen:
    if not isinstance(value, str):
        raise ValueError(f'needs to be text in yuan, like "5000", so that it stays exact, not {_written(value)}')  # noqa: TRY004  # pydantic words a ValueError
    try:
        return parse_yuan(value)
    except AmountError as wrong:
        raise ValueError(f'{value!r} {_AMOUNT_SLIPS[wrong.reason]}: write yuan, like "5000" or "0.50"') from wrong


def _share(value: object) -> Ppm:
    if not isinstance(value, str):
        raise ValueError(f'needs to be text, like "1.5%", so that it stays exact, not {_written(value)}')  # noqa: TRY004  # pydantic words a ValueError
    try:
        rate = parse_rate(value)
    except AmountError as wrong:
        raise ValueError(f'{value!r} {_RATE_SLIPS[wrong.reason]}: write it like "1.5%" or "22.5‰"') from wrong
    if rate > MILLION:
        raise ValueError(f"{value!r} is more than the whole")
    return rate


def _fact(kind: FactType | None, name: object) -> str:
    if not isinstance(name, str):
        raise ValueError(f"needs to be the name of a fact, in quotes, not {_written(name)}")  # noqa: TRY004  # the same
    fact = FACTS.get(name)
    if fact is None:
        near = get_close_matches(name, FACTS, 1)
        raise ValueError(f"unknown fact {name!r}: " + (f"did you mean {near[0]}?" if near else "docs/policies.md lists the facts"))
    if kind is not None and fact.type is not kind:
        fitting = ", ".join(other.name for other in FACTS.values() if other.type is kind)
        raise ValueError(f"{name} is not of type {kind.value}: choose one of {fitting}")
    return fact.name


def _bound(value: object) -> Any:
    if isinstance(value, float):
        raise ValueError(f'{value!r} has a point: write an amount as text, like "5000.50", so that it stays exact')  # noqa: TRY004  # pydantic words a ValueError
    if not isinstance(value, str | int | date) or isinstance(value, datetime):
        raise ValueError("needs to be an amount as text, a whole number, true or false, a day, or a name in quotes")  # noqa: TRY004  # the same
    return value


def _is_fact(kind: FactType | None) -> BeforeValidator:
    return BeforeValidator(lambda name: _fact(kind, name))


def _as_schema(name: str, schema: dict[str, Any]) -> WithJsonSchema:
    """The JSON Schema of a kind of value: its title is the name under which schema.py keeps it once."""
    return WithJsonSchema({"title": name, **schema})


def _names(kind: FactType | None) -> WithJsonSchema:
    of_kind = "fact" if kind is None else f"{kind.value} fact".replace("_", " ")
    return _as_schema(of_kind, {"type": "string", "enum": [name for name, fact in FACTS.items() if kind in (None, fact.type)]})


def unit(name: str) -> dict[str, JsonValue]:
    """What a number counts, for the schema and docs/policies.md."""
    return {"x-unit": name}


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), _as_schema("text", {"type": "string", "pattern": r"\S"})]
Name = Annotated[str, StringConstraints(pattern=_NAME), _as_schema("name", {"type": "string", "pattern": _NAME})]
Yuan = Annotated[
    int,
    BeforeValidator(_money),
    _as_schema("amount", {"type": "string", "pattern": r"^[0-9][0-9,]*(\.[0-9]{1,2}0*)?$", **unit("yuan")}),
]
Rate = Annotated[
    int,
    BeforeValidator(_share),
    _as_schema("rate", {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,4})?\s?[%‰]$", **unit("% or ‰")}),
]
AnyFact = Annotated[str, _is_fact(None), _names(None)]
MoneyFact = Annotated[str, _is_fact(FactType.MONEY), _names(FactType.MONEY)]
DayFact = Annotated[str, _is_fact(FactType.DAY), _names(FactType.DAY)]
CountFact = Annotated[str, _is_fact(FactType.COUNT), _names(FactType.COUNT)]
ChoiceFact = Annotated[str, _is_fact(FactType.CHOICE), _names(FactType.CHOICE)]
Bound = Annotated[str | int | date, PlainValidator(_bound), _as_schema("bound", {"type": ["string", "integer"], **unit("the fact's own")})]
OneValue = Annotated[
    bool | int | date | str,
    PlainValidator(_bound),
    _as_schema("value", {"type": ["string", "integer", "boolean"], **unit("the fact's own")}),
]


class Table(BaseModel):
    """Any table: a key nobody reads is refused, so that a slip of the pen does not pass as a rule left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WordsTable(Table):
    """A text in every language."""

    model_config = ConfigDict(title="Words")

    zh: Text = Field(description="In plain Chinese, as a member reads it.", examples=["要在职才能领"])
    en: Text = Field(description="The same in English.", examples=["You must be in work"])


class CapTable(Table):
    """A limit."""

    model_config = ConfigDict(title="Limit")

    amount: Yuan = Field(description="In yuan.", examples=["50000"])
    clause: WordsTable = Field(description="What the rule says.")


_EXPECTED: dict[FactType, tuple[type, str]] = {
    FactType.YES_NO: (bool, "true or false, without quotes"),
    FactType.COUNT: (int, "a whole number, without quotes"),
    FactType.DAY: (date, "a day, like 2023-01-01, without quotes"),
    FactType.CHOICE: (str, "a name, in quotes"),
}


def take_value(name: str, kind: FactType, value: object) -> Any:
    """Take a value of a fact's own type. Raises ValueError."""
    if kind is FactType.MONEY:
        return _money(value)
    expected, words = _EXPECTED[kind]
    fact = FACTS[name]
    if type(value) is not expected:
        raise ValueError(f"{name} cannot be {_written(value)}: write {words}")
    if fact.choices and value not in fact.choices:
        raise ValueError(f"{name} cannot be {value!r}: it is one of {', '.join(fact.choices)}")
    if (fact.low is not None and value < fact.low) or (fact.high is not None and value > fact.high):  # type: ignore[operator]  # the same type, as just seen
        raise ValueError(f"{name} is never {_written(value)}: it lies {_span(fact)}")
    return value


def _written(value: object) -> str:
    """A value as the file has it, as far as it is short."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return str(value).lower() if isinstance(value, bool) else value.isoformat() if isinstance(value, date) else repr(value)


def _span(fact: Fact) -> str:
    return f"between {fact.low} and {fact.high}" if fact.high is not None else f"on {fact.low} or later"


def one_of_each_end(ends: dict[str, Any]) -> None:
    """Refuse a range that begins or ends twice. Raises ValueError."""
    for one, other in (("over", "from"), ("to", "below")):
        if {one, other} <= ends.keys():
            raise ValueError(f"{one} and {other} are the same end twice: keep one of them")


def misplaced(at: Place, message: str) -> PydanticCustomError:
    """An error that stands deeper than the table that finds it: at a row of it, say."""
    return PydanticCustomError("misplaced", "{message}", {"message": message, "at": at})
