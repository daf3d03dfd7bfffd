"""The one way a claim changes: held against its revision, its state and who may, written once, and put on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from bot import audit
from bot.claims import claim as stored
from bot.claims import posted
from bot.claims.claim import Claim
from bot.claims.errors import NoSuchClaimError, NotAllowedError, StaleError, WrongStateError
from bot.claims.states import WAYS, State
from bot.claims.tables import claims
from bot.linking.party import together
from bot.staff import links
from bot.staff.accounts import Staff
from bot.staff.roles import Permission


def held(conn: Connection, claim_id: int, staff: Staff, permission: Permission) -> Claim:
    """The claim as it now stands, locked, if this person may decide about it. Raises NoSuchClaimError, NotAllowedError."""
    claim = stored.lock(conn, claim_id)
    if not staff.sees(claim.union_path):
        raise NoSuchClaimError
    if not staff.may(permission):
        raise NotAllowedError("role")
    is_theirs = any(links.is_linked(conn, staff.id, chat) for chat in together(conn, claim.chat))
    if staff.certno_hash == claim.certno_hash or is_theirs:
        raise NotAllowedError("own_claim")
    return claim


def opened(conn: Connection, claim_id: int, revision: int, staff: Staff, permission: Permission) -> Claim:
    """The same, if nobody changed it since this revision. Raises StaleError too."""
    claim = held(conn, claim_id, staff, permission)
    if claim.revision != revision:
        raise StaleError(claim.id, claim.revision, claim.state)
    return claim


def move(
    conn: Connection, claim: Claim, to: State, *, actor: str, action: str, now: datetime, detail: dict[str, Any], **values: Any
) -> Claim:
    """Bring the claim to another state and record it; the claim as it then stands. Raises WrongStateError, StaleError."""
    if to not in WAYS[claim.state]:
        raise WrongStateError(claim.id, claim.state, to)
    at_revision = update(claims).where(claims.c.id == claim.id, claims.c.revision == claim.revision)
    changed = at_revision.values(state=to, revision=claim.revision + 1, changed_at=now, **values).returning(claims.c.id)
    if conn.execute(changed).one_or_none() is None:
        found = stored.read(conn, claim.id)
        raise StaleError(claim.id, found.revision, found.state)
    audit.record(conn, at=now, actor=actor, action=action, subject=f"claim:{claim.id}", detail=detail)
    after = stored.read(conn, claim.id)
    posted.changed(conn, after, now)
    return after
