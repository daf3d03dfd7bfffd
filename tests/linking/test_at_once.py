"""A member with two chats open who does something in both at once: one claim, both answered, nothing between two chairs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection

from bot.linking import party
from bot.message import Chat, Pressed, Text
from bot.store import Store
from tests.claims.making import queued
from tests.conversation.scene import Scene
from tests.conversation.test_buttons import TO_THE_LAST_LOOK, go
from tests.linking.talking import PHONE, WEB


@dataclass
class Member:
    """Two chats of one member; the conversation is on the phone."""

    phone: Scene
    web: Scene

    @property
    def store(self) -> Store:
        return self.phone.store


@pytest.fixture
async def member(store: Store) -> Member:
    phone = Scene(store, chat=PHONE)
    await phone.open()
    await phone.member("/start")
    before = phone.now - party.FIRST_DAY
    await store.write(lambda conn: party.join(conn, PHONE, WEB, actor="member:telegram:7001", how="code", now=before))
    return Member(phone, Scene(store, chat=WEB, updates=1000))


def heard_in(conn: Connection, chat: Chat) -> int:
    """How many messages went to a chat."""
    return len([each for each in queued(conn, "notice") if (each["channel"], each["chat"]) == (chat.channel, chat.id)])


async def test_sent_from_two_chats_at_once_it_is_one_claim_and_both_are_answered(member: Member) -> None:
    await go(member.phone, [*TO_THE_LAST_LOOK])
    before = [await member.store.read(heard_in, chat) for chat in (PHONE, WEB)]

    await asyncio.gather(member.phone.tell(Pressed(member.phone.action("提交"))), member.web.tell(Text("提交")))

    assert await member.phone.claims() <= 1
    if not await member.phone.claims():  # the other chat was first, and the button was of a look before this one
        await member.web.member("提交")
    assert await member.phone.claims() == 1
    after = [await member.store.read(heard_in, chat) for chat in (PHONE, WEB)]
    assert all(now > then for now, then in zip(after, before, strict=True))


async def test_answered_in_two_chats_at_once_the_conversation_is_in_one_of_them_whole(member: Member) -> None:
    await go(member.phone, ["住院了"])

    await asyncio.gather(member.phone.tell(Text("45")), member.web.tell(Text("46")))

    places = [await scene.place() for scene in (member.phone, member.web)]
    (whole,) = [place for place in places if place.flow is not None]
    assert whole.answers["age"] in {45, 46}
    assert await member.store.read(party.where, PHONE) in {PHONE, WEB}


async def test_going_to_and_fro_between_chats_loses_no_answer(member: Member) -> None:
    for scene, line in ((member.phone, "住院了"), (member.web, "45"), (member.phone, "在职"), (member.web, "152000")):
        await scene.member(line)

    assert set((await member.web.place()).answers) >= {"age", "in_work", "out_of_pocket"}
    assert (await member.phone.place()).flow is None
