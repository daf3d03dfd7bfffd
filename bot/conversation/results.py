"""What an estimate says to a member: what you get, why, what to do now."""

from __future__ import annotations

from bot.conversation.actions import order_action
from bot.conversation.block import ROWS, Told, block
from bot.conversation.failures import failure, own_figure
from bot.conversation.talk import Rows, as_json
from bot.conversation.worth_telling import sentence, worth_telling
from bot.message import Button, Say
from calculator.change import Change, changes
from calculator.edition import Combination, Edition
from calculator.estimate import Estimate
from calculator.facts import Facts
from calculator.logic import State
from calculator.policy import Policies
from calculator.verdict import ConditionResult, Outcome
from handlers.benefit import Estimated, late_by, reasons
from handlers.claim import DEATH

RECEIPTS = frozenset({"year_self_pay", "year_out_of_pocket"})
"""Sums of a year's receipts, of which one is easily forgotten."""

NEAR = 10
"""A tenth of the sum is little."""


def result(estimated: Estimated, policies: Policies) -> tuple[tuple[Say, ...], Rows]:
    """The answer to "how much", with what can be done next."""
    lines, is_claimable = _told(estimated)
    condolence = (Say("result.condolence"),) if DEATH in estimated.facts.values() else ()
    if not is_claimable:
        return (*condolence, *lines, *_sample(estimated.estimate)), _refused_buttons(estimated, policies)
    others = combined(estimated.edition, estimated.facts, policies)
    return (
        (*condolence, *lines, *_in_time(estimated), *clauses(others), *_sample(estimated.estimate)),
        _buttons(estimated, others),
    )


def combined(edition: Edition, facts: Facts, policies: Policies) -> tuple[Combination, ...]:
    """The other benefits that the same event may pay as well: after an event, and after a stay that an injury led to."""
    is_event = edition.per == "event" or facts.get("stay_cause") == "injury"
    return tuple(other for other in edition.combines if is_event and other.benefit in policies)


def clauses(others: tuple[Combination, ...]) -> tuple[Say, ...]:
    """That the other benefits may be paid too."""
    return tuple(Say("result.combines", {"clause": other.clause}) for other in others)


def other_benefits(others: tuple[Combination, ...]) -> Rows:
    """A button for each of the other benefits."""
    return tuple((Button(Say("button.combines", {"benefit": other.benefit}), order_action("benefit", other.benefit)),) for other in others)


def _told(estimated: Estimated) -> tuple[tuple[Say, ...], bool]:
    """What the rules say, and whether a claim makes sense."""
    estimate = estimated.estimate
    outcome = estimate.verdict.outcome
    if outcome is Outcome.INELIGIBLE:
        failed = tuple(failure(estimated.edition, condition) for condition in estimate.verdict.failed())
        return (Say("result.ineligible"), *failed, *_forgotten(estimated)), False
    if outcome is Outcome.REVIEW:
        amount = (Say("result.review_amount", {"amount": estimate.amount}),) if estimate.amount else ()
        return (Say("result.review"), *reasons(estimate.verdict), *amount, *_drawn(estimated), Say("result.review_next")), True
    if estimate.amount == 0:
        return (Say("result.nothing_left"), *_drawn(estimated)), False
    return (Say("result.eligible", {"amount": estimate.amount}), *_drawn(estimated), *_next_band(estimated)), True


def _drawn(estimated: Estimated) -> tuple[Say, ...]:
    """How the sum comes about, as a block; what is no figure follows in sentences."""
    told = worth_telling(estimated.estimate)
    sentences = tuple(sentence("step", each) for each in told if each.step.kind not in ROWS)
    return (*block(told, estimated.edition.award), *sentences)


def _forgotten(estimated: Estimated) -> tuple[Say, ...]:
    """A question after receipts left out, where a year's are added up and a little is wanting to what the rules ask.

    No sum to reach is named, and no higher band: it asks for what was paid, and never for more.
    """
    edition, facts = estimated.edition, estimated.facts
    flips = [result.flips[0] for result in estimated.estimate.verdict.failed() if len(result.flips) == 1]
    told = sum(value for name in RECEIPTS if isinstance(value := facts.get(name), int))
    near = (flip for flip in flips if flip.by is not None and 0 < flip.by * NEAR <= told)
    return (Say("hint.receipts"),) if any(RECEIPTS & set(edition.spread(flip.fact)) for flip in near) else ()


def _next_band(estimated: Estimated) -> tuple[Say, ...]:
    """The same question where a receipt left out would lift the band, with what would be paid then.

    Again it names no sum to reach: only what was really paid counts. Nothing is asked where no year's receipts are added up.
    """
    facts = estimated.facts
    if estimated.edition.per != "year" or not RECEIPTS & facts.keys():
        return ()
    lifts = (change for change in changes(estimated.edition, facts) if change.fact in RECEIPTS and _is_little(change, facts))
    return tuple(Say("hint.next_band", {"amount": change.amount}) for change in lifts)


def _is_little(change: Change, facts: Facts) -> bool:
    told = facts[change.fact]
    return isinstance(told, int) and change.by is not None and 0 < change.by * NEAR <= told


def _in_time(estimated: Estimated) -> tuple[Say, ...]:
    """By when to hand in: the day where it is known, else the rule."""
    last = estimated.estimate.hand_in_by
    if last is not None:
        return (Say("result.hand_in_by", {"day": last.isoformat()}),)
    return tuple(Say("result.deadline", {"clause": deadline.clause}) for deadline in estimated.edition.deadlines)


def why(estimated: Estimated) -> tuple[Say, ...]:
    """Every condition with the member's own figure and its clause, then every step of the working."""
    estimate = estimated.estimate
    conditions = tuple(_condition(estimated, result) for result in estimate.verdict.conditions)
    working = tuple(sentence("working", Told(step, None)) for step in estimate.working)
    return (
        *((Say("why.title"), *conditions) if conditions else ()),
        *((Say("why.working"), *working) if working else ()),
        *((Say("why.person"),) if estimate.verdict.outcome is Outcome.REVIEW else ()),
        Say("why.edition", {"title": estimated.edition.title, "day": estimated.edition.starts.isoformat()}),
        *_sample(estimate),
    )


def _condition(estimated: Estimated, condition: ConditionResult) -> Say:
    """One condition; a deadline is told with its last day, as the day it counts from is no figure to compare."""
    last = estimated.estimate.hand_in_by
    if last is not None and condition.id in {deadline.id for deadline in estimated.edition.deadlines}:
        is_late = late_by(condition) is not None
        return Say("why.late" if is_late else "why.in_time", {"clause": condition.clause, "day": last.isoformat()})
    if condition.state is State.FAILED and condition.flips:
        return Say("why.failed_nearest", {"failure": as_json(failure(estimated.edition, condition))})
    key = {State.MET: "why.met", State.FAILED: "why.failed", State.REVIEW: "why.review", State.UNKNOWN: "why.unknown"}[condition.state]
    return Say(key, {"clause": condition.clause, "value": own_figure(estimated.edition, condition)})


def _sample(estimate: Estimate) -> tuple[Say, ...]:
    return (Say("result.sample" if estimate.status == "sample" else "result.subject_to_review"),)


def _buttons(estimated: Estimated, others: tuple[Combination, ...]) -> Rows:
    is_review = estimated.estimate.verdict.outcome is Outcome.REVIEW
    human = (Button(Say("button.human"), order_action("human")),) if is_review else ()
    return (
        (Button(Say("button.claim"), order_action("claim", estimated.benefit)),),
        *other_benefits(others),
        (_WHY, Button(Say("button.change_figure"), order_action("what_if")), _CHANGE),
        (*human, Button(Say("button.menu"), order_action("menu"))),
    )


def _refused_buttons(estimated: Estimated, policies: Policies) -> Rows:
    """What can be mended, the same benefit for another time, and the other benefits of this place."""
    again = Button(Say("button.another_time", {"benefit": estimated.benefit}), order_action("benefit", estimated.benefit))
    others = tuple(Button(Say("button.combines", {"benefit": name}), order_action("benefit", name)) for name in policies)
    return (
        (_CHANGE, _WHY),
        (again,),
        *((other,) for other in others if other.action != again.action),
        (Button(Say("button.human"), order_action("human")), Button(Say("button.menu"), order_action("menu"))),
    )


_WHY = Button(Say("button.why"), order_action("why"))
_CHANGE = Button(Say("button.change"), order_action("change"))
