"""The pages of broadcasts: written, looked at, counted, signed by somebody else, held up, ended; each step only on what the page showed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from bot.broadcast import find
from bot.broadcast.audience import Audience, Of
from bot.broadcast.means import Means
from bot.broadcast.states import Fate, State
from bot.broadcast.tables import broadcast_recipients, broadcasts
from bot.channels.preview import PREVIEWS
from bot.message import Chat
from bot.reminders import announcements
from bot.staff.roles import Role
from bot.staff.tables import staff_sessions
from bot.store import Keyring, Store
from tests.broadcast.sending import Going, handed_on, open_to_all
from tests.broadcast.writing import Office, enrol, enrol_all, office, signed
from tests.claims.making import NOW, hire
from tests.console.running import Console, Visitor, running_console

WORDS = "元旦放假三天。"
FORM = {"zh_CN": WORDS, "en": "", "of": "members", "union": "", "in_work": "", "benefit": "", "pace": "25", "revision": ""}


MEANS = Means(dict.fromkeys(PREVIEWS, open_to_all), PREVIEWS)


@dataclass
class Desk:
    """A console in which two may write to many."""

    console: Console
    office: Office
    writer: Visitor
    signer: Visitor


@pytest.fixture
async def desk(store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Desk]:
    def work(conn: Connection) -> Office:
        people = office(conn)
        enrol_all(conn, people.town.east_base, [Chat("telegram", str(number)) for number in range(3)])
        enrol(conn, people.town.west_base, 9, Chat("web", "a-page"))
        announcements.stop(conn, Chat("telegram", "1"), NOW)
        return people

    async with running_console(store, keyring, tmp_path / "files", MEANS) as console:
        people = await store.write(work)
        yield Desk(console, people, await console.signed_in(people.writer), await console.signed_in(people.signer))


async def test_it_is_written_looked_at_and_signed_by_somebody_else(desk: Desk) -> None:
    assert "/broadcasts/1?done=written" in await desk.writer.post("/broadcasts/new", FORM)
    draft = await desk.writer.get("/broadcasts/1?done=written")
    for words in ("存好了，还没有发。", "4 人里，3 人收得到。", "不愿接收通知", "Telegram", WORDS, "不再接收通知", "草稿"):
        assert words in draft
    await desk.writer.post("/broadcasts/1/hand-in", {"revision": "1"})
    waiting = await desk.writer.get("/broadcasts/1")
    assert "要由别人同意" in waiting
    assert "同意，开始发" not in waiting
    await desk.writer.post("/broadcasts/1/approve", {"revision": "2"}, status=403)

    assert "同意，开始发" in await desk.signer.get("/broadcasts/1")
    assert "done=approved" in await desk.signer.post("/broadcasts/1/approve", {"revision": "2"})

    body = await desk.signer.get("/broadcasts/1?done=approved")
    for words in ("同意了，开始发。", "正在数要发给谁", 'data-live="3"', "员工writer", "员工signer", "暂停"):
        assert words in body
    assert "正在发" in await desk.writer.get("/broadcasts")


async def test_what_changed_since_the_page_was_shown_is_not_signed(desk: Desk) -> None:
    await desk.writer.post("/broadcasts/new", FORM)
    await desk.writer.post("/broadcasts/1/hand-in", {"revision": "1"})
    await desk.writer.post("/broadcasts/1/edit", {**FORM, "zh_CN": "元旦放假四天。", "revision": "2"})
    await desk.writer.post("/broadcasts/1/hand-in", {"revision": "3"})

    body = await desk.signer.post("/broadcasts/1/approve", {"revision": "2"}, status=409)

    assert "刚刚有了变化" in body
    assert "元旦放假四天。" in body
    await desk.writer.post("/broadcasts/1/edit", {**FORM, "revision": "2"}, status=409)


async def test_it_is_sent_back_with_a_word_and_mended(desk: Desk) -> None:
    await desk.writer.post("/broadcasts/new", FORM)
    await desk.writer.post("/broadcasts/1/hand-in", {"revision": "1"})

    assert "请写一句哪里要改" in await desk.signer.post("/broadcasts/1/send-back", {"revision": "2", "reason": " "}, status=422)
    await desk.signer.post("/broadcasts/1/send-back", {"revision": "2", "reason": "写明<b>哪三天</b>"})

    assert "写明&lt;b&gt;哪三天&lt;/b&gt;" in await desk.writer.get("/broadcasts/1")
    assert WORDS in await desk.writer.get("/broadcasts/1/edit")


async def test_a_form_that_cannot_be_sent_comes_back_with_what_was_typed(desk: Desk) -> None:
    for typed, words in [({"zh_CN": " "}, "写点什么吧"), ({"zh_CN": "长" * 1501}, "最多 1500 字"), ({"union": "77"}, "自己这一支")]:
        body = await desk.writer.post("/broadcasts/new", {**FORM, "pace": "7", **typed}, status=422)
        assert words in body
        assert 'value="7"' in body
    assert "还没有群发过" in await desk.writer.get("/broadcasts")


async def test_a_long_one_says_before_it_is_sent_how_many_messages_it_becomes(desk: Desk) -> None:
    await desk.writer.post("/broadcasts/new", {**FORM, "zh_CN": "长" * 1400})

    assert "分成 3 条消息" in await desk.writer.get("/broadcasts/1")  # WeChat takes 2,048 bytes at once


async def test_it_is_held_up_goes_on_and_is_ended(desk: Desk) -> None:
    store = desk.console.store
    broadcast = await store.write(signed, desk.office, pace=1, now=NOW)
    await Going(store, 1).gather(*(Chat("telegram", str(number)) for number in range(4)), is_all=True)
    await store.write(lambda conn: conn.execute(update(broadcast_recipients).where(broadcast_recipients.c.id == 1).values(fate=Fate.SENT)))

    assert "4 人里，1 人已有结果" in await desk.writer.get("/broadcasts/1")
    await desk.writer.post("/broadcasts/1/pause", {"revision": str(broadcast.revision)})
    paused = await desk.writer.get("/broadcasts/1")
    assert "已暂停" in paused
    assert "data-live" not in paused
    await desk.writer.post("/broadcasts/1/resume", {"revision": str(broadcast.revision + 1)})
    await desk.writer.post("/broadcasts/1/cancel", {"revision": str(broadcast.revision + 2)})
    await store.write(handed_on, 1, MEANS.by_channel, NOW)

    body = await desk.writer.get("/broadcasts/1")
    assert "已取消" in body
    assert "取消时还没发" in body
    found = await store.read(find.one, 1)
    assert found is not None
    assert (found.state, found.counts) == (State.CANCELLED, {Fate.SENT: 1, Fate.WAITING: 3})
    await desk.writer.post("/broadcasts/1/resume", {"revision": str(found.revision)}, status=409)


async def test_a_branch_sees_and_touches_only_its_own(desk: Desk) -> None:
    town, store = desk.office.town, desk.console.store
    east, west = [
        await desk.console.signed_in(await store.write(hire, f"of.{union}", Role.APPROVER, union)) for union in (town.east, town.west)
    ]

    await east.post("/broadcasts/new", FORM)

    body = await east.get("/broadcasts/1")
    assert "3 人里，2 人收得到。" in body
    assert "东岭区总工会" in body
    assert "要我们到时告诉的人" not in await east.get("/broadcasts/new")
    assert "还没有群发过" in await west.get("/broadcasts")
    for path in ("/broadcasts/1", "/broadcasts/1/edit"):
        await west.get(path, status=404)
    for deed in ("hand-in", "cancel"):
        await west.post(f"/broadcasts/1/{deed}", {"revision": "1"}, status=404)
    await west.post("/broadcasts/1/edit", {**FORM, "revision": "1"}, status=404)
    await east.get("/broadcasts/77", status=404)


async def test_a_reviewer_finds_no_way_there(desk: Desk) -> None:
    reviewer = await desk.console.signed_in(await desk.console.store.write(lambda conn: hire(conn, "reviewer")))

    assert "/broadcasts" not in await reviewer.get("/")
    await reviewer.get("/broadcasts", status=403)


async def test_the_pages_speak_english(desk: Desk) -> None:
    await desk.writer.post("/broadcasts/new", FORM)
    await desk.writer.post("/language", {"locale": "en", "back": "/"})

    for path, words in [
        ("/broadcasts", "Broadcasts"),
        ("/broadcasts/1", "Of 4 people, 3 would get it."),
        ("/broadcasts/new", "Messages a second"),
    ]:
        assert words in await desk.writer.get(path)


async def test_the_records_lead_to_it_and_miss_one_whose_chain_is_gone(desk: Desk) -> None:
    await desk.writer.post("/broadcasts/new", FORM)

    records = await desk.signer.get("/records")
    assert "写了群发" in records
    assert "/console/broadcasts/1" in records

    def lose(conn: Connection) -> None:
        row = {"state": State.DRAFT, "revision": 1, "union_path": "/", "words": {"zh_CN": "?"}, "pace": 1, "writers": []}
        conn.execute(broadcasts.insert().values(row | {"audience": Audience(Of.MEMBERS, "/").to_json(), "created_at": NOW}))

    await desk.console.store.write(lose)
    assert "broadcast:2" in await desk.signer.post("/records", status=200)


async def test_what_was_signed_while_somebody_mended_it_is_shown_as_it_stands(desk: Desk) -> None:
    await desk.writer.post("/broadcasts/new", FORM)
    await desk.writer.post("/broadcasts/1/hand-in", {"revision": "1"})
    await desk.signer.post("/broadcasts/1/approve", {"revision": "2"})

    body = await desk.writer.post("/broadcasts/1/edit", {**FORM, "zh_CN": "元旦放假四天。", "revision": "2"}, status=409)
    unusable = await desk.writer.post("/broadcasts/1/edit", {**FORM, "union": "77", "revision": "2"}, status=409)

    for page in (body, unusable):
        assert "刚刚有了变化" in page
        assert "正在发" in page
        assert WORDS in page


async def test_a_base_union_which_the_form_does_not_offer_is_refused(desk: Desk) -> None:
    base = str(desk.office.town.east_base)

    assert "自己这一支" in await desk.writer.post("/broadcasts/new", {**FORM, "union": base}, status=422)


async def test_whoever_wrote_it_cannot_send_it_back_either(desk: Desk) -> None:
    await desk.writer.post("/broadcasts/new", FORM)
    await desk.writer.post("/broadcasts/1/hand-in", {"revision": "1"})

    assert "要由别人同意" in await desk.writer.post("/broadcasts/1/send-back", {"revision": "2", "reason": "?"}, status=403)


async def test_in_the_quiet_hours_the_page_waits_as_the_broadcast_does(desk: Desk) -> None:
    await desk.console.store.write(signed, desk.office, now=NOW)
    assert "data-live" in await desk.writer.get("/broadcasts/1")

    desk.console.clock.now += timedelta(hours=11)  # nine in the evening in Shanghai

    body = await desk.writer.get("/broadcasts/1")
    assert "安静时间" in body
    assert "data-live" not in body


async def test_a_page_that_looks_by_itself_keeps_nobody_signed_in(desk: Desk) -> None:
    await desk.writer.get("/broadcasts")

    async def seen_at() -> object:
        return await desk.console.store.read(lambda conn: max(conn.scalars(select(staff_sessions.c.seen_at))))

    before = await seen_at()
    desk.console.clock.now += timedelta(minutes=10)
    async with desk.writer.http.get(desk.console.base + "/broadcasts", headers={"X-Live": "yes"}) as answer:
        assert answer.status == 200
    assert await seen_at() == before
    await desk.writer.get("/broadcasts")
    assert await seen_at() != before


async def test_the_records_lead_to_an_old_broadcast_that_something_was_just_done_to(desk: Desk) -> None:
    store = desk.console.store
    old = await store.write(signed, desk.office, now=NOW)

    def many(conn: Connection) -> None:
        row = {"state": State.DONE, "revision": 1, "union_path": "/", "words": {"zh_CN": "?"}, "pace": 1, "writers": []}
        row |= {"audience": Audience(Of.MEMBERS, "/").to_json(), "created_at": NOW}
        conn.execute(broadcasts.insert(), [row] * 101)

    await store.write(many)
    await desk.writer.post(f"/broadcasts/{old.id}/pause", {"revision": str(old.revision)})

    assert f"/console/broadcasts/{old.id}" in await desk.signer.get("/records")


@pytest.mark.parametrize(
    "change",
    [
        *({"union": union} for union in ("-1", "2 OR 1=1", "99999", "2.0", "x", "9" * 40)),
        {"of": "everybody"},
        {"of": ""},
        {"in_work": "perhaps"},
        {"of": "claimants", "benefit": "holiday"},
    ],
    ids=str,
)
async def test_what_the_form_does_not_offer_is_never_taken_for_everybody(desk: Desk, change: dict[str, str]) -> None:
    body = await desk.writer.post("/broadcasts/new", FORM | change, status=422)

    assert WORDS in body
    await desk.writer.post("/broadcasts/new", FORM)
    await desk.writer.post("/broadcasts/1/edit", FORM | change | {"revision": "1"}, status=422)
    assert [each.revision for each in await desk.console.store.read(find.listed, "/")] == [1]
