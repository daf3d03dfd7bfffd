"""A picture sent while talking to the staff: on the thread at once, looked at by nobody before it is safe, gone when the thread goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from bot.documents import uploads
from bot.documents.errors import Reason
from bot.documents.tables import uploads as files
from bot.message import FileSent, UploadId, UploadSettled
from bot.retention import papers
from bot.store import Store
from bot.threads import answer, pictures
from bot.threads.erase import erase_closed
from bot.threads.thread import State, lines
from bot.wording import text
from tests.claims.making import hire, queued
from tests.conversation.scene import Scene, settled, uploaded
from tests.conversation.test_buttons import TO_THE_LAST_LOOK, go, texts
from tests.threads.talking import all_threads, words_of

SENT = text("thread.picture_sent", "zh_CN")
TO_THE_PAPERS = TO_THE_LAST_LOOK[: TO_THE_LAST_LOOK.index("（照片）")]
RETURNED = ["接手", "退回 receipt 看不清"]


@pytest.fixture
async def scene(store: Store) -> Scene:
    made = Scene(store)
    await made.open()
    return made


async def comes(scene: Scene, words: str = "", about: str = "") -> UploadId:
    """A file has come, and waits to be made safe."""
    upload = await scene.store.write(uploaded, scene.chat, scene.now)
    await scene.tell(FileSent(upload, words, about))
    scene.now -= timedelta(minutes=1)  # the pictures of one hand-in come in the same breath
    return upload


async def is_done(scene: Scene, upload: UploadId, reason: str = "") -> None:
    """It is safe, or refused."""
    await scene.store.write(settled, upload, reason, scene.now)
    await scene.tell(UploadSettled(upload))


async def test_a_picture_goes_to_the_staff_and_is_no_paper_of_the_claim(scene: Scene) -> None:
    await go(scene, ["住院花了1万8", "人工"])
    before = await scene.place()

    await scene.member("（照片）")

    (thread,) = await scene.store.read(all_threads)
    (line,) = await scene.store.read(lines, thread.id)
    assert (thread.state, line.words, line.is_ready, line.pictures) == (State.WAITING, "", True, 1)
    assert (await scene.place()).answers == before.answers
    assert SENT in await texts(scene)
    assert len(await scene.store.read(queued, "thread_news")) == 1


async def test_while_they_talk_a_picture_is_for_the_staff_without_asking_for_them_again(scene: Scene) -> None:
    await go(scene, ["住院花了1万8", "人工", "问一句", "[不用给]"])
    await scene.staff("回复 请把出院小结拍照发到这里")
    before = await scene.place()

    await go(scene, ["（照片）", "（照片）"])
    await scene.member("45")

    assert await scene.store.read(words_of, 1) == ["问一句", "请把出院小结拍照发到这里", "", ""]
    assert (await scene.place()).answers == {**before.answers, "age": 45}


@pytest.mark.parametrize(
    ("talk", "staff"),
    [
        (["/start"], []),  # nobody talks
        (["/start", "人工", "问一句"], ["结束"]),  # nobody talks any more
        ([*TO_THE_PAPERS, "人工", "问一句", "[不用给]"], ["回复 好"]),  # the claim asks for papers itself
        ([*TO_THE_PAPERS, "（照片）", "[先交这些，其余的以后补]", "6222021234567890128", "[提交]", "人工", "问一句"], RETURNED),
    ],
)
async def test_a_picture_at_any_other_time_is_a_paper(scene: Scene, talk: list[str], staff: list[str]) -> None:
    await go(scene, talk)
    for line in staff:
        await scene.staff(line)

    await scene.member("（照片）")

    said = [line for thread in await scene.store.read(all_threads) for line in await scene.store.read(lines, thread.id)]
    assert [line for line in said if line.upload is not None] == []
    assert (await scene.place()).answers["documents"]["uploads"]


async def test_nobody_looks_at_it_before_it_is_safe(scene: Scene) -> None:
    await go(scene, ["人工"])
    await comes(scene)

    (line,) = await scene.store.read(lines, 1)

    assert (line.is_ready, line.pictures) == (False, 0)


async def test_pictures_sent_together_get_one_answer_and_are_named_by_what_is_wrong_with_them(scene: Scene) -> None:
    await go(scene, ["人工"])
    first, second = await comes(scene), await comes(scene)
    await scene.heard()

    await is_done(scene, first, "broken")
    between = await scene.heard()
    await is_done(scene, second)

    said = await texts(scene)
    assert between == []
    assert text("upload.refused.broken", "zh_CN") in said
    assert SENT in said
    assert [line.upload for line in await scene.store.read(lines, 1)] == [None, second]


async def test_one_that_cannot_be_opened_is_said_so_once_and_words_are_still_awaited(scene: Scene) -> None:
    await go(scene, ["人工"])

    await is_done(scene, await comes(scene), "not_a_picture")
    said = await texts(scene)
    await go(scene, ["（照片）", "好了"])

    assert text("upload.refused.not_a_picture", "zh_CN") in said
    assert SENT not in said
    assert text("upload.refused.not_a_picture", "zh_CN") not in await texts(scene)
    assert await scene.store.read(words_of, 1) == ["", "", "好了"]


async def test_words_beside_a_picture_and_a_reply_with_one_go_along(scene: Scene) -> None:
    await go(scene, ["住院花了1万8", "人工", "问一句", "[不用给]"])

    await is_done(scene, await comes(scene, "这张行吗", "human"))

    assert await scene.store.read(words_of, 1) == ["问一句", "这张行吗"]
    assert SENT in await texts(scene)


async def test_facts_are_offered_with_the_first_words_though_a_picture_came_before(scene: Scene) -> None:
    await go(scene, ["住院花了1万8", "人工", "（照片）"])

    await scene.member("问一句")

    assert text("thread.share", "zh_CN") in await texts(scene)


async def test_somebody_elses_file_is_not_put_on_a_thread(scene: Scene) -> None:
    other = Scene(scene.store, chat=type(scene.chat)("web", "another"))
    theirs = await scene.store.write(uploaded, other.chat, scene.now)
    await go(scene, ["人工"])

    await scene.tell(FileSent(theirs))

    assert await scene.store.read(all_threads) == []


async def test_the_same_file_brought_again_stands_there_once(scene: Scene) -> None:
    await go(scene, ["人工"])
    upload = await comes(scene)

    await scene.tell(FileSent(upload))
    await is_done(scene, upload)
    await scene.tell(UploadSettled(upload))

    assert len(await scene.store.read(lines, 1)) == 1


async def test_a_thread_takes_so_many_and_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "AT_MOST", 2)
    await go(scene, ["人工", "（照片）", "（照片）"])

    await comes(scene)

    assert len(await scene.store.read(lines, 1)) == 2
    assert text("thread.pictures_enough", "zh_CN", {"count": 2}) in await texts(scene)


async def test_a_closed_thread_that_is_full_is_not_opened_again_by_one_more(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "AT_MOST", 2)
    await go(scene, ["人工", "（照片）", "（照片）", "问一句"])
    await scene.staff("结束")
    await go(scene, ["人工"])

    await comes(scene)

    (thread,) = await scene.store.read(all_threads)
    assert thread.state == State.CLOSED
    assert text("thread.pictures_enough", "zh_CN", {"count": 2}) in await texts(scene)


async def test_pictures_beyond_what_a_thread_takes_are_answered_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "AT_MOST", 2)
    await go(scene, ["人工", "（照片）"])

    for _ in range(4):
        await comes(scene)
    together = await texts(scene)
    scene.now += timedelta(minutes=3)
    await comes(scene)

    enough = text("thread.pictures_enough", "zh_CN", {"count": 2})
    assert len(await scene.store.read(lines, 1)) == 2
    assert together.count(enough) == 1
    assert (await texts(scene)).count(enough) == 1


async def test_what_was_told_of_one_picture_is_not_told_again_with_the_next(scene: Scene) -> None:
    await go(scene, ["人工"])
    await is_done(scene, await comes(scene))
    told = await texts(scene)
    scene.now -= timedelta(seconds=30)

    await is_done(scene, await comes(scene), "broken")

    said = await texts(scene)
    assert SENT in told
    assert text("upload.refused.broken", "zh_CN") in said
    assert SENT not in said


async def test_pictures_stay_as_long_as_their_thread_and_go_with_it(scene: Scene) -> None:
    await go(scene, ["人工", "（照片）", "（照片）"])
    later = scene.now + timedelta(days=400)

    def work(conn: Connection) -> list[list[str]]:
        found = [papers.unattached(conn, "", later)]
        (thread,) = all_threads(conn)
        upload = lines(conn, thread.id)[0].upload or ""
        assert papers.erase(conn, upload, later) is False
        answer.close(conn, thread.id, hire(conn, "city"), seen=lines(conn, thread.id)[-1].id, now=scene.now)
        erase_closed(conn, later)
        found.append(papers.unattached(conn, "", later))
        assert all(papers.erase(conn, each, later) for each in found[-1])
        return [*found, [job["upload"] for job in queued(conn, papers.ERASE)]]

    before, after, erased = await scene.store.write(work)

    assert (before, len(after)) == ([], 2)
    assert sorted(erased) == sorted(after)


async def test_a_file_that_takes_too_long_keeps_nobody_waiting(scene: Scene) -> None:
    await go(scene, ["人工"])
    slow = await comes(scene)
    await scene.store.write(
        lambda conn: conn.execute(update(files).where(files.c.id == slow).values(created_at=scene.now - timedelta(minutes=5)))
    )

    await is_done(scene, await comes(scene))
    said = await texts(scene)
    await scene.store.write(lambda conn: uploads.settle(conn, slow, Reason.TIMEOUT, now=scene.now))
    await scene.tell(UploadSettled(slow))

    assert SENT in said
    assert text("upload.refused.timeout", "zh_CN") in await texts(scene)
