"""The texts of a notice on their way: whether one may leave now, and which choices count from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.channels import ledger
from bot.channels.ledger import Sent
from bot.channels.plain import Choice
from bot.channels.wechat import chats
from bot.channels.wechat.tables import wechat_chats
from bot.jobs.tables import jobs


@dataclass(frozen=True)
class Standing:
    """How far a notice has come, and whether its member may be written to."""

    sent: Sent
    is_gone: bool
    is_open: bool


def standing(conn: Connection, job: int, chat: str, now: datetime) -> Standing:
    """Where it stands. A member of whom nothing is known may be written to: WeChat says if not."""
    columns = (wechat_chats.c.heard_at, wechat_chats.c.is_shut, wechat_chats.c.gone_at)
    member = conn.execute(select(*columns).where(wechat_chats.c.chat == chat)).one_or_none()
    if member is None:
        return Standing(ledger.sent(conn, job), is_gone=False, is_open=True)
    is_open = not member.is_shut and member.heard_at is not None and now - member.heard_at < chats.WINDOW
    return Standing(ledger.sent(conn, job), member.gone_at is not None, is_open)


def leaving(conn: Connection, job: int, chat: str, choices: Sequence[Choice] | None, now: datetime) -> tuple[Choice, ...]:
    """A text is about to leave: from now on it may have arrived, and its choices count. Returns those that counted before."""
    ledger.leaving(conn, job, now=now)
    before = chats.choices(conn, chat)
    if choices is not None:
        chats.show(conn, chat, choices, conn.scalar(select(jobs.c.added_at).where(jobs.c.id == job)) or now)
    return before


def stayed(conn: Connection, job: int, chat: str, before: Sequence[Choice], now: datetime) -> int:
    """The text surely did not arrive: the choices shown before it count again. Returns how often in a row that has happened."""
    chats.put_back(conn, chat, before)
    return ledger.stayed(conn, job, now=now)
