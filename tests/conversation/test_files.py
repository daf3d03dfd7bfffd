"""Pictures in a conversation: before anybody asked, refused, too many, somebody else's, forged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from bot.claims.tables import claims
from bot.documents import uploads
from bot.documents.errors import Reason
from bot.message import Chat, FileSent, UploadId, UploadSettled
from bot.store import Store
from tests.conversation.scene import Scene, settled, uploaded
from tests.conversation.test_buttons import PLACES, go, replace_chat, texts

STRANGER = Chat("web", "a-stranger")


@pytest.fixture
async def scene(sqlite_store: Store) -> Scene:
    made = Scene(sqlite_store)
    await made.open()
    return made


def papers_of_newest_claim(conn: Connection) -> list[str]:
    newest = conn.execute(select(func.max(claims.c.id))).scalar_one()
    return [upload.chat.id for upload in uploads.of_claim(conn, newest)]


async def test_a_picture_before_anybody_asked_is_kept_and_leaves_with_the_claim(scene: Scene) -> None:
    await go(scene, ["（照片）", *PLACES["papers"][:-1], "先交这些，其余的以后补", "6222021234567890128", "提交"])

    assert await scene.store.read(papers_of_newest_claim) == ["a-member"]


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("where", ["nowhere", "first", "papers", "last_look"])
async def test_a_refused_file_is_told_with_its_reason_and_the_others_stay(scene: Scene, reason: Reason, where: str) -> None:
    await go(scene, PLACES[where])
    before = (await scene.place()).answers

    heard = await go(scene, [f"（照片 {reason.value}）"])

    assert heard[0].lines[0].key == f"upload.refused.{reason.value}"
    after = (await scene.place()).answers
    assert {key: stored for key, stored in after.items() if key != "documents"} == {k: v for k, v in before.items() if k != "documents"}
    assert after["documents"]["uploads"] == before.get("documents", {"uploads": []})["uploads"]
    assert heard[0].buttons or where == "first"


@pytest.mark.parametrize("where", ["nowhere", "papers", "last_look"])
async def test_an_upload_of_another_chat_is_not_taken(scene: Scene, where: str) -> None:
    await go(scene, PLACES[where])
    before = (await scene.place()).answers
    theirs = await scene.store.write(uploaded, STRANGER, scene.now)

    await scene.tell(FileSent(theirs))
    await scene.store.write(settled, theirs, "", scene.now)
    await scene.tell(UploadSettled(theirs))

    assert (await scene.place()).answers == before


@pytest.mark.parametrize("forged", ["", "nothing", "x" * 500, "'; --"])
async def test_a_file_that_never_came_is_not_taken(scene: Scene, forged: str) -> None:
    await go(scene, PLACES["papers"])
    before = await scene.place()

    await scene.tell(FileSent(UploadId(forged)))
    await scene.tell(UploadSettled(UploadId(forged)))

    assert (await scene.place()).answers == before.answers


async def test_another_chats_upload_that_is_settled_here_says_nothing_about_it(scene: Scene) -> None:
    other = replace_chat(scene, "a-stranger")
    theirs = await scene.store.write(uploaded, STRANGER, scene.now)
    await other.tell(FileSent(theirs))
    await scene.store.write(settled, theirs, "", scene.now)
    await scene.heard()

    await scene.tell(UploadSettled(theirs))

    assert await scene.heard() == []
    assert (await scene.place()).answers == {}


async def test_the_same_file_told_twice_counts_once(scene: Scene) -> None:
    await go(scene, PLACES["papers"])
    mine = await scene.store.write(uploaded, scene.chat, scene.now)

    await scene.tell(FileSent(mine))
    await scene.tell(FileSent(mine))

    assert len((await scene.place()).answers["documents"]["uploads"]) == 2


async def test_the_forty_first_picture_is_not_taken(scene: Scene) -> None:
    await go(scene, PLACES["papers"])
    for _ in range(39):
        await scene.tell(FileSent(await scene.store.write(uploaded, scene.chat, scene.now)))
    assert len((await scene.place()).answers["documents"]["uploads"]) == 40

    await scene.tell(FileSent(await scene.store.write(uploaded, scene.chat, scene.now)))

    assert "已经有 40 张了，够了。要换，先去掉一张。" in await texts(scene)
    assert len((await scene.place()).answers["documents"]["uploads"]) == 40


async def test_done_waits_for_a_picture_still_being_made_safe(scene: Scene) -> None:
    await go(scene, PLACES["papers"])
    await scene.tell(FileSent(await scene.store.write(uploaded, scene.chat, scene.now)))

    scene.now -= timedelta(minutes=1)
    heard = await go(scene, ["[先交这些，其余的以后补]"])

    assert heard[0].lines[0].key == "documents.wait"


async def test_a_picture_in_the_middle_of_a_doubtful_reading_leaves_the_reading_open(scene: Scene) -> None:
    await go(scene, PLACES["doubtful"])
    await go(scene, ["（照片）", "对"])

    assert (await scene.place()).answers["age"] == 46


async def test_pictures_of_an_unfinished_claim_stay_with_it_when_another_begins(scene: Scene) -> None:
    await go(scene, PLACES["last_look"])
    await go(scene, ["/start", "[家里着火了]"])

    assert "documents" not in (await scene.place()).answers

    await go(scene, ["[有认定书]", "/start", "[接着办：住院]"])

    assert len((await scene.place()).answers["documents"]["uploads"]) == 1
