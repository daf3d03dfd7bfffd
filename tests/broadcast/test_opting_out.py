"""A tap under a broadcast, or its words, end such messages; another brings them back. What was under way stays as it was."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import wording
from bot.broadcast.message import message
from bot.broadcast.states import Fate
from bot.channels import plain
from bot.conversation.actions import order_action
from bot.linking import party
from bot.message import Chat, Pressed
from bot.reminders import announcements
from bot.store import Store
from tests.broadcast.sending import begun, got, handed_on, now, outgoing, phones, telegram_channel, working
from tests.broadcast.writing import WORDS, fates
from tests.conversation.scene import Scene
from tests.fakes.telegram import TelegramServer


async def wants(store: Store, chat: Chat) -> bool:
    return await store.read(announcements.wants, chat)


async def test_a_tap_ends_them_and_a_tap_brings_them_back(store: Store) -> None:
    scene = Scene(store)
    await scene.open()

    await scene.tell(Pressed(announcements.STOP))
    await scene.heard()
    assert not await wants(store, scene.chat)
    assert scene.said[-1].lines[-1].key == "announce.off"
    assert [button.action for row in scene.said[-1].buttons for button in row] == [announcements.GO_ON]

    await scene.tell(Pressed(announcements.GO_ON))
    assert await wants(store, scene.chat)


async def test_the_words_on_the_button_mean_the_same_in_the_middle_of_a_question(store: Store) -> None:
    scene = Scene(store)
    await scene.open()
    for line in ("/start", "[住院了]"):
        await scene.member(line)
        await scene.heard()
    asked = scene.said[-1].lines[-1]

    await scene.member("不再接收通知")

    assert not await wants(store, scene.chat)
    await scene.member("45")
    await scene.heard()
    assert asked.key == "ask.age"
    assert scene.said[-1].lines[-1].key != "ask.age"


def test_in_plain_text_the_way_out_has_no_number_that_an_answer_could_be_taken_for() -> None:
    shown = plain.render(message(WORDS, "zh_CN"), "zh_CN", wording.say)

    assert "1" not in shown.text
    assert "不再接收通知" in shown.text
    assert plain.chosen("1", shown.choices) is None
    assert plain.chosen("不再接收通知", shown.choices) == announcements.STOP


async def test_who_is_forgotten_is_not_remembered_as_one_who_wants_nothing(store: Store) -> None:
    chat = Chat("web", "a-page")

    def work(conn: Connection) -> None:
        announcements.stop(conn, chat, Scene(store).now)
        announcements.forget(conn, chat)

    await store.write(work)
    assert await wants(store, chat)


async def test_it_holds_in_a_chat_that_came_later_when_the_one_it_was_said_in_goes_its_own_way(store: Store) -> None:
    scene, later = Scene(store), Chat("web", "came-later")
    await scene.open()
    await scene.tell(Pressed(announcements.STOP))
    await store.write(lambda conn: party.join(conn, scene.chat, later, actor="member", how="code", now=scene.now))

    await scene.tell(Pressed(order_action("unlink")))

    assert await store.read(lambda conn: party.party_of(conn, later)) is None
    assert not await wants(store, later)
    assert not await wants(store, scene.chat)


async def test_who_opts_out_between_the_signature_and_their_turn_gets_nothing(store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 5)
    _, going = await begun(store, chats)
    await store.write(announcements.stop, chats[2], now())

    async with telegram_channel(store, telegram) as channel, working(outgoing(store, {"telegram": channel})):
        await going.over()

    assert got(telegram) == {10_000: 1, 10_001: 1, 10_003: 1, 10_004: 1}
    assert (await going.progress()).fates == {Fate.SENT: 4, Fate.OPTED_OUT: 1}


async def test_who_opts_out_when_the_message_is_queued_already_gets_nothing(store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 2)
    _, going = await begun(store, chats)
    async with telegram_channel(store, telegram) as channel:
        work = outgoing(store, {"telegram": channel})
        await going.gather(*chats, is_all=True)
        assert not await store.write(handed_on, going.number, work.by_channel, now())
        assert await store.read(fates) == [Fate.QUEUED, Fate.QUEUED]
        await store.write(announcements.stop, chats[0], now())

        async with working(work):
            await going.over()

    assert got(telegram) == {10_001: 1}
    assert await store.read(fates) == [Fate.OPTED_OUT, Fate.SENT]
