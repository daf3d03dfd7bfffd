"""What a flow may look at: the day, the policies, and nothing that changes while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from calculator.policy import Policies


@dataclass(frozen=True, slots=True)
class Case:
    """The frozen surroundings of one replay."""

    day: date
    policies: Policies
