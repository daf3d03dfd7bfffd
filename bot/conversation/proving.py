"""An identity held against the roster, after the answer: only what the roster itself holds, all of it, links a chat to a member."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from bot import audit
from bot.claims.own_chat import proven_chats
from bot.claims.submit import member
from bot.claims.told import first_time
from bot.conversation.actions import order_action
from bot.conversation.other_chats import not_me, tell
from bot.linking import party, tries
from bot.members import roster
from bot.members.lookup import certno_hash
from bot.message import Button, Chat, Message, Say

A_DAY: Final = timedelta(days=1)
WARNINGS: Final = 2
"""So often a day a member is told that somebody tries."""


def hold(conn: Connection, job: int, said: Mapping[str, Any], now: datetime) -> bool:
    """Carry out the job, once however often it is tried; whether the chat is now the member's."""
    if not first_time(conn, job, now):
        return False
    chat, number = Chat(said["channel"], said["chat"]), certno_hash(conn, said["certno"])
    compared = roster.compare(conn, said["name"], said["certno"], said["phone"])
    if compared.member is None:
        return False
    theirs = [other for other in _known(conn, compared.member.id, number) if other not in party.together(conn, chat)]
    agrees = compared.agrees and _link(conn, chat, theirs, compared.member.id, now)
    _warn(conn, chat, theirs, number, now, agrees=agrees)
    return agrees


def _known(conn: Connection, member_id: int, number: str) -> list[Chat]:
    """The chats that are known to be this member's: where they proved it, and where staff have compared their papers."""
    return list(dict.fromkeys([*party.of_member(conn, member_id), *proven_chats(conn, number)]))


def _link(conn: Connection, chat: Chat, theirs: list[Chat], member_id: int, now: datetime) -> bool:
    """False where another member has proven in this chat who they are: it stays theirs."""
    if party.alone_with(conn, chat, member_id, actor=member(chat), now=now) is None:
        tell(conn, chat, Message((Say("elsewhere.another_members"),)), now)
        return False
    for other in theirs:
        party.join(conn, chat, other, actor=member(chat), how="proof", now=now)
    tell(conn, chat, Message((Say("elsewhere.proven"),), ((Button(Say("menu.status"), order_action("status")),),)), now)
    return True


def _warn(conn: Connection, chat: Chat, theirs: list[Chat], number: str, now: datetime, *, agrees: bool) -> None:
    """Tell the member where they are known to be; of a link always, with the way to undo it, of a failed try a few times a day."""
    audit.record(conn, at=now, actor=member(chat), action="proof_agreed" if agrees else "proof_failed", subject=f"identity:{number[:16]}")
    if not agrees and not tries.may(conn, f"warned:{number[:50]}", WARNINGS, A_DAY, now=now):
        return
    undo = not_me(conn, chat) if agrees else ()
    for other in theirs:
        tell(conn, other, Message((Say("elsewhere.linked" if agrees else "elsewhere.tried", {"channel": chat.channel}),), undo), now)
