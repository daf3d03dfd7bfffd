"""Claims posted to groups of the staff: which message tells of which claim, so that it can say who has it now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection, delete, select
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot import notices
from bot.channels.telegram import faults
from bot.channels.telegram.receive import CHANNEL
from bot.channels.telegram.render import Wording, render
from bot.channels.telegram.tables import telegram_posts
from bot.claims import claim as claims
from bot.claims import posted
from bot.jobs import Job, Later
from bot.message import Chat, Message, Notice
from bot.staff import groups
from bot.store import Store
from bot.store.tables import insert_new


def note(conn: Connection, chat: str, message: int, keyboard: InlineKeyboardMarkup | None) -> None:
    """Remember a message that has been sent, if it is such a post."""
    actions = [str(button.callback_data or "") for row in keyboard.inline_keyboard for button in row] if keyboard else []
    for claim_id, _ in filter(None, map(posted.wanted, actions)):
        conn.execute(insert_new(conn, telegram_posts).values(chat=chat, message=message, claim_id=claim_id))


def moved(conn: Connection, notice: Notice, to: str, *, now: datetime) -> None:
    """The group has another id: from now on that is where everything goes, this notice first."""
    new = Chat(CHANNEL, to)
    forget(conn, notice.chat.id)
    groups.moved(conn, notice.chat, new)
    notices.queue(conn, new, notice.message, locale=notice.locale, now=now)


def forget(conn: Connection, chat: str) -> None:
    """Messages of a group that is a group of the staff no more."""
    conn.execute(delete(telegram_posts).where(telegram_posts.c.chat == chat))


def up_to_date(bot: Bot, store: Store, wording: Wording, public_url: str) -> Callable[[Job], Awaitable[None]]:
    """The handler of the jobs that change the posts of a claim. Writing the same again does no harm."""

    async def change(job: Job) -> None:
        message, places = await store.read(_as_it_stands, job.payload["claim"], public_url)
        for group, number in places:
            await _edit(bot, group, number, message, wording, job)

    return change


def _as_it_stands(conn: Connection, claim_id: int, public_url: str) -> tuple[Message, list[tuple[groups.Group, int]]]:
    rows = conn.execute(select(telegram_posts.c.chat, telegram_posts.c.message).where(telegram_posts.c.claim_id == claim_id)).all()
    found = [(groups.of(conn, Chat(CHANNEL, row.chat)), row.message) for row in rows]
    return posted.message(conn, claims.read(conn, claim_id), public_url), [(group, number) for group, number in found if group is not None]


async def _edit(bot: Bot, group: groups.Group, number: int, message: Message, wording: Wording, job: Job) -> None:
    text, keyboard = render(message, group.locale, wording)[-1]
    quiet = LinkPreviewOptions(is_disabled=True)
    try:
        with suppress(BadRequest, Forbidden, ChatMigrated):  # unchanged, deleted, or the group is closed to us
            await bot.edit_message_text(text, group.chat.id, number, reply_markup=keyboard, link_preview_options=quiet)
    except RetryAfter as error:
        raise Later(faults.asked_to_wait_s(error), counts=False) from error
    except TelegramError as error:
        raise Later(faults.backoff_s(job.attempts)) from error
