"""Turns the tables of a sound policy file into the compiled form that verdicts, estimates and bulk read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from calculator.amounts import Fen, Ppm
from calculator.awards.award import Award, Cap
from calculator.awards.banded import Band, Bands, FixedSum, RateOnWhole, SingleRate, Slices
from calculator.awards.composed import Case, Cases, Parts
from calculator.awards.listed import Each, Fixed, Item, Items
from calculator.deadline import Deadline
from calculator.edition import Combination, Condition, DocumentNeed, Edition, Policy, Route
from calculator.facts import FACTS, FactType
from calculator.language.awards import (
    BandTable,
    CasesTable,
    EachTable,
    FixedSumTable,
    FixedTable,
    ItemsTable,
    PartsTable,
    RateBandTable,
    RateOnWholeTable,
    SingleRateTable,
    SlicesTable,
    SumBandTable,
)
from calculator.language.policy import DeadlineTable, EditionTable, PolicyTable
from calculator.language.tests import LeafTable, TreeTable
from calculator.language.values import CapTable, WordsTable, take_value
from calculator.limits import PAID_THIS_YEAR
from calculator.logic import All, Any_, Leaf, Test, leaves, negate
from calculator.sums import Base
from calculator.working import Step, Words

Sums = Mapping[str, Base]


def compiled(table: PolicyTable, place: str) -> Policy:
    """Compile every edition of a file."""
    name = f"{place}/{table.benefit}"
    title = _words(table.title)
    editions = tuple(_edition(edition, table, place, f"{name}@{edition.from_.isoformat()}") for edition in table.edition)
    return Policy(place, table.benefit, title, table.edition_by, editions)


def _edition(table: EditionTable, policy: PolicyTable, place: str, edition_id: str) -> Edition:
    sums = {each.name: Base(each.name, tuple(each.plus), tuple(each.minus), _words(each.title), _words(each.clause)) for each in table.sums}
    award = _award(table.award, sums)
    conditions = [_condition(row) for row in table.conditions] + [_condition(row, is_excluding=True) for row in table.exclusions]
    late = {condition.id for condition in conditions if _facts(condition.test, sums) & set(table.claim_asks)}
    per_year = _cap(table.caps.per_year)
    return Edition(
        id=edition_id,
        place=place,
        benefit=policy.benefit,
        title=_words(policy.title),
        starts=table.from_,
        status=table.status,
        source=table.source,
        edition_by=policy.edition_by,
        per=table.per,
        asks=tuple(table.asks),
        claim_asks=tuple(table.claim_asks),
        sums=sums,
        conditions=tuple(condition for condition in conditions if condition.id not in late),
        late_conditions=tuple(condition for condition in conditions if condition.id in late),
        reviews=tuple(_condition(row) for row in table.reviews),
        deadlines=tuple(_deadline(row) for row in table.deadlines),
        award=award,
        cap_per_payment=_cap(table.caps.per_payment),
        cap_per_year=per_year,
        minimum=_cap(table.minimum),
        documents=tuple(
            DocumentNeed(row.kind, _words(row.title), _words(row.hint), None if row.when is None else _test(row.when))
            for row in table.documents
        ),
        routes=tuple(Route(Fen(row.over), tuple(row.needs), _words(row.clause)) for row in table.routes),
        combines=tuple(Combination(row.benefit, _words(row.clause)) for row in table.combines),
        items=items_of(award),
        amount_facts=_amount_facts(award, table, sums),
    )


def _amount_facts(award: Award, table: EditionTable, sums: Sums) -> dict[str, Mapping[str, str]]:
    """The facts the amount may read, each with the clause of what reads it first."""
    found: dict[str, Mapping[str, str]] = {}
    for name, clause in award.reads():
        for fact in sums[name].facts if name in sums else (name,):
            found.setdefault(fact, clause)
    if table.caps.per_year is not None:
        found[PAID_THIS_YEAR] = _words(table.caps.per_year.clause)
    elif table.per == "year":
        found[PAID_THIS_YEAR] = award.clause
    return found


def items_of(award: Award) -> dict[str, Mapping[str, Item]]:
    """The items of every list of an award, by the fact that names one."""
    if isinstance(award, Items):
        return {award.fact: award.items}
    inner = award.parts if isinstance(award, Parts) else tuple(case.award for case in award.cases) if isinstance(award, Cases) else ()
    return {fact: items for part in inner for fact, items in items_of(part).items()}


def _award(table: Any, sums: Sums) -> Award:
    """Compile one award, and those inside it."""
    return _KINDS[type(table)](table, sums, {"clause": _words(table.clause), "cap": _cap(table.cap)})


_KINDS: dict[type, Callable[[Any, Sums, dict[str, Any]], Award]] = {
    RateOnWholeTable: lambda row, sums, shared: RateOnWhole(base=_base(row, sums), bands=_bands(row, "band", "band_above"), **shared),
    FixedSumTable: lambda row, sums, shared: FixedSum(base=_base(row, sums), bands=_bands(row, "band_sum", "band_above_sum"), **shared),
    SlicesTable: lambda row, sums, shared: Slices(base=_base(row, sums), bands=_bands(row, "slice", "slice_above"), **shared),
    SingleRateTable: lambda row, sums, shared: SingleRate(base=_base(row, sums), rate=Ppm(row.rate), **shared),
    ItemsTable: lambda row, _sums, shared: Items(
        fact=row.fact, items={item.id: Item(item.id, _words(item.title), Fen(item.amount)) for item in row.items}, **shared
    ),
    EachTable: lambda row, _sums, shared: Each(fact=row.fact, amount=Fen(row.amount), **shared),
    FixedTable: lambda row, _sums, shared: Fixed(amount=Fen(row.amount), **shared),
    PartsTable: lambda row, sums, shared: Parts(parts=tuple(_award(part, sums) for part in row.parts), **shared),
    CasesTable: lambda row, sums, shared: Cases(
        cases=tuple(Case(None if case.when is None else _test(case.when), _award(case.award, sums)) for case in row.cases), **shared
    ),
}


def _base(table: Any, sums: Sums) -> Base:
    return sums[table.sum] if table.sum is not None else Base(table.base, (table.base,))


def _bands(table: Any, kind: str, kind_above: str) -> Bands:
    """Compile the bands of an award, whose steps are of these kinds: `kind_above` is that of a band without an upper end."""
    clause = _words(table.clause)
    return Bands(tuple(_band(row, kind_above if row.high is None else kind, clause) for row in table.bands))


def _band(row: BandTable, kind: str, clause: Words) -> Band:
    if isinstance(row, RateBandTable):
        return Band(row.low, row.high, Ppm(row.rate), Fen(0), Step(kind, {**row.ends(), "rate_ppm": row.rate}, clause))
    assert isinstance(row, SumBandTable)  # noqa: S101  # a band pays a rate or a sum
    return Band(row.low, row.high, Ppm(0), Fen(row.amount), Step(kind, {**row.ends(), "amount": row.amount}, clause))


def _condition(row: Any, *, is_excluding: bool = False) -> Condition:
    test = _test(row)
    remedy = None if row.remedy is None else _words(row.remedy)
    return Condition(row.id, negate(test) if is_excluding else test, _words(row.clause), remedy)


def _test(row: Any) -> Test:
    if isinstance(row, TreeTable):
        if row.not_ is not None:
            return negate(_test(row.not_))
        return All(tuple(map(_test, row.all))) if row.all else Any_(tuple(map(_test, row.any or ())))
    assert isinstance(row, LeafTable)  # noqa: S101  # a test is a leaf or a tree
    return _leaf(row)


def _leaf(row: LeafTable) -> Leaf:
    """Turn the ends into the first and the last value inside: "over 5000" starts a fen above."""
    kind = FactType.MONEY if row.sum is not None else FACTS[row.name].type
    for values, negated in ((row.is_, False), (row.is_not, True)):
        if values is not None:
            return Leaf(row.name, values=frozenset(take_value(row.name, kind, value) for value in values), negated=negated)
    ends = {end: take_value(row.name, kind, value) for end, value in row.ends().items()}
    one: Any = timedelta(days=1) if kind is FactType.DAY else 1
    low = ends["over"] + one if "over" in ends else ends.get("from")
    high = ends["below"] - one if "below" in ends else ends.get("to")
    return Leaf(row.name, low, high)


def _deadline(row: DeadlineTable) -> Deadline:
    return Deadline(
        id=row.id,
        fact=row.fact,
        clause=_words(row.clause),
        is_reviewed=row.late == "review",
        days=row.days,
        working_days=row.working_days,
        month_day=None if row.month_day is None else (row.month_day[0], row.month_day[1]),
        years=row.years,
    )


def _cap(table: CapTable | None) -> Cap | None:
    return None if table is None else Cap(Fen(table.amount), _words(table.clause))


def _words(table: WordsTable) -> dict[str, str]:
    return {"zh": table.zh, "en": table.en}


def _facts(test: Test, sums: Sums) -> set[str]:
    return {fact for leaf in leaves(test) for fact in (sums[leaf.fact].facts if leaf.fact in sums else (leaf.fact,))}
