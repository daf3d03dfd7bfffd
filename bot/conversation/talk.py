"""What every part of one turn shares: the transaction, the conversation, the case, and the reply being made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot import wording
from bot.conversation.actions import answer_action
from bot.conversation.state import Conversation, Place
from bot.message import Button, Say
from bot.threads.hours import OFFICE, Hours
from handlers.case import Case
from handlers.dialogue import Replay, replay
from handlers.flows import FLOWS

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """Where the conversation goes, and what is said; `lines` may be empty: then nothing is sent."""

    place: Place
    lines: tuple[Say, ...] = ()
    buttons: Rows = ()
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """One turn of one conversation."""

    conn: Connection
    conversation: Conversation
    case: Case
    now: datetime
    noted: tuple[Say, ...] = field(default=())
    """Sentences that come before the next question."""
    hours: Hours = OFFICE
    """When there are staff, and how soon they answer."""

    @property
    def place(self) -> Place:
        """Where the conversation stands."""
        return self.conversation.place

    def at(self, place: Place) -> Talk:
        """The same turn, gone on to another place."""
        return replace(self, conversation=replace(self.conversation, place=place))

    def noting(self, *lines: Say) -> Talk:
        """The same turn, with something to say first."""
        return replace(self, noted=self.noted + lines)

    def words(self, what: Say) -> str:
        """A sentence as this member reads it."""
        return wording.say(what, self.conversation.locale)

    def replay(self, answers: Mapping[str, Any] | None = None) -> Replay[Any]:
        """The flow at hand, run against the stored answers or others."""
        start, about = FLOWS[self.place.flow or ""], self.place.about
        return replay(lambda: start(self.case, about), self.place.answers if answers is None else answers)

    def answer(self, key: str, value: str, label: Say) -> Button:
        """A button that answers a question."""
        return Button(label, answer_action(self.conversation, key, value))


def as_json(say: Say) -> Mapping[str, Any]:
    """A sentence inside another's figures."""
    return {"key": say.key, "figures": dict(say.figures)}
