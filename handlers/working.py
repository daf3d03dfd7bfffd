"""One step of a working, with the figures its words need: for the chat and for the console alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calculator.amounts import parse_yuan
from calculator.errors import AmountError

ENDS = ("over", "from", "to", "below")
BANDED = ("band", "slice")


def worded(kind: str, figures: Mapping[str, Any], names: str) -> dict[str, Any]:
    """The step's own figures as JSON, with what it is about as `name`, its band as `range` and a sum of parts as `total`.

    `names` is where the reader's names of facts stand: "name." or "console.fact."
    """
    more: dict[str, Any] = {}
    if "fact" in figures:
        more["name"] = _name(figures, names)
    if kind.startswith(BANDED):
        ends = {end: figures[end] for end in ENDS if end in figures}
        more["range"] = _say(f"range.{'_'.join(ends)}", **ends)
    if kind == "total":
        more["total"] = _exact(figures["exact"])
    return {**figures, **more}


def _name(figures: Mapping[str, Any], names: str) -> dict[str, Any]:
    """A sum has a title of its own; a fact is named in locales/."""
    has_own = "title" in figures and "item" not in figures
    return _say("value.title", title=figures["title"]) if has_own else _say(f"{names}{figures['fact']}")


def _exact(yuan: str) -> dict[str, Any]:
    """An exact amount as money, or as it stands where it is finer than a fen."""
    try:
        return _say("value.yuan", amount=parse_yuan(yuan))
    except AmountError:
        return _say("value.text", text=yuan)


def _say(key: str, **figures: Any) -> dict[str, Any]:
    return {"key": key, "figures": figures}
