"""Administrators and the accounts they keep; each person and their own account."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Connection

from bot import audit
from bot.message import Chat
from bot.staff import accounts, links
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from bot.store import Store
from tests.claims.making import NOW, Town, hire, plant
from tests.console.running import Console, Visitor

PASSWORD = "correct horse battery"


async def office(console: Console) -> tuple[Visitor, Staff, Town]:
    def work(conn: Connection) -> tuple[Staff, Town]:
        return hire(conn, "admin", Role.ADMINISTRATOR), plant(conn)

    admin, town = await console.store.write(work)
    return await console.signed_in(admin), admin, town


async def test_an_invited_person_sets_a_password_and_sees_their_branch_only(any_console: Console) -> None:
    console = any_console
    visitor, _, town = await office(console)

    body = await visitor.post("/staff", {"login": "li.ming", "name": "李明", "role": "reviewer", "union": town.east}, status=200)
    link = re.search(r"https?://\S+/console/start/[\w-]+", html.unescape(body))
    assert link
    guest = console.visitor()
    await guest.get(urlsplit(link[0]).path.removeprefix("/console"), status=303)
    await guest.get("/start")
    await guest.post("/start", {"password": PASSWORD, "again": PASSWORD})
    await guest.get("/")
    await guest.get("/staff", status=403)

    made = (await console.store.read(accounts.everybody))[-1]
    assert (made.login, made.name, made.role, made.union_id) == ("li.ming", "李明", Role.REVIEWER, town.east)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"login": "admin"}, "有人用了"),
        ({"login": "a b"}, "账号要"),
        ({"name": ""}, "请填姓名"),
        ({"role": "emperor"}, "请选一个角色"),
        ({"union": "999"}, "没有这个工会"),
    ],
)
async def test_an_invitation_that_cannot_be_made_says_why(console: Console, change: dict[str, str], words: str) -> None:
    visitor, _, _ = await office(console)
    form = {"login": "li.ming", "name": "李明", "role": "reviewer", "union": ""}

    assert words in await visitor.post("/staff", {**form, **change}, status=422)
    assert len(await console.store.read(accounts.everybody)) == 1


async def test_a_closed_account_is_out_at_once(console: Console) -> None:
    visitor, _, _ = await office(console)
    person = await console.store.write(hire, "li.ming")
    theirs = await console.signed_in(person)

    await visitor.post(f"/staff/{person.id}", {"role": "reviewer", "union": "", "disabled": "yes"})

    await theirs.get("/", status=303)
    await visitor.post(f"/staff/{person.id}/link", status=422)


async def test_nobody_changes_their_own_role(console: Console) -> None:
    visitor, admin, _ = await office(console)

    assert "别的管理员" in await visitor.post(f"/staff/{admin.id}", {"role": "reviewer", "union": ""}, status=422)


async def test_an_unknown_account_is_said_to_be_unknown(console: Console) -> None:
    visitor, _, _ = await office(console)

    await visitor.post("/staff/999", {"role": "reviewer", "union": ""}, status=422)
    await visitor.post("/staff/999/link", status=422)


async def test_a_code_links_one_chat_once_and_for_ten_minutes(console: Console) -> None:
    visitor, admin, _ = await office(console)
    body = await visitor.post("/account/telegram", status=200)
    code = re.search(r"/link ([A-Z0-9]{8})", body)
    assert code
    here, elsewhere = Chat("telegram", "7"), Chat("telegram", "8")

    def link(conn: Connection, typed: str, chat: Chat) -> Staff | None:
        return links.link_chat(conn, typed, chat, now=console.clock())

    assert await console.store.write(link, "WRONG234", here) is None
    linked = await console.store.write(link, f" {code[1].lower()} ", here)
    assert linked is not None
    assert linked.id == admin.id
    assert await console.store.write(link, code[1], elsewhere) is None
    assert "已绑定 1 个聊天" in await visitor.get("/account")
    late = re.search(r"/link ([A-Z0-9]{8})", await visitor.post("/account/telegram", status=200))
    assert late
    console.clock.pass_(minutes=10)
    assert await console.store.write(link, late[1], elsewhere) is None
    await visitor.post("/account/telegram/forget")
    assert "还没有绑定" in await visitor.get("/account")


async def test_a_chat_belongs_to_the_last_who_linked_it(store: Store) -> None:
    def work(conn: Connection) -> None:
        chat = Chat("telegram", "7")
        one, two = hire(conn, "one"), hire(conn, "two")
        for person in (one, two):
            links.link_chat(conn, links.new_code(conn, person, now=NOW), chat, now=NOW)

        assert links.chats_of(conn, one.id) == []
        assert links.chats_of(conn, two.id) == [chat]

    await store.write(work)


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/console//evil.example", "/console/\\evil", "/console/\r\nX: y", "javascript:x", ""]
)
async def test_the_language_changes_and_leads_back_to_our_own_pages_only(console: Console, back: str) -> None:
    visitor, _, _ = await office(console)

    location = await visitor.post("/language", {"locale": "en", "back": back})

    assert location.startswith("/console/")
    assert "evil" not in location
    assert "Claims" in await visitor.get("/")
    assert (await visitor.post("/language", {"locale": "zh_CN", "back": "/console/staff"})).startswith("/console/staff")
    await visitor.post("/language", {"locale": "fr"}, status=400)


async def test_the_administrator_of_a_branch_rules_within_it_only(console: Console) -> None:
    def work(conn: Connection) -> tuple[Staff, Staff, Town]:
        town = plant(conn)
        return hire(conn, "east.admin", Role.ADMINISTRATOR, town.east), hire(conn, "west.one", union=town.west), town

    admin, stranger, town = await console.store.write(work)
    visitor = await console.signed_in(admin)
    form = {"login": "new.one", "name": "新人", "role": "administrator"}

    for union in ("", town.city, town.west):
        assert "没有这个工会" in await visitor.post("/staff", {**form, "union": union}, status=422)
    await visitor.post("/staff", {**form, "union": town.east_base}, status=200)
    assert stranger.name not in await visitor.get("/staff")
    await visitor.post(f"/staff/{stranger.id}", {"role": "administrator", "union": town.east}, status=422)
    await visitor.post(f"/staff/{stranger.id}/link", status=422)
    assert stranger.name not in await visitor.get("/records")


async def test_ones_own_number_once_given_is_changed_by_another_administrator_only(any_console: Console) -> None:
    console = any_console
    visitor, admin, _ = await office(console)
    person = await console.store.write(hire, "li.ming")
    theirs = await console.signed_in(person)

    assert "请填证件号" in await theirs.post("/account/own-number", {"certno": " "}, status=422)
    for each in (theirs, visitor):
        await each.post("/account/own-number", {"certno": "99010119800101001X"})
        for other in ("", "990101198001010028"):
            await each.post("/account/own-number", {"certno": other}, status=422)
    assert "请管理员来改" in await theirs.get("/account")
    await visitor.post(f"/staff/{admin.id}/own-number", {"certno": ""}, status=422)
    await theirs.post(f"/staff/{admin.id}/own-number", {"certno": ""}, status=403)
    assert "更正证件号" in await visitor.get("/staff")
    await visitor.post(f"/staff/{person.id}/own-number", {"certno": "990101198001010028"})
    await visitor.post(f"/staff/{person.id}/own-number", {"certno": ""})
    await theirs.post("/account/own-number", {"certno": "99010119800101001X"})

    entries = await console.store.read(audit.history, person.actor)
    assert [(entry.action, entry.actor) for entry in entries if "own_number" in entry.action] == [
        ("own_number_set", person.actor),
        ("own_number_changed", admin.actor),
        ("own_number_forgotten", admin.actor),
        ("own_number_set", person.actor),
    ]
