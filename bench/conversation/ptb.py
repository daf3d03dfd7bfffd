"""python-telegram-bot: its ConversationHandler, each step committed before the update counts as taken.

Its own persistence writes everything every minute, so it is not used. What this lacks beside ours: a repeated update is taken twice,
and a reply is lost if the process dies between the commit and the call to Telegram.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest
from telegram.warnings import PTBUserWarning

from bench.conversation import answers, telegram_json
from bench.conversation.kept import Kept

MENU, AGE, IN_WORK, PAID, BEFORE, DONE = range(6)
Context = ContextTypes.DEFAULT_TYPE


class AtOnce(BaseRequest):
    """A Telegram that answers at once, in this process."""

    @property
    def read_timeout(self) -> float | None:
        """No timeout."""
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(self, url: str, method: str, request_data: Any = None, *_: Any, **__: Any) -> tuple[int, bytes]:  # noqa: ARG002
        """Answer like the Bot API."""
        return 200, telegram_json.answer(url.rpartition("/")[2], request_data.json_parameters if request_data else {})


class PythonTelegramBot:
    """The peer under load."""

    def __init__(self, application: Application[Any, Any, Any, Any, Any, Any], at_a_time: int) -> None:
        self._application = application
        self._turn = asyncio.Semaphore(at_a_time)

    def prepare(self, chat: int, update: int, at: int) -> Any:
        """Read the update, before the clock runs."""
        return Update.de_json(telegram_json.update(chat, update, at), self._application.bot)

    async def say(self, prepared: Any) -> None:
        """Process one update: the handler commits the state and answers."""
        async with self._turn:
            await self._application.process_update(prepared)

    async def quiet(self) -> None:
        """Nothing goes on after an update."""


def one_by_one(url: str) -> AbstractAsyncContextManager[PythonTelegramBot]:
    """The bot as its documentation builds it: updates one after the other, which it asks for where there is a ConversationHandler."""
    return _running(url, at_a_time=1)


def all_at_once(url: str) -> AbstractAsyncContextManager[PythonTelegramBot]:
    """The same at its fastest, against its documentation: updates of different members do not wait for one another."""
    return _running(url, at_a_time=1_000_000)


@asynccontextmanager
async def _running(url: str, at_a_time: int) -> AsyncIterator[PythonTelegramBot]:
    kept = Kept(url)
    application = ApplicationBuilder().token("1:bench").request(AtOnce()).get_updates_request(AtOnce()).updater(None).build()
    application.add_handler(_conversation(Steps(kept)))
    async with application:
        yield PythonTelegramBot(application, at_a_time)
    kept.close()


@dataclass(frozen=True)
class Steps:
    """The handlers, one a step."""

    kept: Kept

    async def start(self, update: Update, context: Context) -> int:
        """Greet."""
        return await self._go_on(update, context, MENU, answers.MENU)

    async def chosen(self, update: Update, context: Context) -> int:
        """Begin."""
        return await self._go_on(update, context, AGE, answers.AGE)

    async def age(self, update: Update, context: Context) -> int:
        """Keep the age."""
        _data(context)["age"] = int(_text(update))
        return await self._go_on(update, context, IN_WORK, answers.IN_WORK)

    async def in_work(self, update: Update, context: Context) -> int:
        """Keep whether they are in work."""
        _data(context)["in_work"] = _text(update) == "在职"
        return await self._go_on(update, context, PAID, answers.PAID)

    async def paid(self, update: Update, context: Context) -> int:
        """Keep what was paid."""
        _data(context)["paid"] = int(_text(update)) * 100
        return await self._go_on(update, context, BEFORE, answers.BEFORE)

    async def before(self, update: Update, context: Context) -> int:
        """Keep what was received before, and give the result."""
        _data(context)["before"] = 0
        return await self._go_on(update, context, DONE, answers.result(_data(context)["paid"]))

    async def why(self, update: Update, context: Context) -> int:
        """Say how it comes about."""
        return await self._go_on(update, context, DONE, answers.why(_data(context)["age"], _data(context)["paid"]))

    async def _go_on(self, update: Update, context: Context, state: int, said: tuple[str, tuple[str, ...]]) -> int:
        assert update.effective_chat is not None
        await self.kept.keep(update.effective_chat.id, str(state), _data(context))
        line, labels = said
        buttons = InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label)] for label in labels]) if labels else None
        await context.bot.send_message(update.effective_chat.id, line, reply_markup=buttons)
        return state


def _data(context: Context) -> dict[str, Any]:
    assert context.user_data is not None
    return context.user_data


def _text(update: Update) -> str:
    return (update.message and update.message.text) or ""


def _conversation(steps: Steps) -> ConversationHandler[Context]:
    typed = filters.TEXT & ~filters.COMMAND
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PTBUserWarning)  # taps are counted by chat, as wanted
        return ConversationHandler(
            entry_points=[CommandHandler("start", steps.start)],
            states={
                MENU: [CallbackQueryHandler(steps.chosen)],
                AGE: [MessageHandler(typed, steps.age)],
                IN_WORK: [MessageHandler(typed, steps.in_work)],
                PAID: [MessageHandler(typed, steps.paid)],
                BEFORE: [MessageHandler(typed, steps.before)],
                DONE: [MessageHandler(typed, steps.why)],
            },
            fallbacks=[],
        )
