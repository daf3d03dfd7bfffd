"""What staff decide about a claim. Each decision names the revision it was made on, is recorded, and is told to the member."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot import audit
from bot.claims import cap, news
from bot.claims import claim as stored
from bot.claims.change import held, move, opened
from bot.claims.claim import Claim
from bot.claims.errors import IncompleteError, NotAllowedError, WrongStateError
from bot.claims.states import State
from bot.message import Button
from bot.staff import links
from bot.staff.accounts import Staff
from bot.staff.roles import Permission
from calculator import Fen, edition_of
from handlers.say import Say


def take(conn: Connection, claim_id: int, revision: int, staff: Staff, *, now: datetime) -> Claim:
    """Begin to review it."""
    claim = opened(conn, claim_id, revision, staff, Permission.REVIEW)
    _expect(claim, State.SUBMITTED, State.IN_REVIEW)
    taken = move(conn, claim, State.IN_REVIEW, actor=staff.actor, action="taken", now=now, detail={}, reviewer_id=staff.id)
    news.tell_member(conn, taken, "in_review", now=now)
    return taken


def put_back(conn: Connection, claim_id: int, revision: int, staff: Staff, *, now: datetime) -> Claim:
    """Let somebody else review it. The member is not told: for them nothing has changed."""
    claim = opened(conn, claim_id, revision, staff, Permission.REVIEW)
    _expect(claim, State.IN_REVIEW, State.SUBMITTED)
    return move(conn, claim, State.SUBMITTED, actor=staff.actor, action="put_back", now=now, detail={}, reviewer_id=None)


def return_(conn: Connection, claim_id: int, revision: int, staff: Staff, *, missing: Sequence[str], reason: str, now: datetime) -> Claim:
    """Ask the member for documents; `missing` are kinds of the claim's edition, `reason` says in words what is wanted."""
    claim = opened(conn, claim_id, revision, staff, Permission.REVIEW)
    titles = {need.kind: need.title for need in edition_of(claim.edition).documents}
    kinds = [kind for kind in titles if kind in set(missing)]
    if not kinds:
        raise IncompleteError("missing")
    reason = _said(reason)
    detail = {"missing": kinds, "reason": reason}
    back = move(conn, claim, State.RETURNED, actor=staff.actor, action="returned", now=now, detail=detail, missing=kinds)
    mend = Button(Say("button.mend"), f"mend:{claim.id}")
    wanted = [Say("news.missing", {"title": dict(titles[kind])}) for kind in kinds]
    news.tell_member(conn, back, "returned", now=now, reason=reason, more=[*wanted, Say("news.returned.how")], button=mend)
    return back


def reject(conn: Connection, claim_id: int, revision: int, staff: Staff, *, reason: str, now: datetime) -> Claim:
    """Refuse it, with a reason for the member."""
    claim = opened(conn, claim_id, revision, staff, Permission.REVIEW)
    reason = _said(reason)
    refused = move(conn, claim, State.REJECTED, actor=staff.actor, action="rejected", now=now, detail={"reason": reason})
    human = Button(Say("button.human"), f"human:{claim.id}")
    news.tell_member(conn, refused, "rejected", now=now, reason=reason, more=[Say("news.rejected.how")], button=human)
    return refused


def approve(conn: Connection, claim_id: int, revision: int, staff: Staff, *, amount: Fen, reason: str = "", now: datetime) -> Claim:
    """Grant an amount within the caps. An amount other than the estimate needs a reason. Raises OverCapError too."""
    granted = cap.granted(conn, stored.read(conn, claim_id))
    claim = opened(conn, claim_id, revision, staff, Permission.REVIEW)
    if amount <= 0:
        raise IncompleteError("amount")
    differs = amount != claim.estimated
    if differs:
        reason = _said(reason)
    cap.hold(edition_of(claim.edition), amount, granted)
    second = cap.needs_second_signature(claim, amount)
    detail = {"amount": amount, "reason": reason, "second_signature": second}
    values = {"approved": amount, "approver_id": staff.id, "second_signature": second}
    granted_claim = move(conn, claim, State.APPROVED, actor=staff.actor, action="approved", now=now, detail=detail, **values)
    more = (
        [Say("news.approved.differs", {"estimated": claim.estimated, "reason": reason})] if differs and claim.estimated is not None else []
    )
    news.tell_member(conn, granted_claim, "approved_awaiting" if second else "approved", now=now, amount=amount, more=more)
    return granted_claim


def confirm(conn: Connection, claim_id: int, revision: int, staff: Staff, *, now: datetime) -> Claim:
    """The second signature, by another person than the first: nor by one whom the first has let in of late, or who let in the first."""
    claim = opened(conn, claim_id, revision, staff, Permission.CONFIRM)
    if claim.approver_id == staff.id:
        raise NotAllowedError("same_person")
    if not claim.second_signature:
        raise WrongStateError(claim.id, claim.state, State.CONFIRMED)
    if links.may_be_one(conn, staff.actor, f"staff:{claim.approver_id}", now=now):
        raise NotAllowedError("let_in")
    detail = {"amount": claim.approved}
    signed = move(conn, claim, State.CONFIRMED, actor=staff.actor, action="confirmed", now=now, detail=detail, confirmer_id=staff.id)
    news.tell_member(conn, signed, "confirmed", now=now, amount=claim.approved)
    return signed


def reopen(conn: Connection, claim_id: int, revision: int, staff: Staff, *, reason: str, now: datetime) -> Claim:
    """Refuse the second signature: the approval is undone and the claim reviewed again."""
    claim = opened(conn, claim_id, revision, staff, Permission.CONFIRM)
    reason = _said(reason)
    values = {"approved": None, "approver_id": None, "second_signature": False}
    again = move(conn, claim, State.IN_REVIEW, actor=staff.actor, action="reopened", now=now, detail={"reason": reason}, **values)
    news.tell_member(conn, again, "reopened", now=now)
    return again


def pay(conn: Connection, claim_id: int, revision: int, staff: Staff, *, now: datetime) -> Claim:
    """Hand it to the bank."""
    claim = opened(conn, claim_id, revision, staff, Permission.PAY)
    if claim.second_signature and claim.state is State.APPROVED:
        raise NotAllowedError("second_signature")
    paying = move(conn, claim, State.PAYING, actor=staff.actor, action="paying", now=now, detail={"amount": claim.approved})
    news.tell_member(conn, paying, "paying", now=now, amount=claim.approved, card=claim.card[-4:])
    return paying


def paid(conn: Connection, claim_id: int, revision: int, staff: Staff, *, now: datetime) -> Claim:
    """The money has arrived."""
    claim = opened(conn, claim_id, revision, staff, Permission.PAY)
    done = move(conn, claim, State.PAID, actor=staff.actor, action="paid", now=now, detail={"amount": claim.approved})
    news.tell_member(conn, done, "paid", now=now, amount=claim.approved, card=claim.card[-4:])
    return done


def bounced(conn: Connection, claim_id: int, revision: int, staff: Staff, *, reason: str, now: datetime) -> Claim:
    """The bank sent the money back."""
    claim = opened(conn, claim_id, revision, staff, Permission.PAY)
    reason = _said(reason)
    back = move(conn, claim, State.BOUNCED, actor=staff.actor, action="bounced", now=now, detail={"reason": reason})
    news.tell_member(conn, back, "bounced", now=now, amount=claim.approved, card=claim.card[-4:], reason=reason)
    return back


def note(conn: Connection, claim_id: int, staff: Staff, *, words: str, now: datetime) -> None:
    """Write something down for the other staff; it changes nothing and nobody else is told."""
    claim = held(conn, claim_id, staff, Permission.REVIEW)
    detail: dict[str, Any] = {"note": _said(words)}
    audit.record(conn, at=now, actor=staff.actor, action="noted", subject=f"claim:{claim.id}", detail=detail)


def _expect(claim: Claim, state: State, to: State) -> None:
    if claim.state is not state:
        raise WrongStateError(claim.id, claim.state, to)


def _said(reason: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise IncompleteError("reason")
    return words
