"""What only an edition as a whole can get wrong: facts read and not asked, bases that fall in no band, names that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from calculator.facts import FACTS, FactType
from calculator.language.awards import CasesTable, EachTable, FixedSumTable, ItemsTable, PartsTable, RateOnWholeTable
from calculator.language.policy import EditionTable
from calculator.language.tests import LeafTable, TreeTable
from calculator.language.values import take_value
from calculator.reading.lines import Place

Fault = tuple[Place, str]

_TESTS = ("conditions", "exclusions", "reviews")


def faults(edition: EditionTable, edition_by: str, benefit: str) -> Iterator[Fault]:
    """Every fault of one edition, with its place inside the edition."""
    yield from _names(edition)
    yield from _combinations(edition, benefit)
    unknown = list(_unknown_sums(edition))
    yield from unknown
    if unknown:
        return
    yield from _asked(edition, edition_by)
    yield from _reach(edition)
    yield from _items(edition)


def _names(edition: EditionTable) -> Iterator[Fault]:
    """No name twice."""
    tests = [((key, place), row.id) for key in (*_TESTS, "deadlines") for place, row in enumerate(getattr(edition, key))]
    sums = [(("sums", place), row.name) for place, row in enumerate(edition.sums)]
    for rows in (tests, sums):
        seen: set[str] = set()
        for where, name in rows:
            if name in seen:
                yield where, f"the name {name} twice: give each its own"
            seen.add(name)


def _combinations(edition: EditionTable, benefit: str) -> Iterator[Fault]:
    """Each other benefit once. Whether this place has it, only the folder tells: see checking.py."""
    seen = {benefit}
    for number, row in enumerate(edition.combines):
        if row.benefit in seen:
            told = "is this file's own benefit" if row.benefit == benefit else "stands here twice"
            yield ("combines", number), f"{row.benefit} {told}: leave it out"
        seen.add(row.benefit)


def _unknown_sums(edition: EditionTable) -> Iterator[Fault]:
    known = {row.name for row in edition.sums}
    for place, leaf in _leaves(edition):
        if leaf.sum is not None and leaf.sum not in known:
            yield place, f"unknown sum {leaf.sum!r}: name it under sums"
    for place, award in _awards(edition.award, ("award",)):
        name = getattr(award, "sum", None)
        if name is not None and name not in known:
            yield place, f"unknown sum {name!r}: name it under sums"


def _asked(edition: EditionTable, edition_by: str) -> Iterator[Fault]:
    """Every fact that is read is asked, once, and no other."""
    asks, later = set(edition.asks), set(edition.claim_asks)
    amount = _amount_reads(edition)
    tested = {fact for place, leaf in _leaves(edition) if place[0] in ("conditions", "exclusions") for fact in _facts(leaf, edition)}
    noted = {fact for place, leaf in _leaves(edition) if place[0] in ("reviews", "documents") for fact in _facts(leaf, edition)}
    noted |= {edition_by, *(row.fact for row in edition.deadlines)}
    if missing := sorted((amount - asks) | (tested - asks - later)):
        yield ("asks",), f"asks must name every fact that is read: add {', '.join(missing)}"
    if idle := sorted(asks - amount - tested):
        yield ("asks",), f"asks must name no fact that nothing reads: leave out {', '.join(idle)}"
    if missing := sorted(noted - asks - later):
        yield ("claim_asks",), f"claim_asks must name edition_by and what reviews, deadlines and documents read: add {', '.join(missing)}"
    if idle := sorted((later - noted - tested) | (later & asks)):
        yield ("claim_asks",), f"claim_asks must name no fact that nothing reads, or that asks names: leave out {', '.join(idle)}"
    for place, leaf in _leaves(edition):
        if place[0] in ("conditions", "exclusions") and len({fact in later for fact in _facts(leaf, edition)}) > 1:
            yield place, "reads facts of asks and of claim_asks: they are known at different times"


def _amount_reads(edition: EditionTable) -> set[str]:
    found = {fact for place, leaf in _leaves(edition) if place[0] == "award" for fact in _facts(leaf, edition)}
    sums = {row.name: [*row.plus, *row.minus] for row in edition.sums}
    for _, award in _awards(edition.award, ("award",)):
        if isinstance(award, ItemsTable | EachTable):
            found.add(award.fact)
        elif getattr(award, "sum", None) is not None:
            found.update(sums[award.sum])
        elif getattr(award, "base", None) is not None:
            found.add(award.base)
    if edition.caps.per_year is not None or edition.per == "year":
        found.add("paid_this_year")
    return found


def _reach(edition: EditionTable) -> Iterator[Fault]:
    """Every base that the conditions let through falls in a band."""
    award = edition.award
    if not isinstance(award, RateOnWholeTable | FixedSumTable):
        return
    name = award.sum or award.base
    ends = [row for row in edition.conditions if isinstance(row, LeafTable) and row.name == name]
    lows = [low for row in ends if (low := _end(row, "over", "from", 1)) is not None]
    highs = [high for row in ends if (high := _end(row, "below", "to", -1)) is not None]
    if award.bands[0].low > max(lows, default=0):
        yield ("award", "bands", 0), "a gap below the first band: add a condition that keeps lower amounts out, or a band"
    top = award.bands[-1].high
    if top is not None and (not highs or min(highs) > top):
        yield ("award", "bands", len(award.bands) - 1), "a gap above the last band: leave its end open, or add a condition"


def _end(row: LeafTable, outer: str, inner: str, step: int) -> int | None:
    ends = row.ends()
    if outer in ends:
        return int(take_value(row.name, FactType.MONEY, ends[outer])) + step
    return int(take_value(row.name, FactType.MONEY, ends[inner])) if inner in ends else None


def _items(edition: EditionTable) -> Iterator[Fault]:
    """Tests name items that are in the list; a choice fact without values of its own has a list."""
    lists = {
        award.fact: {item.id for item in award.items} for _, award in _awards(edition.award, ("award",)) if isinstance(award, ItemsTable)
    }
    for place, leaf in _leaves(edition):
        fact = FACTS.get(leaf.name)
        if fact is None or fact.type is not FactType.CHOICE or fact.choices:
            continue
        strange = sorted({str(value) for value in [*(leaf.is_ or []), *(leaf.is_not or [])]} - lists.get(leaf.name, set()))
        if strange:
            yield place, f"no item of a list of this edition: {', '.join(strange)}"


def _leaves(edition: EditionTable) -> Iterator[tuple[Place, LeafTable]]:
    """Every test on a fact or sum, with the place of what it stands in."""
    for key in _TESTS:
        for number, row in enumerate(getattr(edition, key)):
            yield from (((key, number), leaf) for leaf in _under(row))
    for number, row in enumerate(edition.documents):
        yield from ((("documents", number), leaf) for leaf in _under(row.when))
    for place, award in _awards(edition.award, ("award",)):
        if isinstance(award, CasesTable):
            for number, case in enumerate(award.cases):
                yield from (((*place, "cases", number), leaf) for leaf in _under(case.when))


def _under(test: Any) -> Iterator[LeafTable]:
    if isinstance(test, LeafTable):
        yield test
    elif isinstance(test, TreeTable):
        for part in (*(test.all or ()), *(test.any or ()), *((test.not_,) if test.not_ is not None else ())):
            yield from _under(part)


def _awards(award: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """An award and those inside it."""
    yield place, award
    if isinstance(award, PartsTable):
        for number, part in enumerate(award.parts):
            yield from _awards(part, (*place, "parts", number))
    elif isinstance(award, CasesTable):
        for number, case in enumerate(award.cases):
            yield from _awards(case.award, (*place, "cases", number, "award"))


def _facts(leaf: LeafTable, edition: EditionTable) -> list[str]:
    if leaf.sum is None:
        return [leaf.name]
    return next([*row.plus, *row.minus] for row in edition.sums if row.name == leaf.sum)
