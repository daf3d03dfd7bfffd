"""What is left half way is reminded of: never at night, never twice, never to somebody who wants none, and erased at the end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.channels.telegram import chats
from bot.conversation.state import Place
from bot.conversation.tables import conversations, happenings
from bot.jobs.tables import jobs
from bot.message import Chat
from bot.reminders import rounds
from bot.reminders.reach import Reach
from bot.store import Store
from bot.store.errors import StoreUnavailable
from tests.reminders.travelling import Traveller, clock_of, rows

BEGUN = ("/start", "[住院了]", "45")
"""Said at about ten on 23 November."""


async def scene_of(store: Store, *said: str, **more: Any) -> Traveller:
    scene = Traveller(store, **more)
    await scene.open()
    for line in said:
        await scene.member(line)
        await scene.heard()
    return scene


CLAIMED = (
    *("/claim hospital", "[同意]", "王芳", "110101198001010010", "总装", "[一汽总装工会]", "13800138000", "2026-10-12", "[生病]"),
    *("[在职]", "18000", "[没领过]", "（照片）", "（照片）", "（照片）", "[齐了，下一步]", "6222021234567890128", "[提交]"),
)


TIANJIN = (
    "/claim hospital",
    "[同意]",
    "王芳",
    "110101198001010010",
    "总装",
    "[一汽总装工会]",
    "13800138000",
    "2026-10-12",
    "12万5",
    "3万",
    "[没有报]",
    "[没领过]",
)
"""In Tianjin, up to the papers: by 15 January of the next year."""


def first_words(said: list[tuple[str, ...]]) -> list[str]:
    return [lines[0] for lines in said]


async def test_a_look_at_what_there_is_brings_no_reminder_and_is_forgotten_without_a_word(store: Store) -> None:
    scene = await scene_of(store, "/start", "[住院了]")

    for day in ("2026-11-25", "2026-12-01", "2026-12-19", "2026-12-24"):
        await scene.at(f"{day} 11:00")

    assert await scene.said_now() == []
    assert await scene.place() == Place()
    assert await store.read(rows) == (0, 0)


async def test_an_estimate_that_was_given_brings_no_reminder_and_its_answers_are_erased(store: Store) -> None:
    scene = await scene_of(store, *BEGUN, "[在职]", "28000", "[没领过]")

    await scene.at("2026-11-25 11:00")
    assert (await scene.place()).answers

    await scene.at("2026-12-24 11:00")
    assert await scene.said_now() == []
    assert await scene.place() == Place()


async def test_after_days_without_a_round_one_reminder_comes_and_not_one_for_each_day(store: Store) -> None:
    scene = await scene_of(store, *BEGUN)

    await scene.at("2026-12-02 11:00")

    assert len(await scene.said_now()) == 1


@pytest.mark.parametrize("reach", [Reach.GONE, Reach.WAITS])
async def test_who_cannot_be_written_to_gets_nothing_and_the_answers_are_erased_all_the_same(store: Store, reach: Reach) -> None:
    scene = await scene_of(store, *BEGUN, by_channel={"telegram": lambda *_: reach})

    for day in ("2026-11-25", "2026-12-01", "2026-12-19", "2026-12-24"):
        await scene.at(f"{day} 11:00")

    assert await scene.said_now() == []
    assert await scene.place() == Place()


async def test_who_blocked_the_bot_on_telegram_gets_nothing(store: Store) -> None:
    scene = await scene_of(store, *BEGUN)
    await store.write(lambda conn: chats.block(conn, scene.chat.id, now=scene.now))

    await scene.at("2026-11-25 11:00")

    assert await scene.said_now() == []


async def test_who_gave_it_up_gets_nothing(store: Store) -> None:
    scene = await scene_of(store, *BEGUN, "不办了")

    await scene.at("2026-11-25 11:00")

    assert await scene.said_now() == []
    assert await store.read(rows) == (0, 0)


async def test_no_reminders_holds_for_what_is_begun_later_too_until_the_member_wants_them_again(store: Store) -> None:
    scene = await scene_of(store, *BEGUN)
    await scene.at("2026-11-24 11:00")
    await scene.heard()
    await scene.member("[别再提醒我]")
    await scene.member("不办了")
    await scene.heard()
    for line in BEGUN:
        await scene.member(line)
    await scene.heard()

    await scene.at("2026-11-26 11:00")
    assert await scene.said_now() == []

    await scene.member("[还是提醒我吧]")
    await scene.heard()
    await scene.at("2026-11-28 11:00")
    assert len(await scene.said_now()) == 1


async def test_the_words_of_a_button_typed_out_stop_the_reminders_too(store: Store) -> None:
    scene = await scene_of(store, *BEGUN, "别再提醒我")

    await scene.at("2026-11-25 11:00")

    assert await scene.said_now() == []


async def test_two_processes_and_a_job_taken_again_remind_once(store: Store) -> None:
    scene = await scene_of(store, *BEGUN)
    scene.now += timedelta(days=1)

    await asyncio.gather(scene.round(), scene.round())
    await scene.round()

    assert len(await scene.said_now()) == 1


async def test_a_round_cut_off_in_between_leaves_what_is_told_told_and_the_rest_to_the_next(store: Store) -> None:
    scene = await scene_of(store, *BEGUN)
    other = Traveller(store, chat=Chat("telegram", "7002"), now=scene.now, updates=90)
    for line in BEGUN:
        await other.member(line)
        await other.heard()
    dying = replace(scene, by_channel={"telegram": _fails_at("7002", StoreUnavailable("gone"))}, now=scene.now + timedelta(days=2))
    await scene.heard()

    with pytest.raises(StoreUnavailable):
        await dying.round()
    await replace(dying, by_channel=scene.by_channel).round()

    assert await store.read(reminded_in, first=scene.taken) == ["7001", "7002"]


async def test_one_that_fails_by_our_own_fault_holds_up_nobody_else(store: Store) -> None:
    scene = await scene_of(store, *BEGUN)
    other = Traveller(store, chat=Chat("telegram", "7002"), now=scene.now, updates=90)
    for line in BEGUN:
        await other.member(line)
        await other.heard()
    await scene.heard()
    scene.by_channel = {"telegram": _fails_at("7001", RuntimeError())}
    scene.now += timedelta(days=2)

    await scene.round()

    assert await store.read(reminded_in, first=scene.taken) == ["7002"]
    assert min(at for at in await store.read(clock_of) if at) >= scene.now + timedelta(days=1)


async def test_a_returned_claim_whose_papers_wait_is_reminded_of_until_it_is_decided(store: Store) -> None:
    scene = await scene_of(store, *CLAIMED)
    for line in ("接手", "退回 discharge_note 缺一页"):
        await scene.staff(line)
    await scene.heard()
    await scene.member("[补材料]")
    await scene.heard()
    begun = scene.now

    scene.now = begun + timedelta(days=1)
    await scene.round()

    assert first_words(await scene.said_now()) == ["您的申请 C-2611-0001 还等着补材料。拍了发来，就能接着审。"]


async def test_a_claim_that_must_be_in_by_a_day_is_reminded_of_three_days_before(store: Store) -> None:
    scene = Traveller(store, policy_place="tianjin", now=datetime(2027, 1, 2, 2, tzinfo=UTC))
    await scene.open()
    for line in TIANJIN:
        await scene.member(line)
        await scene.heard()

    told = {}
    for day in ("2027-01-03", "2027-01-09", "2027-01-11", "2027-01-12", "2027-01-13"):
        await scene.at(f"{day} 11:00")
        told[day] = [lines[1] for lines in await scene.said_now()]

    last_day = "最晚2027年1月15日要交上去，别错过。"
    assert told == {"2027-01-03": [last_day], "2027-01-09": [last_day], "2027-01-11": [], "2027-01-12": [last_day], "2027-01-13": []}


async def test_the_round_queues_the_next_one_once(store: Store) -> None:
    scene = await scene_of(store)
    await store.write(rounds.begin, scene.now)
    await store.write(rounds.begin, scene.now)

    await scene.round()

    due = await store.read(lambda conn: list(conn.scalars(select(jobs.c.due).where(jobs.c.kind == rounds.JOB_KIND))))
    assert due == [scene.now + timedelta(minutes=10)]


async def test_a_conversation_that_is_no_more_is_no_longer_looked_at(store: Store) -> None:
    scene = await scene_of(store, *BEGUN)
    await store.write(lambda conn: conn.execute(conversations.delete()))

    await scene.at("2026-11-25 11:00")

    assert await store.read(rows) == (0, 0)


def reminded_in(conn: Connection, first: int) -> list[str]:
    """The chats of the notices after the first so many."""
    found = conn.execute(select(jobs.c.payload).where(jobs.c.kind == "notice").order_by(jobs.c.id).offset(first)).scalars()
    return sorted(payload["chat"] for payload in found)


def _fails_at(chat: str, error: Exception) -> Any:
    def ask(_: Connection, asked: str, __: object) -> Reach:
        if asked == chat:
            raise error
        return Reach.OPEN

    return ask


async def left(store: Store) -> dict[tuple[date, str, str], int]:
    """What was counted as left: the day, the flow and the open question."""
    h = happenings.c
    wanted = select(h.day, h.flow, h.question, h["count"]).where(h.event == "left")
    rows = await store.read(lambda conn: [tuple(row) for row in conn.execute(wanted)])
    return {(day, flow, question): count for day, flow, question, count in rows}


BEGUN_ON = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        (BEGUN, {("benefit.hospital", "in_work"): 1}),
        (("/start", "[住院了]"), {("benefit.hospital", "age"): 1}),
        ((*BEGUN, "/menu"), {("benefit.hospital", "in_work"): 1}),
        ((*BEGUN, "[在职]", "改年龄"), {("benefit.hospital", "age"): 1}),
        (("/claim hospital", "[同意]", "王芳"), {("claim.hospital", "certno"): 1}),
        ((*BEGUN, "[在职]", "28000", "[没领过]"), {}),
        ((*BEGUN, "家里着火了"), {("benefit.hospital", "in_work"): 1, ("benefit.fire", "fire_report"): 1}),
        (("/start",), {}),
    ],
)
async def test_what_is_closed_is_counted_as_left_on_its_last_day_at_its_open_question(
    store: Store, said: tuple[str, ...], counted: dict[tuple[str, str], int]
) -> None:
    scene = await scene_of(store, *said)

    for day in ("2026-12-22", "2026-12-24", "2026-12-25"):
        await scene.at(f"{day} 11:00")

    assert await left(store) == {(BEGUN_ON, *where): count for where, count in counted.items()}


async def test_what_was_laid_aside_is_closed_after_its_days_while_the_member_goes_on_with_something_else(store: Store) -> None:
    scene = await scene_of(store, *BEGUN, "家里着火了")
    for day in ("2026-12-02", "2026-12-11", "2026-12-20"):
        await scene.at(f"{day} 11:00")
        await scene.member("/resume")
    await scene.at("2026-12-23 09:00")
    assert list((await scene.place()).drafts) == ["hospital"]
    await scene.heard()

    await scene.at("2026-12-23 11:00")
    await scene.at("2026-12-24 09:00")

    closed = [lines for lines in await scene.said_now() if "30" in lines[0]]
    place = await scene.place()
    assert len(closed) == 1
    assert place.flow == "benefit"
    assert place.drafts == {}
    assert await left(store) == {(BEGUN_ON, "benefit.hospital", "in_work"): 1}


async def test_what_is_gone_on_with_after_it_was_laid_aside_is_as_young_as_that(store: Store) -> None:
    scene = await scene_of(store, *BEGUN, "家里着火了")
    await scene.at("2026-12-11 11:00")
    for line in ("/resume hospital", "[在职]", "家里着火了"):
        await scene.member(line)
    await scene.heard()

    await scene.at("2026-12-24 11:00")

    assert await left(store) == {}


async def test_the_rest_of_a_conversation_is_no_younger_for_what_was_closed_beside_it(store: Store) -> None:
    scene = await scene_of(store, *BEGUN, "家里着火了", "是")
    scene.now += timedelta(days=3)
    await scene.member("/resume")
    last = scene.now

    scene.now = last + timedelta(days=29)
    await scene.round()
    scene.now = last + timedelta(days=30, hours=2)
    await scene.round()

    assert await scene.place() == Place()


async def test_what_was_laid_aside_before_that_was_noted_is_closed_with_the_rest(store: Store) -> None:
    scene = await scene_of(store, *BEGUN, "家里着火了")
    place = await scene.place()
    aside = {name: {key: value for key, value in draft.items() if key != "at"} for name, draft in place.drafts.items()}
    await scene.put(replace(place, drafts=aside))

    await scene.at("2026-12-22 11:00")
    assert (await scene.place()).drafts == aside

    await scene.at("2026-12-24 11:00")
    assert await scene.place() == Place()


async def test_two_processes_count_what_is_closed_once(store: Store) -> None:
    scene = await scene_of(store, *BEGUN)
    scene.now += timedelta(days=31)

    await asyncio.gather(scene.round(), scene.round())

    assert sum((await left(store)).values()) == 1
