"""The values of a policy file: text, names, money, rates, facts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from calculator.amounts import MILLION, Fen, Ppm, parse_rate, parse_yuan
from calculator.errors import AmountError
from calculator.facts import FACTS, FactType

LANGUAGES = ("zh", "en")
ENDS = ("over", "from", "to", "below")

_NAME = r"^[a-z][a-z0-9_]*$"


def _money(value: object) -> Fen:
    if not isinstance(value, str):
        raise ValueError(f'{value!r} must be text in yuan, like "5000", so that it stays exact')  # noqa: TRY004  # pydantic words a ValueError
    try:
        return parse_yuan(value)
    except AmountError as wrong:
        raise ValueError(f'{value!r} is no amount ({wrong.reason}): write yuan, like "5000" or "0.50"') from wrong


def _share(value: object) -> Ppm:
    if not isinstance(value, str):
        raise ValueError(f'{value!r} must be text, like "1.5%", so that it stays exact')  # noqa: TRY004  # pydantic words a ValueError
    try:
        rate = parse_rate(value)
    except AmountError as wrong:
        raise ValueError(f'{value!r} is no rate ({wrong.reason}): write it like "1.5%" or "22.5‰"') from wrong
    if rate > MILLION:
        raise ValueError(f"{value!r} is more than the whole")
    return rate


def _fact(kind: FactType | None, name: object) -> str:
    fact = FACTS.get(name) if isinstance(name, str) else None
    if fact is None:
        raise ValueError(f"unknown fact {name!r}: the facts are listed in docs/policies.md")
    if kind is not None and fact.type is not kind:
        raise ValueError(f"{name} is not of type {kind.value}")
    return fact.name


def _is_fact(kind: FactType | None) -> BeforeValidator:
    return BeforeValidator(lambda name: _fact(kind, name))


def _names(kind: FactType | None) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "enum": sorted(name for name, fact in FACTS.items() if kind in (None, fact.type)), "title": "fact"}
    )


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=_NAME)]
Yuan = Annotated[int, BeforeValidator(_money), WithJsonSchema({"type": "string", "pattern": r"^[0-9,]+(\.[0-9]{1,2})?$", "title": "yuan"})]
Rate = Annotated[
    int, BeforeValidator(_share), WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,4})?[%‰]$", "title": "rate"})
]
AnyFact = Annotated[str, _is_fact(None), _names(None)]
MoneyFact = Annotated[str, _is_fact(FactType.MONEY), _names(FactType.MONEY)]
DayFact = Annotated[str, _is_fact(FactType.DAY), _names(FactType.DAY)]
CountFact = Annotated[str, _is_fact(FactType.COUNT), _names(FactType.COUNT)]
ChoiceFact = Annotated[str, _is_fact(FactType.CHOICE), _names(FactType.CHOICE)]
Bound = str | int | date


class Table(BaseModel):
    """Any table: a key nobody reads is refused, so that a slip of the pen does not pass as a rule left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WordsTable(Table):
    """A text in every language."""

    zh: Text = Field(description="In plain Chinese, as a member reads it.", examples=["要在职才能领"])
    en: Text = Field(description="The same in English.", examples=["You must be in work"])


class CapTable(Table):
    """A limit."""

    amount: Yuan = Field(description="In yuan.", examples=["50000"])
    clause: WordsTable = Field(description="What the rule says.")


def take_value(name: str, kind: FactType, value: object) -> Any:
    """Take a value of a fact's own type. Raises ValueError."""
    if kind is FactType.MONEY:
        return _money(value)
    expected = {FactType.YES_NO: bool, FactType.COUNT: int, FactType.DAY: date, FactType.CHOICE: str}[kind]
    choices = FACTS[name].choices
    if type(value) is not expected or (choices and value not in choices):
        raise ValueError(f"{name} cannot be {value!r}")
    return value


def one_of_each_end(ends: dict[str, Any]) -> None:
    if {"over", "from"} <= ends.keys() or {"to", "below"} <= ends.keys():
        raise ValueError("the same end twice")
