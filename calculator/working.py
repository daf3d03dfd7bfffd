"""The working of an estimate: every step it took, in data, with the clause it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Words = Mapping[str, str]
"""One text of a policy file in every language: {"zh": ..., "en": ...}."""


class Step(NamedTuple):
    """One line of the working. Figures are JSON: money in fen, rates in parts per million; `clause` is the rule it rests on."""

    kind: str
    figures: Mapping[str, Any]
    clause: Words
