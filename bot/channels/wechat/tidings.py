"""Which notices are news that a member must hear though WeChat lets nobody write to them, and which of those wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from bot.channels.wechat import passive
from bot.channels.wechat.template import News
from bot.jobs.tables import WAITS, jobs
from bot.message import Chat, Message

KINDS: Final[Mapping[str, str]] = {
    "news.returned": "returned",
    "news.approved": "approved",
    "news.confirmed": "approved",
    "news.rejected": "rejected",
    "news.paid": "paid",
    "news.bounced": "bounced",
    "thread.answer": "answered",
    "thread.answer_about": "answered",
    "promise.kept.age": "promised",
    "promise.kept.edition": "promised",
    "promise.kept.rules": "promised",
    "promise.kept.year": "promised",
    "promise.kept.ahead": "promised",
    "promise.not_after_all": "promised",
}
"""The first sentence of a notice, by its key, and what a card calls it. All else waits without a card, and so does every broadcast."""


def waiting(conn: Connection, chat: Chat) -> list[News]:
    """The news that wait for this member, the oldest first."""
    found = select(jobs.c.id, jobs.c.payload, jobs.c.added_at).where(passive.of(chat), WAITS).order_by(jobs.c.id)
    read = (_read(row.id, row.payload, row.added_at) for row in conn.execute(found))
    return [news for news in read if news is not None]


def _read(job: int, payload: Mapping[str, Any], at: datetime) -> News | None:
    lines = Message.from_json(payload["message"]).lines
    kind = KINDS.get(lines[0].key) if lines else None
    return None if kind is None else News(job, kind, str(lines[0].figures.get("number", "")), at, payload["locale"])
