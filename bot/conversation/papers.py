"""Pictures and files of a chat: kept from the moment they come, shown in the list once they are safe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.claims import find
from bot.claims.needs import documents_needed
from bot.claims.states import State
from bot.conversation.going_on import go_on, start
from bot.conversation.talk import Reply, Talk
from bot.documents import uploads
from bot.message import FileSent, Say, UploadId, UploadSettled
from handlers.questions import Documents

KEY = "documents"
"""The one key under which every flow asks for papers, so that early ones find their place."""

UPLOADS_AT_MOST = 40
PATIENCE = timedelta(minutes=2)


def file_sent(talk: Talk, what: FileSent) -> Reply:
    """A file has come and waits to be made safe. Nothing is said until it is, unless nobody asked for it."""
    if uploads.find(talk.conn, what.upload, chat=talk.conversation.chat) is None or _is_listed(talk, what.upload):
        return Reply(talk.place)
    if len(_listed(talk)) >= UPLOADS_AT_MOST:
        return go_on(talk.noting(Say("documents.enough", {"count": UPLOADS_AT_MOST})))
    talk = _for_a_returned_claim(talk)
    place = talk.place.with_answer(KEY, {"uploads": [*_listed(talk), {"upload": what.upload}], "done": False})
    return Reply(replace(place, proposed=talk.place.proposed))


def upload_settled(talk: Talk, what: UploadSettled) -> Reply:
    """A file is safe, or it was refused. Said once the last of those under way is done: an album is one hand-in and gets one answer."""
    upload = uploads.find(talk.conn, what.upload)
    if upload is None or not _is_listed(talk, what.upload) or under_way(talk):
        return Reply(talk.place)
    refused = {found.id: found.reason for found in _found(talk) if found.state == "refused"}
    if refused:
        kept = [entry for entry in _listed(talk) if entry["upload"] not in refused]
        talk = talk.at(talk.place.with_answer(KEY, {"uploads": kept, "done": False}))
        talk = talk.noting(*(Say(f"upload.refused.{reason}") for reason in dict.fromkeys(refused.values())))
    return go_on(talk if upload.id in refused else talk.noting(_received(talk, what.upload)))


def _found(talk: Talk) -> list[uploads.Upload]:
    """The files listed, as they stand."""
    found = (uploads.find(talk.conn, UploadId(entry["upload"])) for entry in _listed(talk))
    return [upload for upload in found if upload is not None]


def under_way(talk: Talk) -> bool:
    """Whether a file of this chat is still being made safe. One that takes too long is no longer waited for."""
    return any(upload.state == "waiting" and talk.now - upload.created_at < PATIENCE for upload in _found(talk))


def _received(talk: Talk, upload: UploadId) -> Say:
    """What the file was taken for; kept for later where nobody is asking yet."""
    if talk.place.flow is None or talk.place.at_menu:
        return Say("documents.kept")
    question = talk.replay().find(KEY)
    if not isinstance(question, Documents):
        return Say("documents.kept")
    taken = question.handed_in(talk.place.answers[KEY])
    kind = next(document.kind for document in taken if document.upload == upload)
    return Say("documents.received", {"title": next(need.title for need in question.needs if need.kind == kind)})


def _for_a_returned_claim(talk: Talk) -> Talk:
    """With nothing else going on, a picture is meant for the claim that came back."""
    if talk.place.flow is not None:
        return talk
    returned = [claim for claim in find.of_chat(talk.conn, talk.conversation.chat) if claim.state == State.RETURNED]
    if not returned:
        return talk
    return talk.at(start(talk, "mend", mend_about(talk, returned[0])).place)


def mend_about(talk: Talk, claim: find.ClaimSummary) -> Mapping[str, Any]:
    """What the mending of a returned claim is about: the papers staff named, or all that this very claim needs."""
    whole = find.one(talk.conn, claim.id)
    missing = list(claim.missing) or [need.kind for need in documents_needed(whole)]
    return {"claim": claim.id, "benefit": claim.benefit, "missing": missing, "edition": whole.edition}


def _is_listed(talk: Talk, upload: UploadId) -> bool:
    return any(entry["upload"] == upload for entry in _listed(talk))


def _listed(talk: Talk) -> list[dict[str, str]]:
    stored = talk.place.answers.get(KEY)
    return list(stored["uploads"]) if stored else []
