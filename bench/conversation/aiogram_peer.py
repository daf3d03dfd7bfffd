"""aiogram: its FSM behind a Dispatcher, each step committed before the update counts as taken.

What this lacks beside ours: a repeated update is taken twice, and a reply is lost if the process dies between the commit and the call
to Telegram.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.base import BaseSession
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.methods import TelegramMethod
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update

from bench.conversation import answers, telegram_json
from bench.conversation.kept import Kept


class Talk(StatesGroup):
    """Where a conversation can stand."""

    menu = State()
    age = State()
    in_work = State()
    paid = State()
    before = State()
    done = State()


class AtOnce(BaseSession):
    """A Telegram that answers at once, in this process."""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ARG002, ASYNC109
        """Answer like the Bot API."""
        parameters = {name: self.prepare_value(value, bot, {}) for name, value in method.model_dump(warnings=False).items()}
        return self.check_response(bot, method, 200, telegram_json.answer(method.__api_method__, parameters).decode()).result

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        """No files here."""
        yield b""

    async def close(self) -> None:
        """Nothing to close."""


class Storage(BaseStorage):
    """One commit an update: the data waits for the state that follows it. What was written is read from memory, not from the file."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._states: dict[StorageKey, str | None] = {}
        self._data: dict[StorageKey, dict[str, Any]] = {}

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Commit state and data."""
        self._states[key] = state.state if isinstance(state, State) else state
        await self._kept.keep(key.chat_id, self._states[key], self._data.get(key, {}))

    async def get_state(self, key: StorageKey) -> str | None:
        """Give the state."""
        return self._states.get(key)

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Keep the data for the commit."""
        self._data[key] = dict(data)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """Give the data."""
        return dict(self._data.get(key, {}))

    async def close(self) -> None:
        """Let go of the file."""
        self._kept.close()


class Aiogram:
    """The peer under load."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher) -> None:
        self._bot, self._dispatcher = bot, dispatcher

    def prepare(self, chat: int, update: int, at: int) -> Any:
        """Read the update, before the clock runs."""
        return Update.model_validate(telegram_json.update(chat, update, at), context={"bot": self._bot})

    async def say(self, prepared: Any) -> None:
        """Feed one update: the handler commits the state and answers."""
        await self._dispatcher.feed_update(self._bot, prepared)

    async def quiet(self) -> None:
        """Nothing goes on after an update."""


@asynccontextmanager
async def aiogram(url: str) -> AsyncIterator[Aiogram]:
    """The bot as its documentation builds it."""
    dispatcher = Dispatcher(storage=Storage(Kept(url)))
    dispatcher.include_router(_conversation())
    async with Bot("1:bench", session=AtOnce()) as bot:
        yield Aiogram(bot, dispatcher)
    await dispatcher.storage.close()


def _conversation() -> Router:
    router = Router()

    @router.message(CommandStart())
    async def start(message: Message, state: FSMContext) -> None:
        await _go_on(message, state, Talk.menu, answers.MENU)

    @router.callback_query(Talk.menu)
    async def chosen(tap: CallbackQuery, state: FSMContext) -> None:
        await _go_on(cast("Message", tap.message), state, Talk.age, answers.AGE)

    @router.message(Talk.age, F.text)
    async def age(message: Message, state: FSMContext) -> None:
        await state.update_data(age=int(message.text or ""))
        await _go_on(message, state, Talk.in_work, answers.IN_WORK)

    @router.message(Talk.in_work, F.text)
    async def in_work(message: Message, state: FSMContext) -> None:
        await state.update_data(in_work=message.text == "在职")
        await _go_on(message, state, Talk.paid, answers.PAID)

    @router.message(Talk.paid, F.text)
    async def paid(message: Message, state: FSMContext) -> None:
        await state.update_data(paid=int(message.text or "") * 100)
        await _go_on(message, state, Talk.before, answers.BEFORE)

    @router.message(Talk.before, F.text)
    async def before(message: Message, state: FSMContext) -> None:
        data = await state.update_data(before=0)
        await _go_on(message, state, Talk.done, answers.result(data["paid"]))

    @router.message(Talk.done, F.text)
    async def why(message: Message, state: FSMContext) -> None:
        data = await state.get_data()
        await _go_on(message, state, Talk.done, answers.why(data["age"], data["paid"]))

    return router


async def _go_on(message: Message, state: FSMContext, to: State, said: tuple[str, tuple[str, ...]]) -> None:
    await state.set_state(to)
    line, labels = said
    buttons = (
        InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=label, callback_data=label)] for label in labels])
        if labels
        else None
    )
    await message.answer(line, reply_markup=buttons)
