"""A tiny tax and benefit system of the same rule in OpenFisca, measured by itself. Run by a Python that has OpenFisca, not by ours.

`python openfisca_system.py FOLDER CALLS` reads age.npy, in_work.npy and out_of_pocket.npy (yuan) from the folder, writes paid.npy (yuan)
there, and says on standard output how long it took. It is imported by name, as this project neither needs nor declares it.
"""

from __future__ import annotations

import json
import sys
import time
import timeit
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

periods, builders = import_module("openfisca_core.periods"), import_module("openfisca_core.simulations")
Variable = import_module("openfisca_core.variables").Variable
Person = import_module("openfisca_core.entities").build_entity(key="member", plural="members", label="a member", is_person=True)
DAY = "2023-07-01"
RATES = import_module("openfisca_core.taxscales").SingleAmountTaxScale()
for _over, _rate in ((5000, 0.015), (10000, 0.02), (20000, 0.03), (30000, 0.04), (50000, 0.06), (100000, 0.08), (200000, 0.1)):
    RATES.add_bracket(_over, _rate)
ONE = {"age": [45], "in_work": [True], "out_of_pocket": [152000.0], "paid_this_year": [0.0]}


def _variable(name: str, kind: type, formula: Callable[..., Any] | None = None) -> Any:
    told = {"value_type": kind, "entity": Person, "definition_period": periods.DAY, "label": name}
    return type(name, (Variable,), told | ({} if formula is None else {"formula": formula}))


def _subsidy(member: Any, period: Any) -> Any:
    base, age = member("out_of_pocket", period), member("age", period)
    amount = np.floor(base * RATES.calc(base, right=True) * 100 + 0.5) / 100
    left = np.maximum(50000 - member("paid_this_year", period), 0)
    return (age >= 16) * (age <= 60) * member("in_work", period) * np.minimum(amount, left)


def _whole_subsidy(member: Any, period: Any) -> Any:
    base, age = member("out_of_pocket", period), member("age", period)
    return (age >= 16) * (age <= 60) * member("in_work", period) * np.floor(base * RATES.calc(base, right=True) * 100 + 0.5) / 100


SYSTEM = import_module("openfisca_core.taxbenefitsystems").TaxBenefitSystem([Person])
SYSTEM.add_variables(
    _variable("age", int), _variable("in_work", bool), _variable("out_of_pocket", float), _variable("paid_this_year", float),
    _variable("subsidy", float, _subsidy), _variable("whole_subsidy", float, _whole_subsidy),
)  # fmt: skip


def simulation(facts: dict[str, Any], count: int, *, traced: bool = False) -> Any:
    """A simulation with these facts."""
    made = builders.SimulationBuilder().build_default_simulation(SYSTEM, count)
    made.trace = traced
    _put(made, facts)
    return made


def _put(made: Any, facts: dict[str, Any]) -> None:
    for name, values in facts.items():
        made.set_input(name, DAY, np.asarray(values))


def _again(kept: Any) -> Any:
    """The same simulation, with other facts."""
    for name in (*ONE, "subsidy"):
        kept.delete_arrays(name)
    _put(kept, ONE)
    return kept.calculate("subsidy", DAY)


def main(folder: Path, calls: int) -> None:
    """Measure one case, and many."""
    kept = simulation(ONE, 1)
    singles = {
        "new": lambda: simulation(ONE, 1).calculate("subsidy", DAY),
        "traced": lambda: simulation(ONE, 1, traced=True).calculate("subsidy", DAY),
        "kept": lambda: _again(kept),
    }
    took = {name: 1e6 * min(timeit.repeat(call, number=calls, repeat=3)) / calls for name, call in singles.items()}
    facts = {name: np.load(folder / f"{name}.npy") for name in ("age", "in_work", "out_of_pocket")}
    rows = len(facts["age"])
    began = time.perf_counter()
    paid = simulation(facts, rows).calculate("whole_subsidy", DAY)
    rate = rows / (time.perf_counter() - began)
    np.save(folder / "paid.npy", paid)
    json.dump({"version": version("openfisca-core"), "us": took, "rows_per_s": rate, "type": str(paid.dtype)}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
