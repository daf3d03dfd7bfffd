"""Answers read back: one under its name, or several in one short line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.conversation.talk import as_json
from bot.message import Say
from handlers.questions import Question


def noted(question: Question[Any], value: Any, key: str = "noted") -> Say:
    """An answer read back, under its name unless it speaks for itself."""
    shown = question.show(value)
    speaks_for_itself = shown.key.startswith(("option.", "value.title"))
    return Say(f"{key}.value" if speaks_for_itself else key, {"name": f"name.{question.key}", "value": as_json(shown)})


def all_noted(given: Sequence[tuple[Question[Any], Any]], key: str = "noted") -> tuple[Say, ...]:
    """Several answers in one line; one as ever, none not at all."""
    if len(given) == 1 and key != "known":
        return (noted(*given[0], key),)
    items = [as_json(noted(question, value, "told")) for question, value in given]
    return (Say(f"{key}.several", {"items": items}),) if items else ()
