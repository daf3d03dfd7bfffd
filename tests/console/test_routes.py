"""Every route has its permission, every form its token; no role gets in where it may not."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Connection

from bot.console.routes import ROUTES, Access, Route
from bot.staff.accounts import Staff
from bot.staff.roles import ALLOWED, Permission, Role
from bot.threads import ask
from tests.claims.making import CHAT, NOW, Stay, claim_for, hire, plant
from tests.console.running import Console

WRITES = [route for route in ROUTES if route.writes]
GUARDED = [route for route in ROUTES if route.permission is not Access.ANYBODY]
PUBLIC = {"static", "sign_in", "sign_in_send", "language", "start_link", "start", "start_send"}

EXPECTED: dict[Role, set[Permission]] = {
    Role.REVIEWER: {Permission.READ, Permission.REVIEW},
    Role.APPROVER: {Permission.READ, Permission.REVIEW, Permission.CONFIRM, Permission.PAY, Permission.BROADCAST},
    Role.ADMINISTRATOR: set(Permission),
}


def named(route: Route) -> str:
    return f"{route.method} {route.name}"


def path_of(route: Route) -> str:
    """An address of the route, for things that are there or not."""
    examples = {"token": "x" * 40, "upload": "x" * 22, "file": "console.css"}
    return re.sub(r"\{(\w+):(?:[^{}]|\{[^{}]*\})*\}", lambda found: examples.get(found[1], "1"), route.path)


def hire_all(conn: Connection) -> dict[Role, Staff]:
    town = plant(conn)
    claim_for(conn, Stay(town.east_base))
    ask.say(conn, CHAT, "x", claim_id=1, locale="zh_CN", now=NOW)
    return {role: hire(conn, role.value, role) for role in Role}


def test_every_route_says_who_may_and_every_post_is_a_write() -> None:
    assert [named(route) for route in ROUTES if not isinstance(route.permission, Permission | Access)] == []
    assert [named(route) for route in ROUTES if route.writes != (route.method == "POST")] == []
    assert {route.name for route in ROUTES if route.permission is Access.ANYBODY} == PUBLIC
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_the_roles_may_exactly_this() -> None:
    assert {role: set(allowed) for role, allowed in ALLOWED.items()} == EXPECTED


@pytest.mark.parametrize("route", GUARDED, ids=named)
async def test_nobody_gets_in_without_signing_in(console: Console, route: Route) -> None:
    visitor = console.visitor()

    if route.method == "GET":
        assert "/console/sign-in" in await visitor.get(path_of(route), status=303)
    else:
        await visitor.post(path_of(route), status=401)


async def test_every_form_needs_the_token_of_its_session(console: Console) -> None:
    staff = await console.store.write(hire_all)
    visitor, other = [await console.signed_in(staff[Role.ADMINISTRATOR]) for _ in range(2)]

    for route in WRITES:
        for token in ("", "wrong", other.form_token, "é"):
            await visitor.post(path_of(route), token=token, status=403)


async def test_a_form_before_signing_in_needs_the_token_of_its_browser(console: Console) -> None:
    visitor, other = console.visitor(), console.visitor()
    await visitor.get("/sign-in")
    await other.get("/sign-in")

    for route in WRITES:
        if route.permission is Access.ANYBODY:
            for token in ("", "wrong", other.form_token):
                await visitor.post(path_of(route), token=token, status=403)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Content-Type": "text/plain"},
    ],
)
async def test_a_form_from_elsewhere_is_refused_even_with_the_token(console: Console, headers: dict[str, str]) -> None:
    staff = await console.store.write(hire_all)
    visitor = await console.signed_in(staff[Role.ADMINISTRATOR])
    body = f"form_token={visitor.form_token}"

    async with visitor.http.post(
        visitor.base + "/language", data=body, headers={"Content-Type": "application/x-www-form-urlencoded", **headers}
    ) as response:
        assert response.status == 403


async def test_a_form_larger_than_any_of_ours_is_refused(console: Console) -> None:
    staff = await console.store.write(hire_all)
    visitor = await console.signed_in(staff[Role.ADMINISTRATOR])

    await visitor.post("/search", {"words": "x" * 100_000}, status=403)


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_is_let_in_exactly_where_it_may(console: Console, role: Role) -> None:
    staff = await console.store.write(hire_all)
    visitor = await console.signed_in(staff[role])

    for route in ROUTES:
        if isinstance(route.permission, Access) or route.name == "sign_out":
            continue
        async with visitor.http.request(
            route.method, visitor.base + path_of(route), data={"form_token": visitor.form_token}, allow_redirects=False
        ) as response:
            body = await response.text()
        refused = response.status == 403 and "您的角色不能做这件事，请找管理员。" in body
        assert refused is (route.permission not in EXPECTED[role]), f"{named(route)}: {response.status}"
        assert response.status < 500, named(route)


async def test_every_answer_carries_the_headers_that_let_nothing_foreign_run(console: Console) -> None:
    visitor = console.visitor()

    for path in ("/sign-in", "/nothing-here", "/static/console.css", "/start/" + "x" * 40, "/static/../app.py"):
        async with visitor.http.get(visitor.base + path, allow_redirects=False) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["X-Frame-Options"] == "DENY"
            assert response.headers["Referrer-Policy"] == "same-origin"


async def test_no_page_holds_a_script_or_a_style_of_its_own(console: Console) -> None:
    staff = await console.store.write(hire_all)
    visitor = await console.signed_in(staff[Role.ADMINISTRATOR])

    for path in ("/", "/claims/1", "/overview", "/flows", "/staff", "/records", "/undelivered", "/account", "/threads", "/threads/1"):
        body = await visitor.get(path)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)|javascript:", body)
