"""What a member was promised to hear of, kept as a row until its day. The word and the end of the row are one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot import notices
from bot.message import Button, Chat, Message, Say
from bot.reminders.outlook import AGE, Kind, Outlook, says_no
from bot.reminders.plan import Plan
from bot.reminders.reach import ByChannel, Reach, nearest
from bot.reminders.tables import promises
from calculator.facts import Facts, from_json, to_json
from calculator.policy import Policies

LOOKED_FOR: Final = timedelta(days=365)
"""So long new rules are looked for; the member is told so."""


@dataclass(frozen=True)
class Asked:
    """Who asked to be told, of which benefit, and what the verdict rested on."""

    chat: Chat
    locale: str
    benefit: str
    facts: Facts


def promise(conn: Connection, asked: Asked, outlook: Outlook, now: datetime) -> int:
    """Promise it, in place of what was promised for this benefit before; `now` in the zone whose days count. Returns the promise's id."""
    day = now.date() + timedelta(days=1) if outlook.day is None else outlook.day
    values = {
        "locale": asked.locale,
        "kind": outlook.kind.value,
        "facts": {name: to_json(value) for name, value in asked.facts.items()},
        "due": datetime.combine(day, time(), now.tzinfo),  # at midnight: the first round after the quiet hours tells it
        "ends": now + LOOKED_FOR if outlook.kind is Kind.RULES else None,
    }
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    key = {"channel": asked.chat.channel, "chat": asked.chat.id, "benefit": asked.benefit}
    kept = insert(promises).values(key | values).on_conflict_do_update(index_elements=[*key], set_=values)
    return int(conn.execute(kept.returning(promises.c.id)).scalar_one())


def take_back(conn: Connection, chat: Chat, promise_id: int) -> bool:
    """Forget a promise made to this chat; False if there is none of this id."""
    own = (promises.c.id == promise_id, promises.c.channel == chat.channel, promises.c.chat == chat.id)
    return conn.execute(delete(promises).where(*own).returning(promises.c.id)).first() is not None


def due(conn: Connection, now: datetime, most: int) -> list[int]:
    """The promises whose day has come, the longest due first."""
    return list(conn.scalars(select(promises.c.id).where(promises.c.due <= now).order_by(promises.c.due, promises.c.id).limit(most)))


def put_off(conn: Connection, promise_id: int, until: datetime) -> None:
    """Look at this one later."""
    conn.execute(update(promises).where(promises.c.id == promise_id).values(due=until))


def keep(conn: Connection, promise_id: int, policies: Policies, plan: Plan, by_channel: ByChannel, now: datetime) -> None:
    """Keep one promise: tell the member what is so now, or look again tomorrow for rules that have not come."""
    row = conn.execute(select(promises).where(promises.c.id == promise_id).with_for_update()).one_or_none()
    if row is None or row.due > now:
        return  # another process was here first
    chat, reached = nearest(conn, Chat(row.channel, row.chat), by_channel, now)
    is_over = row.ends is not None and row.ends <= now
    if is_over or row.benefit not in policies or reached is Reach.GONE:
        _forget(conn, promise_id)
        return
    facts = {name: from_json(name, value) for name, value in row.facts.items()}
    lines = _told(row.benefit, Kind(row.kind), facts, policies, plan, now)
    if lines is None:
        put_off(conn, promise_id, plan.morning(plan.day_of(now) + timedelta(days=1)))
        return
    begin = Button(Say("button.promise_begin"), f"benefit:{row.benefit}")
    notices.queue(conn, chat, Message(lines, ((begin,),)), locale=row.locale, now=now)
    _forget(conn, promise_id)


def _told(benefit: str, kind: Kind, facts: Facts, policies: Policies, plan: Plan, now: datetime) -> tuple[Say, ...] | None:
    """What to say on the day; None: not yet."""
    today, policy = plan.day_of(now), policies[benefit]
    named: dict[str, Any] = {"benefit": benefit}
    in_force = policy.edition_on(today)
    if kind is Kind.YEAR:
        return (Say("promise.kept.year", {**named, "year": today.year}),)
    if not says_no(in_force, facts):
        return (Say(f"promise.kept.{kind.value}", {**named, **_age(facts)}), Say("promise.kept.try"))
    ahead = next((one.starts for one in policy.editions if one.starts > today and not says_no(one, facts)), None)
    if ahead is not None:
        return (Say("promise.kept.ahead", {**named, "day": ahead.isoformat()}),)
    return None if kind is Kind.RULES else (Say("promise.not_after_all", named),)


def _age(facts: Facts) -> dict[str, Any]:
    return {"age": facts[AGE]} if AGE in facts else {}


def _forget(conn: Connection, promise_id: int) -> None:
    conn.execute(delete(promises).where(promises.c.id == promise_id))
