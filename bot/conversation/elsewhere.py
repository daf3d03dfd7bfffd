"""Going on in another chat: a code made here and typed there, or an identity held against the roster; and leaving again.

Whoever types somebody's certificate number learns nothing: the answer is the same whatever the roster says, the comparing is done
by a job after it, and the member is told of it in every chat that is known to be theirs.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import timedelta

from bot import audit, jobs
from bot.claims.submit import member
from bot.conversation import begun_in, drafts, state
from bot.conversation.actions import order_action
from bot.conversation.going_on import go_on
from bot.conversation.other_chats import tell
from bot.conversation.state import Conversation, Place
from bot.conversation.talk import Reply, Talk
from bot.linking import codes, party, tries
from bot.members.lookup import certno_hash
from bot.message import Button, Chat, Message, Say
from bot.reminders import announcements, following
from handlers.identity import read_certno, read_name, read_phone
from handlers.understanding.reading import Read

PROOF = "link_proof"
"""The kind of the job that holds an identity against the roster; payload {"channel", "chat", "locale", "name", "certno", "phone"}."""

PROOFS, PROOFS_OF_NUMBER, PROOFS_IN = 3, 100, timedelta(days=1)
"""So often one chat may try, and so often all chats together one certificate number: next to nothing against all phones there are."""

UNLINK = Button(Say("button.unlink"), order_action("unlink"))

_LEADS_IN = re.compile(r"(?:接着办|继续|continue|link)[\s：:]*", re.IGNORECASE)
_PROVES = re.compile(r"(?:核对|prove)[\s：:]+(.+)", re.IGNORECASE | re.DOTALL)
_APART = re.compile(r"[\s,，、;；]+")
_PARTS = 3


def begin(talk: Talk, _: str) -> Reply:
    """A code for another chat, and how it is used."""
    code = codes.offer(talk.conn, talk.conversation.chat, now=talk.now)
    talk = talk.noting(Say("elsewhere.code", {"code": codes.spaced(code)}), Say("elsewhere.how"), Say("elsewhere.prove"))
    is_linked = party.party_of(talk.conn, talk.conversation.chat) is not None
    return _with_unlink(go_on(talk)) if is_linked else go_on(talk)


def _with_unlink(reply: Reply) -> Reply:
    return replace(reply, buttons=(*reply.buttons, (UNLINK,)))


def typed(talk: Talk, text: str) -> Reply | None:
    """A code or an identity, if that is what was typed. Eight digits alone are a code only where no question is open."""
    plain = unicodedata.normalize("NFKC", text)
    if proof := _PROVES.fullmatch(plain):
        return prove(talk, proof[1])
    lead = _LEADS_IN.match(plain)
    is_free = talk.place.flow is None or talk.place.at_menu
    code = codes.written(plain[lead.end() :] if lead else plain) if lead or is_free else None
    return None if code is None else _code_typed(talk, code)


def _code_typed(talk: Talk, code: str) -> Reply:
    """Ask first whoever typed it: somebody else may have told them to. The other side hears of it only once they agree."""
    conn, chat = talk.conn, talk.conversation.chat
    if not tries.may_type_code(conn, chat, "code", now=talk.now):
        return go_on(talk.noting(Say("elsewhere.too_often")))
    typed = codes.typed(conn, code, chat, now=talk.now)
    if typed is None:
        return go_on(talk.noting(Say("elsewhere.wrong")))
    decline = Button(Say("button.link_decline"), order_action("link_decline", typed.key))
    agree = Button(Say("button.link_agree"), order_action("link_agree", typed.key))
    return Reply(talk.place, (*talk.noted, Say("elsewhere.typed", {"channel": typed.maker.channel})), ((decline,), (agree,)))


def agreed(talk: Talk, key: str) -> Reply:
    """Whoever typed the code says that both chats are theirs; now the other side is asked the same."""
    chat = talk.conversation.chat
    maker = codes.agreed(talk.conn, chat, key, now=talk.now)
    if maker is None:
        return go_on(talk.noting(Say("elsewhere.late")))
    buttons = (
        (Button(Say("button.link_yes"), order_action("link_yes", key)), Button(Say("button.link_no"), order_action("link_no", key))),
    )
    tell(talk.conn, maker, Message((Say("elsewhere.asked", {"channel": chat.channel}),), buttons), talk.now)
    return go_on(talk.noting(Say("elsewhere.confirm_there", {"channel": maker.channel})))


def declined(talk: Talk, key: str) -> Reply:
    """Whoever typed the code was talked into it, or thought better of it."""
    maker = codes.declined(talk.conn, talk.conversation.chat, key)
    return _refused(talk, maker)


def confirmed(talk: Talk, key: str) -> Reply:
    """The side that made the code agrees too: from now on both chats are one member's."""
    conn, chat = talk.conn, talk.conversation.chat
    other = codes.settled(conn, chat, key, now=talk.now)
    if other is None:
        return go_on(talk.noting(Say("elsewhere.late")))
    if party.join(conn, chat, other, actor=member(chat), how="code", now=talk.now) is None:
        tell(conn, other, Message((Say("elsewhere.two_members"),)), talk.now)
        return go_on(talk.noting(Say("elsewhere.two_members")))
    resume = Button(Say("button.resume"), order_action("resume"))
    tell(conn, other, Message((Say("elsewhere.joined", {"channel": chat.channel}),), ((resume,), (UNLINK,))), talk.now)
    return _with_unlink(go_on(talk.noting(Say("elsewhere.joined_there", {"channel": other.channel}))))


def refused(talk: Talk, key: str) -> Reply:
    """Somebody else typed it."""
    return _refused(talk, codes.settled(talk.conn, talk.conversation.chat, key, now=talk.now))


def _refused(talk: Talk, other: Chat | None) -> Reply:
    chat = talk.conversation.chat
    if other is not None:
        audit.record(talk.conn, at=talk.now, actor=member(chat), action="link_refused", subject=member(chat))
        tell(talk.conn, other, Message((Say("elsewhere.not_confirmed"),)), talk.now)
    return go_on(talk.noting(Say("elsewhere.refused")))


def unlink(talk: Talk, number: str) -> Reply:
    """Let this chat go its own way again, or the other one that a button names. What came from a chat stays with it."""
    conn, chat = talk.conn, talk.conversation.chat
    is_number = number.isascii() and number.isdigit() and len(number) <= len("9" * 18)
    gone = chat if not number else party.named(conn, chat, int(number)) if is_number else None
    if gone is None or party.party_of(conn, gone) is None:
        return go_on(talk.noting(Say("elsewhere.alone")))
    announcements.keep(conn, gone, talk.now)
    talk = begun_in.given_back(talk, gone)
    others = party.leave(conn, gone, actor=member(chat), now=talk.now)
    for other in {*others, gone} - {chat}:
        tell(conn, other, Message((Say("elsewhere.left", {"channel": gone.channel}),)), talk.now)
    return go_on(talk.noting(Say("elsewhere.unlinked" if gone == chat else "elsewhere.left", {"channel": gone.channel})))


def prove(talk: Talk, said: str) -> Reply:
    """Name, certificate number and phone, to be held against the roster. The answer tells nothing of what the roster says."""
    parts = [part for part in _APART.split(said.strip()) if part]
    if len(parts) < _PARTS:
        return go_on(talk.noting(Say("elsewhere.prove.how")))
    name = read_name(" ".join(parts[:-2]))
    certno, phone = read_certno(parts[-2], today=talk.case.day), read_phone(parts[-1])
    if not (isinstance(name, Read) and isinstance(certno, Read) and isinstance(phone, Read)):
        return go_on(talk.noting(Say("elsewhere.prove.how")))
    conn, chat = talk.conn, talk.conversation.chat
    if not _may_prove(talk, certno.value):
        return go_on(talk.noting(Say("elsewhere.prove.too_often")))
    audit.record(conn, at=talk.now, actor=member(chat), action="proof_tried", subject=member(chat))  # and agreed to the comparing
    place = {"channel": chat.channel, "chat": chat.id, "locale": talk.conversation.locale}
    jobs.add(conn, PROOF, {**place, "name": name.value, "certno": certno.value, "phone": phone.value}, now=talk.now, lane=PROOF)
    return go_on(talk.noting(Say("elsewhere.prove.sent")))


def _may_prove(talk: Talk, certno: str) -> bool:
    """Count one try more of this chat and of this number. Both are counted the same whether or not the roster knows the number."""
    conn, now = talk.conn, talk.now
    mine = tries.may(conn, tries.of_chat(conn, talk.conversation.chat, "proof"), PROOFS, PROOFS_IN, now=now)
    return mine and tries.may(conn, certno_hash(conn, certno), PROOFS_OF_NUMBER, PROOFS_IN, now=now)


def carried(talk: Talk, before: Chat) -> Conversation:
    """The conversation as it stood in the chat where the member was before, gone on with here; nothing is left of it there.

    Of two flows the other chat's goes on, and this one's becomes a draft.
    """
    here, now = talk.conversation, talk.now
    there = state.load(talk.conn, before, here.locale, now)
    revision = max(here.revision, there.revision)
    merged, lost = _merged(talk.at(begun_in.marked(here.place, here.chat)), begun_in.marked(there.place, before), before, revision)
    for old in lost:
        drafts.count_left(old)
    state.save(talk.conn, replace(there, place=Place(at_menu=True), revision=there.revision + 1), now)
    following.follow(talk.conn, there.id, here.id)
    return replace(here, place=merged, revision=revision)


def _merged(talk: Talk, theirs: Place, before: Chat, revision: int) -> tuple[Place, list[Talk]]:
    """One place made of two, and the turn in each flow that it has no room for: there is one for each benefit."""
    own = talk.place
    is_own_on = theirs.flow is None and own.flow is not None
    on = own if is_own_on else theirs
    name = drafts.name_of(on.flow, on.about) if on.flow else None
    mine = own.drafts if is_own_on else drafts.kept(talk)
    lost = [drafts.at(talk, draft) for key, draft in mine.items() if key == name or key in theirs.drafts]
    lost += [drafts.at(talk, draft) for key, draft in theirs.drafts.items() if key == name]
    kept = {key: draft for key, draft in {**mine, **theirs.drafts}.items() if key != name}
    if is_own_on:
        return replace(own, drafts=kept, answers={**begun_in.facts_of(theirs.answers), **own.answers}), lost
    if own.flow is None:
        facts = begun_in.facts_of(own.answers) if theirs.flow else own.answers
        return begun_in.marked(replace(theirs, drafts=kept, answers=theirs.answers or facts, told={}), before), lost
    lost += [] if own.answers else [talk.at(replace(own, at_menu=False))]
    # this chat's older buttons are those of its own flow, laid aside
    return replace(theirs, drafts=kept, since=max(theirs.since, revision + 1), told={}), lost
