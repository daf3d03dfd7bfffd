"""A claim somebody files for a member is told to the member too, but only in a chat that is proven to be theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from bot import audit
from bot.claims import decide
from bot.claims.claim import Claim
from bot.claims.own_chat import own_chat
from bot.members import roster
from bot.message import Chat, Message
from bot.staff.roles import Role
from bot.store import Store
from handlers.on_behalf import Helper
from tests.claims.making import CERTNO, NAME, NOW, Stay, Town, claim_for, hire, plant, queued, yuan

HELPER = Helper("parent", "李雷", "13900139000")
MEMBERS, HELPERS = Chat("web", "member"), Chat("telegram", "helper")


def own_claim(conn: Connection, town: Town, *, approved: bool) -> None:
    claim = claim_for(conn, Stay(town.east_base, chat=MEMBERS, out_of_pocket=1_800_000))
    if approved:
        staff = hire(conn, "first", Role.APPROVER)
        taken = decide.take(conn, claim.id, claim.revision, staff, now=NOW)
        decide.approve(conn, claim.id, taken.revision, staff, amount=yuan(360), now=NOW)


def filed(conn: Connection, town: Town, helper: Helper | None = HELPER) -> Claim:
    return claim_for(conn, Stay(town.east_base, chat=HELPERS, more={"helper": helper}))


def to(conn: Connection, chat: Chat) -> list[str]:
    return [
        line.key
        for each in queued(conn, "notice")
        if (each["channel"], each["chat"]) == (chat.channel, chat.id)
        for line in Message.from_json(each["message"]).lines
    ]


@pytest.mark.parametrize(
    ("on_roster", "approved", "is_proven"),
    [(True, True, True), (False, True, False), (True, False, False)],
    ids=["approved and on the roster", "not on the roster", "not approved yet"],
)
async def test_only_an_approved_claim_of_a_member_on_the_roster_proves_whose_chat_it_is(
    store: Store, on_roster: bool, approved: bool, is_proven: bool
) -> None:
    def work(conn: Connection) -> tuple[bool, list[str]]:
        town = plant(conn)
        if on_roster:
            roster.add(conn, union_id=town.east_base, name=NAME, certno=CERTNO, in_work=True, now=NOW)
        own_claim(conn, town, approved=approved)
        claim = filed(conn, town)
        return own_chat(conn, claim) is not None, [key for key in to(conn, MEMBERS) if key.startswith("news.filed")]

    told = ["news.filed_for_you", "news.filed_for_you.not_agreed"]
    assert await store.write(work) == (is_proven, told if is_proven else [])


async def test_news_go_to_both_and_only_whoever_filed_is_asked_for_papers(store: Store) -> None:
    def work(conn: Connection) -> tuple[list[str], list[str]]:
        town = plant(conn)
        roster.add(conn, union_id=town.east_base, name=NAME, certno=CERTNO, in_work=True, now=NOW)
        own_claim(conn, town, approved=True)
        claim = filed(conn, town)
        before = len(to(conn, MEMBERS))
        staff = hire(conn, "reviewer")
        taken = decide.take(conn, claim.id, claim.revision, staff, now=NOW)
        decide.return_(conn, claim.id, taken.revision, staff, missing=["discharge_note"], reason="缺第 2 页", now=NOW)
        return to(conn, HELPERS), to(conn, MEMBERS)[before:]

    helper, member = await store.write(work)

    assert helper == ["news.in_review", "news.returned", "news.missing", "news.returned.how"]
    assert member == ["news.in_review", "news.returned", "news.mended_by_helper"]


async def test_a_claim_the_member_files_tells_nobody_else(store: Store) -> None:
    def work(conn: Connection) -> list[str]:
        town = plant(conn)
        roster.add(conn, union_id=town.east_base, name=NAME, certno=CERTNO, in_work=True, now=NOW)
        own_claim(conn, town, approved=True)
        before = len(to(conn, MEMBERS))
        claim = filed(conn, town, helper=None)
        decide.take(conn, claim.id, claim.revision, hire(conn, "reviewer"), now=NOW)
        return to(conn, MEMBERS)[before:]

    assert await store.write(work) == []


async def test_it_is_on_record_that_somebody_else_filed(store: Store) -> None:
    claim = await store.write(lambda conn: filed(conn, plant(conn)))

    assert claim.helper == {"relation": "parent", "name": "李雷", "phone": "13900139000"}
    (entry,) = await store.read(audit.history, f"claim:{claim.id}")
    assert entry.detail["for_another"] == "parent"
    assert "李雷" not in str(entry.detail)


async def test_nothing_is_sent_to_a_member_who_died(store: Store) -> None:
    def work(conn: Connection) -> bool:
        town = plant(conn)
        roster.add(conn, union_id=town.east_base, name=NAME, certno=CERTNO, in_work=True, now=NOW)
        own_claim(conn, town, approved=True)
        claim = filed(conn, town)
        return own_chat(conn, replace(claim, facts={**claim.facts, "injury": "death"})) is None

    assert await store.write(work)
