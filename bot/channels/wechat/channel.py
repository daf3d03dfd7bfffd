"""WeChat as the rest of the bot sees it: a channel that receives, sends, and has a few tasks of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from bot.channels.plain import Wording
from bot.channels.wechat import faults, files, knock, landing, signatures, template
from bot.channels.wechat.api import Api
from bot.channels.wechat.callback import Callback
from bot.channels.wechat.crypto import Cipher
from bot.channels.wechat.faults import Refusal, Silence
from bot.channels.wechat.inbox import Inbox
from bot.channels.wechat.knocking import Knocker
from bot.channels.wechat.menu import CREATE, menu
from bot.channels.wechat.receive import CHANNEL
from bot.channels.wechat.send import Sender
from bot.channels.wechat.spool import Spool
from bot.channels.wechat.take import FAILED, Desk, Step, failed
from bot.jobs import Handler, Job
from bot.message import Notice
from bot.settings import Settings
from bot.store import Store

PATH = "/wechat"
TIDY_S = 600.0

log = structlog.get_logger(__name__)


class WeChat:
    """One Official Account, from its making to `close`. `run` does what must be done beside receiving, until cancelled."""

    name = CHANNEL

    def __init__(self, settings: Settings, store: Store, step: Step, wording: Wording, clock: Callable[[], datetime]) -> None:
        """The settings must hold an account."""
        app_id, token, secret = settings.wechat_app_id, settings.wechat_token, settings.wechat_secret
        assert app_id is not None and token is not None and secret is not None  # noqa: S101, PT018 - without, the caller leaves WeChat out
        self._chat_url = f"{settings.public_url}/chat"
        self._store, self._wording, self._clock = store, wording, clock
        self.api = Api(settings.wechat_api_url, app_id, secret.get_secret_value(), store, clock)
        self.inbox = Inbox(store, Spool(settings.data_dir / "wechat", store.keyring), Desk(step, wording, self._chat_url), clock)
        cipher = Cipher(settings.wechat_aes_key.get_secret_value(), app_id) if settings.wechat_aes_key else None
        self._callback = Callback(self.inbox, token.get_secret_value(), cipher, clock)
        self._template = template_of(settings)
        self._knocker = Knocker(self.api, store, wording, self._template, settings.time_zone, clock)
        self._sender = Sender(self.api, store, wording, clock, self._knocker.tell)
        shown = dict.fromkeys((knock.FAILED, knock.REFUSED, knock.TEMPLATE), knock.shown)
        self.jobs: Mapping[str, Handler] = {FAILED: failed, knock.KNOCK: self._knocker.send, **shown}

    def routes(self) -> list[web.RouteDef]:
        """The address that WeChat calls."""
        called = [web.get(PATH, self._callback.verify, allow_head=False), web.post(PATH, self._callback.receive)]
        return called if self._template is None else [*called, landing.landing(self._chat_url, self._wording)]

    async def run(self) -> None:
        """Take what was left on disk, set the menu, and keep the token fresh, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.inbox.recover())
            tasks.create_task(self._introduce())
            tasks.create_task(self._tidy())

    async def send(self, notice: Notice, job: Job) -> None:
        """Send a notice, once. Raises jobs.Later or jobs.Never."""
        await self._sender.send(notice, job)

    async def fetch(self, source: Any) -> bytes:
        """The bytes of a picture somebody sent here, for the upload job."""
        return await files.fetch(self.api, source)

    async def close(self) -> None:
        """Let what is under way come to its end, then let go of all connections."""
        await self.inbox.close()
        await self.api.close()

    async def _introduce(self) -> None:
        """Set the menu, as soon as WeChat can be reached and if the account may have one; then keep the token fresh."""
        failures = 0
        while True:
            try:
                await self.api.post(CREATE, menu(self._chat_url, self._wording))
                break
            except (Refusal, Silence) as error:
                failures += 1
                log.warning("wechat_menu_failed", error=faults.name(error))
                if isinstance(error, Refusal) and error.code in faults.NOT_ALLOWED:
                    break
            except Exception as error:  # noqa: BLE001 - the database is away: later, then
                failures += 1
                log.warning("wechat_menu_failed", error=type(error).__name__)
            await asyncio.sleep(faults.backoff_s(failures))
        await self.api.tokens.keep_fresh()

    async def _tidy(self) -> None:
        while True:
            try:
                await self._store.write(signatures.forget_old, self._clock())
            except Exception as error:  # noqa: BLE001 - the database is away: later, then
                log.warning("wechat_tidy_failed", error=type(error).__name__)
            await asyncio.sleep(TIDY_S)


def template_of(settings: Settings) -> template.Template | None:
    """The template that is set, if any; a tap on it leads to a page only under an address that phones can reach."""
    if not settings.wechat_template_id:
        return None
    url = f"{settings.public_url}{landing.PATH}" if settings.public_url.startswith("https://") else ""
    return template.Template(settings.wechat_template_id, template.fields_of(settings.wechat_template_fields), url)
