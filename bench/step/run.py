"""The CPU of one step of a conversation beyond the database: every question of every flow of every place, answered as people answer.

A step is measured from the message to the reply and the place as plain data; reading, writing and sealing rows, and sending, are left out.
Each is taken many times, and the quarter that took least counts: what else runs on the machine only ever makes a step longer. What the
rules make of the facts is forgotten before each time, but for what the message before had worked out: no step profits from itself.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median, quantiles
from time import thread_time_ns
from typing import Any

from sqlalchemy import Connection, create_engine

from bot.conversation.counting import Counts
from bot.conversation.state import Conversation, Place
from bot.conversation.step import TURNS
from bot.conversation.talk import Talk
from bot.conversation.topics import matcher
from bot.message import Chat, Message, Pressed, Text, What
from bot.store.tables import metadata
from calculator import load
from calculator.policy import places
from handlers import benefit as worked_out
from handlers.case import Case
from handlers.questions import Amount, Confirm, Count, Day, Documents, Lookup, Question

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
MOST_US = 300
TYPED = {"name": "王芳", "certno": "110101198001010010", "phone": "13800138000", "card": "6222021234567890128"}


@dataclass(frozen=True)
class Spot:
    """One step: a place of a conversation, and what is said there."""

    name: str
    of: str
    place: Place
    what: What


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench step", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="times each step is taken, of which the quickest quarter counts")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    report = measured(options.runs)
    sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n" if options.json else table(report))


def measured(runs: int) -> dict[str, Any]:
    """Take every step so often."""
    matcher()
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as conn:
        found = list(spots(conn))
        rows = {spot.name: _quarter_us(conn, spot, runs) for spot in found}
    slowest = sorted(rows, key=lambda name: -rows[name])[:10]
    return {
        "steps": len(rows),
        "runs": runs,
        "median_us": round(median(rows.values())),
        "slowest_us": {name: round(rows[name]) for name in slowest},
        "over": sum(us > MOST_US for us in rows.values()),
    }


def table(report: dict[str, Any]) -> str:
    """Give the report as people read it."""
    lines = [
        f"{report['steps']} steps, each {report['runs']} times; median {report['median_us']} us; {report['over']} over {MOST_US} us",
        *(f"{us:>6} us  {name}" for name, us in report["slowest_us"].items()),
    ]
    return "\n".join(lines) + "\n"


def spots(conn: Connection) -> Iterator[Spot]:
    """Every question of every flow, each answered by typing and, where it has buttons, by a tap."""
    for place_name in places():
        for benefit in load(place_name):
            for flow in ("benefit", "claim"):
                yield from _walk(conn, place_name, flow, benefit)


def _walk(conn: Connection, where: str, flow: str, benefit: str) -> Iterator[Spot]:
    place = Place(flow, {"benefit": benefit})
    while True:
        talk = _talk(conn, where, place)
        question = talk.replay().pending
        if question is None or isinstance(question, Confirm):
            return
        for how, what in _answers(talk, question):
            yield Spot(f"{where} {flow} {benefit} {question.key} {how}", where, place, what)
        place = place.with_answer(question.key, question.dump(question.typical()))


def _answers(talk: Talk, question: Question[Any]) -> Iterator[tuple[str, What]]:
    if isinstance(question, Lookup | Documents):
        return  # a look into the database
    options = question.options()
    if options:
        yield "tapped", Pressed(talk.answer(question.key, options[0].value, options[0].label).action)
    yield "typed", Text(_typed(talk, question))
    yield "not understood", Text("这个我也说不好呀")


def _typed(talk: Talk, question: Question[Any]) -> str:
    """Figures are others than those typical ones that the way is foreseen with."""
    typical = question.typical()
    if isinstance(question, Amount):
        return f"自己付了{typical // 100 + 37}元" if isinstance(typical, int) else "不清楚"
    if isinstance(question, Day):
        return "10月12日"
    if isinstance(question, Count):
        return f"{typical + 3}"
    options = question.options()
    return talk.words(options[0].label) if options else TYPED[question.key]


def _talk(conn: Connection, where: str, place: Place) -> Talk:
    conversation = Conversation(7, Chat("bench", "1"), "zh_CN", 3, place)
    return Talk(conn, conversation, Case(TODAY, load(where)), NOW, counts=Counts())


def _quarter_us(conn: Connection, spot: Spot, runs: int) -> float:
    gc.disable()
    took = [_once(conn, spot) for _ in range(runs)]
    gc.enable()
    return quantiles(took)[0] / 1000


def _once(conn: Connection, spot: Spot) -> int:
    kept = json.loads(json.dumps(spot.place.to_json()))
    worked_out._estimate.cache_clear()  # noqa: SLF001 - nothing but a measurement has to forget
    worked_out._next.cache_clear()  # noqa: SLF001 - the same
    _talk(conn, spot.of, Place.from_json(kept)).replay().in_all()
    begin = thread_time_ns()
    talk = _talk(conn, spot.of, Place.from_json(kept))
    reply = TURNS[type(spot.what)](talk, spot.what)
    Message(reply.lines, reply.buttons).to_json()
    reply.place.to_json()
    return thread_time_ns() - begin
