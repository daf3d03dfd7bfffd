"""A returned claim comes back with what was missing, from the chat it came from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.claims import claim as stored
from bot.claims import news
from bot.claims.change import move
from bot.claims.claim import Claim
from bot.claims.errors import NoSuchClaimError, WrongStateError
from bot.claims.states import State
from bot.claims.submit import Paper, attach, member
from bot.linking.party import together
from bot.message import Chat


def resubmit(conn: Connection, claim_id: int, chat: Chat, papers: Sequence[Paper], *, now: datetime) -> Claim:
    """Attach the papers and send the claim back to the staff.

    Raises NoSuchClaimError for another chat's claim, WrongStateError unless it was returned.
    """
    claim = _of(conn, claim_id, chat)
    if claim.state is not State.RETURNED:
        raise WrongStateError(claim.id, claim.state, State.SUBMITTED)
    attach(conn, chat, claim.id, papers)
    detail = {"papers": [kind for _, kind in papers]}
    back = move(
        conn, claim, State.SUBMITTED, actor=member(chat), action="resubmitted", now=now, detail=detail, missing=[], reviewer_id=None
    )
    news.tell_staff_later(conn, claim.id, again=True, now=now)
    return back


def withdraw(conn: Connection, claim_id: int, chat: Chat, *, now: datetime) -> Claim:
    """The member takes the claim back, and is told by the conversation itself. Raises NoSuchClaimError, WrongStateError."""
    return move(conn, _of(conn, claim_id, chat), State.WITHDRAWN, actor=member(chat), action="withdrawn", now=now, detail={})


def _of(conn: Connection, claim_id: int, chat: Chat) -> Claim:
    claim = stored.lock(conn, claim_id)
    if claim.chat not in together(conn, chat):
        raise NoSuchClaimError
    return claim
