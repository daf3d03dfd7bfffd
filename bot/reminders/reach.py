"""Whether a chat can be written to without having asked, as its platform lets it, and in which of a member's chats a word gets furthest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum

from sqlalchemy import Connection

from bot.linking.party import together, where
from bot.message import Chat


class Reach(Enum):
    """How far a word would get, the furthest first."""

    OPEN = "open"
    WAITS = "waits"  # it would wait for the member's next message
    GONE = "gone"  # the member has blocked the bot, or follows the account no more


ByChannel = Mapping[str, Callable[[Connection, str, datetime], Reach]]
"""Who knows it of each platform: `by_channel[name](conn, chat, now)`."""


def reach(conn: Connection, chat: Chat, by_channel: ByChannel, now: datetime) -> Reach:
    """How far a word to this chat would get. A platform that is switched off reaches nobody."""
    ask = by_channel.get(chat.channel)
    return Reach.GONE if ask is None else ask(conn, chat.id, now)


def nearest(conn: Connection, chat: Chat, by_channel: ByChannel, now: datetime) -> tuple[Chat, Reach]:
    """The chat for a word to this member, and how far it gets: where they last were, or another of theirs that it gets further in."""
    last = where(conn, chat)
    return furthest(conn, [last, *(other for other in together(conn, chat) if other != last)], by_channel, now)


def furthest(conn: Connection, chats: Sequence[Chat], by_channel: ByChannel, now: datetime) -> tuple[Chat, Reach]:
    """The one of these chats that a word gets furthest in, the first of several, and how far."""
    found = [(each, reach(conn, each, by_channel, now)) for each in chats]
    return min(found, key=lambda each: list(Reach).index(each[1]))
