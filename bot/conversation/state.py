"""Where one chat stands: the flow it is in, the answers so far, and how that is kept between messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.conversation.tables import conversations, updates
from bot.message import Chat, Incoming
from bot.store.prepared import Prepared, Row
from bot.wording import closest


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation between two messages."""

    flow: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    editing: str | None = None
    """The key of an answered question that is being asked again."""
    proposed: Mapping[str, Any] | None = None
    """{"key", "stored"}: a doubtful reading, waiting for yes or no."""
    before: Mapping[str, Any] | None = None
    """The answers changed last, as they were, by key (None: there was none); for undo, which leaves all others alone."""
    at_menu: bool = False
    """The menu was shown last; what is typed now is not an answer."""
    to_staff: Mapping[str, Any] | None = None
    """What is typed next goes to the staff, {"claim"}, or says whether they may see the facts on the thread, {"thread"}."""
    heard: Mapping[str, Any] = field(default_factory=dict)
    """What was said of questions still to come: {"stored"} to be confirmed with a tap, or {"said", "reason"} to be asked for the rest."""
    missed: Mapping[str, Any] | None = None
    """{"key", "times"}: how often in a row an answer to this question was not understood."""
    supposing: Mapping[str, Any] | None = None
    """{"key", "stored"}: the question being tried with another answer, and those tried last, by key; the answers stay as they are."""
    since: int = 0
    """The revision with which this flow began: older buttons belong to something else."""
    drafts: Mapping[str, Any] = field(default_factory=dict)
    """Flows begun and not finished, by what they are about: {"flow", "about", "answers", "since", "until", "at"}."""
    spare: Mapping[str, Any] = field(default_factory=dict)
    """Answers told while another flow stands here: the benefit begun next takes them along."""
    ended: bool = False
    """This flow had come to its end before an answer was changed that asks something more: it is not counted as finished twice."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """The keys that each of the last typed messages answered, by the platform's id of the message, for when it is edited."""

    def with_answer(self, key: str, stored: Any) -> Place:
        """The same place with one answer more, or another."""
        return self.with_answers({key: stored})

    def with_answers(self, stored: Mapping[str, Any]) -> Place:
        """The same place with some answers more, or others; nothing told before is left that would ask about them, or go before them."""
        heard = {key: value for key, value in self.heard.items() if key not in stored}
        spare = {key: value for key, value in self.spare.items() if key not in stored}
        return Place(
            flow=self.flow,
            about=self.about,
            answers={**self.answers, **stored},
            editing=self.editing,
            before=self.before,
            to_staff=self.to_staff,
            heard=heard,
            since=self.since,
            drafts=self.drafts,
            spare=spare,
            ended=self.ended,
            told=self.told,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data, as the conversation's row keeps it: only what is not as at the beginning."""
        return {name: value for name in PLACE if (value := getattr(self, name))}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Place:
        """The inverse of `to_json`; what another version of this program knew besides is passed over."""
        return cls(**{name: data[name] for name in PLACE if name in data})


PLACE = tuple(field.name for field in fields(Place))


@dataclass(frozen=True, slots=True)
class Conversation:
    """The row of a chat. `revision` grows with every update and is carried by every button."""

    id: int
    chat: Chat
    locale: str
    revision: int
    place: Place

    @property
    def tag(self) -> str:
        """What a button carries so that nobody else can press it."""
        return base36(self.id)


@lru_cache(maxsize=1024)
def base36(number: int) -> str:
    """A number in few letters, for buttons."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"


_update: dict[str, Any] = {"channel": bindparam("channel"), "update_id": bindparam("update_id")}
_first = {
    "sqlite": Prepared(sqlite.insert(updates).values(_update).on_conflict_do_nothing().returning(updates.c.update_id)),
    "postgresql": Prepared(postgresql.insert(updates).values(_update).on_conflict_do_nothing().returning(updates.c.update_id)),
}
_find = Prepared(
    select(conversations.c.id, conversations.c.locale, conversations.c.revision, conversations.c.state)
    .where(conversations.c.channel == bindparam("in_channel"), conversations.c.chat == bindparam("in_chat"))
    .with_for_update()
)
_new: dict[str, Any] = {name: bindparam(name) for name in ("channel", "chat", "locale", "revision", "state", "changed_at")}
_add = {
    "sqlite": Prepared(sqlite.insert(conversations).values(_new).on_conflict_do_nothing().returning(conversations.c.id)),
    "postgresql": Prepared(postgresql.insert(conversations).values(_new).on_conflict_do_nothing().returning(conversations.c.id)),
}
_save = Prepared(
    update(conversations)
    .where(conversations.c.id == bindparam("in_id"))
    .values(
        locale=bindparam("new_locale"),
        revision=bindparam("new_revision"),
        state=bindparam("new_state"),
        changed_at=bindparam("new_changed_at"),
    )
)


def is_first(conn: Connection, incoming: Incoming) -> bool:
    """Takes note of the update; False if it had been taken before."""
    values = {"channel": incoming.chat.channel, "update_id": incoming.update_id}
    return _first[conn.dialect.name].run(conn, values) is not None


def take(conn: Connection, incoming: Incoming, now: datetime) -> Conversation | None:
    """The chat's conversation, begun if it is new, and locked until the transaction ends; None if the update had been taken before."""
    first = _first[conn.dialect.name].later(conn, {"channel": incoming.chat.channel, "update_id": incoming.update_id})
    found = _find.later(conn, _of(incoming.chat))
    return _begun(conn, incoming.chat, found(), incoming.locale, now) if first() else None


def load(conn: Connection, chat: Chat, hint: str | None, now: datetime) -> Conversation:
    """The chat's conversation, begun if it is new, and locked until the transaction ends."""
    return _begun(conn, chat, _find.run(conn, _of(chat)), hint, now)


def _of(chat: Chat) -> dict[str, Any]:
    return {"in_channel": chat.channel, "in_chat": chat.id}


def _begun(conn: Connection, chat: Chat, row: Row | None, hint: str | None, now: datetime) -> Conversation:
    if row is None:
        values: dict[str, Any] = {
            "channel": chat.channel,
            "chat": chat.id,
            "locale": closest(hint),
            "revision": 0,
            "state": Place().to_json(),
            "changed_at": now,
        }
        added = _add[conn.dialect.name].run(conn, values)
        if added is not None:
            return Conversation(added[0], chat, values["locale"], 0, Place())
        return load(conn, chat, hint, now)
    conversation_id, locale, revision, place = row
    return Conversation(conversation_id, chat, locale, revision, Place.from_json(place))


def save(conn: Connection, conversation: Conversation, now: datetime) -> None:
    """Keeps the conversation as it is now."""
    values = {
        "in_id": conversation.id,
        "new_locale": conversation.locale,
        "new_revision": conversation.revision,
        "new_state": conversation.place.to_json(),
        "new_changed_at": now,
    }
    _save.later(conn, values)
