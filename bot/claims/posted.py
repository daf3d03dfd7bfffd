"""A claim as it is posted to the groups of the staff: what it is and who has it, with no word of whose it is, and two buttons."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from bot import jobs, notices
from bot.claims.brief import brief_of
from bot.claims.claim import Claim
from bot.claims.states import State
from bot.message import Button, Message
from bot.staff import accounts, groups
from handlers.say import Say

CHANGED: Final = "claim_posts"
"""The kind of the job that brings posts up to date; payload {"claim": id}. The channels that post carry it out."""

CLAIM_IT: Final = "claim_it"


def post(conn: Connection, claim: Claim, public_url: str, now: datetime) -> int:
    """Queue it to every group that is told about its union; the number of groups."""
    told = groups.over(conn, claim.union_path)
    for group in told:
        notices.queue(conn, group.chat, message(conn, claim, public_url), locale=group.locale, now=now)
    return len(told)


def changed(conn: Connection, claim: Claim, now: datetime) -> None:
    """The claim stands elsewhere: let its posts say so."""
    if groups.over(conn, claim.union_path):
        jobs.add(conn, CHANGED, {"claim": claim.id}, now=now, lane=f"{CHANGED}:{claim.id}")


def message(conn: Connection, claim: Claim, public_url: str) -> Message:
    """The post, as the claim stands now."""
    reviewer = None if claim.reviewer_id is None else accounts.one(conn, claim.reviewer_id)
    lines = [Say("group.claim", brief_of(conn, claim).to_json()), Say(f"group.state.{claim.state}")]
    if reviewer is not None and claim.state is not State.SUBMITTED:
        lines.append(Say("group.whose", {"name": reviewer.name}))
    take = (Button(Say("button.claim_it"), f"{CLAIM_IT}:{claim.id}:{claim.revision}"),) if claim.state is State.SUBMITTED else ()
    return Message(tuple(lines), ((*take, Button(Say("button.open_claim"), url=f"{public_url}/console/claims/{claim.id}")),))


def wanted(action: str) -> tuple[int, int] | None:
    """The claim and its revision that a press of "claim it" means; None for anything else."""
    name, _, rest = action.partition(":")
    claim_id, _, revision = rest.partition(":")
    if name != CLAIM_IT or not all(part.isascii() and part.isdigit() and len(part) <= len("9" * 18) for part in (claim_id, revision)):
        return None
    return int(claim_id), int(revision)
