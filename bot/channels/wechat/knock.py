"""A knock: the template message that tells a silent member that news waits. When one is due, and what became of the last.

One for each stretch of silence, however much waits; another only for news that came a day or more after the last. A knock tells nothing
but that there is news, so the news goes on waiting, and counts as told only when it has gone with the member's next message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from bot import jobs
from bot.channels import ledger
from bot.channels.plain import Choice
from bot.channels.wechat import chats, passive, texts, tidings
from bot.channels.wechat.receive import CHANNEL
from bot.channels.wechat.tables import wechat_chats
from bot.channels.wechat.template import News
from bot.jobs.tables import DEAD, WAITS
from bot.jobs.tables import jobs as queued
from bot.message import Chat

KNOCK: Final = "wechat_knock"
FAILED: Final = "wechat_knock_failed"
REFUSED: Final = "wechat_knock_refused"
TEMPLATE: Final = "wechat_template"
"""Kinds of jobs: the knock; and what staff are shown: one that failed, one its member takes none of, a template that cannot be used."""

AGAIN: Final = timedelta(days=1)
LEFT = ""
"""In place of WeChat's id for a knock that has left: what WeChat says now may be about it. Before that, it is about another."""

TAKEN, DELIVERED, BLOCKED = "taken", "success", "failed:user block"
"""What is known of the last knock: WeChat has taken it, or what it said afterwards."""

READ: Final = "wechat:read"
"""What the 1 stands for that the card asks for: nothing but letting out what waits."""


@dataclass(frozen=True)
class Standing:
    """How far a knock has come: whether there is still anything to knock for, and tries without an answer, lost ones counted twice."""

    is_over: bool
    unanswered: int


def due(conn: Connection, chat: str) -> News | None:
    """What to knock for, if anything."""
    news = tidings.waiting(conn, Chat(CHANNEL, chat))
    columns = (wechat_chats.c.heard_at, wechat_chats.c.knocked_at, wechat_chats.c.knocked_for)
    row = conn.execute(select(*columns).where(wechat_chats.c.chat == chat)).one_or_none()
    if not news or row is None or row.heard_at is None:
        return None
    if row.knocked_at is None or row.heard_at > row.knocked_at:
        return news[-1]
    is_another = news[-1].notice > row.knocked_for and news[-1].at - row.knocked_at >= AGAIN
    return news[-1] if is_another else None


def queue(conn: Connection, chat: str, now: datetime) -> None:
    """Put a knock on its way, if one is due."""
    news = due(conn, chat)
    if news is None:
        return
    payload = {
        "chat": chat,
        "news": news.notice,
        "kind": news.kind,
        "number": news.number,
        "at": news.at.isoformat(),
        "locale": news.locale,
    }
    jobs.add(conn, KNOCK, payload, now=now, lane=f"{KNOCK}:{chat}", dedupe=f"{KNOCK}:{chat}:{news.notice}")
    _note(conn, chat, knocked_at=now, knocked_for=news.notice, knock_id=None, knock_status=None)


def news_of(payload: Mapping[str, Any]) -> News:
    """What a knock's job says."""
    at = datetime.fromisoformat(payload["at"])
    return News(payload["news"], payload["kind"], payload["number"], at, payload["locale"])


def standing(conn: Connection, job: int, chat: str, news: News, now: datetime) -> Standing:
    """How far it has come. It is over once taken, once the member was here, is gone or may be written to, and once the news is told."""
    member = texts.standing(conn, job, chat, now)
    waits = conn.scalar(select(queued.c.id).where(queued.c.id == news.notice, WAITS))
    status = conn.scalar(select(wechat_chats.c.knock_status).where(wechat_chats.c.chat == chat, wechat_chats.c.knocked_for == news.notice))
    return Standing(bool(member.sent.parts or member.is_gone or member.is_open or waits is None or status), member.sent.unanswered)


def leaving(conn: Connection, job: int, chat: str, label: str, now: datetime) -> tuple[Choice, ...]:
    """It is about to leave: from now on 1 means to read on, and the other numbers what they meant. Returns what could be meant before."""
    reads = Choice(1, label, READ, is_loose=False)
    others = [choice for choice in chats.choices(conn, chat) if choice.mark != reads.mark]
    _note(conn, chat, knock_id=LEFT)
    return texts.leaving(conn, job, chat, [reads, *others], now)


def stayed(conn: Connection, job: int, chat: str, before: Sequence[Choice], now: datetime) -> int:
    """It surely did not arrive. Returns how often in a row that has happened."""
    _note(conn, chat, knock_id=None)
    return texts.stayed(conn, job, chat, before, now)


def taken(conn: Connection, job: int, chat: str, news: News, msg_id: str, now: datetime) -> None:
    """WeChat has taken it: so the template is good again, if it was not. What WeChat has said of it meanwhile stays."""
    ledger.arrived(conn, job, now=now)
    this = (wechat_chats.c.chat == chat, wechat_chats.c.knocked_for == news.notice, wechat_chats.c.knock_status.is_(None))
    conn.execute(update(wechat_chats).where(*this).values(knock_id=msg_id, knock_status=TAKEN))
    conn.execute(delete(queued).where(queued.c.kind == TEMPLATE, queued.c.state == DEAD))


def finished(conn: Connection, chat: str, msg_id: str, status: str, now: datetime) -> None:
    """WeChat says what became of it. A failure is shown to staff; of an older knock, or of another program's, nothing is noted."""
    columns = (wechat_chats.c.knocked_for, wechat_chats.c.knock_id)
    row = conn.execute(select(*columns).where(wechat_chats.c.chat == chat)).one_or_none()
    if row is None or row.knocked_for is None or row.knock_id not in {LEFT, msg_id}:
        return
    _note(conn, chat, knock_id=msg_id, knock_status=status)
    if status != DELIVERED:
        number = next((news.number for news in tidings.waiting(conn, Chat(CHANNEL, chat)) if news.notice == row.knocked_for), "")
        show(conn, REFUSED if status == BLOCKED else FAILED, f"{number} {status}".strip(), f"{chat}:{msg_id}", now)


def unfollowed(conn: Connection, chat: str, now: datetime) -> None:
    """The member does not follow the account: what waits is given up now, where staff see it."""
    passive.let_go(conn, Chat(CHANNEL, chat), now)


def show(conn: Connection, kind: str, reason: str, once: str, now: datetime) -> None:
    """Show staff what came of a knock, among what was not delivered; the same only once."""
    jobs.add(conn, kind, {"reason": reason}, now=now, dedupe=f"{kind}:{once}")


async def shown(job: jobs.Job) -> None:
    """Such a job ends there at once."""
    raise jobs.Never(job.payload["reason"])


def _note(conn: Connection, chat: str, **values: object) -> None:
    conn.execute(update(wechat_chats).where(wechat_chats.c.chat == chat).values(**values))
