"""Buttons after their answer: the one that was tapped stays as a mark, and the others go, so that nobody taps what is settled.

Buttons that give an order ("where is my claim") stay: they are as good later as now.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot import jobs
from bot.channels.telegram import chats, faults
from bot.channels.telegram.receive import Tapped
from bot.conversation.actions import Answer, read_action
from bot.jobs import Job, Later

TAPPED, TYPED = "telegram_tapped", "telegram_typed"
INERT = "-"
"""What the mark sends when it is tapped itself: nothing comes of it."""


def asks(keyboard: InlineKeyboardMarkup | None) -> bool:
    """Whether these buttons answer a question."""
    return keyboard is not None and any(_answers(str(button.callback_data or "")) for row in keyboard.inline_keyboard for button in row)


def after_tap(conn: Connection, tapped: Tapped, *, now: datetime) -> None:
    """Queue what Telegram must be told after a tap: that it was received, and how the keyboard looks now."""
    chat, message = tapped.incoming.chat.id, tapped.message
    was_open = message is not None and chats.close_keyboard(conn, chat, message)
    settled = (was_open or _answers(tapped.action)) and tapped.action != INERT
    payload = {"query": tapped.query, "chat": chat, "message": message if settled else None, "label": tapped.label}
    jobs.add(conn, TAPPED, payload, now=now)


def after_words(conn: Connection, chat: str, *, now: datetime) -> None:
    """The open question was answered in words, or with a file: queue the removal of its buttons."""
    message = chats.take_keyboard(conn, chat)
    if message is not None:
        jobs.add(conn, TYPED, {"chat": chat, "message": message}, now=now)


async def tapped(bot: Bot, job: Job) -> None:
    """Tell Telegram that the tap arrived, and leave only the chosen button."""
    await settled(bot.answer_callback_query(job.payload["query"]), job)
    if job.payload["message"] is not None:
        await settled(_edit(bot, job.payload), job)


async def typed(bot: Bot, job: Job) -> None:
    """Remove the buttons."""
    await settled(_edit(bot, job.payload), job)


def _answers(action: str) -> bool:
    return isinstance(read_action(action), Answer)


async def _edit(bot: Bot, payload: Mapping[str, Any]) -> None:
    label = payload.get("label")
    mark = InlineKeyboardMarkup([[InlineKeyboardButton(f"✓ {label}", callback_data=INERT)]]) if label else None
    await bot.edit_message_reply_markup(payload["chat"], payload["message"], reply_markup=mark)


async def settled(call: Awaitable[object], job: Job) -> None:
    """Both calls may be repeated freely. What Telegram no longer takes (too old, unchanged, deleted, blocked) needs no doing."""
    try:
        with suppress(BadRequest, Forbidden):
            await call
    except RetryAfter as error:
        raise Later(faults.asked_to_wait_s(error), counts=False) from error
    except TelegramError as error:
        raise Later(faults.backoff_s(job.attempts)) from error
