"""The question for papers: pictures of several kinds, in any order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.questions.question import Question, Words
from handlers.say import Say
from handlers.understanding.reading import Read, Unread


@dataclass(frozen=True, slots=True)
class Need:
    """A kind of document asked for, with its name and where to get it, in each language."""

    kind: str
    title: Mapping[str, str]
    hint: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HandedIn:
    """An upload and the kind of document it was taken for."""

    upload: str
    kind: str


def missing_of(needs: tuple[Need, ...], taken: tuple[HandedIn, ...]) -> int:
    """How many of the kinds nothing has come for."""
    return len({need.kind for need in needs} - {document.kind for document in taken})


@dataclass(frozen=True, kw_only=True)
class Documents(Question[tuple[HandedIn, ...]]):
    """Pictures in any order. Each counts for the first kind still missing until the member says otherwise; `done` ends it.

    Stored: {"uploads": [{"upload": id, "kind": kind}], "done": bool}.
    """

    needs: tuple[Need, ...]
    least: int = 0
    """How many must have come before it can be done."""
    hand_in_by: date | None = None
    """The last day to hand in, where the rules set one and it is not over."""

    def read(self, text: str, words: Words) -> Read[tuple[HandedIn, ...]] | Unread:
        return Unread("send_picture")

    def load(self, stored: Any) -> tuple[HandedIn, ...] | None:
        if not isinstance(stored, Mapping) or stored.get("done") is not True:
            return None
        taken = self.handed_in(stored)
        return taken if len(taken) >= self.least else None

    def handed_in(self, stored: Any) -> tuple[HandedIn, ...]:
        """What has come so far, each under a kind this question asks for."""
        taken: list[HandedIn] = []
        for upload in stored["uploads"] if isinstance(stored, Mapping) else ():
            kind = upload.get("kind")
            if kind not in {need.kind for need in self.needs}:
                kind = self._next_kind(taken)
            taken.append(HandedIn(upload["upload"], kind))
        return tuple(taken)

    def missing(self, stored: Any) -> tuple[Need, ...]:
        """The kinds nothing has come for."""
        have = {document.kind for document in self.handed_in(stored)}
        return tuple(need for need in self.needs if need.kind not in have)

    def _next_kind(self, taken: list[HandedIn]) -> str:
        have = {document.kind for document in taken}
        return next((need.kind for need in self.needs if need.kind not in have), taken[-1].kind if taken else self.needs[0].kind)

    def dump(self, value: tuple[HandedIn, ...]) -> Any:
        return {"uploads": [{"upload": d.upload, "kind": d.kind} for d in value], "done": True}

    def typical(self) -> tuple[HandedIn, ...]:
        return tuple(HandedIn("", need.kind) for need in self.needs)

    def press(self, value: str) -> tuple[HandedIn, ...] | None:
        return None

    def show(self, value: tuple[HandedIn, ...]) -> Say:
        missing = missing_of(self.needs, value)
        return Say("value.documents_missing" if missing else "value.documents", {"count": len(value), "missing": missing})
