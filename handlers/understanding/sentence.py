"""Several things said at once ("我58岁还在上班，住院自己掏了三万二"): what was understood is shown, so that nobody is asked twice.

`hear(text, today)` gives everything, each fact as a `Read` (sure, or to be echoed) or as an `Unread` (spoken of, and why no value was
taken: "上个月出院" is `discharged_on: Unread("incomplete")`, to be asked for its day). What is about somebody else is never sure.
`read_sentence(text, today)` gives only what is sure. Facts bear the names of calculator/facts.py; which of them an edition asks, and
which choices it has, is for the caller to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from calculator.amounts import Fen
from handlers.understanding.counts import read_age, read_count
from handlers.understanding.days import read_day_within
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST, Read, Unread
from handlers.understanding.stated import told
from handlers.understanding.sums import is_mere_spending, is_own_payment, sums
from handlers.understanding.topics import benefit_of

Mentioned = dict[str, bool | str | int | Fen | date]
"""Under "benefit" its name, under the names of facts their values."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one message says: the benefit it is about ("" for none or several), and facts by name."""

    benefit: str = ""
    about_another: bool = False
    """Whether it speaks of somebody else: a relative, a workmate."""
    supposed: bool = False
    """Whether it only supposes ("如果花了3万"): then nothing in it is told."""
    facts: Mapping[str, Read[Any] | Unread] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    """The statement, made plain, that speaks of a fact and gives no value: to be quoted when it is asked for."""


_CLAUSES = re.compile(r"(,(?![0-9]{3})|[。;!、\n]|(?<=\?)|\.(?![0-9])| and (?=i |paid|spent|was |my |still |[0-9])| but |※)")
_RUN_TOGETHER = re.compile(
    r"(?<=岁)(?=[^了零半多以左上不的出退就才])|(?<=院)(?=[^费的时期总后结,])|(?<=[^,] )(?=[^0-9 ])"
    r"|(?<=[^,不没非未是])(?=(?:还|仍|现)在[职岗上]|(?<![还仍现])在[职岗]|(?:还|仍)[没未]退休|(?<![还仍])[没未]退休|已经退休|自己[花掏付出]|自[付费掏]|个人[现自支付]|今年[没领])"
    r"|(?<=[^,])(?=[我俺](?:今年)?[0-9一二三四五六七八九])|(?<=[^0-9年月去今前上,])(?=(?:[0-9]{4}年|[0-9一二三四五六七八九十]{1,2}月[0-9一二三]))"
)
"""Where one statement ends and the next begins though no mark stands between them, as in what is dictated."""
_SPACE_IN_LATIN = re.compile(r"[a-z]")
_SOMEBODY_ELSE = re.compile(
    r"[爸妈爹]|娘(?!家)|家里?人|家属|父亲|母亲|父母|儿子|女儿|闺女|姑娘|媳妇|老[婆公伴]|丈夫|妻子|爱人|对象|[哥姐弟妹]|爷爷|奶奶|姥|公公|岳|叔|姨|舅|侄|孙[子女]|"
    r"(?<!其)[他她]|(?<!生)(?<!个)(?:孩子|小孩|娃)|同事|工友|邻居|朋友|\b(?:his|her|he|she|son|daughter|wife|husband|father|mother|child)\b"
)
_MAY_COUNT = re.compile(r"[0-9一二三四五六七八九十百千万两半几没未领第a-z]")
_SUPPOSED = re.compile(r"如果|要是|假如|假设|比如|万一|\bif\b")
_QUESTION = re.compile(r"(?:能|可以|会)?(?:领|报|补|给)(?:销|到|助|贴)?(?:多少|几).*$")
_AGE = re.compile(
    r"岁|今年[0-9零一二三四五六七八九十]{1,3}[了啦]?$|^[我俺][0-9零一二三四五六七八九十]{2,3}[了啦]?$|年(?:出?生|的)|"
    r"\bi'?m [0-9]|\bi am [0-9]|years? old"
)
_BARE_AGE = re.compile(r"[1-9][0-9]")
_CHILDREN = re.compile(r"(?P<count>[0-9一二两三四五])个?(?:孩子|小孩|娃)")
_HURT = re.compile(r"受了?伤|摔|骨折|撞|烫")
_EVENTS = {
    "discharged_on": re.compile(r"出了?院|出的院|discharged|left hospital"),
    "injured_on": re.compile(r"骨折|受了?伤|受的伤|摔|撞|broke|injured|hurt"),
    "fire_on": re.compile(r"着了?火|着的火|失火|起火|火灾|\bfire\b"),
}

Reading = tuple[str, Read[Any] | Unread, str]
"""A fact, what was read of it, and the statement that speaks of it."""


def hear(text: str, today: date) -> Heard:
    """Read every fact a message speaks of, with its certainty."""
    if len(text) > LONGEST:
        return Heard()
    said = plain(text)
    benefit = benefit_of(said)
    clauses = _split(said)
    readings: dict[str, list[Read[Any] | Unread]] = {}
    quotes: dict[str, str] = {}
    for name, reading, clause in _readings(clauses, said, benefit, today):
        readings.setdefault(name, []).append(reading)
        if isinstance(reading, Unread):
            quotes.setdefault(name, clause)
    another = _SOMEBODY_ELSE.search(said) is not None
    supposed = _SUPPOSED.search(said) is not None
    doubtful = another or supposed
    facts = {name: _one(found, doubtful=doubtful) for name, found in readings.items()}
    spoken_of = {name: quotes.get(name, said) for name, found in facts.items() if isinstance(found, Unread)}
    return Heard(benefit, another, supposed, facts, spoken_of)


def speaks_of_another(text: str) -> bool:
    """Whether a message speaks of somebody else: a relative, a workmate."""
    return _SOMEBODY_ELSE.search(plain(text[:LONGEST])) is not None


def read_sentence(text: str, today: date) -> Mentioned:
    """Read the facts a message states clearly; whatever is doubtful, approximate, about others or said twice is left out."""
    heard = hear(text, today)
    mentioned: Mentioned = {"benefit": heard.benefit} if heard.benefit else {}
    return mentioned | {name: found.value for name, found in heard.facts.items() if isinstance(found, Read) and found.sure}


def _split(said: str) -> list[str]:
    marked = said if _SPACE_IN_LATIN.search(said) else _RUN_TOGETHER.sub("※", said)
    parts = (_QUESTION.sub("", part).strip(" ,。;!、※") for part in _CLAUSES.split(marked) if part)
    return [part for part in parts if part]


def _readings(clauses: list[str], said: str, benefit: str, today: date) -> Iterator[Reading]:
    yield from ((name, reading, said) for name, reading in told(clauses, said))
    owned = len(clauses) > 1 and any(is_own_payment(clause) for clause in clauses if _MAY_COUNT.search(clause))
    for clause in clauses:
        if _AGE.search(clause):
            yield "age", read_age(clause, today), clause
        elif _BARE_AGE.fullmatch(clause):
            yield "age", Read(int(clause), sure=False), clause
        if _MAY_COUNT.search(clause) and not (owned and is_mere_spending(clause)):
            yield from ((name, reading, clause) for name, reading in sums(clause, benefit))
        yield from _days(clause, benefit, today)
    if children := _CHILDREN.search(said):
        counted = read_count(children["count"])
        sure = _HURT.search(said) is not None
        yield "children_hurt", Read(counted.value, sure) if isinstance(counted, Read) else counted, children.group()


def _days(clause: str, benefit: str, today: date) -> Iterator[Reading]:
    for name, event in _EVENTS.items():
        if event.search(clause) and not (name == "injured_on" and benefit == "hospital"):
            found = read_day_within(clause, today)
            if found != Unread("none"):
                yield name, found, clause


def _one(readings: list[Read[Any] | Unread], *, doubtful: bool) -> Read[Any] | Unread:
    """One reading for a fact: two different values are none."""
    if len(readings) == 1 and not doubtful:
        return readings[0]
    failed = next((reading for reading in readings if isinstance(reading, Unread)), None)
    if failed is not None:
        return failed
    values = [reading for reading in readings if isinstance(reading, Read)]
    if any(reading.value != values[0].value for reading in values):
        return Unread("several")
    return Read(values[0].value, sure=not doubtful and all(reading.sure for reading in values))
