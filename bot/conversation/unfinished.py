"""Conversations left half way, as reminders know them: what waits in them, and their end when nobody comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection, select

from bot.claims import find
from bot.claims.states import State
from bot.conversation import counting, drafts, state
from bot.conversation.actions import order_action
from bot.conversation.counting import Happening
from bot.conversation.state import Conversation, Place
from bot.conversation.tables import conversations
from bot.conversation.talk import Rows, Talk, flow_of
from bot.message import Button, Chat, Message, Say
from bot.reminders.drafts import Draft, watch
from calculator.policy import Policies
from handlers.case import Case
from handlers.dialogue import Replay
from handlers.questions import Confirm, Documents

WEIGHTIEST_FIRST = (drafts.MEND, "claim", "benefit")


@dataclass(frozen=True)
class Waiting:
    """A flow begun and not ended. `name` is its draft's; "" for the flow at hand. `since` is when it was last touched."""

    name: str
    place: Place
    run: Replay[Any]
    since: datetime

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
        waiting = _heaviest_first(conn, self._flows(conn, conversation, since, now))
        message = _message(conn, waiting) if waiting else None
        oldest = min([since, *(drafts.aside_since(draft, since) for draft in conversation.place.drafts.values())])
        return Draft(conversation.chat, conversation.locale, since, oldest, message, _hand_in_by(waiting))

    def close(self, conn: Connection, conversation_id: int, days: int, now: datetime) -> Message | None:
        """Erase every answer; a word about it, with the way to begin again, if the member was half way."""
        found = _locked(conn, conversation_id)
        if found is None:
            return None
        conversation, since = found
        flows = self._flows(conn, conversation, since, now)
        state.save(conn, replace(conversation, place=Place(), revision=conversation.revision + 1), now)
        return self._given_up(conn, flows, days)

    def close_aside(self, conn: Connection, conversation_id: int, days: int, now: datetime) -> Message | None:
        """Erase what was laid aside so many days ago; the same word about it. The rest stays, as old as it was."""
        found = _locked(conn, conversation_id)
        if found is None:
            return None
        conversation, since = found
        place, last = conversation.place, now - timedelta(days=days)
        rest = {name: draft for name, draft in place.drafts.items() if drafts.aside_since(draft, since) > last}
        flows = [one for one in self._flows(conn, conversation, since, now) if one.name and one.name not in rest]
        state.save(conn, replace(conversation, place=replace(place, drafts=rest), revision=conversation.revision + 1), since)
        return self._given_up(conn, flows, days)

    def _flows(self, conn: Connection, conversation: Conversation, since: datetime, now: datetime) -> list[Waiting]:
        """The flow at hand and those laid aside, as far as an answer is awaited in them."""
        here = now.astimezone(self._zone)
        talk = Talk(conn, conversation, Case(here.date(), self._policies), here)
        flows = (Waiting(name, there.place, there.replay(), at) for name, there, at in _begun(talk, since))
        return [one for one in flows if one.run.pending is not None]

    def _given_up(self, conn: Connection, flows: list[Waiting], days: int) -> Message | None:
        """Count each as left, on the day it was last touched, at its open question; a word about the weightiest."""
        left = Counter(Happening(self._day(one), flow_of(one.place), _open(one), "left") for one in flows if _is_wanted(conn, one))
        if left:
            counting.write(conn, left)
        waiting = _heaviest_first(conn, flows)
        return _closed(waiting, days) if waiting else None

    def _day(self, one: Waiting) -> date:
        return one.since.astimezone(self._zone).date()


def _locked(conn: Connection, conversation_id: int) -> tuple[Conversation, datetime] | None:
    """The conversation and when it was last touched, held until the transaction ends."""
    row = conn.execute(select(conversations).where(conversations.c.id == conversation_id).with_for_update()).one_or_none()
    if row is None:
        return None
    place = Place.from_json(row.state)
    return Conversation(row.id, Chat(row.channel, row.chat), row.locale, row.revision, place), row.changed_at


def _begun(talk: Talk, since: datetime) -> Iterator[tuple[str, Talk, datetime]]:
    """The flow at hand and every draft, each as a turn in it, and when it was last touched."""
    if talk.place.flow is not None:
        yield "", talk.at(replace(talk.place, at_menu=False)), since
    for name, draft in talk.place.drafts.items():
        there = drafts.taken_up(talk, name)
        if there is not None:
            yield name, there, drafts.aside_since(draft, since)


def _open(one: Waiting) -> str:
    """The question that was on the screen last."""
    pending = one.run.pending
    return one.place.editing or ("" if pending is None else pending.key)


def _heaviest_first(conn: Connection, flows: Iterable[Waiting]) -> list[Waiting]:
    """Those in which the member is half way: a look at what there is does not count."""
    waiting = [one for one in flows if one.place.flow in WEIGHTIEST_FIRST and _is_wanted(conn, one)]
    half_way = (one for one in waiting if one.place.flow != "benefit" or one.run.asked)
    return sorted(half_way, key=lambda one: WEIGHTIEST_FIRST.index(one.place.flow or ""))


def _is_wanted(conn: Connection, one: Waiting) -> bool:
    """Whether anybody waits for it: papers are wanted only while their claim is returned."""
    return one.place.flow != drafts.MEND or find.one(conn, one.place.about["claim"]).state is State.RETURNED


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
