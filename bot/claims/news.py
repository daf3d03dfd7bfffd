"""What a change of a claim makes known: to its member in the chat it came from, to the staff of its branch where they are linked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot import jobs, notices
from bot.claims import claim as stored
from bot.claims import posted
from bot.claims.brief import brief_of
from bot.claims.claim import Claim
from bot.claims.own_chat import own_chat
from bot.claims.states import State
from bot.claims.told import first_time
from bot.jobs import Job
from bot.linking.party import where
from bot.members.tables import unions
from bot.message import Button, Message
from bot.staff import links
from calculator import edition_of
from handlers.say import Say

STAFF_NEWS = "staff_news"
"""The kind of the job that tells the staff of a claim's branch; payload {"claim": id, "again": bool}."""

Post = Callable[[Connection, str, dict[str, Any], datetime], None]
"""Puts news of a topic on its way to those who are told beside the linked chats: `post(conn, topic, entry, now)`."""


def tell_member(
    conn: Connection, claim: Claim, key: str, *, now: datetime, more: Sequence[Say] = (), button: Button | None = None, **figures: Any
) -> None:
    """Queue the news `news.<key>` to the claim's member, over a button that leads on: to handing in what is missing, or to a person."""
    named = {"number": claim.number, "title": dict(edition_of(claim.edition).title), **figures}
    buttons = () if button is None else ((button,),)
    chat = where(conn, claim.chat)
    notices.queue(conn, chat, Message((Say(f"news.{key}", named), *more), buttons), locale=claim.locale, now=now)
    own = None if claim.helper is None else own_chat(conn, claim)
    if own is not None:
        said = [Say("news.mended_by_helper")] if claim.state is State.RETURNED else more
        notices.queue(conn, own.chat, Message((Say(f"news.{key}", named), *said)), locale=own.locale, now=now)


def tell_of_filing(conn: Connection, claim: Claim, *, now: datetime) -> None:
    """Tell a member in a chat of their own who has filed for them; where there is none, the staff must tell."""
    own = None if claim.helper is None else own_chat(conn, claim)
    if claim.helper is None or own is None:
        return
    figures: dict[str, Any] = {"name": claim.helper["name"], "phone": claim.helper["phone"]}
    figures |= {"number": claim.number, "title": dict(edition_of(claim.edition).title)}
    said = (Say("news.filed_for_you", figures), Say("news.filed_for_you.not_agreed"))
    notices.queue(conn, own.chat, Message(said, ((Button(Say("button.human"), "human"),),)), locale=own.locale, now=now)


def tell_staff_later(conn: Connection, claim_id: int, *, again: bool, now: datetime) -> None:
    """Queue the job that tells the staff."""
    jobs.add(conn, STAFF_NEWS, {"claim": claim_id, "again": again}, now=now)


def tell_staff_once(conn: Connection, job: Job, public_url: str, post: Post, now: datetime) -> None:
    """Carry that job out: tell the linked chats, and whoever else is told, once however often it is tried."""
    if first_time(conn, job.id, now):
        claim_id, again = job.payload["claim"], job.payload["again"]
        tell_staff(conn, claim_id, again, public_url, now)
        posted.post(conn, stored.read(conn, claim_id), public_url, now)
        entry = brief_of(conn, stored.read(conn, claim_id)).to_json()
        post(conn, "claims", {"news": "again" if again else "new", **entry}, now)


def tell_staff(conn: Connection, claim_id: int, again: bool, public_url: str, now: datetime) -> int:
    """Queue a message to every linked chat of the staff whose branch holds the claim; the number of messages."""
    claim = stored.read(conn, claim_id)
    union = conn.execute(select(unions.c.name).where(unions.c.id == claim.union_id)).scalar_one_or_none()
    figures = {"number": claim.number, "title": dict(edition_of(claim.edition).title), "amount": claim.estimated, "union": union or ""}
    key = "news.staff.again" if again else "news.staff.new" if claim.estimated is not None else "news.staff.new_without_amount"
    button = Button(Say("button.open_claim"), url=f"{public_url}/console/claims/{claim.id}")
    linked = links.chats_over(conn, claim.union_path)
    for chat, locale in linked:
        notices.queue(conn, chat, Message((Say(key, figures),), ((button,),)), locale=locale, now=now)
    return len(linked)
