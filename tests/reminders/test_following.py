"""Reminders and promises come to the chat where the member last was, and to none that nobody reads any more."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import Connection

from bot.channels.telegram import chats
from bot.linking import party
from bot.message import Chat, Message, Pressed
from bot.reminders.outlook import Kind, Outlook
from bot.reminders.promises import Asked, promise
from bot.reminders.reach import Reach, nearest
from bot.store import Store
from tests.claims.making import queued
from tests.conversation.scene import ZONE
from tests.reminders.travelling import OPEN, Traveller

PHONE, WEB = Chat("telegram", "7001"), Chat("web", "a-browser")


@pytest.fixture
async def phone(store: Store) -> Traveller:
    """A member with two chats, half way to an amount on the phone."""
    made = Traveller(store, chat=PHONE)
    await made.open()
    await made.at("2026-11-23T10:00")
    await made.member("住院花了1万8")
    await store.write(lambda conn: party.join(conn, PHONE, WEB, actor="member:telegram:7001", how="code", now=made.now))
    return made


def browser(phone: Traveller) -> Traveller:
    """The same member in the other chat."""
    return Traveller(phone.store, chat=WEB, now=phone.now, updates=100)


def reminders(conn: Connection) -> list[tuple[str, str]]:
    """Where a reminder or a promise kept went, and its sentence."""
    waiting = [(each["channel"], Message.from_json(each["message"]).lines[0].key) for each in queued(conn, "notice")]
    return [(channel, key) for channel, key in waiting if key.startswith(("remind.benefit", "promise.kept"))]


async def test_a_reminder_comes_where_the_conversation_was_gone_on_with(phone: Traveller) -> None:
    await browser(phone).member("45")

    await phone.at("2026-11-24T10:30")

    assert await phone.store.read(reminders) == [("web", "remind.benefit")]


async def test_a_reminder_comes_in_the_other_chat_where_this_one_is_blocked(phone: Traveller) -> None:
    await phone.member("45")
    await phone.store.write(lambda conn: chats.block(conn, PHONE.id, now=phone.now))

    await phone.at("2026-11-24T10:30")

    assert await phone.store.read(reminders) == [("web", "remind.benefit")]


async def test_who_stopped_the_reminders_in_one_chat_gets_none_in_the_other(phone: Traveller) -> None:
    await phone.tell(Pressed("remind_off"))
    web = browser(phone)
    await web.member("45")

    await phone.at("2026-11-24T10:30")
    assert await phone.store.read(reminders) == []

    web.now = phone.now
    await web.tell(Pressed("remind_on"))
    await phone.at("2026-12-01T10:30")

    assert await phone.store.read(reminders) == [("web", "remind.benefit")]


async def test_what_was_promised_in_one_chat_is_told_where_the_member_is(phone: Traveller) -> None:
    asked = Asked(PHONE, "zh_CN", "hospital", {"age": 45})
    outlook = Outlook(Kind.YEAR, date(2026, 11, 24))
    await phone.store.write(lambda conn: promise(conn, asked, outlook, phone.now.astimezone(ZONE)))
    await browser(phone).member("/menu")

    await phone.at("2026-11-24T09:00")

    assert await phone.store.read(reminders) == [("web", "promise.kept.year")]


@pytest.mark.parametrize(
    ("phone_reach", "web_reach", "chat"),
    [
        (Reach.OPEN, Reach.OPEN, WEB),
        (Reach.OPEN, Reach.WAITS, PHONE),
        (Reach.OPEN, Reach.GONE, PHONE),
        (Reach.WAITS, Reach.GONE, PHONE),
        (Reach.GONE, Reach.GONE, WEB),
    ],
)
async def test_a_word_goes_where_the_member_last_was_unless_it_gets_further_elsewhere(
    store: Store, phone_reach: Reach, web_reach: Reach, chat: Chat
) -> None:
    now = datetime(2026, 11, 23, tzinfo=ZONE)
    by_channel = {"telegram": lambda *_: phone_reach, "web": lambda *_: web_reach}

    def work(conn: Connection) -> tuple[Chat, Reach]:
        party.join(conn, PHONE, WEB, actor="member:telegram:7001", how="code", now=now)
        party.arrive(conn, WEB)
        return nearest(conn, PHONE, by_channel, now)

    assert await store.write(work) == (chat, phone_reach if chat == PHONE else web_reach)


async def test_a_chat_that_stands_alone_is_the_nearest(store: Store) -> None:
    assert await store.read(nearest, WEB, OPEN, datetime(2026, 11, 23, tzinfo=ZONE)) == (WEB, Reach.OPEN)
