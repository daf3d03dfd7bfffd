"""Reminders of conversations left half way. Each waits under a row that says when to look; what is found then decides what is said.

Nothing is written while a member goes on answering: the look finds when that was, and comes again after so many days of quiet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Connection, bindparam, delete, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot import notices
from bot.message import Button, Chat, Message, Say
from bot.reminders.plan import Plan
from bot.reminders.reach import ByChannel, Reach, nearest
from bot.reminders.tables import reminders
from bot.store.prepared import Prepared

FIRST_LOOK: Final = timedelta(hours=12)
"""After a conversation was begun; sooner than any reminder."""

STOP, GO_ON = "remind_off", "remind_on"
"""What the buttons for no reminders, and for reminders after all, carry."""


@dataclass(frozen=True)
class Draft:
    """What is kept of a conversation, when it was last touched, and when the oldest thing in it. No message: nothing needs the member."""

    chat: Chat
    locale: str
    since: datetime
    oldest: datetime
    message: Message | None
    hand_in_by: date | None


class Drafts(Protocol):
    """The conversations, as far as reminders know them. All hold the conversation until the transaction ends."""

    def look(self, conn: Connection, conversation_id: int, now: datetime) -> Draft | None:
        """What is kept of it; None for nothing."""

    def close(self, conn: Connection, conversation_id: int, days: int, now: datetime) -> Message | None:
        """Erase everything kept of it after so many days; a word about that, if it was unfinished."""

    def close_aside(self, conn: Connection, conversation_id: int, days: int, now: datetime) -> Message | None:
        """The same for what was laid aside so many days ago, while the rest is gone on with."""


_key: dict[str, Any] = {"conversation_id": bindparam("conversation")}
_anew: dict[str, Any] = {"look_at": bindparam("look"), "quiet_since": null(), "passed": 0}
_watch = {
    "sqlite": Prepared(sqlite.insert(reminders).values(_key | _anew).on_conflict_do_update(index_elements=[*_key], set_=_anew)),
    "postgresql": Prepared(postgresql.insert(reminders).values(_key | _anew).on_conflict_do_update(index_elements=[*_key], set_=_anew)),
}


def watch(conn: Connection, conversation_id: int, now: datetime) -> None:
    """From now on something is kept of this conversation: it will be looked at."""
    _watch[conn.dialect.name].later(conn, {"conversation": conversation_id, "look": now + FIRST_LOOK})


def stop(conn: Connection, conversation_id: int, now: datetime) -> None:
    """No reminders in this conversation any more."""
    _set(conn, conversation_id, stopped_at=now)


def allow(conn: Connection, conversation_id: int) -> None:
    """Reminders after all."""
    _set(conn, conversation_id, stopped_at=None)


def due(conn: Connection, now: datetime, most: int) -> list[int]:
    """The conversations to look at, the longest due first."""
    wanted = select(reminders.c.conversation_id).where(reminders.c.look_at <= now).order_by(reminders.c.look_at).limit(most)
    return list(conn.scalars(wanted))


def put_off(conn: Connection, conversation_id: int, until: datetime) -> None:
    """Look at this one later."""
    _change(conn, conversation_id, look_at=until)


def remind(conn: Connection, conversation_id: int, drafts: Drafts, plan: Plan, by_channel: ByChannel, now: datetime) -> None:
    """Look at one conversation: remind, close, or look again later. The word and the note that it was said are one transaction."""
    draft = drafts.look(conn, conversation_id, now)
    row = conn.execute(select(reminders).where(reminders.c.conversation_id == conversation_id)).one_or_none()
    if row is None or row.look_at is None or row.look_at > now:
        return  # another process was here first
    if draft is None:
        _rest(conn, conversation_id)
        return
    chat, reached = nearest(conn, draft.chat, by_channel, now)
    may_write = row.stopped_at is None and reached is Reach.OPEN
    if now >= plan.closes(draft.oldest):
        is_over = now >= plan.closes(draft.since)
        close = drafts.close if is_over else drafts.close_aside
        word = close(conn, conversation_id, plan.draft_days, now)
        if word is not None and may_write:
            notices.queue(conn, chat, word, locale=draft.locale, now=now)
        rest = None if is_over else drafts.look(conn, conversation_id, now)
        if rest is None:
            _rest(conn, conversation_id)
            return
        draft = rest
    before = row.passed if row.quiet_since == draft.since else 0
    passed = plan.passed(draft.since, draft.hand_in_by, now)
    if draft.message is not None and passed > before and may_write:
        notices.queue(conn, chat, _worded(draft, draft.message, plan, now), locale=draft.locale, now=now)
    look_at = plan.next_look(draft.since, draft.hand_in_by, now)
    _change(conn, conversation_id, look_at=look_at, quiet_since=draft.since, passed=max(passed, before))


def _worded(draft: Draft, message: Message, plan: Plan, now: datetime) -> Message:
    """The reminder, with what happens otherwise where nobody will remind again, and the button that stops it."""
    day = plan.day_of(plan.closes(draft.since))
    is_last = plan.is_last(draft.since, draft.hand_in_by, now)
    more = (Say("remind.closes", {"day": day.isoformat()}),) if is_last else ()
    stops = Button(Say("button.remind_off"), STOP)
    return Message((*message.lines, *more), (*message.buttons, (stops,)))


def _rest(conn: Connection, conversation_id: int) -> None:
    """Nothing waits any more; that the member wants no reminders is not forgotten."""
    one = reminders.c.conversation_id == conversation_id
    conn.execute(delete(reminders).where(one, reminders.c.stopped_at.is_(None)))
    _change(conn, conversation_id, look_at=None, quiet_since=None, passed=0)


def _change(conn: Connection, conversation_id: int, **values: Any) -> None:
    conn.execute(update(reminders).where(reminders.c.conversation_id == conversation_id).values(**values))


def _set(conn: Connection, conversation_id: int, **values: Any) -> None:
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    row = {"conversation_id": conversation_id, "passed": 0, **values}
    conn.execute(insert(reminders).values(row).on_conflict_do_update(index_elements=["conversation_id"], set_=values))
