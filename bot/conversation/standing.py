"""Where a member's claims stand, and what the member can still do about them: add papers, or take one back."""

from __future__ import annotations

from dataclasses import replace

from bot.claims import find, resubmit
from bot.claims.states import WAYS, State
from bot.conversation import begun_in
from bot.conversation.actions import order_action
from bot.conversation.going_on import go_on, menu, start
from bot.conversation.other_chats import warn_others
from bot.conversation.papers import mend_about
from bot.conversation.talk import Reply, Rows, Talk
from bot.message import Button, Say


def status(talk: Talk, _: str) -> Reply:
    """Where every claim of this chat is; what was under way goes on after it."""
    found = find.of_chat(talk.conn, talk.conversation.chat)
    if not found:
        return go_on(talk.noting(Say("status.none")))
    lines = [
        Say(
            f"status.{claim.state}",
            {
                "number": claim.number,
                "benefit": claim.benefit,
                "amount": _amount_of(claim),
                "day": claim.submitted_at.astimezone(talk.now.tzinfo).date().isoformat(),
            },
        )
        for claim in found
    ]
    reply = go_on(talk.noting(*lines))
    mends = _one_each("mend", "button.mend_number", [claim for claim in found if claim.state == State.RETURNED])
    withdrawals = _one_each("withdraw", "button.withdraw", [claim for claim in found if State.WITHDRAWN in WAYS[claim.state]])
    return replace(reply, buttons=mends + reply.buttons + withdrawals)


def _one_each(order: str, label: str, claims: list[find.ClaimSummary]) -> Rows:
    return tuple((Button(Say(label, {"number": claim.number}), order_action(order, str(claim.id))),) for claim in claims)


def _amount_of(claim: find.ClaimSummary) -> int | None:
    return claim.approved if claim.approved is not None else claim.estimated


def mend(talk: Talk, claim_id: str) -> Reply:
    """Add what a returned claim of this very chat lacks: the one named, or the newest."""
    for claim in find.of_chat(talk.conn, talk.conversation.chat):
        if claim_id in {"", str(claim.id)} and claim.state == State.RETURNED:
            return start(talk, "mend", mend_about(talk, claim))
    return go_on(talk.noting(Say("mend.too_late")))


def withdraw(talk: Talk, claim_id: str) -> Reply:
    """Asked twice: a claim taken back is not decided any more."""
    claim = _withdrawable(talk, claim_id)
    if claim is None:
        return go_on(talk.noting(Say("withdraw.too_late")))
    made_in = find.one(talk.conn, claim.id).chat
    if begun_in.held_for(talk, made_in):
        return go_on(talk.noting(begun_in.not_yet(made_in)))
    sure = (Button(Say("button.withdraw_yes"), order_action("withdrawn", str(claim.id))),)
    leave = (Button(Say("button.withdraw_no"), order_action("resume")),)
    return Reply(talk.place, (*talk.noted, Say("withdraw.sure", {"number": claim.number})), (sure, leave))


def withdrawn(talk: Talk, claim_id: str) -> Reply:
    """The claim is taken back."""
    claim = _withdrawable(talk, claim_id)
    if claim is None:
        return go_on(talk.noting(Say("withdraw.too_late")))
    made_in, chat = find.one(talk.conn, claim.id).chat, talk.conversation.chat
    if begun_in.held_for(talk, made_in):
        return go_on(talk.noting(begun_in.not_yet(made_in)))
    resubmit.withdraw(talk.conn, claim.id, chat, now=talk.now)
    if made_in != chat:
        warn_others(talk, Say("elsewhere.did.withdrawn", {"number": claim.number, "channel": chat.channel}))
    return menu(talk.noting(Say("withdraw.done", {"number": claim.number})))


def _withdrawable(talk: Talk, claim_id: str) -> find.ClaimSummary | None:
    of_chat = find.of_chat(talk.conn, talk.conversation.chat)
    return next((claim for claim in of_chat if str(claim.id) == claim_id and State.WITHDRAWN in WAYS[claim.state]), None)
