"""The awards of a policy file: what is paid."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from calculator.amounts import plain
from calculator.facts import FACTS
from calculator.language.tests import Test
from calculator.language.values import (
    ENDS,
    CapTable,
    ChoiceFact,
    CountFact,
    MoneyFact,
    Name,
    Rate,
    Table,
    WordsTable,
    Yuan,
    misplaced,
    one_of_each_end,
)


class BandTable(Table):
    """One band: its two ends (the last may be open), and what it pays."""

    over: Yuan | None = Field(None, description="Begins above this many yuan: this or from.", examples=["5000"])
    from_: Yuan | None = Field(None, alias="from", description="Begins at this many yuan: this or over.", examples=["60000"])
    to: Yuan | None = Field(None, description="Ends at this many yuan, included; without to and below it is open.", examples=["10000"])
    below: Yuan | None = Field(None, description="Ends below this many yuan, which are the next band's.", examples=["70000"])

    def ends(self) -> dict[str, int]:
        """Its ends in fen, as written."""
        written = zip(ENDS, (self.over, self.from_, self.to, self.below), strict=True)
        return {end: value for end, value in written if value is not None}

    @property
    def low(self) -> int:
        """The first fen inside."""
        return self.over + 1 if self.over is not None else int(self.from_ or 0)

    @property
    def high(self) -> int | None:
        """The last fen inside, or None."""
        return self.below - 1 if self.below is not None else self.to

    @model_validator(mode="after")
    def _has_ends(self) -> BandTable:
        if self.over is None and self.from_ is None:
            raise ValueError('needs its lower end: over = "5000" begins above it, from = "5000" at it')
        one_of_each_end(self.ends())
        if self.high is not None and self.high < self.low:
            raise ValueError("the ends are the wrong way round: nothing lies between them")
        return self


class RateBandTable(BandTable):
    """A band that pays a rate."""

    rate: Rate = Field(description='In per cent or per mille, as text: "1.5%", "22.5‰".', examples=["1.5%"])


class SumBandTable(BandTable):
    """A band that pays a fixed sum."""

    amount: Yuan = Field(description="In yuan.", examples=["1500"])


class ItemTable(Table):
    """One line of a list."""

    id: Name = Field(description="The value of the fact.", examples=["spine"])
    title: WordsTable = Field(description="What people call it: the words of a button.")
    amount: Yuan = Field(description="What is paid for it, in yuan.", examples=["3000"])


class _AwardTable(Table):
    clause: WordsTable = Field(description="What the rule says.")
    cap: CapTable | None = Field(None, description="The most that this award pays by itself.")


class _BasedTable(_AwardTable):
    base: MoneyFact | None = Field(None, description="The amount it looks at: this or sum.", examples=["out_of_pocket"])
    sum: Name | None = Field(None, description="A sum of this edition, instead of a fact.", examples=["net_self_pay"])

    @model_validator(mode="after")
    def _has_a_base(self) -> _BasedTable:
        if (self.base is None) == (self.sum is None):
            raise ValueError("needs a base or a sum, and not both")
        return self


class RateOnWholeTable(_BasedTable):
    """The whole base times the rate of the band it falls in. At each bound the pay jumps."""

    kind: Literal["rate_on_whole"] = Field(description="The kind of award.")
    bands: list[RateBandTable] = Field(min_length=1, description="From the lowest up, without gap or overlap.")

    @model_validator(mode="after")
    def _bands_adjoin(self) -> RateOnWholeTable:
        _adjoin(self.bands)
        return self


class FixedSumTable(_BasedTable):
    """A fixed sum for the band the base falls in."""

    kind: Literal["fixed_sum"] = Field(description="The kind of award.")
    bands: list[SumBandTable] = Field(min_length=1, description="From the lowest up, without gap or overlap.")

    @model_validator(mode="after")
    def _bands_adjoin(self) -> FixedSumTable:
        _adjoin(self.bands)
        return self


class SlicesTable(_BasedTable):
    """Each slice of the base times the rate of its own band: no jumps."""

    kind: Literal["slices"] = Field(description="The kind of award.")
    bands: list[RateBandTable] = Field(min_length=1, description="From the lowest up, each over ... to ..., without gap or overlap.")

    @model_validator(mode="after")
    def _bands_adjoin(self) -> SlicesTable:
        _adjoin(self.bands)
        for number, band in enumerate(self.bands):
            if band.over is None or band.below is not None:
                raise misplaced(("bands", number), 'a slice has over and to, and the first begins with over = "0"')
        return self


class SingleRateTable(_BasedTable):
    """The base times one rate."""

    kind: Literal["single_rate"] = Field(description="The kind of award.")
    rate: Rate = Field(description='In per cent or per mille, as text: "10%".', examples=["10%"])


class ItemsTable(_AwardTable):
    """A fixed sum for each item of a list, such as injuries by body part and degree."""

    kind: Literal["items"] = Field(description="The kind of award.")
    fact: ChoiceFact = Field(description="The fact that names the item.", examples=["injury"])
    items: list[ItemTable] = Field(min_length=1, description="The list, in the order of the buttons.")

    @model_validator(mode="after")
    def _is_a_list(self) -> ItemsTable:
        names = [item.id for item in self.items]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise misplaced(("items", number), f"the item {name} twice: give each its own id")
        if FACTS[self.fact].choices and set(names) != set(FACTS[self.fact].choices):
            raise ValueError(f"needs an item for each of {', '.join(FACTS[self.fact].choices)}")
        return self


class EachTable(_AwardTable):
    """A sum for each one of a count."""

    kind: Literal["each"] = Field(description="The kind of award.")
    fact: CountFact = Field(description="The count.", examples=["children_hurt"])
    amount: Yuan = Field(description="For each one, in yuan.", examples=["5000"])


class FixedTable(_AwardTable):
    """One sum, whatever the facts."""

    kind: Literal["fixed"] = Field(description="The kind of award.")
    amount: Yuan = Field(description="In yuan.", examples=["1000"])


class PartsTable(_AwardTable):
    """Several awards together; `cap` limits their sum."""

    kind: Literal["sum"] = Field(description="The kind of award.")
    parts: list[AwardTable] = Field(min_length=1, description="The awards added up.")


class CaseTable(Table):
    """One award, and when it applies."""

    when: Test | None = Field(None, description="The test; without one it applies always, and stands last.")
    award: AwardTable = Field(description="What it pays.")


class CasesTable(_AwardTable):
    """The first of several awards whose test is met."""

    kind: Literal["cases"] = Field(description="The kind of award.")
    cases: list[CaseTable] = Field(min_length=1, description="In the order they are tried.")

    @model_validator(mode="after")
    def _ends_with_the_rest(self) -> CasesTable:
        for number, case in enumerate(self.cases[:-1]):
            if case.when is None:
                raise misplaced(("cases", number), "a case without when stands last: those after it would never apply")
        return self


AwardTable = Annotated[
    RateOnWholeTable | FixedSumTable | SlicesTable | SingleRateTable | ItemsTable | EachTable | FixedTable | PartsTable | CasesTable,
    Field(discriminator="kind"),
]


def _adjoin(bands: list[Any]) -> None:
    """From the lowest up, each begins with the fen after the last of the one before. Raises PydanticCustomError."""
    for number, (before, after) in enumerate(pairwise(bands), 1):
        at = ("bands", number)
        if before.high is None or after.low <= before.high:
            raise misplaced(at, f"band {number + 1} overlaps the one before it: begin it where band {number} ends{_begin(before)}")
        if after.low > before.high + 1:
            raise misplaced(at, f"a gap before band {number + 1}: begin it where band {number} ends{_begin(before)}")


def _begin(before: BandTable) -> str:
    """How a band begins where another ends."""
    if before.high is None:
        return ", and give that one an end"
    end, bound = ("over", before.to) if before.to is not None else ("from", before.below)
    return f', with {end} = "{plain(bound or 0).removesuffix(".00")}"'


for _late in (CaseTable, PartsTable, CasesTable):
    _late.model_rebuild()  # they hold awards, which hold them
