"""Reads a policy file into compiled editions, or refuses it with a list of everything wrong, each problem named by its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from calculator.amounts import Fen, Ppm, parse_rate, parse_yuan
from calculator.award import Award, Band, Item, Items, RateOnWhole, SingleRate, Words
from calculator.errors import CalculatorError, PolicyError
from calculator.facts import FACTS, Fact, FactType, Value
from calculator.edition import Cap, Condition, DocumentNeed, Edition, Policy, Route

Table = Mapping[str, Any]
T = TypeVar("T")

LANGUAGES = ("zh", "en")
STATUSES = ("official", "sample")
_FILE_KEYS = {"benefit", "title", "edition_by", "edition"}
_EDITION_KEYS = {
    "from", "status", "source", "asks", "claim_asks", "conditions", "reviews", "award", "caps", "minimum", "routes", "documents",
}  # fmt: skip
_TEST_KEYS = {"id", "fact", "clause", "remedy", "between", "over", "from", "to", "below", "is", "not"}
_ENDS = {"over", "from", "to", "below"}
_ONE_DAY = timedelta(days=1)


class _WrongError(CalculatorError):
    """One problem in one part of a file."""


class _Problems:
    """Gathers problems, so that one run names them all."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @contextmanager
    def at(self, where: str) -> Iterator[None]:
        """What goes wrong inside is one problem of this place; reading goes on after it."""
        try:
            yield
        except CalculatorError as wrong:
            self.found.append(f"{where}: {wrong}" if where else str(wrong))

    def each(self, where: str, rows: object, read: Callable[[Table], T]) -> tuple[T, ...]:
        """Every row that can be read."""
        result: list[T] = []
        with self.at(where):
            for number, row in enumerate(_rows(rows), 1):
                with self.at(f"{where} {number}"):
                    result.append(read(row))
        return tuple(result)


def read_policy(file: Path) -> Policy:
    """The policy in a file. Raises PolicyError with every problem found."""
    problems = _Problems()
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise PolicyError(str(file), (str(wrong),)) from wrong
    policy = _policy(file, data, problems)
    if problems.found or policy is None:
        raise PolicyError(str(file), tuple(problems.found))
    return policy


def _policy(file: Path, data: Table, problems: _Problems) -> Policy | None:
    place, benefit = file.parent.name, file.stem
    editions: list[Edition] = []
    with problems.at(""):
        _only(data, _FILE_KEYS)
        if data.get("benefit") != benefit:
            raise _WrongError(f"benefit must be {benefit!r}, the name of the file")
        title, edition_by = _words(data, "title"), _fact(data.get("edition_by"), FactType.DAY).name
        for table in _rows(data.get("edition")):
            where = f"edition {table.get('from')}"
            with problems.at(where):
                edition = _edition(place, benefit, title, edition_by, table, problems, where)
                if editions and edition.starts <= editions[-1].starts:
                    raise _WrongError("editions must stand in the order of their dates")
                editions.append(edition)
        if not editions:
            raise _WrongError("no edition that can be used")
        return Policy(place, benefit, title, edition_by, tuple(editions))
    return None


def _edition(place: str, benefit: str, title: Words, edition_by: str, table: Table, problems: _Problems, where: str) -> Edition:
    _only(table, _EDITION_KEYS)
    starts, status, source = table.get("from"), table.get("status"), table.get("source")
    if not isinstance(starts, date) or isinstance(starts, datetime):
        raise _WrongError("from must be a day")
    if status not in STATUSES:
        raise _WrongError(f"status must be one of {', '.join(STATUSES)}")
    if not isinstance(source, str) or not source.strip():
        raise _WrongError("source is missing")
    conditions = problems.each(f"{where}, condition", table.get("conditions"), _condition)
    reviews = problems.each(f"{where}, review", table.get("reviews", []), _condition)
    caps = table.get("caps", {})
    _only(caps, {"per_payment", "per_year"})
    award = _award(_table(table, "award"), problems, f"{where}, award")
    cap_per_year = _cap(caps, "per_year")
    amount_facts = {award.fact: award.clause} | ({"paid_this_year": cap_per_year.clause} if cap_per_year else {})
    edition = Edition(
        id=f"{place}/{benefit}@{starts.isoformat()}",
        place=place,
        benefit=benefit,
        title=title,
        starts=starts,
        status=status,
        source=source,
        edition_by=edition_by,
        asks=_names(table, "asks"),
        claim_asks=_names(table, "claim_asks"),
        conditions=conditions,
        reviews=reviews,
        award=award,
        cap_per_payment=_cap(caps, "per_payment"),
        cap_per_year=cap_per_year,
        minimum=_cap(table, "minimum"),
        documents=problems.each(f"{where}, document", table.get("documents", []), _document),
        routes=problems.each(f"{where}, route", table.get("routes", []), _route),
        amount_facts=amount_facts,
    )
    with problems.at(where):
        _whole(edition)
    return edition


def _whole(edition: Edition) -> None:
    """What only the edition as a whole can get wrong."""
    read = {condition.fact for condition in edition.conditions} | edition.amount_facts.keys()
    if set(edition.asks) != read:
        raise _WrongError(f"asks must name exactly the facts that are read: {', '.join(sorted(read))}")
    later = {review.fact for review in edition.reviews} - read
    if not ({edition.edition_by} | later) <= set(edition.claim_asks):
        raise _WrongError("claim_asks must name edition_by and the facts of the reviews")
    ids = [test.id for test in (*edition.conditions, *edition.reviews)]
    if len(set(ids)) != len(ids):
        raise _WrongError("the same id twice")
    if isinstance(edition.award, RateOnWhole):
        _bands_reach(edition.award, edition.conditions)
    if isinstance(edition.award, Items):
        _items_known(edition.award, (*edition.conditions, *edition.reviews))


def _bands_reach(award: RateOnWhole, conditions: Sequence[Condition]) -> None:
    """Every base that the conditions let through must fall in a band."""
    lows = [c.low for c in conditions if c.fact == award.base and isinstance(c.low, int)]
    highs = [c.high for c in conditions if c.fact == award.base and isinstance(c.high, int)]
    if award.bands[0].low > max(lows, default=0):
        raise _WrongError("a gap below the first band")
    top = award.bands[-1].high
    if top is not None and (not highs or min(highs) > top):
        raise _WrongError("a gap above the last band")


def _items_known(award: Items, tests: Sequence[Condition]) -> None:
    for test in tests:
        if test.fact == award.fact and test.values is not None and not test.values <= set(award.items):
            raise _WrongError(f"{test.id}: an item that is not in the list")


def _condition(row: Table) -> Condition:
    _only(row, _TEST_KEYS)
    fact = _fact(row.get("fact"))
    remedy = _words(row, "remedy") if "remedy" in row else None
    tests = row.keys() & (_ENDS | {"between", "is", "not"})
    if not tests or (len(tests) > 1 and not tests <= _ENDS):
        raise _WrongError("needs between, is, not, or ends (over or from, to or below)")
    if "is" in row or "not" in row:
        values = frozenset(_value(fact, value) for value in _list(row["is"] if "is" in row else row["not"]))
        return Condition(_text(row, "id"), fact.name, _words(row, "clause"), values=values, negated="not" in row, remedy=remedy)
    low, high = _between(fact, row["between"]) if "between" in row else _ends(fact, row)
    return Condition(_text(row, "id"), fact.name, _words(row, "clause"), low, high, remedy=remedy)


def _between(fact: Fact, pair: object) -> tuple[Any, Any]:
    both = _list(pair)
    if len(both) != 2:  # noqa: PLR2004  # a pair
        raise _WrongError("between needs two values")
    return _ends(fact, {"from": both[0], "to": both[1]})


def _ends(fact: Fact, row: Table) -> tuple[Any, Any]:
    """The ends as the first and the last value inside: "over 5000" starts a fen above."""
    if {"over", "from"} <= row.keys() or {"to", "below"} <= row.keys():
        raise _WrongError("the same end twice")
    one: Any = _ONE_DAY if fact.type is FactType.DAY else 1
    low = _value(fact, row["from"]) if "from" in row else _value(fact, row["over"]) + one if "over" in row else None
    high = _value(fact, row["to"]) if "to" in row else _value(fact, row["below"]) - one if "below" in row else None
    if low is not None and high is not None and low > high:
        raise _WrongError("the ends are the wrong way round")
    return low, high


def _value(fact: Fact, value: Any) -> Any:
    """A value of the file, of the fact's own type; money is text, so that it stays exact."""
    if fact.type is FactType.MONEY:
        return _fen(value)
    expected = {FactType.YES_NO: bool, FactType.COUNT: int, FactType.DAY: date, FactType.CHOICE: str}[fact.type]
    if type(value) is not expected:
        raise _WrongError(f"{fact.name} cannot be {value!r}")
    if fact.choices and value not in fact.choices:
        raise _WrongError(f"{fact.name} cannot be {value!r}")
    return value


def _award(row: Table, problems: _Problems, where: str) -> Award:
    kind = row.get("kind")
    if kind == "rate_on_whole":
        _only(row, {"kind", "base", "bands", "clause"})
        bands = problems.each(f"{where}, band", row.get("bands"), _band)
        _adjoin(bands)
        return RateOnWhole(_fact(row.get("base"), FactType.MONEY).name, bands, _words(row, "clause"))
    if kind == "single_rate":
        _only(row, {"kind", "base", "rate", "clause"})
        return SingleRate(_fact(row.get("base"), FactType.MONEY).name, _rate(row), _words(row, "clause"))
    if kind == "items":
        _only(row, {"kind", "fact", "items", "clause"})
        items = problems.each(f"{where}, item", row.get("items"), _item)
        by_id = {item.id: item for item in items}
        if len(by_id) != len(items) or not items:
            raise _WrongError("items need ids of their own")
        return Items(_fact(row.get("fact"), FactType.CHOICE).name, by_id, _words(row, "clause"))
    raise _WrongError(f"award: unknown kind {kind!r}")


def _band(row: Table) -> Band:
    _only(row, _ENDS | {"rate"})
    low, high = _ends(FACTS["out_of_pocket"], row)
    if low is None:
        raise _WrongError("needs over or from")
    figures = {end: _fen(row[end]) for end in ("over", "from", "to", "below") if end in row} | {"rate_ppm": _rate(row)}
    return Band(low, high, _rate(row), figures)


def _adjoin(bands: Sequence[Band]) -> None:
    if not bands:
        raise _WrongError("no bands")
    for before, after in pairwise(bands):
        if before.high is None or after.low <= before.high:
            raise _WrongError(f"bands overlap at the band of {after.figures}")
        if after.low > before.high + 1:
            raise _WrongError(f"a gap before the band of {after.figures}")


def _item(row: Table) -> Item:
    _only(row, {"id", "title", "amount"})
    return Item(_text(row, "id"), _words(row, "title"), _fen(row.get("amount")))


def _cap(table: Table, key: str) -> Cap | None:
    if key not in table:
        return None
    row = _table(table, key)
    _only(row, {"amount", "clause"})
    return Cap(_fen(row.get("amount")), _words(row, "clause"))


def _document(row: Table) -> DocumentNeed:
    _only(row, {"kind", "title", "hint"})
    return DocumentNeed(_text(row, "kind"), _words(row, "title"), _words(row, "hint"))


def _route(row: Table) -> Route:
    _only(row, {"over", "needs", "clause"})
    return Route(_fen(row.get("over")), tuple(str(need) for need in _list(row.get("needs"))), _words(row, "clause"))


def _fact(name: object, kind: FactType | None = None) -> Fact:
    fact = FACTS.get(name) if isinstance(name, str) else None
    if fact is None:
        raise _WrongError(f"unknown fact {name!r}")
    if kind is not None and fact.type is not kind:
        raise _WrongError(f"{name} is not of type {kind.value}")
    return fact


def _names(table: Table, key: str) -> tuple[str, ...]:
    return tuple(_fact(name).name for name in _list(table.get(key)))


def _words(row: Table, key: str) -> Words:
    words = row.get(key)
    if not isinstance(words, dict) or words.keys() != set(LANGUAGES) or not all(isinstance(w, str) and w.strip() for w in words.values()):
        raise _WrongError(f"{key} needs a text in each of {', '.join(LANGUAGES)}")
    return words


def _text(row: Table, key: str) -> str:
    text = row.get(key)
    if not isinstance(text, str) or not text:
        raise _WrongError(f"{key} is missing")
    return text


def _fen(value: object) -> Fen:
    if not isinstance(value, str):
        raise _WrongError(f"write {value!r} as text, in yuan, so that it stays exact")
    return parse_yuan(value)


def _rate(row: Table) -> Ppm:
    rate = row.get("rate")
    if not isinstance(rate, str):
        raise _WrongError(f'write rate {rate!r} as text, like "1.5%", so that it stays exact')
    return parse_rate(rate)


def _only(table: Table, known: set[str]) -> None:
    unknown = table.keys() - known
    if unknown:
        raise _WrongError(f"unknown key {', '.join(sorted(unknown))}")


def _table(table: Table, key: str) -> Table:
    value = table.get(key)
    if not isinstance(value, dict):
        raise _WrongError(f"{key} is missing")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _WrongError(f"{value!r} must be a list")
    return value


def _rows(value: object) -> list[Table]:
    rows = _list(value)
    if not all(isinstance(row, dict) for row in rows):
        raise _WrongError("must be tables")
    return rows
