"""Getting in: the first link, invitations, passwords, codes, throttling, sessions that slide and end."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from bot import audit
from bot.console import cookies
from bot.staff import accounts, browsers, links, passwords, throttle
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from bot.staff.tables import setup_links, sign_in_attempts, staff_sessions
from bot.store import Keyring, Store
from tests.claims.making import NOW, Stay, claim_for, hire, plant
from tests.console.running import Console, Visitor, running_console

PASSWORD = "correct horse battery"
PAIR, ANYWHERE = throttle.of_stranger("li.ming", "127.0.0.1")


async def hired(console: Console, login: str = "li.ming", role: Role = Role.REVIEWER) -> Staff:
    kept = await passwords.seal(PASSWORD)
    return await console.store.write(lambda conn: hire(conn, login, role, password_hash=kept))


async def sign_in(visitor: Visitor, login: str = "li.ming", password: str = PASSWORD, code: str = "", *, status: int = 303) -> str:
    await visitor.get("/sign-in")
    return await visitor.post("/sign-in", {"login": login, "password": password, "code": code}, status=status)


async def test_the_first_link_makes_one_administrator_and_no_second(any_console: Console) -> None:
    console = any_console
    token = await console.store.write(links.first_link, now=NOW)
    visitors = [console.visitor() for _ in range(2)]
    form = {"login": "Guan.Li ", "name": "陈静", "password": PASSWORD, "again": PASSWORD}
    for visitor in visitors:
        assert (await visitor.get(f"/start/{token}", status=303)).startswith("/console/start")
        assert "第一次使用" in await visitor.get("/start")

    await visitors[0].post("/start", form)
    await visitors[1].post("/start", {**form, "login": "other"}, status=410)

    assert "工作人员" in await visitors[0].get("/")
    everybody = await console.store.read(accounts.everybody)
    assert [(each.login, each.role, each.union_path) for each in everybody] == [("guan.li", Role.ADMINISTRATOR, "/")]
    assert await console.store.write(links.first_link, now=NOW) is None


async def test_a_first_link_works_for_a_day_and_only_the_newest_of_them(console: Console) -> None:
    old = await console.store.write(links.first_link, now=NOW)
    new = await console.store.write(links.first_link, now=NOW)
    visitor = console.visitor()

    await visitor.get(f"/start/{old}", status=303)
    await visitor.get("/start", status=410)
    await visitor.get(f"/start/{new}", status=303)
    await visitor.get("/start")
    console.clock.pass_(hours=24)
    await visitor.get("/start", status=410)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "short", "again": "short"}, "至少 10 个字符"),
        ({"password": "x" * 201, "again": "x" * 201}, "太长了"),
        ({"again": "something else"}, "两次输的不一样"),
        ({"login": "李明"}, "账号要 3 到 64 个字符"),
        ({"login": "-x-"}, "账号要 3 到 64 个字符"),
        ({"name": " "}, "请填姓名"),
    ],
)
async def test_a_start_form_that_cannot_be_used_says_why_and_uses_nothing_up(console: Console, change: dict[str, str], words: str) -> None:
    token = await console.store.write(links.first_link, now=NOW)
    visitor = console.visitor()
    await visitor.get(f"/start/{token}", status=303)
    await visitor.get("/start")
    form = {"login": "guanli", "name": "陈静", "password": PASSWORD, "again": PASSWORD}

    assert words in await visitor.post("/start", {**form, **change}, status=422)
    await visitor.post("/start", form)


async def test_no_token_or_password_is_kept_in_the_clear(console: Console) -> None:
    token = await console.store.write(links.first_link, now=NOW)
    await hired(console)
    visitor = console.visitor()
    await sign_in(visitor)
    cookie = visitor.cookie

    def everything(conn: Connection) -> str:
        return str(conn.exec_driver_sql("SELECT * FROM setup_links, staff, staff_sessions").all())

    kept = await console.store.read(everything)
    assert token is not None
    assert token not in kept
    assert cookie not in kept
    assert PASSWORD not in kept


async def test_signing_in_leads_on_to_the_claim_one_came_for(console: Console) -> None:
    await hired(console)
    claim = await console.store.write(lambda conn: claim_for(conn, Stay(plant(conn).east_base)))
    visitor = console.visitor()

    location = (await visitor.get(f"/claims/{claim.id}", status=303)).split("<")[0]
    assert location.endswith(f"/console/sign-in?claim={claim.id}")
    await visitor.get("/sign-in?claim=" + str(claim.id))
    form = {"login": "li.ming", "password": PASSWORD, "claim": str(claim.id)}
    assert urlsplit(await visitor.post("/sign-in", form)).path == f"/console/claims/{claim.id}"


@pytest.mark.parametrize("claim", ["//evil.example", "https://evil.example", "../x", "1/../../x", "１"])
async def test_signing_in_leads_nowhere_else(console: Console, claim: str) -> None:
    await hired(console)
    visitor = console.visitor()
    await visitor.get("/sign-in")

    assert await visitor.post("/sign-in", {"login": "li.ming", "password": PASSWORD, "claim": claim}) == "/console/"


@pytest.mark.parametrize(
    ("login", "password"), [("li.ming", "wrong password"), ("nobody", PASSWORD), ("", ""), ("\0", "\0"), ("x" * 5000, "x" * 5000)]
)
async def test_a_wrong_login_and_a_wrong_password_are_answered_alike(console: Console, login: str, password: str) -> None:
    await hired(console)
    visitor = console.visitor()

    body = await sign_in(visitor, login, password, status=401)

    assert "账号、密码或动态码有一个不对" in body
    assert password not in body or not password.strip("\0")
    assert visitor.cookie == ""


async def test_an_account_without_a_password_or_closed_lets_nobody_in(console: Console) -> None:
    def work(conn: Connection) -> None:
        admin = hire(conn, "admin", Role.ADMINISTRATOR)
        hire(conn, "invited", password_hash=None)
        closed = hire(conn, "closed", password_hash=kept)
        accounts.change(conn, closed.id, role=Role.REVIEWER, union_id=None, disabled=True, by=admin, now=NOW)

    kept = await passwords.seal(PASSWORD)
    await console.store.write(work)

    await sign_in(console.visitor(), "invited", "", status=401)
    await sign_in(console.visitor(), "closed", status=401)


async def test_after_some_wrong_tries_even_the_right_password_waits_a_little(any_console: Console) -> None:
    console = any_console
    await hired(console)
    for _ in range(PAIR.free):
        await sign_in(console.visitor(), password="wrong password", status=401)

    assert "15 秒" in await sign_in(console.visitor(), status=429)
    assert "15 秒" in await sign_in(console.visitor(), "LI.MING ", status=429)
    console.clock.pass_(seconds=15)
    await sign_in(console.visitor())
    assert await console.store.read(lambda conn: conn.scalar(select(func.count()).select_from(sign_in_attempts))) == 5


async def test_strangers_who_try_a_hundred_logins_keep_nobody_out_who_shares_their_address(console: Console) -> None:
    def work(conn: Connection) -> None:
        for number in range(300):
            assert throttle.seconds_to_wait(conn, throttle.of_stranger(f"nobody{number}", "127.0.0.1"), now=NOW) == 0

    await hired(console)
    await console.store.write(work)

    await sign_in(console.visitor())


@pytest.mark.parametrize(("trusted", "answer"), [("127.0.0.0/8", 303), ("10.0.0.0/8", 429)])
async def test_behind_a_proxy_that_we_trust_each_counts_by_their_own_address(
    sqlite_store: Store, keyring: Keyring, tmp_path: Path, trusted: str, answer: int
) -> None:
    async with running_console(sqlite_store, keyring, tmp_path, trusted_proxies=trusted) as console:
        await hired(console)
        for _ in range(PAIR.free):
            await sign_in(behind(console, "6.6.6.6"), password="wrong password", status=401)
        await sign_in(behind(console, "7.7.7.7, 6.6.6.6"), status=429)

        await sign_in(behind(console, "6.6.6.6, 7.7.7.7"), status=answer)


def behind(console: Console, forwarded: str) -> Visitor:
    """Somebody whom a proxy lets through, with what it tells of them."""
    visitor = console.visitor()
    visitor.http.headers["X-Forwarded-For"] = forwarded
    return visitor


async def test_strangers_at_a_login_keep_no_browser_out_that_has_signed_in_before(any_console: Console) -> None:
    console = any_console
    person, visitor = await hired(console), console.visitor()
    await sign_in(visitor)
    await visitor.get("/")
    await visitor.post("/sign-out")
    await console.store.write(besiege)
    await sign_in(console.visitor(), status=429)

    await sign_in(visitor)

    signed_in = await console.signed_in(person)
    await signed_in.post("/account/password", {"old": PASSWORD, "new": "another long one", "again": "another long one"})


def besiege(conn: Connection) -> None:
    """Strangers try li.ming's password wherever they may."""
    for number in range(200):
        throttle.seconds_to_wait(conn, throttle.of_stranger("li.ming", f"127.0.0.{number % 4}"), now=NOW)


async def test_the_browser_that_set_the_password_with_a_link_is_known_too(console: Console) -> None:
    token = await console.store.write(
        lambda conn: links.invitation(conn, hire(conn, "li.ming", password_hash=None).id, by="system", now=NOW)
    )
    visitor = console.visitor()
    await visitor.get(f"/start/{token}", status=303)
    await visitor.get("/start")
    await visitor.post("/start", {"password": PASSWORD, "again": PASSWORD})
    await visitor.get("/")
    await visitor.post("/sign-out")
    await console.store.write(besiege)

    await sign_in(visitor)


async def test_a_known_browser_tries_no_faster_than_others(console: Console) -> None:
    await hired(console)
    visitor = console.visitor()
    await sign_in(visitor)
    await visitor.get("/")
    await visitor.post("/sign-out")
    for _ in range(5):
        await sign_in(visitor, password="wrong password", status=401)

    body = await sign_in(visitor, status=429)

    assert "15 秒" in body
    assert "以前登录过" not in body
    console.clock.pass_(seconds=15)
    await sign_in(visitor)


async def test_a_browser_known_to_one_account_is_a_stranger_to_all_others(store: Store) -> None:
    def work(conn: Connection) -> None:
        held = browsers.word(conn, "Li.Ming ", now=NOW)
        number, until, signature = held.split(".")
        longer = f"{number}.{int(until) + 1}.{signature}"

        assert browsers.number(conn, held, "li.ming", now=NOW) == number
        assert browsers.number(conn, held, "chen.jing", now=NOW) is None
        assert browsers.number(conn, held, "li.ming", now=NOW + browsers.LASTS) is None
        for forged in (longer, "", "a.b.c", held.upper(), held + "0", "0" * 32 + held[32:], "\udce9"):
            assert browsers.number(conn, forged, "li.ming", now=NOW) is None

    await store.write(work)


async def test_the_browsers_cookie_is_for_this_site_and_no_script(console: Console) -> None:
    await hired(console)
    visitor = console.visitor()
    await visitor.get("/sign-in")
    form = {"form_token": visitor.form_token, "login": "li.ming", "password": PASSWORD}
    async with visitor.http.post(visitor.base + "/sign-in", data=form, allow_redirects=False) as response:
        cookie = response.cookies[cookies.BROWSER]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/console")
    assert int(cookie["max-age"]) == browsers.LASTS.total_seconds()


async def test_a_password_asked_for_again_is_tried_no_faster_either(console: Console) -> None:
    visitor = await console.signed_in(await hired(console))
    form = {"new": "another long one", "again": "another long one"}
    for _ in range(5):
        await visitor.post("/account/password", {**form, "old": "wrong password"}, status=422)

    await visitor.post("/account/password", {**form, "old": PASSWORD}, status=422)
    console.clock.pass_(seconds=15)
    await visitor.post("/account/password", {**form, "old": PASSWORD})


async def test_a_burst_of_tries_gains_nothing(store: Store) -> None:
    def attempt(conn: Connection) -> int:
        return throttle.seconds_to_wait(conn, throttle.of_stranger("li.ming", "127.0.0.1"), now=NOW)

    waits = await asyncio.gather(*(store.write(attempt) for _ in range(4 * PAIR.free)))

    assert waits.count(0) == PAIR.free


async def test_tries_at_one_login_from_many_addresses_slow_down_to_one_in_half_a_minute(store: Store) -> None:
    def attempts(conn: Connection, number: int, at: datetime) -> int:
        lanes = (throttle.of_stranger("li.ming", f"{at}-{each}") for each in range(number))
        return sum(throttle.seconds_to_wait(conn, each, now=at) == 0 for each in lanes)

    def work(conn: Connection) -> None:
        assert attempts(conn, 2 * ANYWHERE.free, NOW) == ANYWHERE.free
        later = [attempts(conn, 2, NOW + timedelta(seconds=second)) for second in range(1, 120)]
        assert sum(later) == len([1, 3, 7, 15, 31, 61, 91])
        assert throttle.seconds_to_wait(conn, throttle.of_stranger("li.ming", "new"), now=NOW + timedelta(seconds=120)) == 1

    await store.write(work)


async def test_signing_in_rightly_behind_one_address_slows_nobody_down(store: Store) -> None:
    def work(conn: Connection) -> None:
        for _ in range(2 * ANYWHERE.free):
            assert throttle.seconds_to_wait(conn, throttle.of_stranger("li.ming", "127.0.0.1"), now=NOW) == 0
            throttle.succeeded(conn, throttle.of_stranger("Li.Ming ", "127.0.0.1"))

    await store.write(work)


async def test_one_who_goes_on_trying_too_early_makes_the_wait_no_longer(store: Store) -> None:
    def work(conn: Connection) -> None:
        for _ in range(100):
            throttle.seconds_to_wait(conn, throttle.of_stranger("li.ming", "127.0.0.1"), now=NOW)

        assert throttle.seconds_to_wait(conn, throttle.of_stranger("li.ming", "127.0.0.2"), now=NOW) == 0
        assert throttle.seconds_to_wait(conn, throttle.of_stranger("chen.jing", "127.0.0.1"), now=NOW) == 0
        assert throttle.seconds_to_wait(conn, throttle.of_stranger("li.ming", "127.0.0.1"), now=NOW + PAIR.first) == 0

    await store.write(work)


@given(st.integers(0, 10_000))
def test_the_pause_grows_up_to_the_longest_and_no_further(tried: int) -> None:
    for lane in (PAIR, ANYWHERE, *throttle.of_browser("1"), *throttle.of_session(1)):
        assert lane.pause(tried) <= lane.pause(tried + 1) <= lane.longest
        assert (lane.pause(tried) == timedelta()) is (tried < lane.free)


async def test_with_two_steps_a_password_alone_does_not_do_and_a_code_works_once(console: Console) -> None:
    person = await hired(console)
    visitor = await console.signed_in(person)
    secret = re.search(r'name="secret" value="([A-Z2-7]+)"', await visitor.post("/account/totp/begin", status=200))
    assert secret
    clock = pyotp.TOTP(secret[1])
    await visitor.post("/account/totp/on", {"secret": secret[1], "code": "000000"}, status=422)
    await visitor.post("/account/totp/on", {"secret": secret[1], "code": clock.at(NOW)})

    another = "JBSWY3DPEHPK3PXP" * 2
    other = {"secret": another, "code": pyotp.TOTP(another).at(NOW)}
    assert "现在的密码不对" in await visitor.post("/account/totp/on", other, status=422)
    await sign_in(console.visitor(), status=401)
    await sign_in(console.visitor(), code=clock.at(NOW), status=401)
    console.clock.pass_(seconds=60)
    code = clock.at(console.clock())
    await sign_in(console.visitor(), code=f"{code[:3]} {code[3:]}")
    await sign_in(console.visitor(), code=code, status=401)
    await visitor.post("/account/totp/on", {**other, "code": pyotp.TOTP(another).at(console.clock()), "old": PASSWORD})


async def test_a_session_slides_while_it_is_used_and_ends_when_it_is_not(console: Console) -> None:
    visitor = await console.signed_in(await hired(console))

    for _ in range(3):
        console.clock.pass_(hours=11)
        await visitor.get("/")
    console.clock.pass_(hours=12)
    await visitor.get("/", status=303)


async def test_signing_out_ends_the_session_on_the_server(console: Console) -> None:
    visitor = await console.signed_in(await hired(console))
    kept = {cookies.SESSION: visitor.cookie}

    await visitor.post("/sign-out")
    visitor.http.cookie_jar.update_cookies(kept)

    await visitor.get("/", status=303)
    assert await console.store.read(lambda conn: conn.scalar(select(func.count()).select_from(staff_sessions))) == 0


async def test_a_new_password_ends_every_other_session(console: Console) -> None:
    person = await hired(console)
    here, there = await console.signed_in(person), await console.signed_in(person)

    assert "现在的密码不对" in await here.post("/account/password", {"old": "wrong", "new": "x" * 12, "again": "x" * 12}, status=422)
    await here.post("/account/password", {"old": PASSWORD, "new": "another long one", "again": "another long one"})

    await here.get("/")
    await there.get("/", status=303)
    await sign_in(console.visitor(), password="another long one")


async def test_the_cookie_is_for_this_site_and_no_script(console: Console) -> None:
    await hired(console)
    visitor = console.visitor()
    await visitor.get("/sign-in")
    form = {"form_token": visitor.form_token, "login": "li.ming", "password": PASSWORD}
    async with visitor.http.post(visitor.base + "/sign-in", data=form, allow_redirects=False) as response:
        cookie = response.cookies[cookies.SESSION]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/console")


async def test_signing_in_and_out_is_on_record(console: Console) -> None:
    person = await hired(console)
    visitor = console.visitor()
    await sign_in(visitor, password="wrong password", status=401)
    await sign_in(visitor)
    await visitor.get("/")
    await visitor.post("/sign-out")

    actions = [entry.action for entry in await console.store.read(audit.history, person.actor)]
    assert actions == ["staff_added", "sign_in_refused", "signed_in", "signed_out"]


async def test_links_are_used_up(console: Console) -> None:
    def work(conn: Connection) -> str:
        return links.invitation(conn, hire(conn, "invited", password_hash=None).id, by="system", now=NOW)

    token = await console.store.write(work)
    visitor = console.visitor()
    await visitor.get(f"/start/{token}", status=303)
    assert "员工invited" in await visitor.get("/start")
    await visitor.post("/start", {"password": PASSWORD, "again": PASSWORD})

    assert await console.store.read(lambda conn: conn.scalar(select(func.count()).select_from(setup_links))) == 0
    await sign_in(console.visitor(), "invited")
