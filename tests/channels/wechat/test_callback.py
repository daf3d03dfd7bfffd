"""The address WeChat calls: believed only with a fresh signature of its own, and only for what WeChat would send."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import Connection, select

from bot.channels.wechat.tables import wechat_chats, wechat_signatures
from bot.message import Command, FileSent, Pressed, Text, What
from bot.store import Store
from tests.channels.telegram.running import Echo, now
from tests.channels.wechat.running import Running, running
from tests.fakes.telegram import PATIENCE_S
from tests.fakes.wechat import TOKEN, WeChatServer, encrypt, sign, xml
from tests.fakes.wechat_phone import Follower


@pytest.fixture
def echo() -> Echo:
    """A conversation that repeats what it hears."""
    return Echo()


@pytest.fixture
async def bot(sqlite_store: Store, wechat: WeChatServer, echo: Echo, tmp_path: Path) -> AsyncIterator[Running]:
    """The channel, with an account in safe mode."""
    async with running(sqlite_store, wechat, echo, tmp_path) as started:
        yield started


async def asked(bot: Running, **query: str) -> tuple[int, str]:
    async with ClientSession() as client, client.get(bot.address, params=query) as answer:
        return answer.status, await answer.text()


def query_at(timestamp: float, nonce: str = "415670741", *more: str, name: str = "signature") -> dict[str, str]:
    at = str(int(timestamp))
    return {name: sign(TOKEN, at, nonce, *more), "timestamp": at, "nonce": nonce}


async def test_the_address_proves_itself_by_giving_back_what_it_was_sent(bot: Running) -> None:
    assert await asked(bot, **query_at(time.time()), echostr="4375120948345356249") == (200, "4375120948345356249")


async def test_nobody_else_is_told_anything(bot: Running) -> None:
    right = query_at(time.time())

    assert await asked(bot, echostr="1") == (403, "")
    assert await asked(bot, **right | {"signature": right["signature"][::-1]}, echostr="1") == (403, "")
    assert await asked(bot, **right | {"nonce": "415670742"}, echostr="1") == (403, "")
    assert await asked(bot, **query_at(time.time() - 3600), echostr="1") == (403, "")
    assert await asked(bot, **query_at(time.time() + 3600), echostr="1") == (403, "")


@pytest.mark.parametrize("change", ["msg_signature", "timestamp", "nonce", "body", "none"])
async def test_one_changed_letter_of_a_push_is_enough(
    bot: Running, wechat: WeChatServer, follower: Follower, echo: Echo, change: str
) -> None:
    query, body = wechat.signed(wechat.fields(follower.member.id, "text", Content="hello"))
    at = 1 if change == "timestamp" else 5
    if change in query:
        query[change] = query[change][:at] + ("7" if query[change][at] != "7" else "8") + query[change][at + 1 :]
    if change == "body":
        body = body.replace("A", "B", 1) if "A" in body[90:] else body.replace("B", "A", 1)

    pushed = await wechat.post(query, body)

    assert pushed.status == (200 if change == "none" else 403)
    assert len(echo.taken) == (change == "none")


async def test_with_a_key_nothing_is_taken_that_is_not_encrypted(
    bot: Running, wechat: WeChatServer, follower: Follower, echo: Echo
) -> None:
    wechat.encrypted = False

    assert (await follower.types("hello")).status == 403
    assert echo.taken == []


async def test_what_was_encrypted_for_another_account_is_refused(bot: Running, wechat: WeChatServer, echo: Echo) -> None:
    sealed = encrypt(xml(wechat.fields("member", "text", Content="hello")), app_id="wx9999999999999999")
    query = query_at(time.time(), "1", sealed, name="msg_signature") | {"encrypt_type": "aes"}

    assert (await wechat.post(query, xml({"Encrypt": sealed}))).status == 403
    assert echo.taken == []


async def test_a_signature_holds_for_wechats_own_tries_and_no_longer(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, echo: Echo, tmp_path: Path
) -> None:
    later = [timedelta()]
    async with running(sqlite_store, wechat, echo, tmp_path, clock=lambda: now() + later[0]):
        signed = wechat.signed(wechat.fields(follower.member.id, "text", Content="hello"))
        statuses = []
        for seconds in (0, 5, 15, 21, 300):
            later[0] = timedelta(seconds=seconds)
            statuses.append((await wechat.post(*signed)).status)

    assert statuses == [200, 200, 200, 403, 403]
    assert len(echo.taken) == 1


async def test_what_signed_nothing_to_take_signs_nothing_else_later(sqlite_store: Store, tmp_path: Path, echo: Echo) -> None:
    later = timedelta()
    async with WeChatServer(encrypted=False) as plain, running(sqlite_store, plain, echo, tmp_path, clock=lambda: now() + later) as bot:
        member = Follower(plain).member.id
        opened, body = plain.signed(plain.fields(member, "event", Event="VIEW", EventKey="https://bot.example.org"))
        assert (await plain.post(opened, body)).status == 200
        checked = query_at(time.time())
        assert await asked(bot, **checked, echostr="1") == (200, "1")
        await signed_before(sqlite_store, 2)

        later = timedelta(minutes=1)
        forged = xml(plain.fields(member, "text", Content="forged"))
        assert [(await plain.post(query, forged)).status for query in (opened, checked)] == [403, 403]
    assert echo.taken == []


async def signed_before(store: Store, count: int) -> None:
    """Wait until so many signatures are noted."""
    async with asyncio.timeout(PATIENCE_S):
        while len(await store.read(lambda conn: conn.execute(select(wechat_signatures)).all())) < count:  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "<xml>",
        "<xml></xml>",
        "<xml><FromUserName>a b</FromUserName></xml>",
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xml><FromUserName>&b;</FromUserName></xml>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>',
        "<xml><FromUserName>member</FromUserName><MsgType>text</MsgType></xml>",
    ],
)
async def test_what_is_no_push_is_refused(bot: Running, wechat: WeChatServer, echo: Echo, body: str) -> None:
    sealed = encrypt(body)
    query = query_at(time.time(), "1", sealed, name="msg_signature")

    assert (await wechat.post(query, xml({"Encrypt": sealed}))).status == 400
    assert echo.taken == []


async def test_a_push_longer_than_any_is_refused(bot: Running, wechat: WeChatServer) -> None:
    assert (await wechat.post(query_at(time.time()), "x" * 70_000)).status == 413


async def test_without_a_key_messages_come_and_go_in_plain(sqlite_store: Store, tmp_path: Path, echo: Echo) -> None:
    async with WeChatServer(encrypted=False) as plain, running(sqlite_store, plain, echo, tmp_path):
        follower = Follower(plain)
        await follower.types("hello <b>&]]>")

        assert follower.heard[0].startswith("took hello <b>&]]>")
        assert follower.member.passive == 1
        query, body = plain.signed(plain.fields(follower.member.id, "text", Content="forged"))
        assert (await plain.post(query | {"signature": "0" * 40}, body)).status == 403


async def test_a_text_a_number_a_command_a_menu_tap_and_a_voice_are_understood(bot: Running, follower: Follower, echo: Echo) -> None:
    await follower.types("hello")
    await follower.types("2")
    await follower.types("/link A-CODE")
    await follower.clicks("status")
    await follower.says("我要申请。")
    await follower.sends("location", Location_X="43.8", Location_Y="125.3", Scale="16", Label="长春市人民大街1号")
    await follower.subscribes()
    await follower.sends("event", Event="SCAN", EventKey="1")

    expected: list[What] = [
        Text("hello"),
        Pressed("=1.1.k.no"),
        Command("link", "A-CODE"),
        Pressed("status"),
        Text("我要申请"),
        Text("长春市人民大街1号"),
        Command("start"),
        Command("start"),
    ]
    assert [incoming.what for incoming in echo.taken] == expected


async def test_what_needs_no_answer_gets_none(bot: Running, wechat: WeChatServer, follower: Follower, echo: Echo) -> None:
    pushes = [
        await follower.sends("event", Event="VIEW", EventKey="https://bot.example.org/chat"),
        await follower.sends("event", Event="LOCATION", Latitude="43.8"),
        await follower.sends("event", Event="MASSSENDJOBFINISH", MsgID="1"),
    ]

    assert {(pushed.status, pushed.body) for pushed in pushes} == {(200, "success")}
    assert echo.taken == []


@pytest.mark.parametrize("kind", ["file", "link"])
async def test_for_a_file_there_is_a_link_to_the_web_chat(bot: Running, follower: Follower, echo: Echo, kind: str) -> None:
    await follower.sends(kind, Title="发票.pdf", Url="https://elsewhere.example.org/1")

    assert "http://localhost:8080/chat" in follower.heard[0]
    assert echo.taken == []


@pytest.mark.parametrize("kind", ["video", "shortvideo", "anything"])
async def test_what_cannot_be_used_is_said_to_be_so(bot: Running, follower: Follower, kind: str) -> None:
    await follower.sends(kind, MediaId="m")

    assert "拍照" in follower.heard[0]


async def test_a_voice_that_nobody_made_out_is_asked_for_in_words(bot: Running, follower: Follower, echo: Echo) -> None:
    await follower.says("")

    assert "打字" in follower.heard[0]
    assert echo.taken == []


async def test_a_picture_is_an_upload_before_the_conversation_hears_of_it(bot: Running, follower: Follower, echo: Echo) -> None:
    await follower.sends_photo(b"the receipt")

    assert [type(incoming.what) for incoming in echo.taken] == [FileSent]
    assert follower.heard[0].startswith("took file")


async def test_what_members_are_offered_is_sealed_in_the_database(bot: Running, sqlite_store: Store, follower: Follower) -> None:
    await follower.types("王芳")
    await follower.hears()
    await bot.channel.inbox.close()

    def raw(conn: Connection) -> list[bytes]:
        rows = conn.exec_driver_sql("SELECT choices, answer FROM wechat_chats").all()
        return [bytes(value) for row in rows for value in row if value is not None]

    kept = await sqlite_store.read(raw)
    assert len(kept) == 2
    assert not any("王芳".encode() in value or b"yes" in value for value in kept)
    assert await sqlite_store.read(lambda conn: conn.scalar(select(wechat_chats.c.answer))) == follower.heard[0]
