"""A notice that goes by itself: texts over the customer-service interface, each once, through crashes, refusals and cut connections.

Before a text leaves, that is noted; when WeChat has taken it, that too. What was refused or never left is tried until it arrives. Where the
answer was lost, nobody can know whether the text arrived: it is sent once more as soon as WeChat answers at all, since a member left
without an answer is worse off than one who reads it twice; if that answer is lost as well, the job ends as `unknown` for staff to look at.
What WeChat takes only after the member's next message waits for that, and goes with its answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.channels import ledger, plain
from bot.channels.ledger import MOST_UNANSWERED
from bot.channels.plain import Choice, Wording
from bot.channels.wechat import chats, faults, texts
from bot.channels.wechat.api import Api
from bot.channels.wechat.faults import Refusal, Silence
from bot.channels.wechat.passive import LONGEST_BYTES
from bot.jobs import Job, Later, Never, noted
from bot.message import Notice
from bot.store import Store

SEND = "/cgi-bin/message/custom/send"
ASK = "/cgi-bin/get_api_domain_ip"
"""A call without any effect: only to learn whether WeChat answers."""

ASK_AGAIN_S = 3600.0
"""An account that may only answer is asked again so often."""

ShutOut = Callable[[str], Awaitable[None]]
"""Called for a chat that may not be written to now: what waits may be worth another way."""

log = structlog.get_logger(__name__)


class Sender:
    """The sending side of one account."""

    def __init__(self, api: Api, store: Store, wording: Wording, clock: Callable[[], datetime], shut_out: ShutOut) -> None:
        self._api, self._store, self._wording, self._clock, self._shut_out = api, store, wording, clock, shut_out
        self._only_answers_until: datetime | None = None

    async def send(self, notice: Notice, job: Job) -> None:
        """Send what of the notice has not been sent yet. Raises Later or Never."""
        chat, now = notice.chat.id, self._clock()
        standing = await self._store.read(texts.standing, job.id, chat, now)
        if standing.is_gone:
            raise Never("not following")
        if standing.sent.unanswered >= MOST_UNANSWERED:
            raise Never("unknown")
        if not standing.is_open or (self._only_answers_until is not None and now < self._only_answers_until):
            await self._shut_out(chat)
            raise Later(faults.WAIT_S, counts=False)
        if (busy_s := self._api.busy_s) > 0:
            raise Later(busy_s, counts=False)
        if standing.sent.unanswered:
            await asked(self._api)
        said = plain.render(notice.message, notice.locale, self._wording)
        pieces = list(plain.split(said.text, LONGEST_BYTES))
        for number, text in enumerate(pieces[standing.sent.parts :], standing.sent.parts + 1):
            await self._send(chat, text, said.choices if number == len(pieces) else None, job)

    async def _send(self, chat: str, text: str, choices: Sequence[Choice] | None, job: Job) -> None:
        before = await self._store.write(texts.leaving, job.id, chat, choices, self._clock())
        try:
            await self._api.post(SEND, {"touser": chat, "msgtype": "text", "text": {"content": text}})
        except (Refusal, Silence) as error:
            raise await self._after(error, chat, before, job) from error
        await noted(partial(self._store.write, ledger.arrived, job.id, now=self._clock()))

    async def _after(self, error: Refusal | Silence, chat: str, before: Sequence[Choice], job: Job) -> Later | Never:
        log.warning("wechat_send_failed", job=job.id, error=faults.name(error))
        if isinstance(error, Silence) and error.may_have_arrived:
            unanswered = await self._store.write(ledger.lost, job.id, now=self._clock())
            return Never("unknown") if unanswered >= MOST_UNANSWERED else Later(max(faults.backoff_s(1), self._api.busy_s), counts=False)
        failures = await self._store.write(texts.stayed, job.id, chat, before, self._clock())
        if isinstance(error, Silence):
            return Later(max(faults.backoff_s(failures), self._api.busy_s), counts=False)
        await self._learnt(error.code, chat)
        if error.code in faults.CLOSED | faults.NOT_ALLOWED:
            await self._shut_out(chat)
        return faults.outcome(error, failures)

    async def _learnt(self, code: int, chat: str) -> None:
        """What the refusal says about the member, the account or the settings."""
        now = self._clock()
        if code in faults.GONE:
            await self._store.write(chats.leave, chat, now)
        elif code in faults.CLOSED:
            await self._store.write(chats.shut, chat)
        elif code in faults.NOT_ALLOWED:
            self._only_answers_until = now + timedelta(seconds=ASK_AGAIN_S)
            log.error(
                "wechat_only_answers", hint="this account may not write by itself: what is not ready at once waits for the next message"
            )
        elif code in faults.OURS | faults.STALE_TOKEN:
            log.error("wechat_settings_refused", errcode=code)


async def asked(api: Api) -> None:
    """Nothing whose answer was lost is risked again before WeChat answers. Raises Later."""
    try:
        await api.post(ASK, {})
    except Refusal:
        return  # an answer, too
    except Silence as error:
        raise Later(max(1.0, api.busy_s), counts=False) from error
