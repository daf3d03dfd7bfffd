"""A member asks for a person at any point: the next words go to the staff, nothing else does, and the flow waits where it was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from bot.conversation.actions import order_action
from bot.message import Edited, Pressed, Text
from bot.store import Store
from bot.threads.hours import Hours
from bot.threads.thread import State
from tests.claims.making import Stay, claim_for, queued
from tests.conversation.scene import Scene
from tests.conversation.test_buttons import TO_THE_LAST_LOOK, go, texts
from tests.threads.talking import all_threads, words_of

QUESTION = "我上个月住的院，补办的医保还算数吗"


@pytest.fixture
async def scene(sqlite_store: Store) -> Scene:
    made = Scene(sqlite_store)
    await made.open()
    return made


async def test_the_words_after_asking_for_a_person_go_to_the_staff_and_answer_no_question(scene: Scene) -> None:
    await go(scene, ["住院花了1万8"])
    before = await scene.place()

    await go(scene, ["人工", QUESTION])

    (thread,) = await scene.store.read(all_threads)
    assert await scene.store.read(words_of, thread.id) == [QUESTION]
    assert (thread.state, thread.claim_id) == (State.WAITING, None)
    assert (await scene.place()).answers == before.answers


async def test_only_the_next_words_go_there_and_it_is_said_how_to_write_more(scene: Scene) -> None:
    await go(scene, ["住院花了1万8", "人工", QUESTION, "[不用给]"])

    await scene.member("45")

    (thread,) = await scene.store.read(all_threads)
    assert await scene.store.read(words_of, thread.id) == [QUESTION]
    assert (await scene.place()).answers["age"] == 45
    await go(scene, ["人工", "再补一句"])
    assert await scene.store.read(words_of, thread.id) == [QUESTION, "再补一句"]


@pytest.mark.parametrize("way_out", ["[先不写了]", "先不写了", "不办了", "上一题"])
async def test_who_thinks_better_of_it_is_back_at_the_question_with_nothing_sent_and_nothing_lost(scene: Scene, way_out: str) -> None:
    await go(scene, ["住院花了1万8"])
    before = await scene.place()

    await go(scene, ["人工", way_out])

    assert await scene.store.read(all_threads) == []
    assert await scene.place() == before


@pytest.mark.parametrize("words", ["什么时候到账", "为什么", "我的申请", "45", "是", "English"])
async def test_even_words_that_would_mean_something_else_go_to_the_staff_when_they_are_awaited(scene: Scene, words: str) -> None:
    await go(scene, ["住院了", "人工", words])

    (thread,) = await scene.store.read(all_threads)
    assert await scene.store.read(words_of, thread.id) == [words]


async def test_a_tap_on_anything_else_ends_the_wait_for_words(scene: Scene) -> None:
    await go(scene, ["/start", "人工"])

    await go(scene, ["[住院了]", "45"])

    assert await scene.store.read(all_threads) == []


async def test_a_photograph_in_between_does_not_end_the_wait_for_words(scene: Scene) -> None:
    await go(scene, ["/start", "人工", "（照片）", QUESTION])

    (thread,) = await scene.store.read(all_threads)
    assert await scene.store.read(words_of, thread.id) == ["", QUESTION]


@pytest.mark.parametrize("words", ["", "字" * 2001])
async def test_nothing_and_too_much_are_asked_again(scene: Scene, words: str) -> None:
    await go(scene, ["人工"])

    await scene.member(words or " ")

    assert await scene.store.read(all_threads) == []
    assert (await scene.place()).to_staff is not None


async def test_what_was_filled_in_is_shown_only_after_a_yes_and_is_read_back_first(scene: Scene) -> None:
    await go(scene, ["住院花了1万8", "人工", QUESTION])
    (unseen,) = await scene.store.read(all_threads)

    assert unseen.context is None
    await go(scene, ["[给他们看]"])

    (seen,) = await scene.store.read(all_threads)
    assert seen.context is not None
    assert seen.context["benefit"] == "hospital"
    assert [fact["name"] for fact in seen.context["facts"]] == ["name.out_of_pocket"]


async def test_nothing_that_names_a_person_is_shown_and_the_union_decides_whose_branch_it_is(scene: Scene) -> None:
    await go(scene, [*TO_THE_LAST_LOOK, "人工", QUESTION])
    (before,) = await scene.store.read(all_threads)
    await go(scene, ["给他们看"])

    (after,) = await scene.store.read(all_threads)
    assert after.context is not None
    names = {fact["name"] for fact in after.context["facts"]}
    assert names.isdisjoint({"name.name", "name.certno", "name.phone", "name.card", "name.documents"})
    assert "name.union" in names
    assert after.union_path.startswith(before.union_path)
    assert after.union_path != before.union_path


async def test_a_forged_or_old_button_shows_nothing_of_another_chat(scene: Scene) -> None:
    await go(scene, ["住院花了1万8", "人工", QUESTION, "[不用给]"])
    (thread,) = await scene.store.read(all_threads)
    other = Scene(scene.store, chat=type(scene.chat)("web", "another"))

    await go(other, ["住院花了3万"])
    for argument in (str(thread.id), "", "x", "0", "9" * 30):
        await other.tell(Pressed(order_action("share", argument)))

    assert (await scene.store.read(all_threads))[0].context is None


async def test_the_staff_are_told_when_a_thread_opens_and_not_at_every_message(scene: Scene) -> None:
    await go(scene, ["/start", "人工", QUESTION, "人工", "还有一个问题", "人工", "急"])

    jobs = await scene.store.read(queued, "thread_news")
    assert [(job["thread"], job["again"]) for job in jobs] == [(1, False)]


async def test_a_chat_that_was_talking_goes_on_in_the_claim_it_makes(scene: Scene) -> None:
    await go(scene, [*TO_THE_LAST_LOOK, "人工", QUESTION, "[不用给]", "[提交]"])

    (thread,) = await scene.store.read(all_threads)
    assert thread.claim_id == 1
    await go(scene, ["人工", "交上去了吗"])
    assert await scene.store.read(words_of, thread.id) == [QUESTION, "交上去了吗"]


async def test_after_a_claim_it_is_about_that_claim_and_its_branch(scene: Scene) -> None:
    await go(scene, [*TO_THE_LAST_LOOK, "[提交]", "人工"])
    await go(scene, ["多久能看完"])

    (thread,) = await scene.store.read(all_threads)
    assert thread.claim_id == 1
    assert thread.union_path.count("/") == 3


async def test_the_menu_leads_to_the_staff_while_a_thread_is_open(scene: Scene) -> None:
    await go(scene, ["/start"])
    assert "写给工作人员" not in str(await texts(scene))

    await go(scene, ["人工", QUESTION])
    await scene.member("菜单")

    assert "[写给工作人员]" in await texts(scene)


@pytest.mark.parametrize(
    ("here", "is_on"),
    [
        ("2026-11-23T09:00", True),
        ("2026-11-23T08:59", False),
        ("2026-11-23T16:59", True),
        ("2026-11-23T17:00", False),
        ("2026-11-22T10:00", False),  # a Sunday
        ("2026-10-01T10:00", False),  # a holiday
        ("2026-10-10T10:00", True),  # a Saturday that is worked for a holiday
    ],
)
def test_the_staff_are_there_in_office_hours_of_working_days(here: str, is_on: bool) -> None:
    assert Hours().are_on(datetime.fromisoformat(here)) is is_on


async def test_outside_office_hours_it_is_said_when_they_are_there(scene: Scene) -> None:
    await go(scene, ["/start"])
    scene.now = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    await scene.member("人工")

    said = await texts(scene)
    assert "工作人员一般在 1 个工作日内回复，回了就发到这里。" in said
    assert "现在是下班时间，他们工作日 9:00 到 17:00 在。" in said


async def test_what_was_written_cannot_be_read_in_the_database(scene: Scene) -> None:
    await go(scene, ["住院花了1万8", "人工", QUESTION, "[给他们看]"])

    raw = await scene.store.read(
        lambda conn: [
            bytes(value)
            for row in conn.execute(text("SELECT words, context FROM thread_messages JOIN threads ON threads.id = thread_id"))
            for value in row
        ]
    )

    assert len(raw) == 2
    assert all(QUESTION.encode() not in value and b"out_of_pocket" not in value for value in raw)


async def test_a_message_to_the_staff_that_is_edited_goes_to_them_again_and_answers_no_question(scene: Scene) -> None:
    await go(scene, ["住院了", "人工"])
    await scene.tell(Text("我花了2万", "m1"))
    before = (await scene.place()).answers

    await scene.tell(Edited("我花了3万", "m1"))

    (thread,) = await scene.store.read(all_threads)
    assert await scene.store.read(words_of, thread.id) == ["我花了2万", "我花了3万"]
    assert (await scene.place()).answers == before


async def test_what_is_edited_goes_to_the_thread_it_went_to_though_another_is_open_by_then(scene: Scene) -> None:
    def claims(conn: Connection) -> list[int]:
        return [claim_for(conn, Stay(2, chat=scene.chat, out_of_pocket=cash)).id for cash in (15_200_000, 6_000_000)]

    first, second = await scene.store.write(claims)
    await scene.tell(Pressed(order_action("human", str(first))))
    await scene.tell(Text("第一笔", "m1"))
    await scene.tell(Pressed(order_action("human", str(second))))
    await scene.tell(Text("第二笔", "m2"))

    await scene.tell(Edited("第一笔，改过", "m1"))
    await scene.tell(Text("回第二笔", about=f"human:{second}"))
    await scene.tell(Text("回第一笔", about=f"human:{first}"))

    threads = {thread.claim_id: thread.id for thread in await scene.store.read(all_threads)}
    assert await scene.store.read(words_of, threads[first]) == ["第一笔", "第一笔，改过", "回第一笔"]
    assert await scene.store.read(words_of, threads[second]) == ["第二笔", "回第二笔"]


@pytest.mark.parametrize("about", ["human", "human:1", "human:99", "human:x", "human:" + "9" * 40])
async def test_a_reply_to_the_staff_goes_to_the_members_own_thread_at_any_point(scene: Scene, about: str) -> None:
    await go(scene, ["住院花了1万8", "人工", QUESTION, "[不用给]"])
    other = Scene(scene.store, chat=type(scene.chat)("web", "another"))
    await other.store.write(lambda conn: claim_for(conn, Stay(2, chat=other.chat)))
    before = (await scene.place()).answers

    await scene.tell(Text("45", about=about))

    (thread,) = await scene.store.read(all_threads)
    assert await scene.store.read(words_of, thread.id) == [QUESTION, "45"]
    assert (await scene.place()).answers == before


async def test_a_reply_to_a_question_answers_the_question_even_while_words_are_awaited(scene: Scene) -> None:
    await go(scene, ["住院花了1万8", "45", "人工"])

    await scene.tell(Text("46", about="age"))

    assert await scene.store.read(all_threads) == []
    assert (await scene.place()).answers["age"] == 46


async def test_who_stopped_everything_else_still_reads_the_answer_and_can_write_back(scene: Scene) -> None:
    await go(scene, ["住院花了1万8", "人工", QUESTION, "[不用给]", "/stop"])
    assert (await scene.place()).flow is None

    await scene.staff("回复 算的")
    said = await texts(scene)
    await scene.member("[写给工作人员]")
    await scene.member("谢谢")

    assert any("算的" in line for line in said)
    assert await scene.store.read(words_of, 1) == [QUESTION, "算的", "谢谢"]


async def test_words_of_any_shape_reach_the_staff_and_come_back_as_they_were(scene: Scene) -> None:
    odd = "{text} %s <b>粗</b> \u202e反 👨‍👩‍👧 = 1,2 \ud83d"
    await go(scene, ["人工"])

    await scene.member(odd)
    await scene.staff(f"回复 {odd.removesuffix(chr(0xD83D))}完")
    said = await texts(scene)

    assert (await scene.store.read(words_of, 1))[0] == odd.replace("\ud83d", "?")
    assert any("{text} %s <b>粗</b>" in line and line.endswith("完") for line in said)
