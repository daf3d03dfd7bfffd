"""Buttons, forged, stale, somebody else's, pressed twice: never an exception, never more than one effect, always a word."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from bot.message import Chat, Command, Message, Pressed, Text
from bot.store import Store
from tests.conversation.scene import Scene

ESTIMATED = ["住院花了1万8", "45", "在职", "没领过"]
TO_THE_PAPERS = [*ESTIMATED, "申请", "同意", "王芳", "110101198001010010", "一汽总装工会", "13800138000", "2026-10-12", "生病"]
TO_THE_LAST_LOOK = [*TO_THE_PAPERS, "（照片）", "先交这些，其余的以后补", "6222021234567890128"]

PLACES = {
    "nowhere": [],
    "menu": ["/start"],
    "first": ["住院了"],
    "estimate": ESTIMATED,
    "consent": TO_THE_PAPERS[:5],
    "union": TO_THE_PAPERS[:8],
    "papers": [*TO_THE_PAPERS, "（照片）"],
    "last_look": TO_THE_LAST_LOOK,
    "doubtful": ["住院了", "1980年生的"],
    "changing": [*ESTIMATED, "改金额"],
}


@pytest.fixture
async def scene(sqlite_store: Store) -> Scene:
    """A member's chat."""
    made = Scene(sqlite_store)
    await made.open()
    return made


async def go(scene: Scene, lines: list[str]) -> list[Message]:
    """Say these; what was heard last."""
    heard: list[Message] = []
    for line in lines:
        await scene.member(line)
        heard = await scene.heard()
    return heard


async def texts(scene: Scene) -> list[str]:
    """Every line of what has just been heard."""
    return [line for message in await scene.heard() for line in scene.shown(message)]


def forgeries(tag: str) -> list[str]:
    """What no button of ours ever carried, and what one carried elsewhere."""
    chance = random.Random(20261123)  # noqa: S311 - the same every time
    noise = [bytes(chance.randrange(256) for _ in range(chance.randrange(1, 64))).decode("latin-1") for _ in range(60)]
    keys = [
        "age",
        "in_work",
        "out_of_pocket",
        "paid_this_year",
        "union",
        "documents",
        "confirm",
        "consent",
        "certno",
        "card",
        "nobody_asks",
    ]
    values = [
        "", "0", "-1", "1", "2", "999999", "999999999999999", "9999999999999999999999", "1e3", "٣", "1;drop", "%", "\0", "yes", "no",
        "unclear", "~yes", "~no", "done", "d0", "d-1", "d99", "d", "k", "k0", "k0-", "k0-nothing", "k99-receipt", "k-1-receipt", "x0",
        "2026-10-12", "9999-99-99", "0" * 16, "f" * 16, "a.b.c.d",
    ]  # fmt: skip
    ours = [f"={tag}.1.{key}.{value}" for key in keys for value in values]
    strange = [
        "", " ", "=", "==", "=...", "=....", f"={tag}", f"={tag}.", f"={tag}.1", f"={tag}.1.age",
        f"={tag}.zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz.age.45", f"={tag}.-1.age.45", f"={tag}.!.age.45",
        f"={tag}.1.in_work.yes" + "x" * 64, "x" * 65, "字" * 22, "\ud800", "edit:\ud800", "link:\ud800", "link:\0",
        f"={tag}.1.union.\ud800", "=zz.1.in_work.yes", "=0.1.union.1", "=.1.age.45",
    ]  # fmt: skip
    orders = [
        "nothing", "edit", "edit:", "edit:0", "edit:-1", "edit:1", "edit:999999999999", "edit:consent", "edit:confirm", "edit:nobody",
        "edit:٣", "mend", "mend:0", "mend:-1", "mend:1", "mend:99999999999999999999", "mend:x", "claim", "claim:nope", "benefit",
        "benefit:nope", "benefit:../etc", "language:xx", "link", "link:", "link:AAAAAAAA", "why:x", "undo", "keep", "back", "resume",
        "change", "status", "help", "human", ":", "::", "start:x", "__class__", "COMMANDS", "/start",
    ]  # fmt: skip
    return [*noise, *ours, *strange, *orders]


@pytest.mark.parametrize("where", PLACES)
async def test_a_forged_button_is_answered_in_words_and_loses_nothing(scene: Scene, where: str) -> None:
    await go(scene, PLACES[where])
    await scene.tell(Command("help"))
    before = await scene.place()
    await scene.heard()
    tag = "1"

    for action in forgeries(tag):
        await scene.put(before)
        await scene.tell(Pressed(action))
        heard = await scene.heard()
        after = await scene.place()

        assert len(heard) == 1, action
        assert any(line.strip() for line in scene.shown(heard[0])), action
        assert heard[0].buttons or heard[0].lines[-1].key.startswith("ask."), action
        if not action.startswith(("claim", "benefit", "mend")) and after.flow is not None:
            assert before.answers.keys() <= after.answers.keys(), action
    assert await scene.claims() == 0


async def test_another_members_button_changes_nothing(scene: Scene) -> None:
    await go(scene, PLACES["last_look"])
    send = scene.action("提交")
    other = replace_chat(scene, "another")

    await other.tell(Pressed(send))
    assert "这个按钮不是给您的。您自己的在下面。" in await texts(other)
    assert await scene.claims() == 0
    await go(other, ["住院了", "45"])
    await other.tell(Pressed(send))
    assert (await other.place()).answers == {"age": 45}


def replace_chat(scene: Scene, chat: str) -> Scene:
    """Another member's chat in the same database."""
    return replace(scene, chat=Chat("web", chat), said=[], taken=0, updates=1_000)


async def test_an_old_question_button_changes_that_answer(scene: Scene) -> None:
    await go(scene, ["住院了", "45"])
    retired = scene.action("已退休")
    await go(scene, ["[在职]", "1万8", "[没领过]"])

    await scene.tell(Pressed(retired))

    lines = await texts(scene)
    assert "改好了：已退休。" in lines
    assert "[改回去]" in lines
    assert (await scene.place()).answers["out_of_pocket"] == 1_800_000


async def test_undo_takes_back_the_change_and_keeps_what_was_answered_since(scene: Scene) -> None:
    await go(scene, ["住院了", "45", "[在职]", "改年龄", "50", "1万8"])

    await go(scene, ["改回去"])

    assert (await scene.place()).answers == {"age": 45, "in_work": True, "out_of_pocket": 1_800_000}


async def test_the_buttons_of_a_finished_claim_are_out_of_date(scene: Scene) -> None:
    await go(scene, PLACES["last_look"])
    send, change = scene.action("提交"), scene.action("改一项")
    await go(scene, ["[提交]"])

    for action in (send, change, send):
        await scene.tell(Pressed(action))
        assert (await scene.heard())[0].buttons
    assert await scene.claims() == 1


async def test_a_submit_button_from_before_a_change_does_not_send(scene: Scene) -> None:
    await go(scene, PLACES["last_look"])
    old = scene.action("提交")
    await go(scene, ["改4", "13900139000"])

    await scene.tell(Pressed(old))

    lines = await texts(scene)
    assert await scene.claims() == 0
    assert "这个按钮已经过时了，看下面这条就行。" in lines
    assert "4. 电话：13900139000" in lines
    await go(scene, ["[提交]"])
    assert await scene.claims() == 1


async def test_a_submit_button_from_before_another_paper_does_not_send(scene: Scene) -> None:
    await go(scene, PLACES["last_look"])
    old = scene.action("提交")
    await go(scene, ["（照片）"])

    await scene.tell(Pressed(old))

    assert await scene.claims() == 0


async def test_submit_pressed_five_times_at_once_makes_one_claim(store: Store) -> None:
    scene = Scene(store)
    await scene.open()
    await go(scene, PLACES["last_look"])
    send = Pressed(scene.action("提交"))

    await asyncio.gather(*(scene.tell(send) for _ in range(5)))

    assert await scene.claims() == 1
    assert sum("交上去了" in line for line in await texts(scene)) == 1


async def test_two_taps_at_once_on_two_buttons_of_one_question_leave_one_answer_and_both_are_answered(store: Store) -> None:
    scene = Scene(store)
    await scene.open()
    await go(scene, ["住院了", "45"])
    taps = [Pressed(scene.action(label)) for label in ("在职", "说不清")]

    await asyncio.gather(*(scene.tell(tap) for tap in taps))

    heard = await scene.heard()
    assert len(heard) == 2
    assert all(message.buttons for message in heard)
    place = await scene.place()
    assert place.answers["in_work"] in {True, "unclear"}
    assert place.answers["age"] == 45


async def test_the_same_update_five_times_has_one_effect(store: Store) -> None:
    scene = Scene(store)
    await scene.open()
    await go(scene, PLACES["last_look"])
    send = Pressed(scene.action("提交"))

    taken = [await scene.tell(send, update_id="once") for _ in range(5)]

    assert taken == [True, False, False, False, False]
    assert await scene.claims() == 1
    assert len(await scene.heard()) == 1


async def test_the_same_update_five_times_at_once_has_one_effect(store: Store) -> None:
    scene = Scene(store)
    await scene.open()
    await go(scene, ["住院了"])

    taken = await asyncio.gather(*(scene.tell(Text("45"), update_id="once") for _ in range(5)))

    assert sorted(taken) == [False, False, False, False, True]
    assert len(await scene.heard()) == 1
