"""Rows that go by their age alone, some hundred to a transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, select, tuple_, update

from bot.broadcast import course
from bot.broadcast.tables import broadcast_recipients, broadcasts
from bot.channels.tables import sends
from bot.channels.wechat.tables import wechat_chats, wechat_signatures, wechat_tokens
from bot.conversation.tables import updates
from bot.jobs.tables import DEAD, jobs
from bot.linking.tables import chat_codes, link_tries
from bot.retention import keep
from bot.retention.keep import Keep
from bot.staff.tables import link_codes, setup_links, sign_in_attempts, staff_sessions
from bot.threads.erase import erase_closed

AT_ONCE = 500

Piece = Callable[[Connection], bool]
"""Erases some rows; whether there may be more."""


def pieces(days: Keep, now: datetime) -> dict[str, Piece]:
    """Everything that is found by its age, each under a name for the log."""
    return {
        "sessions": _of(staff_sessions, staff_sessions.c.expires_at <= now),
        "links": _of(setup_links, setup_links.c.expires_at <= now),
        "codes": _of(link_codes, link_codes.c.expires_at <= now),
        "chat_codes": _of(chat_codes, chat_codes.c.expires_at <= now),
        "link_tries": _of(link_tries, link_tries.c.at < now - keep.LINK_TRIES),
        "attempts": _of(sign_in_attempts, sign_in_attempts.c.at < now - keep.ATTEMPTS),
        "threads": lambda conn: erase_closed(conn, now - days.web_messages),
        "failed_jobs": _of(jobs, jobs.c.state == DEAD, jobs.c.added_at < now - days.failed_jobs),
        "broadcasts": lambda conn: _without_old_broadcasts(conn, now - keep.SENT, now),
        "broadcast_recipients": _of(broadcast_recipients, broadcast_recipients.c.broadcast_id.in_(_over(now - keep.BROADCASTS))),
        "sends": _of(sends, sends.c.changed_at < now - keep.SENT),
        "wechat_signatures": _of(wechat_signatures, wechat_signatures.c.first_at < now - keep.LAST_ANSWER),
        "wechat_tokens": _of(wechat_tokens, wechat_tokens.c.expires_at < now - keep.OLD_TOKEN),
        "wechat_answers": lambda conn: _without_answers(conn, now - keep.LAST_ANSWER),
    }


def _over(before: datetime) -> Select[tuple[int]]:
    return select(broadcasts.c.id).where(broadcasts.c.ended_at < before)


def _without_old_broadcasts(conn: Connection, before: datetime, now: datetime) -> bool:
    """One that is held up and forgotten would keep for ever whom it is for."""
    course.end_old(conn, before, now)
    return False


def _of(table: Table, *old: ColumnElement[bool]) -> Piece:
    (key,) = table.primary_key.columns

    def erase(conn: Connection) -> bool:
        some = select(key).where(*old).limit(AT_ONCE).scalar_subquery()
        return len(conn.execute(delete(table).where(key.in_(some)).returning(key)).all()) == AT_ONCE

    return erase


def _without_answers(conn: Connection, before: datetime) -> bool:
    """What the last push was answered with is in the member's own chat; here it is only for a repeat."""
    chat = wechat_chats.c.chat
    some = select(chat).where(wechat_chats.c.answered_at < before, wechat_chats.c.answer.is_not(None)).limit(AT_ONCE).scalar_subquery()
    cleared = update(wechat_chats).where(chat.in_(some)).values(answer=None).returning(chat)
    return len(conn.execute(cleared).all()) == AT_ONCE


Key = tuple[str, str]
"""An update's channel and its id there."""


def look_at_updates(conn: Connection, after: Key, before: datetime) -> tuple[Key | None, bool]:
    """The last of the next updates, None at the end, and whether one among them was taken on a day before this one.

    There is no index by day, which every update would have to pay for.
    """
    u = updates.c
    wanted = select(u.channel, u.update_id, u.day).where(tuple_(u.channel, u.update_id) > after)
    rows = conn.execute(wanted.order_by(u.channel, u.update_id).limit(AT_ONCE)).all()
    last = (rows[-1].channel, rows[-1].update_id) if rows else None
    return last, any(row.day < before.date() for row in rows)


def erase_updates(conn: Connection, after: Key, last: Key, before: datetime) -> None:
    """Forget the old ones from one key to another: as a range, which the key is an index for."""
    key = tuple_(updates.c.channel, updates.c.update_id)
    conn.execute(delete(updates).where(key > after, key <= last, updates.c.day < before.date()))
