"""Any answer can be changed: and changed back, and in any order, by an edited message, an old button, or from two devices at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from bot.conversation.answering import take
from bot.conversation.changing import undone
from bot.conversation.state import Conversation, Place
from bot.conversation.talk import Talk
from bot.message import Chat, Edited, Pressed, Text
from bot.store import Store
from bot.store.tables import metadata
from calculator import load
from handlers.case import Case
from handlers.dialogue import replay
from tests.conversation.scene import Scene
from tests.conversation.test_buttons import ESTIMATED, go
from tests.handlers.walking import TODAY, Way, answers_to, seen, walked, ways

WAYS = [way for way in ways() if way.flow == "benefit"] + [way for way in ways() if way.flow == "claim"][:2]


@pytest.fixture(scope="module")
def turn() -> Iterator[Talk]:
    """A turn of a conversation in an empty database."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as conn:
        conversation = Conversation(1, Chat("web", "a-member"), "zh_CN", 5, Place())
        yield Talk(conn, conversation, Case(TODAY, {}), datetime(2026, 11, 23, tzinfo=UTC))


def given_answers(data: st.DataObject, way: Way) -> dict[str, Any]:
    """Answers to a flow's end, or to the last look before a claim goes."""
    begun = {"consent": "yes"} if way.flow == "claim" else {}
    return {key: stored for key, stored in walked(data.draw, way, begun).items() if key != "confirm"}


def standing(turn: Talk, way: Way, answers: dict[str, Any]) -> Talk:
    """A fresh turn where these answers stand."""
    return replace(turn.at(Place(way.flow, way.about, answers)), case=Case(TODAY, load(way.place)), runs={})


def changeable(talk: Talk) -> list[str]:
    """The keys of the answers that a member may replace by another value."""
    return [asked.question.key for asked in talk.replay().asked if asked.question.key not in {"consent", "documents"}]


def changed(talk: Talk, key: str, stored: Any) -> Talk:
    """The next turn, after one answer was changed."""
    run = talk.replay()
    question = run.find(key)
    assert question is not None
    return talk.at(take(talk, run, question, question.load(stored), echo=False).place)


@pytest.mark.parametrize("way", WAYS, ids=str)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_an_answer_changed_and_changed_back_leaves_everything_as_it_was(turn: Talk, way: Way, data: st.DataObject) -> None:
    answers = given_answers(data, way)
    talk = standing(turn, way, answers)
    key = data.draw(st.sampled_from(changeable(talk)))
    question = talk.replay().find(key)
    assert question is not None
    other = data.draw(answers_to(question))

    there = changed(talk, key, other)
    back = changed(there, key, answers[key]) if there.replay().find(key) is not None else there

    assert back.place.answers == answers
    assert seen(back.replay()) == seen(replay(way.start, answers))


@pytest.mark.parametrize("way", WAYS, ids=str)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_undo_leaves_everything_as_it_was(turn: Talk, way: Way, data: st.DataObject) -> None:
    answers = given_answers(data, way)
    talk = standing(turn, way, answers)
    key = data.draw(st.sampled_from(changeable(talk)))
    question = talk.replay().find(key)
    assert question is not None
    other = data.draw(answers_to(question).filter(lambda stored: stored != answers[key]))

    back = undone(changed(talk, key, other))

    assert back.place.answers == answers
    assert seen(back.replay()) == seen(replay(way.start, answers))


@pytest.mark.parametrize("way", WAYS, ids=str)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_in_whatever_order_answers_are_changed_it_is_as_if_answered_so_from_the_start(turn: Talk, way: Way, data: st.DataObject) -> None:
    answers = given_answers(data, way)
    talk = standing(turn, way, answers)
    wanted = {}
    for key in data.draw(st.lists(st.sampled_from(changeable(talk)), unique=True, max_size=4)):
        question = talk.replay().find(key)
        assert question is not None
        wanted[key] = data.draw(answers_to(question))

    made: dict[str, Any] = {}
    for key in data.draw(st.permutations(list(wanted))):
        question = talk.replay().find(key)
        if question is not None and question.load(wanted[key]) is not None:
            talk, made[key] = changed(talk, key, wanted[key]), wanted[key]

    assert seen(talk.replay()) == seen(replay(way.start, {**answers, **made}))


@pytest.fixture
async def scene(sqlite_store: Store) -> Scene:
    made = Scene(sqlite_store)
    await made.open()
    return made


async def say(scene: Scene, *texts: str) -> None:
    """Type these, each as a message of its own: m1, m2 and so on."""
    for number, text in enumerate(texts, 1):
        await scene.tell(Text(text, f"m{number}"))


async def lines(scene: Scene) -> list[str]:
    return [line for message in await scene.heard() for line in scene.shown(message)]


async def test_an_edited_message_changes_the_answer_it_gave(scene: Scene) -> None:
    await say(scene, "住院了", "45", "在职", "28000", "没领过")
    await lines(scene)

    await scene.tell(Edited("18000", "m4"))

    said = await lines(scene)
    assert said[:2] == ["改好了：自付 18,000 元。", "补贴从 840.00 元变成 360.00 元。"]
    assert "[改回去]" in said


async def test_an_edited_sentence_changes_the_facts_it_told(scene: Scene) -> None:
    await say(scene, "我住院了，45岁，自己花了2万8", "在职", "没领过")

    await scene.tell(Edited("我住院了，46岁，自己花了1万8", "m1"))

    answers = (await scene.place()).answers
    assert (answers["age"], answers["out_of_pocket"], answers["in_work"]) == (46, 1_800_000, True)


async def test_a_message_that_was_not_understood_is_read_anew_when_it_is_edited(scene: Scene) -> None:
    await say(scene, "住院了", "四五岁多吧")

    await scene.tell(Edited("45", "m2"))

    assert (await scene.place()).answers["age"] == 45


async def test_an_edit_that_is_no_answer_leaves_the_old_one_and_asks(scene: Scene) -> None:
    await say(scene, "住院了", "45", "在职", "28000", "没领过")

    await scene.tell(Edited("啦啦啦", "m4"))

    place = await scene.place()
    assert (place.answers["out_of_pocket"], place.editing) == (2_800_000, "out_of_pocket")


async def test_an_old_button_answers_in_the_flow_it_was_made_for(scene: Scene) -> None:
    await go(scene, ["住院了", "45"])
    retired = Pressed(scene.action("已退休"))
    await go(scene, ["/start", "[受伤了（不是工伤）]", "[不是工伤]"])

    await scene.tell(retired)

    place = await scene.place()
    assert (place.about["benefit"], place.answers["in_work"]) == ("hospital", False)
    assert place.drafts["accident"]["answers"] == {"work_injury": False}


async def test_a_button_of_a_flow_that_was_stopped_answers_nothing(scene: Scene) -> None:
    await go(scene, ["住院了", "45"])
    retired = Pressed(scene.action("已退休"))
    await go(scene, ["不办了", "住院了"])

    await scene.tell(retired)

    assert "in_work" not in (await scene.place()).answers


async def test_one_draft_for_each_benefit_and_each_is_gone_on_with(scene: Scene) -> None:
    await go(scene, ["住院了", "45", "/start", "[受伤了（不是工伤）]", "[不是工伤]", "/start", "[家里着火了]", "[有认定书]"])

    drafts = (await scene.place()).drafts
    assert set(drafts) == {"hospital", "accident"}

    await go(scene, ["/start", "[接着办：住院]"])
    place = await scene.place()
    assert (place.about, dict(place.answers), set(place.drafts)) == ({"benefit": "hospital"}, {"age": 45}, {"accident", "fire"})


async def test_a_claim_half_done_is_not_begun_anew_by_its_benefit_button(scene: Scene) -> None:
    await go(scene, [*ESTIMATED, "申请", "同意", "王芳"])

    await go(scene, ["/start", "[住院了]"])

    place = await scene.place()
    assert (place.flow, place.answers["name"]) == ("claim", "王芳")


async def test_two_taps_at_once_are_two_answers_of_which_the_last_stands_and_can_be_undone(store: Store) -> None:
    scene = Scene(store)
    await scene.open()
    await go(scene, ["住院了", "45"])
    taps = [Pressed(scene.action("在职")), Pressed(scene.action("已退休"))]

    await asyncio.gather(*(scene.tell(tap, update_id=str(number)) for number, tap in enumerate(taps)))

    place = await scene.place()
    assert place.answers["in_work"] in {True, False}
    assert place.before == {"in_work": not place.answers["in_work"]}


async def test_two_devices_on_one_conversation_answer_one_after_the_other(store: Store) -> None:
    scene = Scene(store)
    await scene.open()
    await go(scene, ["住院了"])

    await asyncio.gather(scene.tell(Text("45"), update_id="phone"), scene.tell(Text("46"), update_id="desk"))

    place = await scene.place()
    assert place.answers["age"] in {45, 46}
    assert len(await scene.heard()) == 2
