"""One event, several benefits: what they pay together, where the rules let them stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from calculator.amounts import Fen
from calculator.errors import NotTogetherError
from calculator.estimate import Estimate
from calculator.policy import edition_of


@dataclass(frozen=True, slots=True)
class Combined:
    """The estimates of one event and their sum in fen; `open_benefits` are those whose amount is not known, which the sum leaves out."""

    amount: Fen
    estimates: tuple[Estimate, ...]
    open_benefits: tuple[str, ...]


def combined(estimates: Sequence[Estimate]) -> Combined:
    """Add up what one event pays. Raises NotTogetherError for two benefits of which neither names the other."""
    for one, other in combinations(estimates, 2):
        if not (_names(one, other) or _names(other, one)):
            raise NotTogetherError(one.benefit, other.benefit)
    return Combined(
        amount=Fen(sum(each.amount or 0 for each in estimates)),
        estimates=tuple(estimates),
        open_benefits=tuple(each.benefit for each in estimates if each.amount is None),
    )


def _names(one: Estimate, other: Estimate) -> bool:
    return other.benefit in {also.benefit for also in edition_of(one.edition_id).combines}
