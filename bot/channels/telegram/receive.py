"""Telegram's Update becomes what the bot understands. Pure: nothing is stored or sent here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from bot.message import Chat, Command, Incoming, Pressed, Text, What

CHANNEL = "telegram"
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update we ask Telegram for."""

COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?\Z", re.DOTALL)
GONE = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)


@dataclass(frozen=True)
class Spoken:
    """Something typed, or a command. What we cannot read, a sticker say, is an empty text: it is answered as not understood."""

    incoming: Incoming


@dataclass(frozen=True)
class Tapped:
    """A tap on a button: also to be answered on Telegram's own side. `message` is none where Telegram no longer shows it."""

    incoming: Incoming
    query: str
    message: int | None
    action: str
    label: str


@dataclass(frozen=True)
class FileCame:
    """A photo or a document, as Telegram's own id for it. `size` in bytes, as far as Telegram says."""

    chat: Chat
    update_id: str
    locale: str | None
    file: str
    name: str
    size: int


@dataclass(frozen=True)
class Blocking:
    """The person blocked the bot, or let it in again."""

    chat: Chat
    blocked: bool


@dataclass(frozen=True)
class Elsewhere:
    """Something said in a group or channel, where nothing private may be spoken of."""

    chat: Chat
    locale: str | None


Received = Spoken | Tapped | FileCame | Blocking | Elsewhere


def read(update: Update) -> Received | None:
    """What an update means to us; none if nothing."""
    update_id = str(update.update_id)
    if message := update.message or update.edited_message:
        return _message(message, update_id)
    if update.callback_query:
        return _tap(update.callback_query, update_id)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    return None


def _message(message: Message, update_id: str) -> Received | None:
    chat, locale = Chat(CHANNEL, str(message.chat.id)), _language(message.from_user)
    if message.chat.type != ChatType.PRIVATE:
        return Elsewhere(chat, locale)
    if message.photo:
        largest = message.photo[-1]
        return FileCame(chat, update_id, locale, largest.file_id, "", largest.file_size or 0)
    if document := message.document:
        return FileCame(chat, update_id, locale, document.file_id, document.file_name or "", document.file_size or 0)
    if message.text is None and message.effective_attachment is None:
        return None  # a service message: something was pinned, a timer was set
    return Spoken(Incoming(chat, update_id, _said(message), locale))


def _said(message: Message) -> What:
    if message.contact:
        return Text(message.contact.phone_number)
    text = message.text or ""
    if match := COMMAND.match(text.strip()):
        return Command(match[1].lower(), (match[2] or "").strip())
    return Text(text)


def _tap(query: CallbackQuery, update_id: str) -> Received | None:
    locale = _language(query.from_user)
    if query.data is None:
        return None
    if query.message and query.message.chat.type != ChatType.PRIVATE:
        return Elsewhere(Chat(CHANNEL, str(query.message.chat.id)), locale)
    incoming = Incoming(Chat(CHANNEL, str(query.from_user.id)), update_id, Pressed(query.data), locale)
    if not isinstance(query.message, Message):
        return Tapped(incoming, query.id, None, query.data, "")
    rows = query.message.reply_markup.inline_keyboard if query.message.reply_markup else ()
    label = next((button.text for row in rows for button in row if button.callback_data == query.data), "")
    return Tapped(incoming, query.id, query.message.message_id, query.data, label)


def _membership(change: ChatMemberUpdated) -> Received | None:
    chat, gone = Chat(CHANNEL, str(change.chat.id)), change.new_chat_member.status in GONE
    if change.chat.type == ChatType.PRIVATE:
        return Blocking(chat, gone)
    return None if gone else Elsewhere(chat, _language(change.from_user))


def _language(user: User | None) -> str | None:
    return user.language_code if user else None
