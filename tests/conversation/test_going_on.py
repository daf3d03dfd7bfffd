"""A conversation goes on after /start, in another language, after a restart, on a day without rules; stopped, it is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.conversation.state import Place
from bot.message import Command, Text
from bot.store import Keyring, Store
from tests.conversation.scene import Scene
from tests.conversation.test_buttons import PLACES, go, texts


@pytest.fixture
async def scene(sqlite_store: Store) -> Scene:
    made = Scene(sqlite_store)
    await made.open()
    return made


@pytest.mark.parametrize("where", [where for where in PLACES if where not in {"nowhere", "menu"}])
async def test_after_start_one_tap_goes_on_where_it_was(scene: Scene, where: str) -> None:
    await go(scene, PLACES[where])
    before = await scene.place()

    await go(scene, ["/start", "[接着刚才的办]"])

    after = await scene.place()
    assert (after.flow, after.answers, after.at_menu) == (before.flow, before.answers, False)


@pytest.mark.parametrize("where", PLACES)
async def test_another_language_changes_nothing_but_the_words(scene: Scene, where: str) -> None:
    await go(scene, PLACES[where])
    before = await scene.place()

    await go(scene, ["English"])

    after = await scene.place()
    assert scene.locale == "en"
    assert (after.flow, after.answers) == (before.flow, before.answers)


@pytest.mark.parametrize("where", PLACES)
async def test_stop_forgets_every_answer(scene: Scene, where: str) -> None:
    await go(scene, PLACES[where])

    await go(scene, ["不办了"])

    after = await scene.place()
    assert (after.flow, dict(after.answers), after.proposed, after.before, after.editing) == (None, {}, None, None, None)
    assert await scene.claims() == 0


@pytest.mark.parametrize("where", ["first", "union", "papers", "last_look", "doubtful", "changing"])
async def test_a_restart_in_the_middle_loses_nothing(database_url: str, keyring: Keyring, where: str) -> None:
    store = Store.open(database_url, keyring)
    scene = Scene(store)
    await scene.open()
    await go(scene, PLACES[where])
    before = await scene.place()
    await store.close()

    scene.store = Store.open(database_url, keyring)

    assert await scene.place() == before
    await scene.tell(Command("resume"))
    assert await scene.heard()
    await scene.store.close()


@pytest.mark.parametrize("said", ["改第三项", "改3", "第三项", "3", "第3个", "工会"])
async def test_an_item_of_the_last_look_is_changed_by_its_number_or_name(scene: Scene, said: str) -> None:
    await go(scene, PLACES["last_look"])

    await go(scene, [said])

    assert (await scene.place()).editing == "union"
    assert await scene.claims() == 0


async def test_the_papers_of_the_last_look_can_be_changed_and_it_comes_back(scene: Scene) -> None:
    await go(scene, PLACES["last_look"])

    await go(scene, ["改材料", "（照片）", "先交这些，其余的以后补"])

    assert "10. 材料：2 张，还差 1 样" in scene.shown(scene.said[-1])


@pytest.mark.parametrize("said", ["%", "_", "%%", "总_", "一%会", "\\"])
async def test_wildcards_find_no_union(store: Store, said: str) -> None:
    scene = Scene(store)
    await scene.open()
    await go(scene, PLACES["union"])

    heard = await go(scene, [said])

    assert heard[0].lines[0].key == "unread.nothing_found"


@pytest.mark.parametrize("said", ["10亿", "1000000001", "99999999999", "1e12"])
async def test_a_thousand_million_yuan_is_taken_or_refused_in_words(scene: Scene, said: str) -> None:
    await go(scene, ["住院了", "45", "在职"])

    heard = await go(scene, [said])

    assert heard[0].buttons


async def test_a_day_before_the_rules_is_told_where_they_begin(scene: Scene) -> None:
    await go(scene, PLACES["papers"][:10])

    await scene.tell(Text("2020-12-31"))

    assert any("2021年1月1日" in line for line in await texts(scene))


@pytest.mark.parametrize("said", ["我住院了，自己花了3万", "[住院了]", "/claim hospital"])
async def test_a_benefit_that_begins_later_is_told_with_its_day(scene: Scene, said: str) -> None:
    scene.now = datetime(2020, 12, 30, 2, 0, tzinfo=UTC)
    await go(scene, ["/start", said])

    lines = scene.shown(scene.said[-1])
    assert any("2021年1月1日" in line for line in lines)
    assert (await scene.place()).flow is None


async def test_a_claim_begun_before_midnight_here_is_dated_by_the_day_here(scene: Scene) -> None:
    scene.now = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
    await go(scene, [*PLACES["last_look"], "提交", "我的申请"])

    assert "C-2612-0001，住院，2026年12月1日交的，等着审核。" in scene.shown(scene.said[-1])


async def test_why_at_the_last_look_gives_the_working(scene: Scene) -> None:
    await go(scene, PLACES["last_look"])

    heard = await go(scene, ["为什么"])

    assert heard[0].lines[0].key == "why.title"
    assert scene.action("提交")


async def test_what_a_sentence_says_beyond_all_bounds_is_asked_and_not_noted(scene: Scene) -> None:
    heard = await go(scene, ["住院自己花了999亿"])

    assert heard[0].buttons or heard[0].lines[-1].key.startswith("ask.")
    assert (await scene.place()).flow == "benefit"


async def test_a_mend_asks_for_a_paper_before_it_goes_back(scene: Scene) -> None:
    await go(scene, [*PLACES["last_look"], "提交"])
    await scene.staff("接手")
    await scene.staff("退回 discharge_note 缺第2页")
    await go(scene, ["补材料"])

    assert not any(label.startswith("齐了") for row in scene.said[-1].buttons for label in [row[0].label.key])
    heard = await go(scene, ["齐了"])

    assert heard[0].lines[0].key == "documents.none_yet"


async def test_what_was_told_for_another_benefit_outlasts_an_answer_to_the_flow_at_hand(scene: Scene) -> None:
    doubtful = "我58岁在职，昨天摔断了腿住院了能报吗"
    await go(scene, [doubtful, "[住院补贴]", "3万2", "没领过", doubtful, "[没领过]", "[意外受伤补贴]"])

    place = await scene.place()

    assert place.about == {"benefit": "accident"}
    assert place.answers["injury"] == "leg_or_kneecap"


def test_a_place_kept_by_another_version_is_read_as_far_as_it_is_known() -> None:
    kept = {**Place(flow="benefit", about={"benefit": "fire"}).to_json(), "something_newer": 1}

    assert Place.from_json(kept) == Place(flow="benefit", about={"benefit": "fire"})
