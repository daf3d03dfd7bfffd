"""Sending a knock: once, through crashes, refusals and cut connections; whatever becomes of it, the news it is for goes on waiting.

Each try carries the same `client_msg_id`: WeChat shows a message of one such name to one person once within ten minutes, so that a try
whose answer was lost can be made again without a second card.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from bot.channels import ledger
from bot.channels.ledger import MOST_UNANSWERED
from bot.channels.plain import Choice, Wording
from bot.channels.wechat import chats, faults, knock
from bot.channels.wechat.api import Api
from bot.channels.wechat.faults import Refusal, Silence
from bot.channels.wechat.send import asked
from bot.channels.wechat.template import News, Template
from bot.jobs import Job, Later, noted
from bot.message import Say
from bot.store import Store

SEND = "/cgi-bin/message/template/send"

UNUSABLE = frozenset({40036, 40037, 45009, 47003, 48001})
"""No such template; no more of them today; its fields are others; no permission: no knock can leave until that has changed."""

TAKES_NONE = frozenset({43101})
"""The member has switched such messages off."""

PAUSE_S = 3600.0

log = structlog.get_logger(__name__)


class Knocker:
    """Knocks with one template; without one, not at all."""

    def __init__(
        self, api: Api, store: Store, wording: Wording, template: Template | None, zone: ZoneInfo, clock: Callable[[], datetime]
    ) -> None:
        self._api, self._store, self._wording, self._clock = api, store, wording, clock
        self._template, self._zone = template, zone
        self._not_before: datetime | None = None

    async def tell(self, chat: str) -> None:
        """Something waits for this member: put a knock on its way, if one is due."""
        if self._template is not None and await self._store.read(knock.due, chat) is not None:
            await self._store.write(knock.queue, chat, self._clock())

    async def send(self, job: Job) -> None:
        """Send one. Raises Later."""
        chat, news, now = job.payload["chat"], knock.news_of(job.payload), self._clock()
        standing = await self._store.read(knock.standing, job.id, chat, news, now)
        if self._template is None or standing.is_over:
            return
        if standing.unanswered >= MOST_UNANSWERED:
            await self._show(knock.FAILED, f"{news.number} unknown", job)
            return
        if self._not_before is not None and now < self._not_before:
            raise Later((self._not_before - now).total_seconds(), counts=False)
        if (busy_s := self._api.busy_s) > 0:
            raise Later(busy_s, counts=False)
        if standing.unanswered:
            await asked(self._api)
        await self._send(chat, news, self._template, job)

    async def _send(self, chat: str, news: News, template: Template, job: Job) -> None:
        label = self._wording(Say("wechat.knock.hint"), news.locale)
        before = await self._store.write(knock.leaving, job.id, chat, label, self._clock())
        local = replace(news, at=news.at.astimezone(self._zone))
        body = {"touser": chat, "template_id": template.id, "data": template.filled(local, self._wording), "client_msg_id": f"n{job.id}"}
        if template.url:
            body["url"] = template.url
        try:
            answer = await self._api.post(SEND, body)
        except (Refusal, Silence) as error:
            await self._after(error, chat, news, before, job)
            return
        await noted(partial(self._store.write, knock.taken, job.id, chat, news, str(answer.get("msgid", "")), self._clock()))

    async def _after(self, error: Refusal | Silence, chat: str, news: News, before: Sequence[Choice], job: Job) -> None:
        log.warning("wechat_knock_failed", job=job.id, error=faults.name(error))
        if isinstance(error, Silence) and error.may_have_arrived:
            await self._store.write(ledger.lost, job.id, now=self._clock())
            raise Later(max(faults.backoff_s(1), self._api.busy_s), counts=False) from error
        failures = await self._store.write(knock.stayed, job.id, chat, before, self._clock())
        if isinstance(error, Silence):
            raise Later(max(faults.backoff_s(failures), self._api.busy_s), counts=False) from error
        await self._refused(error.code, chat, news, failures, job)

    async def _refused(self, code: int, chat: str, news: News, failures: int, job: Job) -> None:
        if code in UNUSABLE:
            self._not_before = self._clock() + timedelta(seconds=PAUSE_S)
            log.error("wechat_template_refused", errcode=code, hint="run the doctor: it compares the settings with the account's templates")
            await self._store.write(knock.show, knock.TEMPLATE, f"errcode {code}", str(code), self._clock())
            raise Later(PAUSE_S, counts=False)
        if code in faults.STALE_TOKEN | faults.OURS:
            log.error("wechat_settings_refused", errcode=code)
            raise Later(faults.OURS_WAIT_S, counts=False)
        if code in faults.BUSY:
            raise Later(faults.backoff_s(failures), counts=False)
        if code in faults.GONE:
            await self._store.write(_gone, chat, self._clock())
        elif code in TAKES_NONE:
            await self._show(knock.REFUSED, f"{news.number} errcode {code}", job)
        else:
            await self._show(knock.FAILED, f"{news.number} errcode {code}", job)

    async def _show(self, kind: str, reason: str, job: Job) -> None:
        await self._store.write(knock.show, kind, reason.strip(), str(job.id), self._clock())


def _gone(conn: Connection, chat: str, now: datetime) -> None:
    """The member does not follow the account: what waits is given up now, where staff see it."""
    chats.leave(conn, chat, now)
    knock.unfollowed(conn, chat, now)
