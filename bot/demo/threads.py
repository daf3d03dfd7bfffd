"""What made-up members wrote to the staff, so that the console's threads have something to read and somebody to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from bot.claims import find
from bot.demo.claims import Draft
from bot.demo.papers import picture
from bot.demo.people import made_up
from bot.documents import uploads
from bot.documents.files import Files, picture_key
from bot.message import Chat, UploadId
from bot.staff.accounts import Staff
from bot.threads import answer, ask
from bot.threads.thread import newest

NEW_CHAT: Final = Chat("web", "demo-new")
WAITS: Final = timedelta(hours=3)
"""So long the last question waits at least; each turn before it took as long."""


@dataclass(frozen=True)
class Talk:
    """One thread before it is written."""

    chat: Chat
    has_claim: bool
    said: Sequence[str]
    """The member and the staff in turns."""
    is_closed: bool
    upload: UploadId | None


async def talks(made: Sequence[Draft], files: Files) -> list[Talk]:
    """All of them, with their pictures kept. Each is about another claim."""
    return [await _talk(one, made, files) for one in made_up()["thread"]]


async def _talk(one: Mapping[str, Any], made: Sequence[Draft], files: Files) -> Talk:
    draft = next((draft for draft in made if draft.to == one.get("claim")), None)
    upload = uploads.new_id() if "picture" in one and draft is not None else None
    if upload is not None and draft is not None:
        await files.put(picture_key(upload, 0), picture(one["picture"], [("姓名", draft.person.name)]))
    return Talk(NEW_CHAT if draft is None else draft.chat, draft is not None, one["said"], one.get("is_closed", False), upload)


def write(conn: Connection, talk: Talk, staff: Staff, now: datetime) -> None:
    """Put it on a thread, a turn after the other, the last of them some hours ago."""
    claims = find.of_chat(conn, talk.chat) if talk.has_claim else []
    claim_id = claims[0].id if claims else None
    thread_id = 0
    for turn, words in enumerate(talk.said):
        at = now - WAITS * (len(talk.said) - turn)
        if turn % 2:
            answer.answer(conn, thread_id, staff, words, seen=newest(conn, thread_id), now=at)
            continue
        upload = talk.upload if turn == 0 else None
        if upload is not None:
            uploads.add(conn, talk.chat, source={"raw": True}, name="IMG.jpg", now=at, id=upload)
            uploads.settle(conn, upload, 1, now=at)
        thread_id = ask.say(conn, talk.chat, words, claim_id=claim_id, locale="zh_CN", now=at, upload=upload).thread.id
    if talk.is_closed:
        answer.close(conn, thread_id, staff, seen=newest(conn, thread_id), now=now - WAITS / 2)
