"""Receiving by long polling, with an offset of our own: Telegram is told that an update arrived only once it is stored.

The offset needs no place of its own: after a restart Telegram gives again whatever was not confirmed, and what was stored already is
known by its id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, RetryAfter, TelegramError

from bot.channels.telegram import faults
from bot.channels.telegram.receive import KINDS

WAIT_S = 25
ANSWER_S = 10
ENDPOINT = "getupdates"
"""In this spelling, which Telegram takes too, the library hands over the raw updates: its own method fails as a whole, and logs what
members wrote, if it cannot read one of them."""

RawUpdate = Mapping[str, Any]
Take = Callable[[RawUpdate], Awaitable[None]]
"""Stores one update. If it raises, the update is not stored and must come again."""

log = structlog.get_logger(__name__)


async def poll(bot: Bot, take: Take) -> None:
    """Receive until cancelled."""
    offset: int | None = None
    failures = 0
    while True:
        try:
            batch = await _next(bot, offset)
        except TelegramError as error:
            failures += 1
            await asyncio.sleep(_pause_s(error, failures))
            continue
        waiting = await store_all(batch, take)
        failures = failures + 1 if waiting is not None else 0
        if waiting is not None:
            await asyncio.sleep(faults.backoff_s(failures))
        if batch:
            offset = batch[-1]["update_id"] + 1 if waiting is None else waiting


async def store_all(batch: Sequence[RawUpdate], take: Take) -> int | None:
    """Store a batch: one after the other within a chat, all chats at once. The id of the earliest that could not be stored, if any."""
    chats: dict[object, list[RawUpdate]] = {}
    for update in batch:
        chats.setdefault(chat_of(update), []).append(update)
    waiting = await asyncio.gather(*(_store_in_order(updates, take) for updates in chats.values()))
    return min((update_id for update_id in waiting if update_id is not None), default=None)


def chat_of(update: RawUpdate) -> object:
    """The chat of an update in its raw form, for keeping those of one chat in order; none where it has no chat."""
    match update:
        case {"callback_query": {"from": {"id": chat}}}:
            return chat
        case {"message": {"chat": {"id": chat}}} | {"edited_message": {"chat": {"id": chat}}} | {"my_chat_member": {"chat": {"id": chat}}}:
            return chat
    return None


async def _store_in_order(updates: Sequence[RawUpdate], take: Take) -> int | None:
    for update in updates:
        try:
            await take(update)
        except Exception as error:  # noqa: BLE001 - the entrance of updates: it must outlive whatever happens to one of them
            log.warning("telegram_update_waits", update=update["update_id"], error=type(error).__name__)
            return int(update["update_id"])
    return None


async def _next(bot: Bot, offset: int | None) -> list[RawUpdate]:
    asked = {"timeout": WAIT_S, "allowed_updates": KINDS} | ({} if offset is None else {"offset": offset})
    batch: list[RawUpdate] = await bot.do_api_request(ENDPOINT, asked, read_timeout=WAIT_S + ANSWER_S)
    return batch


def _pause_s(error: TelegramError, failures: int) -> float:
    if isinstance(error, Conflict):
        log.error("telegram_conflict", hint="another process polls with this token, or a webhook was set for it elsewhere")
        return faults.backoff_s(max(failures, 4))
    if isinstance(error, RetryAfter):
        return faults.asked_to_wait_s(error)
    log.warning("telegram_polling_failed", error=faults.name(error), failures=failures)
    return faults.backoff_s(failures)
