"""Reads a policy file into compiled editions, or refuses it with a list of everything wrong, each problem named by its place."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from calculator.award import Award, Band, Item, Items, RateOnWhole, SingleRate
from calculator.edition import Cap, Condition, DocumentNeed, Edition, Policy, Route
from calculator.errors import PolicyError
from calculator.facts import FACTS, Fact, FactType
from calculator.fields import (
    Problems,
    Table,
    WrongError,
    exact_fen,
    listed,
    only,
    rows_of,
    take_day,
    take_fact,
    take_facts,
    take_fen,
    take_rate,
    take_table,
    take_text,
    take_words,
)

STATUSES = ("official", "sample")
_FILE_KEYS = {"benefit", "title", "edition_by", "edition"}
_EDITION_LISTS = {"conditions", "reviews", "routes", "documents"}
_EDITION_KEYS = {"from", "status", "source", "asks", "claim_asks", "award", "caps", "minimum"} | _EDITION_LISTS
_ENDS = {"over", "from", "to", "below"}
_TESTS = _ENDS | {"between", "is", "not"}
_ONE_DAY = timedelta(days=1)


def read_policy(file: Path) -> Policy:
    """Read the policy in a file. Raises PolicyError with every problem found."""
    problems = Problems()
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as wrong:
        raise PolicyError(str(file), (str(wrong),)) from wrong
    policy = problems.attempt("file", lambda: _policy(file, data, problems))
    if problems.found or policy is None:
        raise PolicyError(str(file), tuple(problems.found))
    return policy


def _policy(file: Path, data: Table, problems: Problems) -> Policy:
    only(data, _FILE_KEYS)
    place, benefit = file.parent.name, file.stem
    if data.get("benefit") != benefit:
        raise WrongError(f"benefit must be {benefit!r}, the name of the file")
    empty = Policy(place, benefit, take_words(data, "title"), take_fact(data.get("edition_by"), FactType.DAY).name, ())
    editions = problems.each("edition", data.get("edition"), lambda table: _edition(empty, table, problems))
    for before, after in pairwise(editions):
        if after.starts <= before.starts:
            raise WrongError(f"edition {after.starts} must stand before edition {before.starts}, and no day twice")
    if not editions and not problems.found:
        raise WrongError("no edition")
    return Policy(place, benefit, empty.title, empty.edition_by, editions)


def _edition(policy: Policy, table: Table, problems: Problems) -> Edition:
    only(table, _EDITION_KEYS)
    starts = take_day(table, "from")
    where = f"edition {starts}"
    if table.get("status") not in STATUSES:
        raise WrongError(f"{starts}: status must be one of {', '.join(STATUSES)}")
    caps = table.get("caps", {})
    only(caps, {"per_payment", "per_year"})
    per_year = _cap(caps, "per_year")
    award = _award(take_table(table, "award"), problems, f"{where}, award")
    edition = Edition(
        id=f"{policy.place}/{policy.benefit}@{starts.isoformat()}",
        place=policy.place,
        benefit=policy.benefit,
        title=policy.title,
        starts=starts,
        status=table["status"],
        source=take_text(table, "source"),
        edition_by=policy.edition_by,
        asks=take_facts(table, "asks"),
        claim_asks=take_facts(table, "claim_asks"),
        conditions=problems.each(f"{where}, condition", table.get("conditions"), _condition),
        reviews=problems.each(f"{where}, review", table.get("reviews", []), _condition),
        award=award,
        cap_per_payment=_cap(caps, "per_payment"),
        cap_per_year=per_year,
        minimum=_cap(table, "minimum"),
        documents=problems.each(f"{where}, document", table.get("documents", []), _document),
        routes=problems.each(f"{where}, route", table.get("routes", []), _route),
        amount_facts={award.fact: award.clause} | ({"paid_this_year": per_year.clause} if per_year else {}),
    )
    if not problems.found:
        _check_whole(edition)
    return edition


def _check_whole(edition: Edition) -> None:
    """Refuse what only the edition as a whole can get wrong."""
    read = {condition.fact for condition in edition.conditions} | edition.amount_facts.keys()
    if sorted(edition.asks) != sorted(read):
        raise WrongError(f"asks must name exactly the facts that are read: {', '.join(sorted(read))}")
    if not {edition.edition_by, *(review.fact for review in edition.reviews)} - read <= set(edition.claim_asks):
        raise WrongError("claim_asks must name edition_by and the facts of the reviews")
    ids = [test.id for test in (*edition.conditions, *edition.reviews)]
    if len(set(ids)) != len(ids):
        raise WrongError("the same id twice")
    if isinstance(edition.award, RateOnWhole):
        _check_reach(edition.award, edition.conditions)
    if isinstance(edition.award, Items):
        _check_items(edition.award, (*edition.conditions, *edition.reviews))


def _check_reach(award: RateOnWhole, conditions: Sequence[Condition]) -> None:
    """Every base that the conditions let through must fall in a band."""
    lows = [c.low for c in conditions if c.fact == award.base and isinstance(c.low, int)]
    highs = [c.high for c in conditions if c.fact == award.base and isinstance(c.high, int)]
    if award.bands[0].low > max(lows, default=0):
        raise WrongError("a gap below the first band")
    top = award.bands[-1].high
    if top is not None and (not highs or min(highs) > top):
        raise WrongError("a gap above the last band")


def _check_items(award: Items, tests: Sequence[Condition]) -> None:
    for test in tests:
        if test.fact == award.fact and test.values is not None and not test.values <= set(award.items):
            raise WrongError(f"{test.id} names an item that is not in the list")


def _condition(row: Table) -> Condition:
    only(row, _TESTS | {"id", "fact", "clause", "remedy"})
    fact = take_fact(row.get("fact"))
    tests = row.keys() & _TESTS
    if not tests or (len(tests) > 1 and not tests <= _ENDS):
        raise WrongError("needs one of between, is, not, or ends (over or from, to or below)")
    condition = Condition(
        take_text(row, "id"), fact.name, take_words(row, "clause"), remedy=take_words(row, "remedy") if "remedy" in row else None
    )
    for key in ("is", "not"):
        if key in row:
            values = frozenset(_value(fact, value) for value in listed(row[key]))
            return replace(condition, values=values, negated=key == "not")
    low, high = _between(fact, listed(row["between"])) if "between" in row else _ends(fact, row)
    return replace(condition, low=low, high=high)


def _between(fact: Fact, pair: Sequence[object]) -> tuple[Any, Any]:
    if len(pair) != 2:  # noqa: PLR2004  # a pair
        raise WrongError("between needs two values")
    return _ends(fact, {"from": pair[0], "to": pair[1]})


def _ends(fact: Fact, row: Table) -> tuple[Any, Any]:
    """Turn the ends into the first and the last value inside: "over 5000" starts a fen above."""
    if {"over", "from"} <= row.keys() or {"to", "below"} <= row.keys():
        raise WrongError("the same end twice")
    values = {end: _value(fact, row[end]) for end in _ENDS if end in row}
    one: Any = _ONE_DAY if fact.type is FactType.DAY else 1
    low = values["over"] + one if "over" in values else values.get("from")
    high = values["below"] - one if "below" in values else values.get("to")
    if low is not None and high is not None and low > high:
        raise WrongError("the ends are the wrong way round")
    return low, high


def _value(fact: Fact, value: object) -> Any:
    """Take a value of the fact's own type."""
    if fact.type is FactType.MONEY:
        return exact_fen(value)
    expected = {FactType.YES_NO: bool, FactType.COUNT: int, FactType.DAY: date, FactType.CHOICE: str}[fact.type]
    if type(value) is not expected or (fact.choices and value not in fact.choices):
        raise WrongError(f"{fact.name} cannot be {value!r}")
    return value


def _award(row: Table, problems: Problems, where: str) -> Award:
    kind, clause = row.get("kind"), take_words(row, "clause")
    if kind == "rate_on_whole":
        only(row, {"kind", "base", "bands", "clause"})
        base = take_fact(row.get("base"), FactType.MONEY).name
        rows = rows_of(row.get("bands"))
        bands = problems.each(f"{where}, band", rows, _band)
        if len(bands) == len(rows):
            _check_adjoin(bands)
        return RateOnWhole(base, bands, clause)
    if kind == "single_rate":
        only(row, {"kind", "base", "rate", "clause"})
        return SingleRate(take_fact(row.get("base"), FactType.MONEY).name, take_rate(row, "rate"), clause)
    if kind == "items":
        only(row, {"kind", "fact", "items", "clause"})
        items = problems.each(f"{where}, item", row.get("items"), _item)
        by_id = {item.id: item for item in items}
        if len(by_id) != len(items):
            raise WrongError("the same item twice")
        return Items(take_fact(row.get("fact"), FactType.CHOICE).name, by_id, clause)
    raise WrongError(f"award: unknown kind {kind!r}")


def _band(row: Table) -> Band:
    only(row, _ENDS | {"rate"})
    low, high = _ends(FACTS["out_of_pocket"], row)
    if low is None:
        raise WrongError("needs over or from")
    rate = take_rate(row, "rate")
    return Band(low, high, rate, {end: exact_fen(row[end]) for end in row if end in _ENDS} | {"rate_ppm": rate})


def _check_adjoin(bands: Sequence[Band]) -> None:
    if not bands:
        raise WrongError("award: no bands")
    for number, (before, after) in enumerate(pairwise(bands), 2):
        if before.high is None or after.low <= before.high:
            raise WrongError(f"award: band {number} overlaps the one before it")
        if after.low > before.high + 1:
            raise WrongError(f"award: a gap before band {number}")


def _item(row: Table) -> Item:
    only(row, {"id", "title", "amount"})
    return Item(take_text(row, "id"), take_words(row, "title"), take_fen(row, "amount"))


def _cap(table: Table, key: str) -> Cap | None:
    if key not in table:
        return None
    row = take_table(table, key)
    only(row, {"amount", "clause"})
    return Cap(take_fen(row, "amount"), take_words(row, "clause"))


def _document(row: Table) -> DocumentNeed:
    only(row, {"kind", "title", "hint"})
    return DocumentNeed(take_text(row, "kind"), take_words(row, "title"), take_words(row, "hint"))


def _route(row: Table) -> Route:
    only(row, {"over", "needs", "clause"})
    return Route(take_fen(row, "over"), tuple(str(need) for need in listed(row.get("needs"))), take_words(row, "clause"))
