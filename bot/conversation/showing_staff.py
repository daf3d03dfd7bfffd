"""A file for the staff: sent while words are awaited for them, in reply to them, or while they talk and no claim wants papers."""

from __future__ import annotations

from bot.claims import find
from bot.claims.states import State
from bot.conversation.asking_staff import LONGEST, claim_meant, facts_so_far, gone_on, not_now_rows, offer_facts
from bot.conversation.drafts import MEND, PAPERS
from bot.conversation.going_on import go_on
from bot.conversation.storable import storable
from bot.conversation.talk import Reply, Talk
from bot.documents import uploads
from bot.message import FileSent, Say, UploadSettled, What
from bot.threads import ask, pictures
from bot.threads.news import WRITE
from bot.threads.thread import open_in


def came(talk: Talk, what: What) -> Reply | None:
    """A file that is for the staff, or news of one; None for anything else."""
    if isinstance(what, UploadSettled):
        return _settled(talk, what)
    if not isinstance(what, FileSent):
        return None
    order, _, claim_id = what.about.partition(":")
    return _showed(talk, what, claim_meant(talk, claim_id)) if order == WRITE.action else _unasked(talk, what)


def _unasked(talk: Talk, what: FileSent) -> Reply | None:
    """One that does not reply to them."""
    waiting = talk.place.to_staff
    if waiting is not None:
        return _showed(talk, what, claim_meant(talk, str(waiting.get("claim") or "")))
    is_talking = bool(open_in(talk.conn, talk.conversation.chat)) and not _wants_papers(talk)
    return _showed(talk, what, claim_meant(talk, "")) if is_talking else None


def _wants_papers(talk: Talk) -> bool:
    """Whether a claim is being made or mended, or has come back."""
    if talk.place.flow is not None:
        return talk.place.flow in {"claim", MEND}
    return any(claim.state == State.RETURNED for claim in find.of_chat(talk.conn, talk.conversation.chat))


def _showed(talk: Talk, what: FileSent, claim: find.ClaimSummary | None) -> Reply:
    """Put a file on the thread, with what was written beside it. Nothing is said until it is safe; words are still awaited."""
    chat, about = talk.conversation.chat, None if claim is None else claim.id
    upload = uploads.find(talk.conn, what.upload, chat=chat)
    if upload is None or pictures.thread_of(talk.conn, upload.id) is not None:
        return Reply(talk.place)
    thread = ask.meant(talk.conn, chat, about)
    if thread is not None and pictures.is_full(talk.conn, thread):
        return _enough(talk, upload)
    words = storable(what.words)[:LONGEST]
    ask.say(talk.conn, chat, words, claim_id=about, locale=talk.conversation.locale, now=talk.now, upload=what.upload)
    return Reply(talk.place)


def _enough(talk: Talk, upload: uploads.Upload) -> Reply:
    """The thread has no room for it; said once of those sent together."""
    papers = {each["upload"] for each in talk.place.answers.get(PAPERS, {}).get("uploads", [])}
    if pictures.came_with_another(talk.conn, upload, papers):
        return Reply(talk.place)
    return go_on(talk.noting(Say("thread.pictures_enough", {"count": pictures.AT_MOST})))


def _settled(talk: Talk, what: UploadSettled) -> Reply | None:
    """A file for the staff is safe, or cannot be opened. Said once, when the last of those sent together is done."""
    thread = pictures.thread_of(talk.conn, what.upload)
    upload = None if thread is None else uploads.find(talk.conn, what.upload)
    if thread is None or upload is None:
        return None
    those = pictures.beside(talk.conn, thread, upload)
    if any(pictures.is_under_way(each, talk.now) for each in those):
        return Reply(talk.place)
    refused = pictures.let_go(talk.conn, thread)
    talk = talk.noting(*(Say(f"upload.refused.{reason}") for reason in refused))
    if any(each.state is uploads.State.READY for each in pictures.untold(those, upload)):
        talk = talk.noting(Say("thread.picture_sent"))
    return _still_awaited(talk) or gone_on(talk)


def _still_awaited(talk: Talk) -> Reply | None:
    """What was asked before a file came between: for words, or whether the staff may see the facts."""
    waiting = talk.place.to_staff
    if waiting is None:
        return None
    thread = next((one for one in open_in(talk.conn, talk.conversation.chat) if one.id == waiting.get("thread")), None)
    return Reply(talk.place, talk.noted, not_now_rows()) if thread is None else offer_facts(talk, thread, facts_so_far(talk))
