"""Conversations left half way, as reminders know them: what waits in them, and their end when nobody comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, select

from bot.claims import find
from bot.claims.states import State
from bot.conversation import drafts, state
from bot.conversation.actions import order_action
from bot.conversation.state import Conversation, Place
from bot.conversation.tables import conversations
from bot.conversation.talk import Rows, Talk
from bot.message import Button, Chat, Message, Say
from bot.reminders.drafts import Draft, watch
from calculator.policy import Policies
from handlers.case import Case
from handlers.dialogue import Replay
from handlers.questions import Confirm, Documents

WEIGHTIEST_FIRST = (drafts.MEND, "claim", "benefit")


@dataclass(frozen=True)
class Waiting:
    """A flow that waits for the member's next answer. `name` is its draft's; "" for the flow at hand."""

    name: str
    place: Place
    run: Replay[Any]

    @property
    def benefit(self) -> str:
        """What it is about."""
        return str(self.place.about["benefit"])


def is_kept(place: Place) -> bool:
    """Whether anything is kept of a conversation."""
    return bool(place.flow or place.answers or place.drafts)


def watched(conn: Connection, before: Conversation, place: Place, now: datetime) -> None:
    """Where something is kept of a conversation of which nothing was, it will be looked at."""
    if is_kept(place) and not is_kept(before.place):
        watch(conn, before.id, now)


class Unfinished:
    """Looks at conversations and closes them; each is held until the transaction ends."""

    def __init__(self, policies: Policies, zone: tzinfo) -> None:
        self._policies, self._zone = policies, zone

    def look(self, conn: Connection, conversation_id: int, now: datetime) -> Draft | None:
        """What is kept of a conversation; None for nothing."""
        found = _locked(conn, conversation_id)
        if found is None or not is_kept(found[0].place):
            return None
        conversation, since = found
        waiting = self._waiting(conn, conversation, now)
        message = _message(conn, waiting) if waiting else None
        return Draft(conversation.chat, conversation.locale, since, message, _hand_in_by(waiting))

    def close(self, conn: Connection, conversation_id: int, days: int, now: datetime) -> Message | None:
        """Erase every answer; a word about it, with the way to begin again, if the member was half way."""
        found = _locked(conn, conversation_id)
        if found is None:
            return None
        conversation, _ = found
        waiting = self._waiting(conn, conversation, now)
        state.save(conn, replace(conversation, place=Place(), revision=conversation.revision + 1), now)
        return _closed(waiting, days) if waiting else None

    def _waiting(self, conn: Connection, conversation: Conversation, now: datetime) -> list[Waiting]:
        here = now.astimezone(self._zone)
        talk = Talk(conn, conversation, Case(here.date(), self._policies), here)
        found = [Waiting(name, there.place, there.replay()) for name, there in _flows(talk) if there.place.flow in WEIGHTIEST_FIRST]
        return sorted((one for one in found if _waits(conn, one)), key=lambda one: WEIGHTIEST_FIRST.index(one.place.flow or ""))


def _locked(conn: Connection, conversation_id: int) -> tuple[Conversation, datetime] | None:
    """The conversation and when it was last touched, held until the transaction ends."""
    row = conn.execute(select(conversations).where(conversations.c.id == conversation_id).with_for_update()).one_or_none()
    if row is None:
        return None
    place = Place.from_json(row.state)
    return Conversation(row.id, Chat(row.channel, row.chat), row.locale, row.revision, place), row.changed_at


def _flows(talk: Talk) -> Iterator[tuple[str, Talk]]:
    """The flow at hand and every draft, each as a turn in it."""
    if talk.place.flow is not None:
        yield "", talk
    for name in talk.place.drafts:
        there = drafts.taken_up(talk, name)
        if there is not None:
            yield name, there


def _waits(conn: Connection, one: Waiting) -> bool:
    """Whether the member is half way: a look at what there is does not count, nor do papers that nobody wants any more."""
    if one.run.pending is None:
        return False
    if one.place.flow == drafts.MEND:
        return find.one(conn, one.place.about["claim"]).state is State.RETURNED
    return one.place.flow == "claim" or bool(one.run.asked)


def _hand_in_by(waiting: list[Waiting]) -> date | None:
    days = [one.run.pending.hand_in_by for one in waiting if isinstance(one.run.pending, Documents | Confirm)]
    return min((day for day in days if day is not None), default=None)


def _message(conn: Connection, waiting: list[Waiting]) -> Message:
    """What waits, the weightiest in words, each under a button."""
    first, last_day = waiting[0], _hand_in_by(waiting)
    more = () if last_day is None else (Say("remind.hand_in_by", {"day": last_day.isoformat()}),)
    rows: Rows = tuple((Button(_label(one), order_action("resume", one.name)),) for one in waiting)
    stop: Rows = ((Button(Say("button.stop"), order_action("stop")),),) if not first.name else ()
    return Message((_reminder(conn, first), *more), (*rows, *stop))


def _label(one: Waiting) -> Say:
    return Say("button.mend") if one.place.flow == drafts.MEND else Say("button.remind_go_on", {"benefit": one.benefit})


def _reminder(conn: Connection, one: Waiting) -> Say:
    if one.place.flow == drafts.MEND:
        return Say("remind.mend", {"number": find.one(conn, one.place.about["claim"]).number})
    count, at = one.run.in_all(), len(one.run.asked)
    if one.place.flow == "claim":
        return Say("remind.claim", {"benefit": one.benefit, "at": at, "all": count})
    return Say("remind.benefit", {"benefit": one.benefit, "left": count - at})


def _closed(waiting: list[Waiting], days: int) -> Message:
    first = waiting[0]
    if first.place.flow == drafts.MEND:
        return Message((Say("closed.mend", {"days": days}),), ((Button(Say("button.mend"), order_action("mend")),),))
    begin = Button(Say("button.begin_again"), order_action(first.place.flow or "", first.benefit))
    return Message((Say(f"closed.{first.place.flow}", {"benefit": first.benefit, "days": days}), Say("closed.again")), ((begin,),))
