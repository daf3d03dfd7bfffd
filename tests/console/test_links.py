"""A link that sets somebody's password is on record, opens no way past two steps, and makes no second signature."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pyotp
from sqlalchemy import Connection

from bot import audit
from bot.broadcast import find as broadcast
from bot.broadcast import write
from bot.broadcast.states import State as BroadcastState
from bot.broadcast.write import Draft
from bot.claims import decide, find
from bot.claims.claim import Claim
from bot.claims.states import State
from bot.staff import totp
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from calculator import Fen
from tests.broadcast.writing import EVERYBODY, WORDS
from tests.claims.making import NOW, Stay, claim_for, hire, plant
from tests.console.running import Console, Visitor

PASSWORD = "correct horse battery"


def office(conn: Connection) -> tuple[Staff, Staff, Claim]:
    """An administrator who has approved a claim that needs two signatures, and an approver."""
    admin, approver = hire(conn, "admin", Role.ADMINISTRATOR), hire(conn, "approver", Role.APPROVER)
    claim = claim_for(conn, Stay(plant(conn).east_base))
    claim = decide.take(conn, claim.id, claim.revision, admin, now=NOW)
    return admin, approver, decide.approve(conn, claim.id, claim.revision, admin, amount=Fen(claim.estimated or 0), now=NOW)


async def let_in(console: Console, admin: Staff, person: Staff) -> tuple[Visitor, str]:
    """A browser that has set this person's password with a link of the administrator's, and where it was sent."""
    by = await console.signed_in(admin)
    link = re.search(r"https?://\S+/console(/start/[\w-]+)", html.unescape(await by.post(f"/staff/{person.id}/link", status=200)))
    assert link
    guest = console.visitor()
    await guest.get(link[1], status=303)
    await guest.get("/start")
    return guest, urlsplit(await guest.post("/start", {"password": PASSWORD, "again": PASSWORD})).path


async def test_who_issued_a_link_and_that_it_set_the_password_is_on_record(any_console: Console) -> None:
    console = any_console
    admin, approver, _ = await console.store.write(office)

    await let_in(console, admin, approver)

    entries = await console.store.read(audit.history, approver.actor)
    told = [(entry.action, entry.actor, dict(entry.detail)) for entry in entries][1:3]
    assert told == [("link_issued", admin.actor, {}), ("password_set", approver.actor, {"link_by": admin.actor})]


async def test_a_link_does_not_lead_past_two_steps(console: Console) -> None:
    admin, approver, _ = await console.store.write(office)
    secret = totp.new_secret()
    await console.store.write(lambda conn: totp.switch_on(conn, approver, secret, 0, now=NOW))

    guest, location = await let_in(console, admin, approver)

    assert (location, guest.cookie) == ("/console/sign-in", "")
    await guest.get("/sign-in")
    form = {"login": "approver", "password": PASSWORD}
    await guest.post("/sign-in", form, status=401)
    await guest.post("/sign-in", {**form, "code": pyotp.TOTP(secret).at(NOW)})


async def test_an_administrator_cannot_give_both_signatures_with_a_link(any_console: Console) -> None:
    console = any_console
    admin, approver, claim = await console.store.write(office)
    guest, _ = await let_in(console, admin, approver)
    await guest.get("/account")
    await guest.post("/account/password", {"old": PASSWORD, "new": PASSWORD + "!", "again": PASSWORD + "!"})  # hides nothing
    await guest.get("/account")
    confirm = {"revision": claim.revision}

    assert "24 小时" in await guest.post(f"/claims/{claim.id}/confirm", confirm, status=403)
    assert (await console.store.read(find.one, claim.id)).state is State.APPROVED
    console.clock.pass_(hours=24)
    later = await console.signed_in(approver)
    await later.post(f"/claims/{claim.id}/confirm", confirm)


async def test_nor_by_letting_in_whoever_signs_first(console: Console) -> None:
    admin = await console.store.write(hire, "admin", Role.ADMINISTRATOR)
    puppet = await console.store.write(hire, "puppet", Role.APPROVER)
    await let_in(console, admin, puppet)

    def first(conn: Connection) -> Claim:
        claim = claim_for(conn, Stay(plant(conn).east_base))
        claim = decide.take(conn, claim.id, claim.revision, puppet, now=NOW)
        return decide.approve(conn, claim.id, claim.revision, puppet, amount=Fen(claim.estimated or 0), now=NOW)

    claim = await console.store.write(first)
    by = await console.signed_in(admin)

    assert "24 小时" in await by.post(f"/claims/{claim.id}/confirm", {"revision": claim.revision}, status=403)
    assert (await console.store.read(find.one, claim.id)).state is State.APPROVED


async def test_a_broadcast_is_not_signed_with_a_link_of_whoever_wrote_it_nor_the_other_way_round(console: Console) -> None:
    admin = await console.store.write(hire, "admin", Role.ADMINISTRATOR)
    puppet = await console.store.write(hire, "puppet", Role.APPROVER)
    third = await console.store.write(hire, "third", Role.APPROVER)
    await let_in(console, admin, puppet)
    for writer, signer in ((admin, puppet), (puppet, admin)):
        number = await console.store.write(handed_in, writer)
        by = await console.signed_in(signer)

        assert "24 小时" in await by.post(f"/broadcasts/{number}/approve", {"revision": 2}, status=403)
        held = await console.store.read(broadcast.one, number)
        assert held is not None
        assert held.state is BroadcastState.WAITING
    other = await console.signed_in(third)
    await other.post(f"/broadcasts/{number}/approve", {"revision": 2})


def handed_in(conn: Connection, writer: Staff) -> int:
    number = write.write(conn, Draft(WORDS, EVERYBODY), writer, now=NOW)
    write.hand_in(conn, number, writer, revision=1, now=NOW)
    return number


async def test_a_link_of_a_third_person_leaves_two_signatures_two(console: Console) -> None:
    _, approver, claim = await console.store.write(office)
    third = await console.store.write(hire, "third", Role.ADMINISTRATOR)
    guest, _ = await let_in(console, third, approver)
    await guest.get("/account")

    await guest.post(f"/claims/{claim.id}/confirm", {"revision": claim.revision})
