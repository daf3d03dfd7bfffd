"""What is remembered of a member on WeChat: the choices shown last, whether we may write, and how the last push was answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.channels.plain import Choice, remembered
from bot.channels.wechat.tables import wechat_chats
from bot.reminders.reach import Reach
from bot.store.prepared import Prepared
from bot.store.tables import insert_new

WINDOW = timedelta(hours=48)
"""How long after a member's last message WeChat lets an account write."""

TRIED_AGAIN_AFTER = timedelta(seconds=4.5)
"""WeChat hangs up after five seconds. A repeat that comes so late says that the answer was lost; one that comes sooner crossed it."""

_choices = Prepared(select(wechat_chats.c.choices).where(wechat_chats.c.chat == bindparam("in_chat")))
_answered = Prepared(
    update(wechat_chats)
    .where(wechat_chats.c.chat == bindparam("in_chat"))
    .values(answered=bindparam("update_id"), answer=bindparam("new_answer"), answered_at=bindparam("arrived"))
)
_new: dict[str, Any] = {name: bindparam(name) for name in ("chat", "heard_at", "is_shut", "gone_at", "choices")}


def _upsert(insert: sqlite.Insert | postgresql.Insert) -> Prepared:
    new = insert.values(_new)
    changed = {name: new.excluded[name] for name in ("heard_at", "is_shut", "gone_at", "choices")}
    return Prepared(new.on_conflict_do_update(index_elements=["chat"], set_=changed))


_heard = {"sqlite": _upsert(sqlite.insert(wechat_chats)), "postgresql": _upsert(postgresql.insert(wechat_chats))}


def heard(conn: Connection, chat: str, at: datetime, meant: Sequence[Choice]) -> None:
    """The member did something, for which we may write again for a while; and from now on these choices can be meant."""
    values = {"chat": chat, "heard_at": at, "is_shut": False, "gone_at": None, "choices": [choice.to_json() for choice in meant]}
    _heard[conn.dialect.name].run(conn, values)


def leave(conn: Connection, chat: str, now: datetime) -> None:
    """The member follows the account no more: nothing is sent until they are back."""
    _change(conn, chat, gone_at=now)


def shut(conn: Connection, chat: str) -> None:
    """WeChat takes nothing more for this member until the next thing they do."""
    _change(conn, chat, is_shut=True)


def reach(conn: Connection, chat: str, now: datetime) -> Reach:
    """Whether a word that nobody asked for would get there, or wait for the member's next."""
    columns = (wechat_chats.c.heard_at, wechat_chats.c.is_shut, wechat_chats.c.gone_at)
    row = conn.execute(select(*columns).where(wechat_chats.c.chat == chat)).one_or_none()
    if row is not None and row.gone_at is not None:
        return Reach.GONE
    is_open = row is not None and not row.is_shut and row.heard_at is not None and now - row.heard_at < WINDOW
    return Reach.OPEN if is_open else Reach.WAITS


def show(conn: Connection, chat: str, shown: Sequence[Choice], said_at: datetime) -> None:
    """These choices stand in the text shown last, or in one from before the member's last word: then what came after it counts first."""
    meant = choices(conn, chat)
    heard_at = conn.scalar(select(wechat_chats.c.heard_at).where(wechat_chats.c.chat == chat))
    is_old = heard_at is not None and said_at < heard_at
    put_back(conn, chat, remembered(meant, shown) if is_old else remembered(shown, meant))


def put_back(conn: Connection, chat: str, all_choices: Sequence[Choice]) -> None:
    """What could be meant, as `choices` gave it."""
    _change(conn, chat, choices=[choice.to_json() for choice in all_choices])


def choices(conn: Connection, chat: str) -> tuple[Choice, ...]:
    """What can be meant: the choices in the text shown last, and some earlier ones."""
    row = _choices.run(conn, {"in_chat": chat})
    return tuple(Choice.from_json(one) for one in (row and row[0]) or ())


def answered(conn: Connection, chat: str, update_id: str, answer: str, arrived: datetime) -> None:
    """A push that came at `arrived` was answered with this text."""
    _answered.run(conn, {"in_chat": chat, "update_id": update_id, "new_answer": answer, "arrived": arrived})


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
