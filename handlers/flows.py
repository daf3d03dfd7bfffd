"""The table of conversations: which flow a stored place belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from handlers.benefit import benefit
from handlers.birthday import birthday
from handlers.case import Case
from handlers.claim import claim
from handlers.dialogue import Flow
from handlers.mend import mend

About = Mapping[str, Any]
"""What a flow is about, as JSON: which benefit, which claim."""

FLOWS: Mapping[str, Callable[[Case, About], Flow[Any]]] = {
    "benefit": lambda case, about: benefit(case, about["benefit"]),
    "claim": lambda case, about: claim(case, about["benefit"]),
    "birthday": lambda case, about: birthday(case, about["benefit"], about["age"], about["facts"]),
    "mend": lambda case, about: mend(case, about["claim"], about["benefit"], tuple(about["missing"]), about.get("edition", "")),
}
