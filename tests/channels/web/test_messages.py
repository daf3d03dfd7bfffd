"""What the page sends: stored once with its answer, refused plainly where it cannot be taken."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest
from sqlalchemy import Connection, func, select

from bot.channels.web.limits import MESSAGES_A_MINUTE
from bot.channels.web.tables import web_chats
from bot.conversation.tables import updates
from bot.message import Button, Message
from tests.channels.web.page import Page, says
from tests.channels.web.running import Running, said

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE web_messages; --",
    "{{7*7}} ${7*7} %s %n {amount:yuan}",
    "\u202e\u0000\ud800 半个",
    "data: forged\n\nid: 999\nevent: message\r\ndata: {}",
    "\U0001f9e7" * 500,
    "</script><!-- --> ]]>",
]


def steps_taken(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(updates)).scalar_one())


async def test_a_new_visitor_is_greeted_once_however_often_the_page_loads(page: Page) -> None:
    await page.open()
    await page.open()

    assert [event["lines"] for event in await page.history()] == [["Command: start"]]


async def test_a_text_is_shown_as_ones_own_and_answered(page: Page) -> None:
    answer = await page.write("我住院了")

    shown = await page.until(says("我住院了"))
    assert answer.status == 202
    assert [(event["direction"], event["lines"]) for event in shown] == [
        ("out", ["Command: start"]),
        ("in", ["我住院了"]),
        ("out", ["Text: 我住院了"]),
    ]


async def test_the_same_message_five_times_at_once_has_one_effect(page: Page, running: Running) -> None:
    client = str(uuid.uuid4())

    answers = await asyncio.gather(*(page.write("一次", client) for _ in range(5)))

    await page.until(says("一次"))
    assert {answer.status for answer in answers} == {202}
    assert [event["lines"] for event in await page.history()] == [["Command: start"], ["一次"], ["Text: 一次"]]
    assert await running.store.read(steps_taken) == 2


async def test_two_chats_may_use_the_same_id(page: Page, stranger: Page) -> None:
    await page.write("甲", "0000-0000-0000")
    await stranger.write("乙", "0000-0000-0000")

    assert (await stranger.until(says("乙")))[-2]["lines"] == ["乙"]


async def test_a_press_is_shown_with_the_label_the_bot_sent_and_not_with_the_pages(page: Page) -> None:
    await page.post({"id": str(uuid.uuid4()), "action": "answer:work", "label": "<b>别的</b>", "text": ""})

    shown = await page.until(says("answer:work"))
    assert shown[-2]["lines"] == ["在职"]


async def test_a_forged_press_goes_to_the_conversation_and_shows_no_words_of_the_forger(page: Page) -> None:
    await page.post({"id": str(uuid.uuid4()), "action": "approve:17"})

    shown = await page.until(says("approve:17"))
    assert shown[-2]["lines"] == ["（一个过时的按钮）"]


async def test_another_chats_button_is_a_forged_one(page: Page, stranger: Page, running: Running) -> None:
    mine = await running.store.read(lambda conn: conn.execute(select(web_chats.c.id).order_by(web_chats.c.created_at)).scalars().first())
    await running.say(str(mine), Message((said("问"),), ((Button(said("密"), "secret:1"),),)))
    await page.until(says("问"))

    await stranger.post({"id": str(uuid.uuid4()), "action": "secret:1"})

    assert (await stranger.until(says("secret:1")))[-2]["lines"] == ["（一个过时的按钮）"]


async def test_a_choice_of_the_menu_becomes_a_command(page: Page) -> None:
    await page.post({"id": str(uuid.uuid4()), "command": "language", "argument": "en"})

    shown = await page.until(says("Command: language"))
    assert shown[-2]["lines"] == ["English"]
    assert shown[-1]["lang"] == "en"
    assert '<html lang="en">' in await page.open()


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_text_comes_back_as_text(page: Page, hostile: str) -> None:
    answer = await page.write(hostile)

    shown = await page.until(lambda event: event["direction"] == "in")
    assert answer.status == 202
    assert shown[-1]["lines"] == [hostile.encode("utf-8", "replace").decode().replace("\x00", "").strip()]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 20_000,
        b"\xff\xfe",
        b'{"id": 1, "text": "x"}',
        b'{"id": "../../etc", "text": "x"}',
        b'{"id": "0000-0000", "text": "  "}',
        b'{"id": "0000-0000", "text": 5}',
        b'{"id": "0000-0000", "command": "erase"}',
        b'{"id": "0000-0000"}',
    ],
)
async def test_what_is_no_message_is_refused_with_a_sentence(page: Page, body: bytes) -> None:
    answer = await page.post(body)

    assert answer.status == 400
    assert answer.json()["sentence"]


async def test_2000_characters_are_taken_and_one_more_is_not(page: Page) -> None:
    fits, over = await page.write("长" * 2000), await page.write("长" * 2001)

    assert (fits.status, over.status) == (202, 413)
    assert "2,000" in over.json()["sentence"]


async def test_a_huge_body_is_not_read(page: Page) -> None:
    answer = await page.post(b'{"id": "0000-0000", "text": "' + b"x" * 1_000_000)

    assert answer.status == 413


async def test_a_hasty_sender_is_asked_to_wait_and_a_repeat_does_not_count(page: Page) -> None:
    client = str(uuid.uuid4())
    first = [(await page.write("一", client)).status for _ in range(3)]
    rest = [(await page.write("又")).status for _ in range(MESSAGES_A_MINUTE - 1)]

    late = await page.write("太快")

    assert set(first + rest) == {202}
    assert late.status == 429
    assert late.json()["sentence"] == "发得有点快，歇一分钟再发，前面的都收到了。"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://[evil"},
        {"Origin": "http://chat.test.evil.example"},
    ],
)
async def test_another_sites_page_may_not_send(page: Page, headers: dict[str, str]) -> None:
    answer = await page.post({"id": str(uuid.uuid4()), "text": "我不是你"}, **headers)

    assert answer.status == 403


async def test_without_our_own_header_nothing_is_taken(page: Page) -> None:
    del page.headers["X-Niangjia"]

    assert (await page.write("表单")).status == 403
    assert (await page.put(b"x")).status == 403


async def test_the_public_address_may_differ_from_the_one_behind_a_proxy(page: Page) -> None:
    assert (await page.post({"id": str(uuid.uuid4()), "text": "您好"}, Origin="http://chat.test")).status == 202


async def test_the_payloads_are_encrypted_at_rest(page: Page, running: Running) -> None:
    await page.write("身份证220102199001011234")

    raw = await running.store.read(lambda conn: conn.exec_driver_sql("SELECT payload FROM web_messages").scalars().all())
    assert not any("2201021990" in json.dumps(str(payload)) for payload in raw)
