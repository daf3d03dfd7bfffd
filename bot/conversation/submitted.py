"""A claim sent off: it is made with all that was confirmed, and the member reads its number and what comes next."""

from __future__ import annotations

from datetime import date

from bot.claims.submit import Application, submit
from bot.conversation.actions import order_action
from bot.conversation.results import clauses, combined, other_benefits
from bot.conversation.state import Place
from bot.conversation.talk import Reply, Rows, Talk
from bot.message import Button, Say, UploadId
from bot.threads import ask
from calculator.facts import to_json
from calculator.verdict import Outcome
from handlers.claim import DEATH, Applied


def applied(talk: Talk, outcome: Applied) -> Reply:
    """Make the claim; the thread of this chat goes on in it."""
    chat = talk.conversation.chat
    application = Application(
        benefit=outcome.benefit,
        chat=chat,
        locale=talk.conversation.locale,
        name=outcome.person.name,
        certno=outcome.person.certno,
        phone=outcome.person.phone,
        card=outcome.card,
        union_id=outcome.person.union.id,
        facts={name: to_json(value) for name, value in outcome.facts.items()},
        estimate=outcome.estimate.to_json(),
        edition=outcome.edition.id,
        year=outcome.day.year,
        estimated=outcome.estimate.amount,
        uploads=tuple((UploadId(document.upload), document.kind) for document in outcome.documents),
        helper=outcome.helper,
    )
    submitted = submit(talk.conn, application, now=talk.now)
    ask.join_claim(talk.conn, chat, submitted.id, now=talk.now)
    sample = (Say("result.sample"),) if outcome.estimate.status == "sample" else ()
    lines = (Say("claim.submitted", {"number": submitted.number}), _submitted_amount(outcome), *sample, Say("claim.submitted_next"))
    others = combined(outcome.edition, outcome.facts, talk.case.policies)
    said = (*talk.noted, *lines, *_by_helper(outcome), *_missing(outcome, talk.case.day), *clauses(others))
    return Reply(Place(at_menu=True, drafts=talk.place.drafts), said, (*other_benefits(others), *after_claim()))


def _by_helper(outcome: Applied) -> tuple[Say, ...]:
    """Where somebody filed for the member: that it is noted, and that the member will hear of it.

    How the member hears of it is not said: it would tell whoever typed the number that there is such a member, and that they chat with us.
    """
    if outcome.helper is None:
        return ()
    figures = {"name": outcome.person.name}
    noted = Say("claim.submitted.by_helper", figures)
    if DEATH in outcome.facts.values():
        return (noted,)
    return (noted, Say("claim.submitted.member_hears", figures))


def _missing(outcome: Applied, today: date) -> tuple[Say, ...]:
    """What becomes of papers that are still to come, and until when."""
    if outcome.missing == 0:
        return ()
    last = outcome.estimate.hand_in_by
    if last is None or last < today:
        return (Say("claim.submitted_missing"),)
    return (Say("claim.submitted_missing_by", {"day": last.isoformat()}),)


def _submitted_amount(outcome: Applied) -> Say:
    amount = outcome.estimate.amount
    if amount is None:
        return Say("claim.submitted_review")
    is_review = outcome.estimate.verdict.outcome is Outcome.REVIEW
    return Say("claim.submitted_review_amount" if is_review else "claim.submitted_amount", {"amount": amount})


def after_claim() -> Rows:
    """Where it is, and the menu."""
    return ((Button(Say("menu.status"), order_action("status")), Button(Say("button.menu"), order_action("menu"))),)
