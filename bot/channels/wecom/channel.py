"""WeCom as the rest of the bot sees it: news are posted within a transaction, and a job brings them there.

Before a card leaves, that is noted. What was refused or never left is tried until it arrives. Where the answer was lost nobody can know
whether it arrived: an app's card is sent again freely, since WeCom shows the same one only once; a robot's is sent once more as soon as
WeCom answers at all, and if that answer is lost as well, the job ends as `unknown` for staff to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.channels.ledger import MOST_UNANSWERED
from bot.channels.wecom import faults, outbox
from bot.channels.wecom.api import Api
from bot.channels.wecom.cards import card
from bot.channels.wecom.doors import App, Door, Robot
from bot.channels.wecom.faults import Refusal, Silence
from bot.channels.wecom.outbox import JOB_KIND
from bot.jobs import Handler, Job, Later, Never, noted
from bot.message import Say
from bot.settings import Settings
from bot.store import Store
from bot.wording import DEFAULT_LOCALE

__all__ = ["JOB_KIND", "WeCom"]

log = structlog.get_logger(__name__)


class WeCom:
    """The doors that are set up, from their making to `close`; there may be none."""

    def __init__(self, settings: Settings, store: Store, wording: Callable[[Say, str], str], clock: Callable[[], datetime]) -> None:
        self._api, self._store, self._clock, self._public_url = Api(), store, clock, settings.public_url
        self._words = partial(_worded, wording)
        self._doors = {door.name: door for door in doors(settings, self._api)}
        self.jobs: Mapping[str, Handler] = {JOB_KIND: self.send}

    def post(self, conn: Connection, topic: str, entry: dict[str, Any], now: datetime) -> None:
        """Put news on their way through every door, with the surrounding transaction."""
        for door in self._doors:
            outbox.post(conn, door, topic, entry, now)

    async def send(self, job: Job) -> None:
        """Send what the job names, with all that waits beside it. Raises Later or Never."""
        door, news = self._doors.get(job.payload["door"]), job.payload["news"]
        if door is None:
            raise Never("channel_off")
        if door.repeats_show and await self._store.read(outbox.may_have_arrived, news):
            await _answers(door)
        try:
            parcel = await self._store.write(outbox.leaving, door.name, news, job.id, self._clock(), counts=door.repeats_show)
        except Never:
            await self._store.write(outbox.give_up, news, job.id)
            raise
        if parcel is None:
            return
        try:
            await door.deliver(card(parcel, self._public_url, self._words))
        except (Refusal, Silence) as error:
            raise await self._after(error, door, news, job) from error
        await noted(partial(self._store.write, outbox.arrived, news))

    async def close(self) -> None:
        """Let go of all connections."""
        await self._api.close()

    async def _after(self, error: Refusal | Silence, door: Door, news: int, job: Job) -> Later | Never:
        log.warning("wecom_send_failed", job=job.id, door=door.name, error=faults.name(error))
        if isinstance(error, Silence) and error.may_have_arrived:
            unanswered = await self._store.write(outbox.lost, news)
            ends = door.repeats_show and unanswered >= MOST_UNANSWERED
            next_step: Later | Never = Never("unknown") if ends else Later(faults.backoff_s(min(unanswered, 4)), counts=False)
        else:
            quiet = faults.quiet(error)
            failures = await self._store.write(outbox.stayed, door.name, news, quiet, self._clock())
            next_step = faults.outcome(error, failures)
            if isinstance(error, Refusal) and quiet > timedelta(0):
                log.error("wecom_refused", errcode=error.code, door=door.name, hint="python -m bot doctor says what to do")
        if isinstance(next_step, Never):
            await self._store.write(outbox.give_up, news, job.id)
        return next_step


def doors(settings: Settings, api: Api) -> list[Door]:
    """The doors that the settings open."""
    found: list[Door] = []
    if settings.wecom_webhook_url:
        found.append(Robot(api, settings.wecom_webhook_url.get_secret_value()))
    if settings.wecom_corp_id and settings.wecom_agent_id and settings.wecom_secret:
        secret, users = settings.wecom_secret.get_secret_value(), settings.wecom_users
        found.append(App(api, settings.wecom_api_url, settings.wecom_corp_id, settings.wecom_agent_id, secret, users))
    return found


async def _answers(door: Door) -> None:
    """Nothing whose answer was lost is risked again before WeCom answers."""
    try:
        await door.knock()
    except Silence as error:
        raise Later(faults.backoff_s(4), counts=False) from error


def _worded(wording: Callable[[Say, str], str], say: Say) -> str:
    """A group has one language: that of the federation."""
    return wording(say, DEFAULT_LOCALE)
