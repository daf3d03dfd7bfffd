"""A question answered by one row of a list too long for buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.questions.question import Question, Words
from handlers.say import Say
from handlers.understanding.reading import Read, Unread


@dataclass(frozen=True, slots=True)
class Found:
    """A row chosen from a list too long for buttons: its id and its name."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Lookup(Question[Found]):
    """One row of `source`, found by a part of its name. The conversation does the looking; the flow only names the source."""

    source: str

    def read(self, text: str, words: Words) -> Read[Found] | Unread:
        return Unread("look_up")

    def load(self, stored: Any) -> Found | None:
        if isinstance(stored, Mapping) and isinstance(stored.get("id"), int) and isinstance(stored.get("name"), str):
            return Found(stored["id"], stored["name"])
        return None

    def dump(self, value: Found) -> Any:
        return {"id": value.id, "name": value.name}

    def typical(self) -> Found:
        return Found(0, "")

    def press(self, value: str) -> Found | None:
        return None

    def show(self, value: Found) -> Say:
        return Say("value.text", {"text": value.name})
