"""What staff decide: each on the revision it saw, by somebody who may, recorded, and told to the member."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from bot import audit
from bot.claims import decide, find
from bot.claims.claim import Claim
from bot.claims.errors import (
    ClaimError,
    IncompleteError,
    NoSuchClaimError,
    NotAllowedError,
    OverCapError,
    StaleError,
    WrongStateError,
)
from bot.claims.resubmit import resubmit, withdraw
from bot.claims.states import COUNTED, State
from bot.members import unions
from bot.message import Chat
from bot.staff import accounts, links
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from bot.store import Store
from calculator import Fen
from tests.claims.making import CERTNO, CHAT, NOW, Stay, claim_for, hire, plant, queued, said, yuan

SMALL = 1_800_000  # 18,000 yuan in cash: 360.00, one signature


def taken(conn: Connection, out_of_pocket: int = SMALL) -> tuple[Claim, Staff, Staff]:
    """A claim in review, its reviewer, and an approver."""
    town = plant(conn)
    reviewer, approver = hire(conn, "reviewer", union=town.city), hire(conn, "approver", Role.APPROVER)
    claim = claim_for(conn, Stay(town.east_base, out_of_pocket))
    return decide.take(conn, claim.id, claim.revision, reviewer, now=NOW), reviewer, approver


async def test_a_small_claim_goes_from_taken_to_paid(store: Store) -> None:
    def work(conn: Connection) -> None:
        claim, reviewer, approver = taken(conn)
        claim = decide.approve(conn, claim.id, claim.revision, reviewer, amount=yuan(360), now=NOW)
        claim = decide.pay(conn, claim.id, claim.revision, approver, now=NOW)
        claim = decide.paid(conn, claim.id, claim.revision, approver, now=NOW)

        assert (claim.state, claim.approved, claim.approver_id) == (State.PAID, yuan(360), reviewer.id)
        assert said(conn) == ["news.in_review", "news.approved", "news.paying", "news.paid"]
        assert [entry.action for entry in audit.history(conn, f"claim:{claim.id}")] == ["submitted", "taken", "approved", "paying", "paid"]
        assert audit.verify(conn, f"claim:{claim.id}") is None

    await store.write(work)


async def test_a_large_claim_is_not_paid_before_a_second_person_signed(store: Store) -> None:
    def work(conn: Connection) -> None:
        claim, reviewer, approver = taken(conn, 15_200_000)
        claim = decide.approve(conn, claim.id, claim.revision, reviewer, amount=yuan(12_160), now=NOW)
        with pytest.raises(NotAllowedError, match="second_signature"):
            decide.pay(conn, claim.id, claim.revision, approver, now=NOW)
        claim = decide.confirm(conn, claim.id, claim.revision, approver, now=NOW)
        claim = decide.pay(conn, claim.id, claim.revision, approver, now=NOW)

        assert (claim.state, claim.approver_id, claim.confirmer_id) == (State.PAYING, reviewer.id, approver.id)
        assert "news.approved_awaiting" in said(conn)

    await store.write(work)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMINISTRATOR])
async def test_nobody_gives_both_signatures(sqlite_store: Store, role: Role) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        one = hire(conn, "one", role)
        claim = claim_for(conn, Stay(town.east_base))
        claim = decide.take(conn, claim.id, claim.revision, one, now=NOW)
        claim = decide.approve(conn, claim.id, claim.revision, one, amount=yuan(12_160), now=NOW)

        with pytest.raises(NotAllowedError, match="same_person"):
            decide.confirm(conn, claim.id, claim.revision, one, now=NOW)

    await sqlite_store.write(work)


async def test_an_amount_raised_over_the_limit_needs_a_second_signature_too(sqlite_store: Store) -> None:
    def work(conn: Connection) -> bool:
        claim, reviewer, _ = taken(conn)
        return decide.approve(conn, claim.id, claim.revision, reviewer, amount=yuan(10_001), reason="另一张发票", now=NOW).second_signature

    assert await sqlite_store.write(work)


async def test_a_refused_second_signature_brings_the_claim_back_to_review(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        claim, reviewer, approver = taken(conn, 15_200_000)
        claim = decide.approve(conn, claim.id, claim.revision, reviewer, amount=yuan(12_160), now=NOW)
        claim = decide.reopen(conn, claim.id, claim.revision, approver, reason="发票日期不对", now=NOW)

        assert (claim.state, claim.approved, claim.approver_id) == (State.IN_REVIEW, None, None)

    await sqlite_store.write(work)


async def test_a_returned_claim_names_what_is_missing_and_comes_back_with_it(store: Store) -> None:
    def work(conn: Connection) -> None:
        claim, reviewer, _ = taken(conn)
        claim = decide.return_(
            conn, claim.id, claim.revision, reviewer, missing=["discharge_note", "nonsense"], reason="缺第 2 页", now=NOW
        )
        message = queued(conn, "notice")[-1]["message"]

        assert (claim.state, claim.missing) == (State.RETURNED, ("discharge_note",))
        assert [line["key"] for line in message["lines"]] == ["news.returned", "news.missing", "news.returned.how"]
        assert message["buttons"][0][0]["action"] == f"mend:{claim.id}"
        with pytest.raises(NoSuchClaimError):
            resubmit(conn, claim.id, Chat("web", "somebody else"), [], now=NOW)
        back = resubmit(conn, claim.id, CHAT, [], now=NOW)
        assert (back.state, back.missing, back.reviewer_id) == (State.SUBMITTED, (), None)
        assert queued(conn, "staff_news")[-1] == {"claim": claim.id, "again": True}

    await store.write(work)


async def test_a_decision_on_an_older_revision_is_refused_whole(store: Store) -> None:
    def work(conn: Connection) -> None:
        claim, reviewer, _ = taken(conn)
        decide.reject(conn, claim.id, claim.revision, reviewer, reason="不符合", now=NOW)
        before = said(conn)

        with pytest.raises(StaleError) as caught:
            decide.approve(conn, claim.id, claim.revision, reviewer, amount=yuan(360), now=NOW)

        assert caught.value.state is State.REJECTED
        assert said(conn) == before

    await store.write(work)


Attempt = Callable[[Connection, Claim, Staff], object]
INCOMPLETE: list[tuple[str, Attempt]] = [
    ("reason", lambda c, claim, staff: decide.reject(c, claim.id, claim.revision, staff, reason=" \n ", now=NOW)),
    ("missing", lambda c, claim, staff: decide.return_(c, claim.id, claim.revision, staff, missing=[], reason="x", now=NOW)),
    ("reason", lambda c, claim, staff: decide.return_(c, claim.id, claim.revision, staff, missing=["receipt"], reason="", now=NOW)),
    ("amount", lambda c, claim, staff: decide.approve(c, claim.id, claim.revision, staff, amount=Fen(0), now=NOW)),
    ("amount", lambda c, claim, staff: decide.approve(c, claim.id, claim.revision, staff, amount=Fen(-1), now=NOW)),
    ("reason", lambda c, claim, staff: decide.approve(c, claim.id, claim.revision, staff, amount=yuan(361), now=NOW)),
    ("reason", lambda c, claim, staff: decide.note(c, claim.id, staff, words="", now=NOW)),
]


@pytest.mark.parametrize(("what", "attempt"), INCOMPLETE)
async def test_a_decision_without_what_it_needs_is_refused(sqlite_store: Store, what: str, attempt: Attempt) -> None:
    def work(conn: Connection) -> None:
        claim, reviewer, _ = taken(conn)

        with pytest.raises(IncompleteError) as caught:
            attempt(conn, claim, reviewer)

        assert caught.value.what == what
        assert find.one(conn, claim.id) == claim

    await sqlite_store.write(work)


async def test_nobody_outside_the_branch_can_decide(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        western = hire(conn, "western", Role.ADMINISTRATOR, town.west)
        claim = claim_for(conn, Stay(town.east_base))

        with pytest.raises(NoSuchClaimError):
            decide.take(conn, claim.id, claim.revision, western, now=NOW)

    await sqlite_store.write(work)


async def test_a_branch_is_not_the_other_branch_whose_number_begins_alike(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        for number in range(20):
            unions.add(conn, f"第{number}工会", "base", town.east)
        like = hire(conn, "like", union=town.east)

        assert like.union_path.endswith("/")
        assert not like.sees(like.union_path.rstrip("/") + "0/")

    await sqlite_store.write(work)


async def test_a_note_is_written_while_somebody_else_decides(store: Store) -> None:
    claim, reviewer, _ = await store.write(taken)
    decided = threading.Event()

    def reject(conn: Connection) -> None:
        decide.reject(conn, claim.id, claim.revision, reviewer, reason="不符合", now=NOW)
        decided.set()
        time.sleep(0.3)  # the note below meets a decision that is not committed yet

    rejecting = asyncio.create_task(store.write(reject))
    await asyncio.to_thread(decided.wait)
    await store.write(lambda conn: decide.note(conn, claim.id, reviewer, words="已电话联系", now=NOW))
    await rejecting

    entries = await store.read(audit.history, f"claim:{claim.id}")
    assert {"rejected", "noted"} <= {entry.action for entry in entries}


async def test_nobody_decides_on_their_own_claim(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        by_number, by_chat = hire(conn, "number"), hire(conn, "chat")
        accounts.set_certno(conn, by_number, CERTNO, now=NOW)
        links.link_chat(conn, links.new_code(conn, by_chat, now=NOW), CHAT, now=NOW)
        claim = claim_for(conn, Stay(town.east_base))
        for staff in (by_number, by_chat):
            again = accounts.one(conn, staff.id)
            assert again is not None
            with pytest.raises(NotAllowedError, match="own_claim"):
                decide.take(conn, claim.id, claim.revision, again, now=NOW)

    await sqlite_store.write(work)


async def test_a_reviewer_neither_confirms_nor_pays(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        claim, reviewer, _ = taken(conn)
        claim = decide.approve(conn, claim.id, claim.revision, reviewer, amount=yuan(360), now=NOW)
        for decision in (decide.confirm, decide.pay, decide.paid):
            with pytest.raises(NotAllowedError, match="role"):
                decision(conn, claim.id, claim.revision, reviewer, now=NOW)

    await sqlite_store.write(work)


async def test_a_member_takes_back_only_what_is_not_decided(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        claim, reviewer, _ = taken(conn)
        with pytest.raises(NoSuchClaimError):
            withdraw(conn, claim.id, Chat("web", "somebody else"), now=NOW)
        other = claim_for(conn, Stay(claim.union_id))
        assert withdraw(conn, other.id, CHAT, now=NOW).state is State.WITHDRAWN
        claim = decide.approve(conn, claim.id, claim.revision, reviewer, amount=yuan(360), now=NOW)
        with pytest.raises(WrongStateError):
            withdraw(conn, claim.id, CHAT, now=NOW)

    await sqlite_store.write(work)


async def test_the_cap_of_the_year_is_held_to_the_fen(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        claim, reviewer, _ = taken(conn)
        decide.approve(conn, claim.id, claim.revision, reviewer, amount=yuan(49_000), reason="几次住院一起算", now=NOW)
        second = claim_for(conn, Stay(claim.union_id, SMALL))
        second = decide.take(conn, second.id, second.revision, reviewer, now=NOW)
        with pytest.raises(OverCapError) as caught:
            decide.approve(conn, second.id, second.revision, reviewer, amount=Fen(100_001), reason="多一分", now=NOW)
        assert (caught.value.cap, caught.value.left) == ("year", yuan(1_000))
        assert decide.approve(conn, second.id, second.revision, reviewer, amount=yuan(1_000), reason="正好", now=NOW).approved == yuan(
            1_000
        )

    await sqlite_store.write(work)


async def test_fifty_approvals_at_once_never_pass_the_cap_of_the_year(store: Store) -> None:
    def prepare(conn: Connection) -> tuple[Staff, list[Claim]]:
        town, reviewer = plant(conn), hire(conn, "reviewer")
        claims = [claim_for(conn, Stay(town.east_base if number % 2 else town.west_base)) for number in range(50)]
        return reviewer, [decide.take(conn, claim.id, claim.revision, reviewer, now=NOW) for claim in claims]

    def approve(conn: Connection, claim: Claim, reviewer: Staff) -> Claim:
        return decide.approve(conn, claim.id, claim.revision, reviewer, amount=yuan(3_000), reason="同时", now=NOW)

    reviewer, claims = await store.write(prepare)
    results = await asyncio.gather(*(store.write(approve, claim, reviewer) for claim in claims), return_exceptions=True)
    standing = await store.read(lambda conn: [find.one(conn, claim.id) for claim in claims])

    assert sum(isinstance(result, OverCapError) for result in results) == 34
    assert sum(claim.approved or 0 for claim in standing if claim.state in COUNTED) == yuan(48_000)


async def test_of_two_hundred_races_for_one_claim_each_has_one_winner(store: Store) -> None:
    def prepare(conn: Connection) -> tuple[list[Claim], Staff, Staff]:
        town = plant(conn)
        return [claim_for(conn, Stay(town.east_base)) for _ in range(100)], hire(conn, "one"), hire(conn, "two")

    def take(conn: Connection, claim: Claim, staff: Staff) -> Claim:
        return decide.take(conn, claim.id, claim.revision, staff, now=NOW)

    claims, one, two = await store.write(prepare)
    races = [store.write(take, claim, staff) for claim in claims for staff in (one, two)]
    results = await asyncio.gather(*races, return_exceptions=True)

    for first, second in zip(results[::2], results[1::2], strict=True):
        assert [isinstance(result, Claim) for result in (first, second)].count(True) == 1
        assert [isinstance(result, ClaimError) for result in (first, second)].count(True) == 1
