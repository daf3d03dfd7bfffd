"""The group of a branch: a code for it is made by who manages the staff, and nobody else."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from bot.message import Chat
from bot.staff import groups
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from tests.claims.making import NOW, hire, plant
from tests.console.running import Console

GROUP = Chat("telegram", "-100")


def office(conn: Connection) -> tuple[Staff, Staff]:
    """An administrator of a district, and a reviewer there."""
    town = plant(conn)
    return hire(conn, "admin", Role.ADMINISTRATOR, town.east), hire(conn, "reviewer", Role.REVIEWER, town.east)


async def test_an_administrator_gets_a_code_that_links_a_group_to_the_branch(console: Console) -> None:
    admin, _ = await console.store.write(office)
    browser = await console.signed_in(admin)

    shown = await browser.post("/account/group", status=200)
    (code,) = re.findall(r"/link ([A-Z0-9]{8})", shown)
    linked = await console.store.write(groups.link, code, GROUP, now=NOW)

    assert linked is not None
    assert linked.union_path == admin.union_path
    assert "已绑定 1 个群" in await browser.get("/account")


async def test_unlinking_is_one_press(console: Console) -> None:
    admin, _ = await console.store.write(office)
    await console.store.write(lambda conn: groups.link(conn, groups.new_code(conn, admin, now=NOW), GROUP, now=NOW))
    browser = await console.signed_in(admin)

    await browser.post("/account/group/forget")

    assert await console.store.read(groups.of, GROUP) is None
    assert "还没有绑定群" in await browser.get("/account")


async def test_a_reviewer_gets_no_code_for_a_group(console: Console) -> None:
    _, reviewer = await console.store.write(office)
    browser = await console.signed_in(reviewer)

    assert "Telegram 工作群" not in await browser.get("/account")
    await browser.post("/account/group", status=403)
