"""The threads in the console: found, read, answered, taken, closed, with every refusal said and nothing typed lost."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from bot import audit
from bot.claims.claim import Claim
from bot.documents import uploads
from bot.documents.errors import Reason
from bot.documents.files import picture_key
from bot.message import Chat, UploadId
from bot.staff import links
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from bot.threads import answer, ask, pictures
from bot.threads.thread import State, Thread
from handlers.on_behalf import Helper
from tests.claims.making import CHAT, NOW, Stay, Town, claim_for, hire, plant
from tests.console.running import Console
from tests.threads.talking import all_threads, told, words_of

QUESTION = "<b>钱</b>什么时候到？"


def begin(conn: Connection) -> tuple[Town, Claim, Staff, Thread]:
    town = plant(conn)
    claim = claim_for(conn, Stay(town.east_base))
    return town, claim, hire(conn, "east"), ask.say(conn, CHAT, QUESTION, claim_id=claim.id, locale="zh_CN", now=NOW).thread


async def test_a_question_is_found_read_taken_answered_and_closed(any_console: Console) -> None:
    console = any_console
    _, claim, staff, thread = await console.store.write(begin)
    visitor = await console.signed_in(staff)

    assert claim.number in await visitor.get("/threads")
    body = await visitor.get("/threads/1")
    assert "&lt;b&gt;钱&lt;/b&gt;什么时候到？" in body
    await visitor.post("/threads/1/take", {"holder": ""})
    assert "现在是您在回。" in await visitor.get("/threads/1?done=taken")
    await visitor.post("/threads/1/answer", {"seen": 1, "words": "三天内到账。\n请留意短信"})
    await visitor.post("/threads/1/close", {"seen": 2})

    assert (await console.store.read(all_threads))[0].state is State.CLOSED
    assert [message.lines[0].figures["text"] for _, message in await console.store.read(told)] == ["三天内到账。\n请留意短信"]
    actions = [entry.action for entry in await console.store.read(audit.history, thread.subject)]
    assert actions == ["asked", "looked", "thread_taken", "looked", "answered", "thread_closed"]
    assert "没有人在等" in await visitor.get("/threads")
    assert claim.number in await visitor.get("/threads?state=closed")


async def test_the_list_says_nothing_of_what_was_asked(console: Console) -> None:
    _, _, staff, _ = await console.store.write(begin)
    visitor = await console.signed_in(staff)

    body = await visitor.get("/threads")

    assert "什么时候到" not in body
    assert "王" not in body


async def test_the_claim_shows_the_same_thread_and_a_look_at_it_is_a_look_at_that(console: Console) -> None:
    _, claim, staff, thread = await console.store.write(begin)
    visitor = await console.signed_in(staff)

    body = await visitor.get(f"/claims/{claim.id}")

    assert "什么时候到？" in body
    assert "在等人回" in body
    assert "有 1 个会员在等人回话。" in await visitor.get("/overview")
    assert "/console/threads/1" in body
    assert (await console.store.read(audit.history, thread.subject))[-1].action == "looked"


async def test_who_typed_while_somebody_else_answered_keeps_what_was_typed(console: Console) -> None:
    _, _, staff, _ = await console.store.write(begin)
    visitor = await console.signed_in(staff)
    await visitor.post("/threads/1/answer", {"seen": 1, "words": "我先回了"})

    body = await visitor.post("/threads/1/answer", {"seen": 1, "words": "我写了很久的回复"}, status=409)

    assert "您打开之后又有人说了话" in body
    assert "我写了很久的回复" in body
    assert await console.store.read(words_of, 1) == [QUESTION, "我先回了"]


@pytest.mark.parametrize("seen", ["", "x", "-1", "0", "99", "9" * 40])
async def test_an_answer_from_no_page_of_ours_is_not_sent(console: Console, seen: str) -> None:
    _, _, staff, _ = await console.store.write(begin)
    visitor = await console.signed_in(staff)

    await visitor.post("/threads/1/answer", {"seen": seen, "words": "x"}, status=409)

    assert await console.store.read(words_of, 1) == [QUESTION]


async def test_an_answer_without_words_is_asked_for(console: Console) -> None:
    _, _, staff, _ = await console.store.write(begin)
    visitor = await console.signed_in(staff)

    assert "还没写回复。" in await visitor.post("/threads/1/answer", {"seen": 1, "words": "  "}, status=422)


async def test_another_branch_finds_nothing_anywhere(console: Console) -> None:
    town, claim, _, _ = await console.store.write(begin)
    western = await console.store.write(lambda conn: hire(conn, "west", Role.ADMINISTRATOR, town.west))
    visitor = await console.signed_in(western)

    for deed in ("answer", "take", "close"):
        await visitor.post(f"/threads/1/{deed}", {"seen": 1, "words": "x", "holder": ""}, status=404)
    await visitor.get("/threads/1", status=404)

    assert claim.number not in await visitor.get("/threads")
    assert await console.store.read(words_of, 1) == [QUESTION]


async def test_what_the_member_let_them_see_is_shown_in_words(console: Console) -> None:
    def work(conn: Connection) -> Staff:
        plant(conn)
        staff = hire(conn, "city")
        thread = ask.say(conn, CHAT, "能领吗", claim_id=None, locale="zh_CN", now=NOW).thread
        facts = [{"name": "name.out_of_pocket", "value": {"key": "value.money", "figures": {"amount": 1_800_000}}}]
        ask.share(conn, thread.id, CHAT, {"benefit": "hospital", "facts": facts}, union_id=None, now=NOW)
        return staff

    visitor = await console.signed_in(await console.store.write(work))

    body = await visitor.get("/threads/1")

    assert "会员同意给看的" in body
    assert "18,000 元" in body


async def test_the_list_narrows_to_a_branch_and_to_who_has_taken_it(console: Console) -> None:
    def work(conn: Connection) -> tuple[Town, Staff]:
        town, _, staff, thread = begin(conn)
        west = claim_for(conn, Stay(town.west_base, chat=Chat("web", "west")))
        ask.say(conn, Chat("web", "west"), "x", claim_id=west.id, locale="zh_CN", now=NOW)
        answer.take(conn, thread.id, staff, holder=None, now=NOW)
        return town, staff

    town, staff = await console.store.write(work)
    visitor = await console.signed_in(staff)

    one, two = "C-2611-0001", "C-2611-0002"
    for query, there, gone in ((f"branch={town.west}", two, one), ("taken=mine", one, two), ("taken=nobody", two, one)):
        body = await visitor.get(f"/threads?{query}")
        assert there in body
        assert gone not in body
    for strange in ("branch=99999", "branch=x", "state=gone", "taken=somebody", "taken=%00"):
        await visitor.get(f"/threads?{strange}")


async def test_the_records_name_the_thread_and_its_chain_is_checked(console: Console) -> None:
    def work(conn: Connection) -> Staff:
        begin(conn)
        return hire(conn, "admin", Role.ADMINISTRATOR)

    visitor = await console.signed_in(await console.store.write(work))

    body = await visitor.get("/records")
    assert "会员提问" in body
    assert "会话 1" in body
    assert "alert" not in await visitor.post("/records", status=200)


async def test_nobody_answers_their_own_question(console: Console) -> None:
    def work(conn: Connection) -> Staff:
        _, _, staff, _ = begin(conn)
        links.link_chat(conn, links.new_code(conn, staff, now=NOW), CHAT, now=NOW)
        return staff

    visitor = await console.signed_in(await console.store.write(work))

    body = await visitor.get("/threads/1")
    assert "这是您自己的事" in body
    assert "/threads/1/answer" not in body
    await visitor.post("/threads/1/answer", {"seen": 1, "words": "x"}, status=403)


async def test_who_filed_a_claim_for_a_member_stands_on_its_page_with_the_phone_masked(console: Console) -> None:
    def work(conn: Connection) -> tuple[Claim, Staff]:
        stay = replace(Stay(plant(conn).east_base), more={"helper": Helper("parent", "李雷", "13900139000")})
        return claim_for(conn, stay), hire(conn, "east")

    claim, staff = await console.store.write(work)
    visitor = await console.signed_in(staff)

    body = await visitor.get(f"/claims/{claim.id}")

    assert "替会员办的人" in body
    assert "李雷" in body
    assert "爸妈" in body
    assert "请打会员的电话说一声" in body
    assert "13900139000" not in body
    assert "13900139000" in await visitor.post(f"/claims/{claim.id}/open", {"field": "helper_phone"}, status=200)


async def shown(console: Console, claim: Claim, pages: int = 1) -> UploadId:
    """A picture the member sent to the staff of their claim."""

    def work(conn: Connection) -> UploadId:
        upload = uploads.add(conn, CHAT, source={"raw": True}, name="a.jpg", now=NOW)
        ask.say(conn, CHAT, "", claim_id=claim.id, locale="zh_CN", now=NOW, upload=upload)
        if pages:
            uploads.settle(conn, upload, pages, now=NOW)
        return upload

    upload = await console.store.write(work)
    for number in range(pages):
        await console.files.put(picture_key(upload, number), b"\xff\xd8 page")
    return upload


async def test_a_picture_is_seen_by_the_branch_alone_and_every_look_is_on_record(console: Console) -> None:
    town, claim, staff, thread = await console.store.write(begin)
    upload = await shown(console, claim, 2)
    western = await console.store.write(lambda conn: hire(conn, "west", Role.ADMINISTRATOR, town.west))
    picture = f"/pictures/{upload}/1"

    await (await console.signed_in(western)).get(picture, status=404)
    await console.visitor().get(picture, status=303)
    visitor = await console.signed_in(staff)
    assert "page" in await visitor.get(picture)

    looks = [entry for entry in await console.store.read(audit.history, thread.subject) if entry.action == "looked"]
    assert [(entry.actor, entry.detail) for entry in looks] == [(staff.actor, {"picture": 1})]
    for page in ("/threads/1", f"/claims/{claim.id}"):
        body = await visitor.get(page)
        assert body.count(f"/console/pictures/{upload}/") == 4  # each page of it, as a picture and as the way to see it large
    await visitor.get(f"/pictures/{upload}/2", status=404)


async def test_what_is_not_safe_yet_is_not_shown(console: Console) -> None:
    _, claim, staff, _ = await console.store.write(begin)
    upload = await shown(console, claim, 0)
    visitor = await console.signed_in(staff)

    body = await visitor.get("/threads/1")

    assert "还在处理" in body
    assert f"/console/pictures/{upload}" not in body
    await visitor.get(f"/pictures/{upload}/0", status=404)


async def test_a_picture_nobody_could_open_is_said_to_have_come(console: Console) -> None:
    _, claim, staff, thread = await console.store.write(begin)
    upload = await shown(console, claim, 0)

    def work(conn: Connection) -> None:
        uploads.settle(conn, upload, Reason.BROKEN, now=NOW)
        pictures.let_go(conn, thread)

    await console.store.write(work)

    assert "打不开，已经请他重新发" in await (await console.signed_in(staff)).get("/threads/1")


async def test_a_file_that_belongs_to_nothing_is_no_picture_for_staff(console: Console) -> None:
    staff = await console.store.write(lambda conn: (plant(conn), hire(conn, "east"))[1])
    upload = await console.store.write(lambda conn: uploads.add(conn, CHAT, source={"raw": True}, name="a.jpg", now=NOW))
    await console.store.write(lambda conn: uploads.settle(conn, upload, 1, now=NOW))
    await console.files.put(picture_key(upload, 0), b"\xff\xd8 page")

    await (await console.signed_in(staff)).get(f"/pictures/{upload}/0", status=404)


async def test_an_answer_that_is_too_long_is_not_cut_but_given_back_whole(console: Console) -> None:
    _, _, staff, _ = await console.store.write(begin)
    visitor = await console.signed_in(staff)
    lines_of_it = "一行\r\n" * 600  # 1,800 signs as the browser counts them, 2,400 as it sends them

    body = await visitor.post("/threads/1/answer", {"seen": 1, "words": "字" * 2500 + "完"}, status=422)
    await visitor.post("/threads/1/answer", {"seen": 1, "words": lines_of_it})

    assert "最多 2000 个字" in body
    assert "字" * 2500 + "完" in body
    assert (await console.store.read(words_of, 1))[1:] == [("一行\n" * 600).strip()]


async def test_a_real_question_is_on_the_first_page_and_all_others_on_the_next(console: Console) -> None:
    def work(conn: Connection) -> tuple[Claim, Staff]:
        town = plant(conn)
        for number in range(105):
            ask.say(conn, Chat("web", f"spam{number}"), "?", claim_id=None, locale="zh_CN", now=NOW)
        claim = claim_for(conn, Stay(town.east_base))
        ask.say(conn, CHAT, QUESTION, claim_id=claim.id, locale="zh_CN", now=NOW)
        return claim, hire(conn, "boss", Role.ADMINISTRATOR)

    claim, staff = await console.store.write(work)
    visitor = await console.signed_in(staff)

    body, seen = await visitor.get("/threads"), list[str]()
    assert claim.number in body
    while True:
        seen += re.findall(r'/console/threads/(\d+)"', body)
        following = re.search(r'href="/console(/threads\?[^"]+)" rel="next"', body)
        if following is None:
            break
        body = await visitor.get(html.unescape(following[1]))
    assert sorted(map(int, seen)) == list(range(1, 107))
    assert "spam" not in body
    assert claim.number not in await visitor.get("/threads?asker=others")
    assert len(re.findall(r'/console/threads/(\d+)"', await visitor.get("/threads?asker=members"))) == 1
    for strange in ("after=x", "after=0~x~1", "asker=nobody", "after=%00"):
        await visitor.get(f"/threads?{strange}")
