"""An estimate drawn as a block of lines: what it starts from, the band it falls in, the rate, how much of the year it takes.

A line is a label of two characters and what it says, some with a bar of squares between: good in any letters, wide or narrow. Channels
that can do better draw the same lines as a card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from bot.conversation.talk import as_json
from bot.message import Say
from calculator.awards.award import Award
from calculator.awards.banded import FixedSum, RateOnWhole, Slices
from calculator.awards.composed import Cases, Parts
from calculator.working import Step
from handlers.working import worded

BLOCK = "block."
"""How the keys of the lines of a block begin."""

NAMES = "name."
"""Where a member's names of facts stand."""

YEAR_CELLS = 10
"""Into how many squares a year's most is divided."""

ROWS: Mapping[str, tuple[str, ...]] = {
    "band": ("amount", "band", "rate"),
    "band_above": ("amount", "band", "rate"),
    "band_sum": ("amount", "band", "sum"),
    "band_above_sum": ("amount", "band", "sum"),
    "slice": ("amount", "slice"),
    "slice_above": ("amount", "slice"),
    "rate": ("amount", "rate"),
    "item": ("item",),
    "each": ("each",),
    "fixed": ("fixed",),
    "product": ("part",),
    "total": ("total",),
    "cap_part": ("cap_part",),
    "minimum": ("minimum",),
    "cap_payment": ("cap_payment",),
    "paid_before": ("paid_before",),
    "cap_year": ("year",),
    "cap_year_reached": ("year_reached",),
    "route": ("route",),
}
"""The lines of each step. A step without any is told in a sentence."""

AMOUNT, BAND, YEAR, YEAR_REACHED = "amount", "band", "year", "year_reached"
UNIT, WITHIN = "unit", "route_within"
"""Who must hand in papers as well, and the line of a sum that asks nothing more of anybody outside."""


@dataclass(frozen=True, slots=True)
class Told:
    """A step worth telling, beside the step that names the sum it is worked out from."""

    step: Step
    base: Step | None

    def figures(self) -> dict[str, Any]:
        """Its figures as words need them, with the sum it started from as `base` and the name of that as `name`."""
        base = self.base
        of = {} if base is None else {"base": base.figures["amount"], "name": worded(base.kind, base.figures, NAMES)["name"]}
        return {**of, **worded(self.step.kind, self.step.figures, NAMES), "clause": self.step.clause}


def block(told: tuple[Told, ...], award: Award) -> tuple[Say, ...]:
    """The lines of these steps; each sum is named once, before the first step worked out from it."""
    lines: list[Say] = []
    named: Step | None = None
    for each in told:
        for row in ROWS.get(each.step.kind, ()):
            if row == AMOUNT and each.base is named:
                continue
            named = each.base if row == AMOUNT else named
            lines.append(_line(row, each, award))
    return tuple(lines)


def _line(row: str, told: Told, award: Award) -> Say:
    """One line: its label's key, what it says, and its bar if it has one."""
    row = WITHIN if row == "route" and UNIT not in told.step.figures["needs"] else row
    figures = {"label": f"{BLOCK}label.{row}", "value": as_json(Say(f"{BLOCK}{row}", told.figures()))}
    bar = _bar(row, told.step, award)
    return Say(f"{BLOCK}row", figures) if bar is None else Say(f"{BLOCK}bar", {**figures, "bar": bar})


def _bar(row: str, step: Step, award: Award) -> Mapping[str, int] | None:
    """How many squares there are, and which of them are filled: those from `start` on and before `end`."""
    if row == BAND:
        return next(_places(award, step), None)
    if row in {YEAR, YEAR_REACHED}:
        return {"cells": YEAR_CELLS, "start": 0, "end": _taken(step.figures)}
    return None


def _taken(figures: Mapping[str, Any]) -> int:
    """The squares of the year that are taken: at least one for any sum, and all only where nothing is left."""
    cap, rest = int(figures["cap"]), int(figures["rest"])
    return YEAR_CELLS - min(-(-YEAR_CELLS * rest // max(cap, 1)), YEAR_CELLS - (rest < cap))


def _places(award: Award, step: Step) -> Iterator[Mapping[str, int]]:
    """Where the band of a step lies among the bands of the table that has it."""
    for table in _tables(award):
        for at, row in enumerate(table.bands.rows):
            if row.step == step:
                yield {"cells": len(table.bands.rows), "start": at, "end": at + 1}


def _tables(award: Award) -> Iterator[RateOnWhole | FixedSum | Slices]:
    """Every table in an award."""
    if isinstance(award, RateOnWhole | FixedSum | Slices):
        yield award
    inner = award.parts if isinstance(award, Parts) else [case.award for case in award.cases] if isinstance(award, Cases) else ()
    for part in cast("tuple[Award, ...]", inner):
        yield from _tables(part)
