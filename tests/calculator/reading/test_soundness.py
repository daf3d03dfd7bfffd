"""What an award, a sum or the lists of facts say must fit the rest of the edition."""

from __future__ import annotations

from pathlib import Path

import pytest

from calculator.errors import PolicyError
from calculator.reading.policy_file import read_policy

SMALL = """
benefit = "small"
title = { zh = "小", en = "Small" }
edition_by = "fire_on"

[[edition]]
from = 2023-01-01
status = "sample"
source = "An example."
per = "event"
asks = ["loss", "loss_cause"]
claim_asks = ["fire_on"]

[[edition.sums]]
name = "net"
title = { zh = "净", en = "Net" }
plus = ["loss"]
clause = { zh = "净", en = "Net" }

[[edition.conditions]]
id = "cause"
fact = "loss_cause"
is = ["fire"]
clause = { zh = "要", en = "Must" }

[edition.award]
clause = { zh = "给", en = "Paid" }
"""
WORDS = '{ zh = "项", en = "Item" }'
ARM = f'{{ id = "arm", amount = "1", title = {WORDS} }}'
PAID = 'award = { kind = "fixed", amount = "1", clause = { zh = "给", en = "Paid" } }'
LOST = '[{ fact = "loss", over = "0" }]'
HALF = """["fire_on", "bill"]

[[edition.conditions]]
id = "sum"
sum = "net"
over = "0"
clause = { zh = "要", en = "Must" }

[[edition.sums]]
minus = ["bill"]
name = "net"
"""


def _problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "small.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        read_policy(file)
    return [f"{problem.line}: {problem.place}: {problem.message}" for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("slip", "award", "problem"),
    [
        ("nothing to look at", 'kind = "single_rate"\nrate = "10%"', "26: edition 2023-01-01, award: needs a base or a sum, and not both"),
        ("a slice from a sum", 'kind = "slices"\nbase = "loss"\nbands = [{ from = "0", rate = "1%" }]', "bands 1: a slice has over and to"),
        (
            "one item twice",
            f'kind = "items"\nfact = "injury"\nitems = [\n{ARM},\n{ARM},\n]',
            "32: edition 2023-01-01, award, items 2: the item arm twice",
        ),
        (
            "a list without one of the fact's values",
            f'kind = "items"\nfact = "loss_cause"\nitems = [{{ id = "fire", amount = "1", title = {WORDS} }}]',
            "needs an item for each of fire, burst_pipe",
        ),
        (
            "a case behind the rest",
            f'kind = "cases"\ncases = [{{ {PAID} }}, {{ {PAID} }}]',
            "cases 1: a case without when stands last",
        ),
        (
            "a gap behind a band that ends below a sum",
            'kind = "fixed_sum"\nbase = "loss"\nbands = [{ from = "0", below = "10.50", amount = "1" }, { from = "11", amount = "2" }]',
            'bands 2: a gap before band 2: begin it where band 1 ends, with from = "10.50"',
        ),
        (
            "a test that puts together nothing",
            f'kind = "cases"\ncases = [{{ when = {{ all = {LOST}, any = {LOST} }}, {PAID} }}]',
            "cases 1, when: needs one of all, any, not",
        ),
        (
            "an unknown sum in a case",
            f'kind = "cases"\ncases = [{{ when = {{ sum = "nett", over = "0" }}, {PAID} }}]',
            "unknown sum 'nett': name it under sums",
        ),
    ],
)
def test_an_award_that_says_too_little_or_too_much_is_refused(tmp_path: Path, slip: str, award: str, problem: str) -> None:
    problems = _problems(tmp_path, SMALL + award)

    assert [problem in told for told in problems] == [True], f"{slip}: {problems}"


def test_a_sum_may_not_be_called_like_a_fact(tmp_path: Path) -> None:
    text = SMALL.replace('name = "net"', 'name = "loss"') + 'kind = "single_rate"\nbase = "loss"\nrate = "10%"'

    assert "loss is the name of a fact: choose another" in _problems(tmp_path, text)[0]


@pytest.mark.parametrize(
    ("slip", "good", "bad", "problem"),
    [
        (
            "a fact asked for nothing",
            'asks = ["loss", ',
            'asks = ["loss", "age", ',
            "asks must name no fact that nothing reads: leave out age",
        ),
        ("a fact claimed for nothing", '["fire_on"]', '["fire_on", "age"]', "claim_asks must name no fact that nothing reads"),
        ("a fact asked twice", '["fire_on"]', '["fire_on", "loss"]', "or that asks names: leave out loss"),
        (
            "a sum of which half is known later",
            '["fire_on"]\n\n[[edition.sums]]\nname = "net"\n',
            HALF,
            "they are known at different times",
        ),
    ],
)
def test_facts_are_asked_once_and_for_something(tmp_path: Path, slip: str, good: str, bad: str, problem: str) -> None:
    assert good in SMALL
    text = SMALL.replace(good, bad) + 'kind = "single_rate"\nbase = "loss"\nrate = "10%"'

    assert [problem in told for told in _problems(tmp_path, text)] == [True], slip
