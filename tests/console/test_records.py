"""Administrators can see that nobody has touched the records, or that somebody has."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection

from bot import audit
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from tests.claims.making import Stay, claim_for, hire, plant
from tests.console.running import Console


def work(conn: Connection) -> Staff:
    claim_for(conn, Stay(plant(conn).east_base))
    return hire(conn, "admin", Role.ADMINISTRATOR)


def without_triggers(conn: Connection) -> None:
    for (name,) in conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'").all():
        conn.exec_driver_sql(f'DROP TRIGGER "{name}"')


async def test_records_that_nobody_touched_are_whole(any_console: Console) -> None:
    console = any_console
    visitor = await console.signed_in(await console.store.write(work))
    await visitor.get("/claims/1")

    assert "完整无缺" in await visitor.post("/records", status=200)
    assert "打开看了" in await visitor.get("/records")


async def test_a_changed_record_is_named(console: Console) -> None:
    visitor = await console.signed_in(await console.store.write(work))

    def tamper(conn: Connection) -> None:
        without_triggers(conn)
        conn.exec_driver_sql("UPDATE audit SET actor = 'staff:99' WHERE subject = 'claim:1'")

    await console.store.write(tamper)

    assert "claim:1，第 1 条" in await visitor.post("/records", status=200)


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("subject", ["claim:1", "staff:2"])
async def test_a_deleted_chain_is_named(console: Console, subject: str, sealed: bool) -> None:
    visitor = await console.signed_in(await console.store.write(work))

    def tamper(conn: Connection) -> None:
        hire(conn, "other")
        if sealed:
            audit.seal(conn, date(2026, 11, 23))
        without_triggers(conn)
        conn.exec_driver_sql("DELETE FROM audit WHERE subject = ?", (subject,))

    await console.store.write(tamper)

    assert f"{subject}，第 1 条" in await visitor.post("/records", status=200)
