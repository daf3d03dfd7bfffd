"""What a member asks at any time: answered in words, with the clause it rests on; a doubtful question offers the nearest topics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from bot import wording
from bot.conversation.actions import order_action
from bot.conversation.going_on import go_on, in_order, troubles
from bot.conversation.talk import Reply, Talk
from bot.message import Button, Say
from calculator.edition import Edition
from calculator.facts import is_money
from calculator.logic import leaves
from calculator.working import Words
from handlers.benefit import in_force
from handlers.facts import is_any_cause
from handlers.understanding.asked import ANSWERED_BY, Asked, asked
from handlers.understanding.matching import Matcher, examples_in
from handlers.understanding.topics import BENEFITS, COMMANDS, speaks_of_a_burst_pipe

CLAUSES_AT_MOST = 4

MONEY_TOPICS = frozenset({"insurance", "outpatient", "out_of_town"})
"""Questions that the condition on what was paid answers."""

INSTEAD = {"edit": "change"}
"""A command that cannot be tapped without saying more, and what its button does."""


@cache
def matcher() -> Matcher:
    """The example sentences of every language, weighed once for this process; that takes a tenth of a second."""
    return Matcher.of(*(examples_in(wording.catalogue(locale)) for locale in wording.LOCALES))


def wanted(text: str) -> Asked:
    """What a text asks for."""
    return asked(text, matcher())


def answered(talk: Talk, name: str, benefit: str = "") -> Talk:
    """The same turn with a question answered first, and the clauses behind the answer."""
    is_here = name == "how_much" and talk.place.flow is not None and not talk.place.at_menu
    key = "answer.how_much_here" if is_here else f"answer.{name}"
    return talk.noting(Say(key, {"troubles": troubles(talk)}), *_behind(talk, name, benefit))


def is_unpaid_burst_pipe(talk: Talk, what: Asked, text: str) -> bool:
    """Whether a burst pipe is spoken of where only fires are paid."""
    edition = in_force(talk.case, "fire") if "fire" in talk.case.policies else None
    return what.benefit == "fire" and speaks_of_a_burst_pipe(text) and edition is not None and not is_any_cause(edition)


def topic(talk: Talk, name: str) -> Reply:
    """A tap on one of the topics offered."""
    known = wording.has(f"answer.{name}", wording.DEFAULT_LOCALE)
    return go_on(answered(talk, name) if known else talk.noting(Say("press.stale")))


def offered(talk: Talk, what: Asked) -> Reply:
    """The nearest topics as buttons: a doubtful question is not guessed at."""
    rows = tuple((Button(Say(f"topic.{match.name}"), _action(match.name)),) for match in what.matches if _is_here(talk, match.name))
    ways_out = (Button(Say("button.human"), order_action("human")), Button(Say("button.menu"), order_action("menu")))
    return Reply(talk.place, (*talk.noted, Say("topic.which")), (*rows, ways_out))


def _is_here(talk: Talk, name: str) -> bool:
    return name not in BENEFITS or name in talk.case.policies


def _action(name: str) -> str:
    if name in BENEFITS:
        return order_action("benefit", name)
    if name in COMMANDS:
        return order_action(INSTEAD.get(name, name))
    return order_action("topic", name)


def _behind(talk: Talk, name: str, benefit: str) -> Iterator[Say]:
    """The clauses of the benefit spoken of; where none is, one of each benefit, unless there would be many."""
    part = ANSWERED_BY.get(name)
    about = benefit or (talk.place.about.get("benefit", "") if talk.place.flow else "")
    here = [about] if about in talk.case.policies else in_order(talk.case.policies)
    editions = [edition for each in here if (edition := in_force(talk.case, each))]
    if part is None or (len(editions) > 1 and part in {"documents", "conditions"}):
        return
    for edition in editions:
        if part == "documents":
            yield Say("answer.documents", {"benefit": edition.benefit, "titles": [need.title for need in edition.documents]})
        clauses = PARTS[part](edition, name) if part in PARTS else ()
        for clause in list(clauses)[: CLAUSES_AT_MOST if len(editions) == 1 else 1]:
            yield Say("answer.clause", {"benefit": edition.benefit, "clause": clause})


def _conditions(edition: Edition, name: str) -> Iterator[Words]:
    for condition in (*edition.conditions, *edition.late_conditions, *edition.reviews):
        read = {leaf.fact for leaf in leaves(condition.test)}
        if name == "who_can" or name in read or (name in MONEY_TOPICS and any(is_money(fact) for fact in read)):
            yield condition.clause


def _caps(edition: Edition, _: str) -> Iterator[Words]:
    yield from (cap.clause for cap in (edition.cap_per_year, edition.cap_per_payment, edition.award.cap) if cap is not None)


PARTS: Mapping[str, Callable[[Edition, str], Iterator[Words]]] = {
    "conditions": _conditions,
    "caps": _caps,
    "award": lambda edition, _: iter((edition.award.clause,)),
    "deadline": lambda edition, _: (deadline.clause for deadline in edition.deadlines),
}
"""The clauses of each part of an edition, by the part's name."""
