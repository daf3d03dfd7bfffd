"""The whole of a policy file: its editions, and what each says besides tests and awards."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from calculator.language.awards import AwardTable
from calculator.language.tests import ConditionTable, SumTable, Test
from calculator.language.values import AnyFact, CapTable, DayFact, Name, Table, Text, WordsTable, Yuan, misplaced, unit

MOST_DAYS = 3660


class CapsTable(Table):
    """The most that is paid."""

    per_payment: CapTable | None = Field(None, description="In one payment.")
    per_year: CapTable | None = Field(None, description="In one calendar year; needs the fact paid_this_year.")


class DeadlineTable(Table):
    """By when to hand in, counted from a day. Exactly one of days, working_days and month_day."""

    id: Name = Field(description="A name that stays.", examples=["in_time"])
    fact: DayFact = Field(description="The day it counts from.", examples=["discharged_on"])
    days: int | None = Field(None, ge=1, le=MOST_DAYS, description="So many days after it.", examples=[60], json_schema_extra=unit("days"))
    working_days: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="So many working days after it, public holidays left out.",
        examples=[30],
        json_schema_extra=unit("days"),
    )
    month_day: list[int] | None = Field(
        None, min_length=2, max_length=2, description="A day of the calendar, as month and day.", examples=[[1, 15]]
    )
    years: int = Field(
        1, ge=0, le=10, description="With month_day: of how many years later.", examples=[1], json_schema_extra=unit("years")
    )
    late: Literal["refused", "review"] = Field(description="What becomes of a claim that is late.", examples=["review"])
    clause: WordsTable = Field(description="What the rule says.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> DeadlineTable:
        if sum(each is not None for each in (self.days, self.working_days, self.month_day)) != 1:
            raise ValueError("needs one of days, working_days and month_day, and no two")
        if self.month_day is not None and not _is_yearly(*self.month_day):
            raise misplaced(("month_day",), "this is no day of every year: write the month and the day, like [1, 15]")
        return self


def _is_yearly(month: int, day: int) -> bool:
    """Whether every year has this day; the 29th of February comes only every four years."""
    return month in range(1, 13) and 1 <= day <= monthrange(2023, month)[1]


class RouteTable(Table):
    """Who else must act on a large payment."""

    over: Yuan = Field(description="On payments of more than this many yuan.", examples=["10000"])
    needs: list[Literal["unit", "second_signature"]] = Field(
        min_length=1,
        description="`unit`: the papers go through the member's unit. `second_signature`: a second person confirms.",
        examples=[["unit", "second_signature"]],
    )
    clause: WordsTable = Field(description="What the rule says.")


class DocumentTable(Table):
    """One paper to hand in."""

    kind: Name = Field(description="The kind of document.", examples=["receipt"])
    title: WordsTable = Field(description="What people call it.")
    hint: WordsTable = Field(description="Where a person gets it, and what must be on it.")
    when: Test | None = Field(None, description="Only if this holds; a fact that is not known yet counts as if it might.")


class CombinesTable(Table):
    """Another benefit that the same event may pay as well."""

    benefit: Name = Field(description="The other benefit of this place.", examples=["hospital"])
    clause: WordsTable = Field(description="What the rule says.")


class EditionTable(Table):
    """The rules from a day on. A published edition is never changed: a new rule is a new edition."""

    from_: date = Field(alias="from", description="The first day it is in force.", examples=["2023-01-01"])
    status: Literal["official", "sample"] = Field(
        description="`sample` if any value in it is not from a published source: every answer then says so.", examples=["sample"]
    )
    source: Text = Field(description="Where the rules come from, and which values are a sample.", examples=["Notice 12 of 2023"])
    per: Literal["stay", "event", "year"] = Field(
        description="What one payment is for. `year`: the award is for the whole year, and what this year was paid already is taken off.",
        examples=["stay"],
    )
    asks: list[AnyFact] = Field(
        min_length=1, description="The facts that verdict and amount rest on, cheapest to answer first.", examples=[["age"]]
    )
    claim_asks: list[AnyFact] = Field(
        description="What a claim states besides: the day of edition_by, and what reviews, deadlines and documents read. "
        "A condition that reads one is judged once it is known.",
        examples=[["discharged_on"]],
    )
    sums: list[SumTable] = Field(default=[], description="Bases with subtractions.")
    conditions: list[ConditionTable] = Field(default=[], description="What must hold.")
    exclusions: list[ConditionTable] = Field(default=[], description="What must not hold.")
    reviews: list[ConditionTable] = Field(default=[], description="What sends a case to a person.")
    award: AwardTable = Field(description="What is paid.")
    minimum: CapTable | None = Field(None, description="The least of one payment: a smaller one is lifted to it; nothing stays nothing.")
    caps: CapsTable = Field(default_factory=CapsTable, description="What one payment and one year pay at most.")
    deadlines: list[DeadlineTable] = Field(default=[], description="By when to hand in.")
    routes: list[RouteTable] = Field(default=[], description="Who else must act on a large payment.")
    documents: list[DocumentTable] = Field(default=[], description="The papers to hand in.")
    combines: list[CombinesTable] = Field(default=[], description="Benefits that the same event may pay as well.")


class PolicyTable(Table):
    """A policy file: one benefit at one place, through time."""

    benefit: Name = Field(description="The name of the file without .toml.", examples=["hospital"])
    title: WordsTable = Field(description="What people call the benefit.")
    edition_by: DayFact = Field(description="The day that picks the edition.", examples=["discharged_on"])
    edition: list[EditionTable] = Field(min_length=1, description="The editions, the oldest first.")
