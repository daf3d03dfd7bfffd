"""Where somebody can be reached with what goes to many, and the count of it all before anything is sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.broadcast.audience import Audience, people
from bot.broadcast.states import Fate
from bot.message import Chat
from bot.reminders import announcements
from bot.reminders.reach import ByChannel, Reach, furthest, reach

NOT_SENT = {Reach.GONE: Fate.BLOCKED, Reach.WAITS: Fate.CLOSED}


@dataclass(frozen=True)
class Rehearsal:
    """What would happen if it were sent now. `by_channel`: people who would get it, by where."""

    people: int
    by_channel: dict[str, int]
    not_sent: dict[Fate, int]

    @property
    def reached(self) -> int:
        """How many would get it."""
        return sum(self.by_channel.values())


def rehearse(conn: Connection, audience: Audience, by_channel: ByChannel, now: datetime) -> Rehearsal:
    """Count, and write nothing."""
    there, not_there = Counter[str](), Counter[Fate]()
    found, off = people(conn, audience), announcements.all_off(conn)
    for person in found:
        chat, reached = furthest(conn, person.chats, by_channel, now)
        fate = NOT_SENT.get(reached) if off.isdisjoint(person.chats) else Fate.OPTED_OUT
        if fate is None:
            there[chat.channel] += 1
        else:
            not_there[fate] += 1
    return Rehearsal(len(found), dict(there), dict(not_there))


def standing(conn: Connection, chat: Chat, by_channel: ByChannel, now: datetime) -> Fate | None:
    """Why nothing may be sent to this chat now; None: it may."""
    if not announcements.wants(conn, chat):
        return Fate.OPTED_OUT
    return NOT_SENT.get(reach(conn, chat, by_channel, now))
