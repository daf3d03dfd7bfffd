"""The tests of a policy file, and the sums they may look at."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, JsonValue, Tag, model_validator

from calculator.facts import FACTS, FactType
from calculator.language.values import (
    ENDS,
    AnyFact,
    Bound,
    MoneyFact,
    Name,
    OneValue,
    Table,
    WordsTable,
    misplaced,
    one_of_each_end,
    take_value,
)
from calculator.reading.lines import Place

_AS_JSON: dict[FactType, dict[str, JsonValue]] = {
    FactType.MONEY: {"type": "string"},
    FactType.COUNT: {"type": "integer"},
    FactType.DAY: {"type": "string", "format": "date"},
    FactType.YES_NO: {"type": "boolean"},
    FactType.CHOICE: {"type": "string"},
}


def _of_its_type() -> list[JsonValue]:
    """For editors: what a test compares a fact with is of the fact's own type."""
    rules: list[JsonValue] = []
    for kind, value in _AS_JSON.items():
        of_kind: list[JsonValue] = [name for name, fact in FACTS.items() if fact.type is kind]
        ends: dict[str, JsonValue] = {**dict.fromkeys(ENDS, value), **{key: {"items": value} for key in ("between", "is", "is_not")}}
        rules.append({"if": {"required": ["fact"], "properties": {"fact": {"enum": of_kind}}}, "then": {"properties": ends}})
    return rules


class LeafTable(Table):
    """A test on one fact or one sum: a range, or a list of values."""

    model_config = ConfigDict(title="Test", json_schema_extra={"allOf": _of_its_type()})

    fact: AnyFact | None = Field(None, description="The fact it looks at: this or sum.", examples=["age"])
    sum: Name | None = Field(None, description="A sum of this edition, instead of a fact.", examples=["net_self_pay"])
    over: Bound | None = Field(None, description="More than this.", examples=["5000"])
    from_: Bound | None = Field(None, alias="from", description="This or more.", examples=[16])
    to: Bound | None = Field(None, description="This or less.", examples=[60])
    below: Bound | None = Field(None, description="Less than this.", examples=["70000"])
    between: list[Bound] | None = Field(
        None, min_length=2, max_length=2, description="From one to the other, both included.", examples=[[16, 60]]
    )
    is_: list[OneValue] | None = Field(None, min_length=1, alias="is", description="One of these values.", examples=[["employee"]])
    is_not: list[OneValue] | None = Field(None, min_length=1, description="None of these values.", examples=[["lighter"]])

    @property
    def name(self) -> str:
        """The fact or sum it looks at."""
        return str(self.fact or self.sum)

    def ends(self) -> dict[str, Bound]:
        """Its ends as written, `between` as from and to."""
        if self.between is not None:
            return {"from": self.between[0], "to": self.between[1]}
        written = zip(ENDS, (self.over, self.from_, self.to, self.below), strict=True)
        return {end: value for end, value in written if value is not None}

    @model_validator(mode="after")
    def _says_one_thing(self) -> LeafTable:
        if (self.fact is None) == (self.sum is None):
            raise ValueError("needs a fact or a sum, and not both")
        kinds = [self.between is not None, self.is_ is not None, self.is_not is not None]
        has_ends = any(value is not None for value in (self.over, self.from_, self.to, self.below))
        if sum([*kinds, has_ends]) != 1:
            raise ValueError("needs one of between, is, is_not, or ends (over or from, to or below)")
        one_of_each_end(self.ends())
        kind = FactType.MONEY if self.sum is not None else FACTS[self.name].type
        for key, values in (("is", self.is_), ("is_not", self.is_not)):
            for number, value in enumerate(values or []):
                self._taken(kind, value, (key, number))
        at = None if self.between is None else ("between",)
        _meet(self.name, kind, {end: self._taken(kind, value, at or (end,)) for end, value in self.ends().items()})
        return self

    def _taken(self, kind: FactType, value: object, at: Place) -> Any:
        try:
            return take_value(self.name, kind, value)
        except ValueError as wrong:
            raise misplaced(at, str(wrong)) from wrong


def _meet(name: str, kind: FactType, ends: dict[str, Any]) -> None:
    """Refuse a range in which nothing lies. Raises ValueError."""
    if ends and kind in (FactType.YES_NO, FactType.CHOICE):
        raise ValueError(f"{name} has no more and no less: use is or is_not")
    low, high = ends.get("over", ends.get("from")), ends.get("below", ends.get("to"))
    if low is not None and high is not None and (low > high or (low == high and {"over", "below"} & ends.keys())):
        raise ValueError("the ends are the wrong way round: nothing lies between them")


class TreeTable(Table):
    """A test put together from others."""

    model_config = ConfigDict(title="Test put together")

    all: list[Test] | None = Field(None, min_length=1, description="Every one of these tests must hold.")
    any: list[Test] | None = Field(None, min_length=1, description="One of these tests must hold.")
    not_: Test | None = Field(None, alias="not", description="This test must not hold.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> TreeTable:
        if sum(each is not None for each in (self.all, self.any, self.not_)) != 1:
            raise ValueError("needs one of all, any, not")
        return self


def _shape(value: Any) -> str | None:
    """Which of the two a table is; None if it is neither, or both."""
    if not isinstance(value, dict | Table):
        return None
    written = value if isinstance(value, dict) else value.__dict__
    keys = {key for key, held in written.items() if held is not None}
    if not {"all", "any", "not", "not_"} & keys:
        return "leaf"
    return None if {"fact", "sum"} & keys else "tree"


Test = Annotated[Annotated[LeafTable, Tag("leaf")] | Annotated[TreeTable, Tag("tree")], Discriminator(_shape)]

TreeTable.model_rebuild()  # it holds tests, which hold it


class _Named(Table):
    id: Name = Field(description="A name that stays: pages, reports and statistics refer to it.", examples=["threshold"])
    clause: WordsTable = Field(description="What the rule says, for members and staff.")
    remedy: WordsTable | None = Field(None, description="What a person can do if it fails.")


class LeafCondition(_Named, LeafTable):
    """A condition, an exclusion or a review: a test on one fact or sum, with its name and clause."""

    model_config = ConfigDict(title="Condition", json_schema_extra={"allOf": _of_its_type()})


class TreeCondition(_Named, TreeTable):
    """The same, with a test put together from others."""

    model_config = ConfigDict(title="Condition put together")


ConditionTable = Annotated[Annotated[LeafCondition, Tag("leaf")] | Annotated[TreeCondition, Tag("tree")], Discriminator(_shape)]


class SumTable(Table):
    """A base with subtractions: some facts less others, at least nothing."""

    name: Name = Field(description="How tests and awards refer to it; no fact's name.", examples=["net_self_pay"])
    title: WordsTable = Field(description="What people call it.")
    plus: list[MoneyFact] = Field(min_length=1, description="The facts added up.", examples=[["personal_part"]])
    minus: list[MoneyFact] = Field(default=[], description="The facts taken off.", examples=[["deductible", "own_pay"]])
    clause: WordsTable = Field(description="What the rule says of it.")

    @model_validator(mode="after")
    def _has_a_name_of_its_own(self) -> SumTable:
        if self.name in FACTS:
            raise ValueError(f"{self.name} is the name of a fact: choose another")
        return self
