"""Whether a chat's files are waited for: somebody is handing in, or has a claim. A tap alone is not enough: every flood would tap."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bot.claims import find
from bot.conversation.state import Place
from bot.conversation.tables import conversations
from bot.message import Chat


def awaits_files(conn: Connection, chat: Chat) -> bool:
    """True for a claim far enough to name its person, for one that came back, and for any handed in."""
    ours = (conversations.c.channel == chat.channel, conversations.c.chat == chat.id)
    row = conn.execute(select(conversations.c.state).where(*ours)).first()
    place = Place.from_json(row.state) if row else Place()
    return place.flow == "mend" or _is_named(place) or bool(find.of_chat(conn, chat))


def _is_named(place: Place) -> bool:
    return place.flow == "claim" and "certno" in place.answers
