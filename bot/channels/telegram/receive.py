"""Telegram's Update becomes what the bot understands. Pure: nothing is stored or sent here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from bot.message import Chat, Command, Edited, Incoming, Pressed, Text, What

CHANNEL = "telegram"
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update we ask Telegram for."""

COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?\Z", re.DOTALL)
GONE = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)


@dataclass(frozen=True)
class Spoken:
    """Something typed, or a command. What we cannot read, a sticker say, is an empty text: it is answered as not understood."""

    incoming: Incoming
    replies_to: int | None = None
    """The message of ours that it replies to."""


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
    unique: str = ""
    """Telegram's name for the bytes themselves: the same however often they are sent."""
    album: str = ""
    is_edit: bool = False
    """The message was there before: its caption was changed, or its picture."""
    words: str = ""
    """Its caption."""
    replies_to: int | None = None


@dataclass(frozen=True)
class Blocking:
    """The person blocked the bot, or let it in again."""

    chat: Chat
    blocked: bool


@dataclass(frozen=True)
class Elsewhere:
    """Something said in a group or channel, where nothing private may be spoken of. All that is read of it is a command."""

    chat: Chat
    locale: str | None
    update_id: str = ""
    command: Command | None = None


@dataclass(frozen=True)
class GroupTap:
    """A tap on a button in a group. `person` is the private chat of whoever tapped."""

    chat: Chat
    person: Chat
    update_id: str
    locale: str | None
    query: str
    action: str


@dataclass(frozen=True)
class Left:
    """The bot was removed from a group."""

    chat: Chat


@dataclass(frozen=True)
class Moved:
    """Telegram made another group of a group, under another id."""

    chat: Chat
    to: Chat


Received = Spoken | Tapped | FileCame | Blocking | Elsewhere | GroupTap | Left | Moved


def read(update: Update) -> Received | None:
    """What an update means to us; none if nothing."""
    update_id = str(update.update_id)
    if message := update.message or update.edited_message:
        return _message(message, update_id, edited=update.message is None)
    if update.callback_query:
        return _tap(update.callback_query, update_id)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    return None


def _message(message: Message, update_id: str, *, edited: bool) -> Received | None:
    chat, locale = Chat(CHANNEL, str(message.chat.id)), _language(message.from_user)
    if message.chat.type != ChatType.PRIVATE:
        return _elsewhere(message, chat, update_id, locale)
    if file := _file(message):
        file_id, unique, name, size = file
        album, words, replies_to = message.media_group_id or "", message.caption or "", _replies_to(message)
        return FileCame(chat, update_id, locale, file_id, name, size, unique, album, edited, words, replies_to)
    if message.text is None and (edited or message.effective_attachment is None):
        return None  # a service message: something was pinned, a timer was set; or a place that is being shared goes on
    return Spoken(Incoming(chat, update_id, _said(message, edited=edited), locale), _replies_to(message))


def _replies_to(message: Message) -> int | None:
    """The message of ours that this one replies to."""
    replied = message.reply_to_message
    of_ours = replied is not None and replied.from_user is not None and replied.from_user.is_bot
    return replied.message_id if replied is not None and of_ours else None


def _elsewhere(message: Message, chat: Chat, update_id: str, locale: str | None) -> Received:
    if message.migrate_to_chat_id:
        return Moved(chat, Chat(CHANNEL, str(message.migrate_to_chat_id)))
    said = COMMAND.match((message.text or "").strip())
    command = Command(said[1].lower(), (said[2] or "").strip()) if said else None
    return Elsewhere(chat, locale, update_id, command)


def _file(message: Message) -> tuple[str, str, str, int] | None:
    """Id, name of the bytes, name and size of a photo, the largest of its sizes, or of a document."""
    if message.photo:
        largest = message.photo[-1]
        return largest.file_id, largest.file_unique_id, "", largest.file_size or 0
    document = message.document
    return (document.file_id, document.file_unique_id, document.file_name or "", document.file_size or 0) if document else None


def _said(message: Message, *, edited: bool) -> What:
    number = str(message.message_id)
    if message.contact:
        return Text(message.contact.phone_number, number)
    text = message.text or ""
    if match := COMMAND.match(text.strip()):
        return Command(match[1].lower(), (match[2] or "").strip())
    if edited:
        return Edited(text, number)
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and not replied.from_user.is_bot:
        return Edited(text, str(replied.message_id))  # people put their own message right by replying to it
    return Text(text, number)


def _tap(query: CallbackQuery, update_id: str) -> Received | None:
    locale = _language(query.from_user)
    if query.data is None:
        return None
    person = Chat(CHANNEL, str(query.from_user.id))
    if query.message and query.message.chat.type != ChatType.PRIVATE:
        return GroupTap(Chat(CHANNEL, str(query.message.chat.id)), person, update_id, locale, query.id, query.data)
    incoming = Incoming(person, update_id, Pressed(query.data), locale)
    if not isinstance(query.message, Message):
        return Tapped(incoming, query.id, None, query.data, "")
    rows = query.message.reply_markup.inline_keyboard if query.message.reply_markup else ()
    label = next((button.text for row in rows for button in row if button.callback_data == query.data), "")
    return Tapped(incoming, query.id, query.message.message_id, query.data, label)


def _membership(change: ChatMemberUpdated) -> Received | None:
    chat, gone = Chat(CHANNEL, str(change.chat.id)), change.new_chat_member.status in GONE
    if change.chat.type == ChatType.PRIVATE:
        return Blocking(chat, gone)
    return Left(chat) if gone else Elsewhere(chat, _language(change.from_user))


def _language(user: User | None) -> str | None:
    return user.language_code if user else None
