"""The job that hands a broadcast on: it writes a row for everybody it is for, then queues their messages, few at a time and spread out.

What waits stands in those rows, not in the queue, which members' answers go through as well; and each message falls due at the
broadcast's own pace, so that the platform's row is hardly ever full when an answer comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, update

from bot.broadcast import find, recipients
from bot.broadcast.audience import Audience, people
from bot.broadcast.find import Broadcast
from bot.broadcast.outgoing import Outgoing
from bot.broadcast.reaching import standing
from bot.broadcast.states import Fate, State
from bot.broadcast.tables import broadcast_recipients, broadcasts
from bot.broadcast.write import record
from bot.jobs import Handler, Job, Later
from bot.message import Chat
from bot.reminders.reach import ByChannel, furthest
from bot.store.tables import insert_new

EVERY_S: Final = 1.0
AHEAD_S: Final = 2
"""So many seconds' messages are queued at most."""

ROWS_AT_ONCE: Final = 200
"""Of one transaction, for everybody else's sake."""

Row = tuple[str, Chat]

Next = tuple[int, Fate | None]
"""A recipient, and why nothing is sent to them; None: it is."""


def feeder(work: Outgoing) -> Handler:
    """The handler of the job. It comes back every second until the broadcast is over; in the quiet hours, when they end."""

    async def handle(job: Job) -> None:
        now, broadcast_id = work.clock(), int(job.payload["broadcast"])
        broadcast = await work.store.read(find.one, broadcast_id)
        if broadcast is None or broadcast.revision != job.payload["revision"] or broadcast.ended_at is not None:
            return  # another job goes on with it
        if broadcast.state is State.SENDING and (wakes := work.plan.waking(now)) > now:
            raise Later((wakes - now).total_seconds(), counts=False)
        if broadcast.state is State.SENDING and broadcast.gathered_at is None and not await _gather(work, broadcast):
            return
        ones = await work.store.read(next_ones, broadcast_id, work.by_channel, work.clock())
        if not await work.store.write(hand_on, broadcast_id, ones, work.clock()):
            raise Later(EVERY_S, counts=False)

    return handle


async def _gather(work: Outgoing, broadcast: Broadcast) -> bool:
    """Write down everybody it is for; False if it was held up or ended meanwhile. Broken off and begun anew, nobody stands there twice."""
    found = await work.store.report(_everybody, broadcast.audience, work.by_channel, work.clock())
    for start in range(0, len(found), ROWS_AT_ONCE):
        if not await work.store.write(add, broadcast, found[start : start + ROWS_AT_ONCE]):
            return False
    return await work.store.write(all_there, broadcast, work.clock())


def _everybody(conn: Connection, audience: Audience, by_channel: ByChannel, now: datetime) -> list[Row]:
    return [(person.key, furthest(conn, person.chats, by_channel, now)[0]) for person in people(conn, audience)]


def add(conn: Connection, seen: Broadcast, rows: Sequence[Row]) -> bool:
    """Write some of them down; False, and nobody, if the broadcast is not any more as it was seen."""
    if not _is_as_seen(conn, seen):
        return False
    values = [
        {"broadcast_id": seen.id, "person": key, "channel": chat.channel, "chat": chat.id, "fate": Fate.WAITING} for key, chat in rows
    ]
    conn.execute(insert_new(conn, broadcast_recipients), values)
    return True


def all_there(conn: Connection, seen: Broadcast, now: datetime) -> bool:
    """Note that everybody is written down; False if the broadcast is not any more as it was seen."""
    if not _is_as_seen(conn, seen):
        return False
    conn.execute(update(broadcasts).where(broadcasts.c.id == seen.id).values(gathered_at=now))
    return True


def _is_as_seen(conn: Connection, seen: Broadcast) -> bool:
    found = find.one(conn, seen.id, lock=True)
    return found is not None and found.revision == seen.revision


def next_ones(conn: Connection, broadcast_id: int, by_channel: ByChannel, now: datetime) -> list[Next]:
    """Whose message can be queued now, and who gets none: looked up before the transaction that writes it, which is for everybody short."""
    broadcast = find.one(conn, broadcast_id)
    if broadcast is None or broadcast.state is not State.SENDING:
        return []
    room, found = AHEAD_S * broadcast.pace - find.under_way(conn, broadcast_id), list[Next]()
    for recipient in recipients.waiting(conn, broadcast_id, ROWS_AT_ONCE) if room > 0 else []:
        fate = standing(conn, recipient.chat, by_channel, now)
        found.append((recipient.id, fate))
        room -= fate is None
        if room <= 0:
            break
    return found


def hand_on(conn: Connection, broadcast_id: int, ones: Sequence[Next], now: datetime) -> bool:
    """Queue the next messages. True when it is over, or for another job to go on with."""
    broadcast = find.one(conn, broadcast_id, lock=True)
    if broadcast is None or broadcast.ended_at is not None or broadcast.state is State.PAUSED:
        return True
    if broadcast.state is State.SENDING:
        _queue(conn, broadcast, ones, now)
    if broadcast.state is State.CANCELLED or not recipients.waiting(conn, broadcast_id, 1):
        recipients.lose_those_without_a_job(conn, broadcast_id)
        if not find.under_way(conn, broadcast_id):
            _end(conn, broadcast, now)
            return True
    return False


def _queue(conn: Connection, broadcast: Broadcast, ones: Sequence[Next], now: datetime) -> None:
    due, gap = max(broadcast.next_at or now, now), timedelta(seconds=1 / broadcast.pace)
    for recipient_id, fate in ones:
        if fate is not None:
            recipients.leave_out(conn, recipient_id, fate)
        elif recipients.queue(conn, recipient_id, broadcast.revision, now=now, due=due):
            due += gap
    conn.execute(update(broadcasts).where(broadcasts.c.id == broadcast.id).values(next_at=due))


def _end(conn: Connection, broadcast: Broadcast, now: datetime) -> None:
    counts = find.counted(conn, broadcast.id)
    state = broadcast.state if broadcast.state is State.CANCELLED else State.DONE
    values = {"state": state, "ended_at": now, "counts": counts, "revision": broadcast.revision + 1}
    conn.execute(update(broadcasts).where(broadcasts.c.id == broadcast.id).values(**values))
    record(conn, broadcast, "system", "broadcast_ended", now, {"counts": counts})
