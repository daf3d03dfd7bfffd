"""What could not be delivered is counted by kind, and an administrator of all unions tries it again or is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from bot import audit, jobs
from bot.jobs.tables import DEAD, WAITING
from bot.jobs.tables import jobs as table
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from tests.claims.making import NOW, hire, plant
from tests.console.running import Console

SECRET = "您的申请已核定"


def give_up(conn: Connection, kind: str, reason: str, number: int = 1, lane: str | None = None) -> None:
    payload: Mapping[str, Any] = {"message": SECRET}
    for _ in range(number):
        jobs.add(conn, kind, payload, now=NOW, lane=lane)
    conn.execute(update(table).where(table.c.state == WAITING).values(state=DEAD, reason=reason))


def office(conn: Connection) -> Staff:
    give_up(conn, "notice", "blocked", lane="telegram:1234567890")
    give_up(conn, "upload", "OSError at files.py:41")
    return hire(conn, "admin", Role.ADMINISTRATOR)


async def test_the_overview_counts_every_kind_whole(console: Console) -> None:
    def work(conn: Connection) -> Staff:
        give_up(conn, "notice", "blocked", 230)
        give_up(conn, "telegram_tapped", "lost", 3)
        return hire(conn, "admin", Role.ADMINISTRATOR)

    visitor = await console.signed_in(await console.store.write(work))

    overview = await visitor.get("/overview")
    assert "有 233 件" in overview
    assert "给人的消息：230" in overview
    assert "其他：3" in overview
    assert "共 233 件，这里是最近的 200 件" in await visitor.get("/undelivered")


async def test_the_page_shows_kind_chat_and_reason_but_nothing_of_the_message(console: Console) -> None:
    visitor = await console.signed_in(await console.store.write(office))

    body = await visitor.get("/undelivered")

    for words in ("给人的消息", "Telegram", "••••7890", "对方屏蔽了机器人", "处理发来的文件", "OSError at files.py:41"):
        assert words in body
    assert "1234567890" not in body
    assert SECRET not in body


async def test_trying_again_queues_it_and_being_done_strikes_it_off_on_record(any_console: Console) -> None:
    console = any_console
    admin = await console.store.write(office)
    visitor = await console.signed_in(admin)
    upload, notice = [job.id for job in await console.store.read(jobs.dead)]

    assert "done=again" in await visitor.post(f"/undelivered/{upload}/again")
    assert "done=forgotten" in await visitor.post(f"/undelivered/{notice}/forget")

    def look(conn: Connection) -> None:
        assert [(row.kind, row.state) for row in conn.execute(select(table.c.kind, table.c.state))] == [("upload", WAITING)]
        revived, forgotten = audit.history(conn, admin.actor)[-2:]
        assert (revived.action, revived.actor) == ("job_revived", admin.actor)
        assert forgotten.action == "job_forgotten"
        assert forgotten.detail["reason"] == "blocked"

    await console.store.read(look)
    assert "done=gone" in await visitor.post(f"/undelivered/{upload}/again")
    assert "done=gone" in await visitor.post(f"/undelivered/{notice}/forget")
    assert "都送到了" in await visitor.get("/undelivered?done=gone")
    assert "去掉没送到的" in await visitor.get("/records")


async def test_what_is_only_to_be_looked_into_has_no_second_try(console: Console) -> None:
    def work(conn: Connection) -> Staff:
        give_up(conn, "telegram_failed", "update failed: ab12")
        return hire(conn, "admin", Role.ADMINISTRATOR)

    visitor = await console.signed_in(await console.store.write(work))

    body = await visitor.get("/undelivered")
    assert "update failed: ab12" in body
    assert "再试一次" not in body


async def test_of_a_broadcast_the_job_that_hands_it_on_is_tried_again_and_a_message_of_it_is_not(console: Console) -> None:
    def work(conn: Connection) -> Staff:
        give_up(conn, "broadcast", "lost")
        give_up(conn, "broadcast_message", "tries used up")
        return hire(conn, "admin", Role.ADMINISTRATOR)

    visitor = await console.signed_in(await console.store.write(work))

    body = await visitor.get("/undelivered")
    assert "正在发的群发" in body
    assert "群发里给一个人的那条" in body
    assert body.count("再试一次") == 1


async def test_it_is_nothing_for_the_administrator_of_a_branch(console: Console) -> None:
    def work(conn: Connection) -> Staff:
        office(conn)
        return hire(conn, "east.admin", Role.ADMINISTRATOR, plant(conn).east)

    visitor = await console.signed_in(await console.store.write(work))

    assert "管理全部工会的管理员" in await visitor.get("/overview")
    assert "管理全部工会的管理员" in await visitor.get("/undelivered", status=403)
    for what in ("again", "forget"):
        await visitor.post(f"/undelivered/1/{what}", status=403)
    assert len(await console.store.read(jobs.dead)) == 2
