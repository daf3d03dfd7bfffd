"""Several things said at once ("我住院了，自己花了15万2"): what was clearly understood is offered, so that nobody is asked twice."""

from __future__ import annotations

import re
from datetime import date

from calculator.amounts import Fen
from handlers.understanding.amounts import read_amount
from handlers.understanding.counts import read_age
from handlers.understanding.days import read_day
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST, Read, Unread
from handlers.understanding.topics import read_topic

Mentioned = dict[str, str | int | Fen | date]
"""Under "benefit" its name, under the names of facts their values."""

_CLAUSES = re.compile(r",(?![0-9]{3})|[。;!?、\n]|\.(?![0-9])| and (?=i |paid|spent|was |my )| but ")
_PAID_MYSELF = re.compile(r"自己|个人|自付|自费|自负|自掏|我[花付掏交]|[花付掏]了|\bpaid\b|\bspent\b|out of pocket")
_NOT_PAID_MYSELF = re.compile(r"总|报(?!销后|销完|完)|医保(?!报销后|后)|损失|工资|补贴|每|他|她|total|insur|wage")
_SOMEBODY_ELSE = re.compile(
    r"[爸妈爹娘儿女孩爱妻夫父母哥姐弟妹他她婆公爷奶叔姨舅媳]|老[人公婆]|\b(?:his|her|he|she|son|daughter|wife|husband|father|mother)\b"
)
_QUESTION = re.compile(r"(?:能|可以|会)?(?:领|报|补|给)(?:销|到|助|贴)?(?:多少|几).*$")
_AGE = re.compile(r"岁|今年[0-9二三四五六七八九十]{2,3}了?$|\bi'?m [0-9]|\bi am [0-9]|years old")
_EVENTS = {
    "discharged_on": re.compile(r"出院|出的院|discharged|left hospital"),
    "injured_on": re.compile(r"骨折|受伤|受的伤|摔伤"),
    "fire_on": re.compile(r"着火|着的火|失火|起火"),
}


def read_sentence(text: str, today: date) -> Mentioned:
    """Read the facts a message states clearly; whatever is doubtful, approximate, about others or said twice is left out."""
    if len(text) > LONGEST:
        return {}
    topic = read_topic(text)
    clauses = [clause.strip() for clause in _CLAUSES.split(plain(text)) if clause.strip()]
    clauses = [_QUESTION.sub("", clause) for clause in clauses]
    mentioned: Mentioned = {"benefit": topic.name} if topic and topic.kind == "benefit" else {}
    if mentioned.get("benefit", "hospital") == "hospital":
        _add(mentioned, "out_of_pocket", [read_amount(clause) for clause in clauses if _is_own_payment(clause)])
    _add(mentioned, "age", [read_age(clause, today) for clause in clauses if _AGE.search(clause) and not _SOMEBODY_ELSE.search(clause)])
    for fact, event in _EVENTS.items():
        _add(mentioned, fact, [read_day(clause, today) for clause in clauses if event.search(clause)])
    return mentioned


def _is_own_payment(clause: str) -> bool:
    return bool(_PAID_MYSELF.search(clause)) and not _NOT_PAID_MYSELF.search(clause)


def _add(
    mentioned: Mentioned, fact: str, readings: list[Read[Fen] | Unread] | list[Read[int] | Unread] | list[Read[date] | Unread]
) -> None:
    values = {reading.value for reading in readings if isinstance(reading, Read)}
    doubtful = any(not reading.sure if isinstance(reading, Read) else reading.reason != "none" for reading in readings)
    if len(values) == 1 and not doubtful:
        mentioned[fact] = values.pop()
