"""A notice becomes calls to the Bot API: each message once, at Telegram's pace, through crashes, refusals and cut connections.

Before a message leaves, that is noted; when Telegram has confirmed it, that too. What was refused, throttled or never left is tried
until it arrives. Where the answer was lost (cut connection, timeout) nobody can know whether the message arrived: it is sent once more,
since a member left without an answer is worse off than one who reads it twice; if that answer is lost as well, the job ends as `unknown`
for staff to look at. Where our own process died in between, the message has often not left at all: it takes four deaths over the same
message to give it up. A chat that blocked the bot is not tried again until the person is back. Where Telegram asks for patience, nothing
leaves for so long, to nobody, and then the message it refused goes first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram import Message as Posted
from telegram.error import ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels import ledger
from bot.channels.ledger import MOST_UNANSWERED, Sent
from bot.channels.telegram import asked, chats, faults, keyboards, posts
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.render import Part, Wording, marks, render
from bot.jobs import Job, Later, Never, noted
from bot.message import Notice
from bot.store import Store

log = structlog.get_logger(__name__)


class Sender:
    """The sending side of one bot."""

    def __init__(self, bot: Bot, store: Store, wording: Wording, clock: Callable[[], datetime], pace: Pace) -> None:
        self._bot, self._store, self._wording, self._clock, self._pace = bot, store, wording, clock, pace

    async def send(self, notice: Notice, job: Job) -> None:
        """Send what of the notice has not been sent yet. Raises Later or Never."""
        parts = render(notice.message, notice.locale, self._wording)
        entities = marks(notice.message, notice.locale, self._wording) if len(parts) == 1 else []
        sent, is_blocked = await self._store.read(_standing, job.id, notice.chat.id)
        if is_blocked:
            raise Never("blocked")
        if sent.unanswered >= MOST_UNANSWERED:
            raise Never("unknown")
        try:
            for part in parts[sent.parts :]:
                await self._pace.wait(notice.chat.id)
                await self._send(notice, part, job, entities)
        except ChatMigrated as error:  # the group has got another id: the same once more, to that one
            await self._store.write(posts.moved, notice, str(error.new_chat_id), now=self._clock())

    async def _send(self, notice: Notice, part: Part, job: Job, entities: list[MessageEntity]) -> None:
        chat, (text, keyboard) = notice.chat.id, part
        await self._store.write(ledger.leaving, job.id, now=self._clock())
        try:
            sent = await self._bot.send_message(
                chat, text, entities=entities, reply_markup=keyboard, link_preview_options=LinkPreviewOptions(is_disabled=True)
            )
        except ChatMigrated:
            raise
        except TelegramError as error:
            raise await self._after(error, chat, job) from error
        await noted(partial(self._store.write, _arrived, job.id, sent, keyboard, notice, now=self._clock()))

    async def _after(self, error: TelegramError, chat: str, job: Job) -> Later | Never:
        log.warning("telegram_send_failed", job=job.id, error=faults.name(error))
        if faults.may_have_arrived(error):
            unanswered = await self._store.write(ledger.lost, job.id, now=self._clock())
            return Never("unknown") if unanswered >= MOST_UNANSWERED else Later(faults.backoff_s(1), counts=False)
        failures = await self._store.write(ledger.stayed, job.id, now=self._clock())
        if isinstance(error, RetryAfter):
            await self._pace.hold(chat, faults.asked_to_wait_s(error))
        if isinstance(error, Forbidden):
            await self._store.write(chats.block, chat, now=self._clock())
        if isinstance(error, InvalidToken):
            log.error("telegram_token_refused")
        return faults.outcome(error, failures)


def _standing(conn: Connection, job: int, chat: str) -> tuple[Sent, bool]:
    """How far the notice has come, and whether the person blocked the bot."""
    return ledger.sent(conn, job), chats.is_blocked(conn, chat)


def _arrived(conn: Connection, job: int, posted: Posted, keyboard: InlineKeyboardMarkup | None, notice: Notice, *, now: datetime) -> None:
    chat, number = notice.chat.id, posted.message_id
    ledger.arrived(conn, job, now=now)
    if keyboards.asks(keyboard):
        chats.open_keyboard(conn, chat, number)
    posts.note(conn, chat, number, keyboard)
    asked.note(conn, chat, number, notice.message)
