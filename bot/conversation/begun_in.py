"""Which chat a form was begun in: on the first day after chats were joined, only there does it get a card and is it sent.

A member can be talked into joining a stranger's chat. The day, and a word to all chats about whatever is done, leave them time to undo
it. On parting each chat gets back what was begun in it.
The mark stands among the answers, under a key that is no question's: so it goes wherever the answers go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.conversation import drafts, state, unfinished
from bot.conversation.other_chats import warn_others
from bot.conversation.state import Place
from bot.conversation.talk import Talk
from bot.linking import party
from bot.message import Chat, Say

BEGUN_IN: Final = "begun_in"
CARD, CONFIRM = "card", "confirm"

Answers = Mapping[str, Any]


def marked(place: Place, chat: Chat) -> Place:
    """The same place: whatever bears no mark yet was begun in this chat."""
    kept = {name: {**draft, "answers": _marked(draft["answers"], chat)} for name, draft in place.drafts.items()}
    return replace(place, answers=_marked(place.answers, chat), drafts=kept)


def mark_of(answers: Answers) -> Answers:
    """The mark alone, to go along with a part of them."""
    return {key: stored for key, stored in answers.items() if key == BEGUN_IN}


def facts_of(answers: Answers) -> Answers:
    """What was told without any form, to go along with a form of another chat: the papers stay behind, and the mark is that form's."""
    return {key: stored for key, stored in answers.items() if key not in {BEGUN_IN, drafts.PAPERS}}


def _marked(answers: Answers, chat: Chat) -> Answers:
    return answers if not answers or BEGUN_IN in answers else {**answers, BEGUN_IN: [chat.channel, chat.id]}


def _begun_elsewhere(talk: Talk, answers: Answers) -> Chat | None:
    """The chat in which these were begun, if it is another."""
    chat = Chat(*answers[BEGUN_IN]) if BEGUN_IN in answers else talk.conversation.chat
    return None if chat == talk.conversation.chat else chat


def held_for(talk: Talk, begun: Chat) -> bool:
    """Whether what was begun in that chat cannot be ended in this one yet."""
    return begun != talk.conversation.chat and party.joined_lately(talk.conn, talk.conversation.chat, now=talk.now)


def not_yet(begun: Chat) -> Say:
    """Why it cannot, and where it can."""
    return Say("elsewhere.first_day", {"channel": begun.channel})


def without_card(talk: Talk, place: Place) -> Talk | None:
    """The turn before it came to this place, where a form of another chat is not given a card here yet; None where it is.

    Of a form that has been in several chats all of them are told, wherever it was begun: in each of them something may have been added.
    """
    if not (place.drafts or BEGUN_IN in place.answers):
        return None
    were = [_card_of(answers) for answers in _all(talk.place)]
    changed = [answers for answers in _all(place) if CARD in answers and _card_of(answers) not in were]
    begun = next((chat for answers in changed if (chat := _begun_elsewhere(talk, answers))), None)
    if begun is not None and held_for(talk, begun):
        return talk.at(replace(talk.place, editing=None, proposed=None)).noting(not_yet(begun))
    if any(BEGUN_IN in answers for answers in changed):
        warn_others(talk, Say("elsewhere.did.card", {"channel": talk.conversation.chat.channel}))
    return None


def _all(place: Place) -> list[Answers]:
    return [place.answers, *(draft["answers"] for draft in place.drafts.values())]


def _card_of(answers: Answers) -> tuple[Any, Any]:
    return answers.get(BEGUN_IN), answers.get(CARD)


def unsent(talk: Talk) -> Talk | None:
    """The same turn back at the last look, where a form of another chat is not sent from here yet; None where it is."""
    begun = _begun_elsewhere(talk, talk.place.answers)
    if begun is None or not held_for(talk, begun):
        return None
    answers = {key: stored for key, stored in talk.place.answers.items() if key != CONFIRM}
    return talk.at(replace(talk.place, answers=answers, ended=True)).noting(not_yet(begun))


def warn_of_sent(talk: Talk) -> None:
    """Tell all chats that a form which has been in several of them has become a claim."""
    if BEGUN_IN in talk.place.answers:
        warn_others(talk, Say("elsewhere.did.sent", {"channel": talk.conversation.chat.channel}))


def given_back(talk: Talk, gone: Chat) -> Talk:
    """The same turn without what was begun in the chats that part with this one: it is theirs again."""
    mine, place = talk.conversation.chat, talk.place
    owners = {name: _begun_elsewhere(talk, draft["answers"]) for name, draft in drafts.kept(talk).items()}
    parting = {name: owner for name, owner in owners.items() if owner is not None and gone in {mine, owner}}
    for owner in {*parting.values()}:
        theirs = {name: draft for name, draft in drafts.kept(talk).items() if parting.get(name) == owner}
        _give(talk, owner, theirs)
    rest = {name: draft for name, draft in place.drafts.items() if name not in parting}
    is_gone = drafts.name_of(place.flow, place.about) in parting if place.flow else _parts(talk, gone)
    return talk.at(Place(at_menu=True, drafts=rest) if is_gone else replace(place, drafts=rest))


def _parts(talk: Talk, gone: Chat) -> bool:
    """Whether what was told without any form belongs to a chat that parts."""
    owner = _begun_elsewhere(talk, talk.place.answers)
    return owner is not None and gone in {talk.conversation.chat, owner}


def _give(talk: Talk, owner: Chat, theirs: Mapping[str, Any]) -> None:
    before = state.load(talk.conn, owner, talk.conversation.locale, talk.now)
    place = replace(before.place, drafts={**before.place.drafts, **theirs})
    revision = max(before.revision, talk.conversation.revision) + 1
    state.save(talk.conn, replace(before, place=place, revision=revision), talk.now)
    unfinished.watched(talk.conn, before, place, talk.now)
