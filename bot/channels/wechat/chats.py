"""What is remembered of a member on WeChat: the choices shown last, whether we may write, and how the last push was answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from bot.channels.plain import Choice, remembered
from bot.channels.wechat.tables import wechat_chats
from bot.store.tables import insert_new

WINDOW = timedelta(hours=48)
"""How long after a member's last message WeChat lets an account write."""

TRIED_AGAIN_AFTER = timedelta(seconds=4.5)
"""WeChat hangs up after five seconds. A repeat that comes so late says that the answer was lost; one that comes sooner crossed it."""


def heard(conn: Connection, chat: str, now: datetime) -> None:
    """The member did something: for a while we may write again."""
    _change(conn, chat, heard_at=now, is_shut=False, gone_at=None)


def leave(conn: Connection, chat: str, now: datetime) -> None:
    """The member follows the account no more: nothing is sent until they are back."""
    _change(conn, chat, gone_at=now)


def shut(conn: Connection, chat: str) -> None:
    """WeChat takes nothing more for this member until the next thing they do."""
    _change(conn, chat, is_shut=True)


def show(conn: Connection, chat: str, shown: Sequence[Choice]) -> None:
    """These choices stand in the text shown last."""
    put_back(conn, chat, remembered(shown, choices(conn, chat)))


def put_back(conn: Connection, chat: str, all_choices: Sequence[Choice]) -> None:
    """What could be meant, as `choices` gave it."""
    _change(conn, chat, choices=[choice.to_json() for choice in all_choices])


def choices(conn: Connection, chat: str) -> tuple[Choice, ...]:
    """What can be meant: the choices in the text shown last, and some earlier ones."""
    kept: list[list[Any]] | None = conn.scalar(select(wechat_chats.c.choices).where(wechat_chats.c.chat == chat))
    return tuple(Choice.from_json(one) for one in kept or ())


def answered(conn: Connection, chat: str, update_id: str, answer: str, arrived: datetime) -> None:
    """A push that came at `arrived` was answered with this text."""
    _change(conn, chat, answered=update_id, answer=answer, answered_at=arrived)


def lost_answer(conn: Connection, chat: str, update_id: str, now: datetime) -> str | None:
    """What this push was answered with, if it comes again because that was lost."""
    here = (wechat_chats.c.chat == chat, wechat_chats.c.answered == update_id)
    row = conn.execute(select(wechat_chats.c.answer, wechat_chats.c.answered_at).where(*here)).one_or_none()
    if row is None or now - row.answered_at < TRIED_AGAIN_AFTER:
        return None
    answer: str = row.answer
    return answer


def _change(conn: Connection, chat: str, **values: Any) -> None:
    changed = update(wechat_chats).where(wechat_chats.c.chat == chat).values(**values).returning(wechat_chats.c.chat)
    if conn.execute(changed).first() is None:
        conn.execute(insert_new(conn, wechat_chats).values(chat=chat, is_shut=False))
        conn.execute(changed)
