"""Whatever is typed: no exception, no answer lost, at least one sentence, and a way on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, func, select

from bot import wording
from bot.conversation import state
from bot.conversation.state import Place
from bot.conversation.step import step
from bot.jobs.tables import jobs
from bot.message import Chat, Incoming, Message, Text
from bot.store import Store
from calculator import load
from handlers.dialogue import replay
from tests.conversation.odd import ODD, WORST
from tests.conversation.scene import ZONE, count_claims, place_of, plant_unions
from tests.handlers.walking import Way, ways

CHAT = Chat("web", "a-member")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Spot:
    """A question on the way through a flow, with the answers before it."""

    way: Way
    key: str
    place: Place

    def __str__(self) -> str:
        return f"{self.way}-{self.key}"


def spots() -> Iterator[Spot]:
    """Every question of every flow, once for each benefit that asks it differently."""
    for way in ways():
        place = Place(way.flow, dict(way.about))
        while (question := replay(way.start, place.answers).pending) is not None:
            yield Spot(way, question.key, place)
            place = place.with_answer(question.key, question.dump(question.typical()))


SPOTS = [spot for spot in spots() if spot.way.flow != "mend"] + [spot for spot in spots() if spot.way.flow == "mend"][:1]
OF_THE_PERSON = {"consent", "name", "certno", "union", "phone", "documents", "card"}
"""Asked alike in every claim: looked at once."""


def once(found: list[Spot]) -> list[Spot]:
    kept: dict[tuple[str, str, str], Spot] = {}
    for spot in found:
        benefit = "" if spot.key in OF_THE_PERSON else str(spot.way.about["benefit"])
        kept.setdefault((spot.way.flow, benefit, spot.key), spot)
    return list(kept.values())


def test_there_are_more_than_300_odd_texts_and_every_flow_is_tried() -> None:
    assert len(set(ODD)) > 300
    assert {spot.way.flow for spot in once(SPOTS)} == {way.flow for way in ways()}


@pytest.mark.parametrize("spot", once(SPOTS), ids=str)
async def test_odd_text_is_asked_again_and_loses_nothing(sqlite_store: Store, spot: Spot) -> None:
    await sqlite_store.write(plant_unions)

    assert await sqlite_store.write(try_all, spot, spot.place, ODD) == []


@pytest.mark.parametrize("spot", once(SPOTS), ids=str)
async def test_odd_text_while_an_answer_is_changed_leaves_the_old_one(sqlite_store: Store, spot: Spot) -> None:
    await sqlite_store.write(plant_unions)
    question = replay(spot.way.start, spot.place.answers).pending
    assert question is not None
    if spot.key in {"documents", "confirm"}:
        pytest.skip("papers and the last look are not changed by typing")
    answered = replace(spot.place.with_answer(spot.key, question.dump(question.typical())), editing=spot.key)

    assert await sqlite_store.write(try_all, spot, answered, WORST) == []


@pytest.mark.parametrize("spot", [s for s in once(SPOTS) if s.way.about["benefit"] == "hospital"], ids=str)
async def test_what_databases_choke_on_passes_on_both(store: Store, spot: Spot) -> None:
    await store.write(plant_unions)

    assert await store.write(try_all, spot, spot.place, WORST) == []


async def test_odd_text_at_the_menu_gets_the_menu(sqlite_store: Store) -> None:
    spot = Spot(ways()[0], "menu", Place(at_menu=True))

    assert await sqlite_store.write(try_all, spot, spot.place, ODD) == []


async def test_odd_text_under_a_doubtful_reading_drops_only_the_reading(sqlite_store: Store) -> None:
    spot = next(s for s in SPOTS if s.key == "out_of_pocket")
    place = replace(spot.place, proposed={"key": spot.key, "stored": 3_000_000})

    assert await sqlite_store.write(try_all, spot, place, ODD) == []


def try_all(conn: Connection, spot: Spot, place: Place, texts: list[str]) -> list[str]:
    """Say each of these at this place; what went wrong."""
    wrong = []
    for number, text in enumerate(texts):
        stand(conn, place)
        before = conn.execute(select(func.count()).select_from(jobs)).scalar_one()
        incoming = Incoming(CHAT, f"{spot}-{number}"[-80:], Text(text))
        assert step(conn, incoming, now=NOW, policies=load(spot.way.place), zone=ZONE)
        wrong += [f"{text[:60]!r}: {problem}" for problem in problems(conn, place, before)]
    return wrong


def stand(conn: Connection, place: Place) -> None:
    conversation = state.load(conn, CHAT, None, NOW)
    state.save(conn, replace(conversation, place=place, revision=conversation.revision + 1), NOW)


def problems(conn: Connection, before: Place, jobs_before: int) -> Iterator[str]:
    """What must not be, after odd text."""
    after = place_of(conn, CHAT)
    if lost := [key for key, stored in before.answers.items() if key != before.editing and after.answers.get(key) != stored]:
        yield f"lost {lost}"
    if after.flow != before.flow:
        yield f"went from {before.flow} to {after.flow}"
    if count_claims(conn):
        yield "made a claim"
    said = conn.execute(select(jobs.c.payload).order_by(jobs.c.id).offset(jobs_before)).scalars().all()
    if len(said) != 1:
        yield f"said {len(said)} messages"
    for payload in said:
        yield from unreadable(Message.from_json(payload["message"]), payload["locale"])


def unreadable(message: Message, locale: str) -> Iterator[str]:
    """What a member could not read, or could not go on from."""
    lines = [wording.say(line, locale) for line in message.lines]
    labels = [wording.say(button.label, locale) for row in message.buttons for button in row]
    if not any(line.strip() for line in lines):
        yield "said nothing"
    if not labels:
        yield "left no way on"
    if not all(label.strip() for label in labels):
        yield "has a button without words"
    if any(len(button.action.encode()) > 64 for row in message.buttons for button in row):
        yield "has a button that is too long"
