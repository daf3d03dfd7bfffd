"""Tests put together with all, any and not: how they stand, and the nearest change that meets them."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator.facts import UNCLEAR, Known, Open, Value
from calculator.logic import All, Any_, Leaf, State, Test, can_fail, leaves, negate, undecided
from calculator.nearest import Flip, nearest

ADULT = Leaf("age", 16, 60)
IN_WORK = Leaf("in_work", values=frozenset({True}))
INJURED = Leaf("stay_cause", values=frozenset({"injury"}))
COSTLY = Leaf("bill", 500_001, None)
NOT_IN_MAY = negate(Leaf("fire_on", date(2023, 5, 1), date(2023, 5, 31)))
OLD_AND_RETIRED: Known = {"age": 61, "in_work": False, "bill": 0}
OLD_ENOUGH_OR_IN_WORK = Any_((Leaf("age", 30, None), IN_WORK))


@pytest.mark.parametrize(
    ("sentence", "test", "facts", "state"),
    [
        ("both ends are inside", ADULT, {"age": 16}, State.MET),
        ("both ends are inside", ADULT, {"age": 60}, State.MET),
        ("below is outside", ADULT, {"age": 15}, State.FAILED),
        ("above is outside", ADULT, {"age": 61}, State.FAILED),
        ("nothing known decides nothing", ADULT, {}, State.UNKNOWN),
        ("what is unclear is for a person", ADULT, {"age": UNCLEAR}, State.REVIEW),
        ("all: one failure is enough", All((ADULT, IN_WORK)), {"age": 70}, State.FAILED),
        ("all: a failure outweighs the unclear", All((ADULT, IN_WORK)), {"age": UNCLEAR, "in_work": False}, State.FAILED),
        ("all: the unknown outweighs the unclear", All((ADULT, IN_WORK)), {"age": UNCLEAR}, State.UNKNOWN),
        ("all: each must be met", All((ADULT, IN_WORK)), {"age": 45, "in_work": True}, State.MET),
        ("any: one is enough", Any_((ADULT, IN_WORK)), {"in_work": True}, State.MET),
        ("any: one is enough, whatever is unclear", Any_((ADULT, IN_WORK)), {"age": UNCLEAR, "in_work": True}, State.MET),
        ("any: while one is unknown nothing fails", Any_((ADULT, IN_WORK)), {"age": 70}, State.UNKNOWN),
        ("any: the unknown outweighs the unclear", Any_((ADULT, IN_WORK)), {"age": UNCLEAR}, State.UNKNOWN),
        ("any: the unclear outweighs a failure", Any_((ADULT, IN_WORK)), {"age": 70, "in_work": UNCLEAR}, State.REVIEW),
        ("any: all failed", Any_((ADULT, IN_WORK)), {"age": 70, "in_work": False}, State.FAILED),
        ("not: turned round", negate(ADULT), {"age": 70}, State.MET),
        ("not of a list of values", negate(INJURED), {"stay_cause": "injury"}, State.FAILED),
        ("not both is one of the two not", negate(All((ADULT, IN_WORK))), {"age": 70}, State.MET),
        ("not one of two is neither", negate(Any_((ADULT, IN_WORK))), {"age": 70}, State.UNKNOWN),
    ],
)
def test_a_test_stands(sentence: str, test: Test, facts: Known, state: State) -> None:
    assert test.state(facts) is state, sentence


@pytest.mark.parametrize(
    ("sentence", "low", "high", "state"),
    [
        ("wholly below", 0, 500_000, State.FAILED),
        ("reaching in by a fen", 0, 500_001, State.UNKNOWN),
        ("wholly inside", 500_001, 900_000, State.MET),
        ("beginning a fen below", 500_000, 900_000, State.UNKNOWN),
    ],
)
def test_an_open_sum_is_decided_wherever_it_may_lie(sentence: str, low: int, high: int, state: State) -> None:
    unclear = State.REVIEW if state is State.UNKNOWN else state

    assert COSTLY.state({"bill": Open(low, high, is_unclear=False)}) is state, sentence
    assert COSTLY.state({"bill": Open(low, high, is_unclear=True)}) is unclear, sentence


def test_an_open_sum_on_both_sides_of_a_gap_decides_nothing() -> None:
    outside = negate(Leaf("bill", 100, 200))

    assert outside.state({"bill": Open(50, 300, is_unclear=False)}) is State.UNKNOWN
    assert outside.state({"bill": Open(201, 300, is_unclear=False)}) is State.MET


def test_the_part_that_decides_is_named() -> None:
    assert All((ADULT, IN_WORK)).decider({"age": 45, "in_work": False}) is IN_WORK
    assert Any_((ADULT, IN_WORK)).decider({"age": 70, "in_work": True}) is IN_WORK


@pytest.mark.parametrize(
    ("sentence", "test", "facts", "flips"),
    [
        ("up to the lower end", ADULT, {"age": 10}, (Flip("age", 16, 6),)),
        ("down to the upper end", ADULT, {"age": 70}, (Flip("age", 60, -10),)),
        ("yes instead of no", IN_WORK, {"in_work": False}, (Flip("in_work", True, None),)),
        ("the one value of a list", INJURED, {"stay_cause": "illness"}, (Flip("stay_cause", "injury", None),)),
        ("out of a list none is nearest", Leaf("injury", values=frozenset({"spine", "skull"})), {"injury": "lighter"}, ()),
        ("out of a gap the nearer way", negate(Leaf("age", 20, 60)), {"age": 25}, (Flip("age", 19, -6),)),
        ("never below what can be", negate(Leaf("age", 0, 60)), {"age": 2}, (Flip("age", 61, 59),)),
        ("never above what can be", negate(Leaf("age", 20, 120)), {"age": 100}, (Flip("age", 19, -81),)),
        ("down to the least that can be", Leaf("age", None, 0), {"age": 5}, (Flip("age", 0, -5),)),
        ("up to the most that can be", Leaf("age", 120, None), {"age": 100}, (Flip("age", 120, 20),)),
        ("the one number of a list", Leaf("children_hurt", values=frozenset({2})), {"children_hurt": 5}, (Flip("children_hurt", 2, -3),)),
        ("of two ranges the nearer", Any_((Leaf("age", 16, 20), Leaf("age", 50, 60))), {"age": 45}, (Flip("age", 50, 5),)),
        ("of two facts the first", OLD_ENOUGH_OR_IN_WORK, {"age": 20, "in_work": False}, (Flip("age", 30, 10),)),
        ("two facts, where two are wanting", All((ADULT, IN_WORK)), OLD_AND_RETIRED, (Flip("age", 60, -1), Flip("in_work", True, None))),
        ("one fact rather than two", Any_((All((ADULT, IN_WORK)), COSTLY)), OLD_AND_RETIRED, (Flip("bill", 500_001, 500_001),)),
        ("a day", Leaf("fire_on", date(2023, 1, 2), None), {"fire_on": date(2022, 12, 30)}, (Flip("fire_on", date(2023, 1, 2), 3),)),
        ("the day before a month", NOT_IN_MAY, {"fire_on": date(2023, 5, 3)}, (Flip("fire_on", date(2023, 4, 30), -3),)),
        ("a sum that cannot reach", COSTLY, {"bill": Open(0, 400_000, is_unclear=False)}, (Flip("bill", 500_001, 100_001),)),
        ("a sum that cannot come down", Leaf("bill", 100, 500), {"bill": Open(600, 700, is_unclear=False)}, (Flip("bill", 500, -100),)),
        ("what is not known yet is left alone", All((ADULT, IN_WORK)), {"age": 61}, (Flip("age", 60, -1),)),
        ("and so is a day", All((ADULT, NOT_IN_MAY)), {"age": 61}, (Flip("age", 60, -1),)),
        ("what is unclear is left alone", All((ADULT, NOT_IN_MAY)), {"age": 61, "fire_on": UNCLEAR}, (Flip("age", 60, -1),)),
        ("nothing to change where it is met", ADULT, {"age": 45}, ()),
    ],
)  # fmt: skip
def test_the_nearest_change_is_told(sentence: str, test: Test, facts: Known, flips: tuple[Flip, ...]) -> None:
    assert nearest(test, facts) == flips, sentence


LEAVES = [
    Leaf("age", 16, 60),
    Leaf("age", None, 30),
    Leaf("age", 25, None, negated=True),
    Leaf("age", 10, 20, negated=True),
    Leaf("in_work", values=frozenset({True})),
    Leaf("own_home", values=frozenset({False})),
    Leaf("children_hurt", 1, 3),
]
TREES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any_(tuple(parts))),
    ),
    max_leaves=5,
)
DOMAIN: dict[str, list[Value]] = {
    "age": list(range(70)),
    "in_work": [True, False],
    "own_home": [True, False],
    "children_hurt": list(range(6)),
}
CASES = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in DOMAIN.items()})


@given(TREES, CASES)
def test_the_nearest_change_does_meet_the_test_and_no_nearer_one_does(test: Test, facts: dict[str, Value]) -> None:
    flips = nearest(test, facts)

    if test.state(facts) is State.MET:
        assert flips == ()
    elif len(flips) == 1:
        (flip,) = flips
        assert test.state({**facts, flip.fact: flip.to}) is State.MET
        nearer = [value for value in DOMAIN[flip.fact] if _distance(value, facts[flip.fact]) < _distance(flip.to, facts[flip.fact])]
        assert all(test.state({**facts, flip.fact: value}) is State.FAILED for value in nearer)
    else:
        changed = {**facts, **{flip.fact: flip.to for flip in flips}}
        assert not flips or test.state(changed) is State.MET
        singles = ({**facts, name: value} for name, values in DOMAIN.items() for value in values)
        assert all(test.state(single) is State.FAILED for single in singles)


@given(TREES, CASES)
def test_a_test_turned_round_twice_is_itself(test: Test, facts: dict[str, Value]) -> None:
    assert negate(negate(test)).state(facts) is test.state(facts)
    assert {negate(test).state(facts), test.state(facts)} == {State.MET, State.FAILED}


@given(TREES, CASES, st.data())
def test_what_is_decided_early_stays_decided(test: Test, facts: dict[str, Value], data: st.DataObject) -> None:
    known = {name: value for name, value in facts.items() if data.draw(st.booleans())}
    early, late = test.state(known), test.state(facts)

    assert early in (State.UNKNOWN, late)
    if late is State.FAILED:
        assert can_fail(test, known)
    if early is State.UNKNOWN:
        assert set(undecided(test, known)) <= facts.keys() - known.keys()
        assert set(undecided(test, known))
    else:
        assert not list(undecided(test, known))


def test_every_leaf_is_listed_in_order() -> None:
    assert list(leaves(All((ADULT, Any_((IN_WORK, COSTLY)))))) == [ADULT, IN_WORK, COSTLY]


def test_the_order_of_the_parts_does_not_change_how_a_test_stands() -> None:
    facts: Known = {"age": 61, "in_work": UNCLEAR}

    for one, other in combinations((ADULT, IN_WORK, COSTLY), 2):
        assert All((one, other)).state(facts) is All((other, one)).state(facts)
        assert Any_((one, other)).state(facts) is Any_((other, one)).state(facts)


def _distance(one: Value, other: Value) -> int:
    return abs(one - other) if isinstance(one, int) and isinstance(other, int) else 0
