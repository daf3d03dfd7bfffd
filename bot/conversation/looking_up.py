"""An answer that is one row of a long list: looked up by a part of its name, and chosen from what was found."""

from __future__ import annotations

from bot.conversation.lookups import LOOKUPS
from bot.conversation.prompts import in_rows
from bot.conversation.talk import Reply, Rows, Talk
from bot.message import Say
from handlers.questions import Found, Lookup


def look_up(talk: Talk, question: Lookup, text: str) -> Reply | Found | None:
    """The one row of this name, or a reply that offers those that have it in theirs; None if there is none."""
    found: list[Found] = LOOKUPS[question.source].by_text(talk.conn, text)
    if not found:
        return None
    if len(found) == 1 and found[0].name == text.strip():
        return found[0]
    buttons = [talk.answer(question.key, str(row.id), Say("value.text", {"text": row.name})) for row in found]
    rows = in_rows(buttons, [talk.words(button.label) for button in buttons]) + otherwise(talk, question)
    return Reply(talk.place, (*talk.noted, Say(f"found.{question.key}", {"count": len(found)})), rows)


def otherwise(talk: Talk, question: Lookup) -> Rows:
    """What is offered to a person whose own is not in the list."""
    return tuple(
        (talk.answer(question.key, str(row.id), Say(f"button.otherwise.{question.key}", {"text": row.name})),)
        for row in LOOKUPS[question.source].otherwise(talk.conn)
    )
