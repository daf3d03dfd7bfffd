"""Several things said at once ("我58岁还在上班，住院自己掏了三万二"): what was understood is shown, so that nobody is asked twice.

`hear(text, today)` gives everything, each fact as a `Read` (sure, or to be echoed) or as an `Unread` (spoken of, and why no value was
taken: "上个月出院" is `discharged_on: Unread("incomplete")`, to be asked for its day). What is about somebody else is never sure.
`read_sentence(text, today)` gives only what is sure. Facts bear the names of calculator/facts.py; which of them an edition asks, and
which choices it has, is for the caller to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from calculator.amounts import Fen
from handlers.understanding.counts import age_in, read_count
from handlers.understanding.days import day_in_statement
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST, Read, Unread
from handlers.understanding.signs import one_of, signs
from handlers.understanding.stated import told
from handlers.understanding.sums import Statement, sum_told
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


_CLAUSES = re.compile(r",(?![0-9]{3})|[。;!、\n]|(?<=\?)|\.(?![0-9])| and (?=i |paid|spent|was |my |still |[0-9])| but |※")
_EDGES = " ,。;!、※"
_NUMERAL = "0-9一二三四五六七八九"
_NOT_DENIED = r"(?<=[^,不没非未是].)"
_RUN_TOGETHER = re.compile(r"岁(?=[^了零半多以左上不的出退就才])|院(?=[^费的时期总后结,])| (?<=[^,] )(?=[^0-9 ])")
"""Behind which words the next statement begins though no mark stands between them, as in what is dictated."""
_BEGINS_ANOTHER = re.compile(
    rf"还{_NOT_DENIED}(?=在[职岗上]|[没未]退休)|仍{_NOT_DENIED}(?=在[职岗上]|[没未]退休)|现{_NOT_DENIED}(?=在[职岗上])|在{_NOT_DENIED}(?<![还仍现].)(?=[职岗])|"
    rf"没{_NOT_DENIED}(?<![还仍].)(?=退休)|未{_NOT_DENIED}(?<![还仍].)(?=退休)|已{_NOT_DENIED}(?=经退休)|自{_NOT_DENIED}(?=己[花掏付出]|[付费掏])|"
    rf"个{_NOT_DENIED}(?=人[现自支付])|今{_NOT_DENIED}(?=年[没领])|我(?<=[^,].)(?=(?:今年)?[{_NUMERAL}])|俺(?<=[^,].)(?=(?:今年)?[{_NUMERAL}])"
)
"""Words with which one does. The first character of each stands before what is asked of it: so others are passed over without a look."""
_BEGINS_WITH_A_DATE = re.compile(rf"(?<=[^0-9年月去今前上,])(?=(?:[0-9]{{4}}年|[{_NUMERAL}十]{{1,2}}月[0-9一二三]))")
_SPACE_IN_LATIN = re.compile(r"[a-z]")
_SOMEBODY_ELSE = re.compile(
    r"[爸妈爹]|娘(?!家)|家里?人|家属|父亲|母亲|父母|儿子|女儿|闺女|姑娘|媳妇|老[婆公伴]|丈夫|妻子|爱人|对象|[哥姐弟妹]|爷爷|奶奶|姥|公公|岳|叔|姨|舅|侄|孙[子女]|"
    r"(?<!其)[他她]|(?<!生)(?<!个)(?:孩子|小孩|娃)|同事|工友|邻居|朋友|\b(?:his|her|he|she|son|daughter|wife|husband|father|mother|child)\b"
)
_MAY_BE_ANOTHER = one_of(
    "爸妈爹娘家父母儿女闺姑媳老丈妻爱对哥姐弟妹爷奶姥公岳叔姨舅侄孙他她孩娃同工邻朋",
    *("his", "her", "he", "she", "son", "daug", "wife", "husb", "fath", "moth", "chil"),
)
_MAY_SUPPOSE = one_of("如要假比万", "if")
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
    there = signs(said)
    benefit = benefit_of(said, there)
    clauses = _split(said)
    readings: dict[str, list[Read[Any] | Unread]] = {}
    quotes: dict[str, str] = {}
    for name, reading, clause in _readings(clauses, said, there, benefit, today):
        readings.setdefault(name, []).append(reading)
        if isinstance(reading, Unread):
            quotes.setdefault(name, clause)
    another = _speaks_of_another(said, there)
    supposed = not _MAY_SUPPOSE.isdisjoint(there) and _SUPPOSED.search(said) is not None
    doubtful = another or supposed
    facts = {name: _one(found, doubtful=doubtful) for name, found in readings.items()}
    spoken_of = {name: quotes.get(name, said) for name, found in facts.items() if isinstance(found, Unread)}
    return Heard(benefit, another, supposed, facts, spoken_of)


def speaks_of_another(text: str) -> bool:
    """Whether a message speaks of somebody else: a relative, a workmate."""
    said = plain(text[:LONGEST])
    return _speaks_of_another(said, signs(said))


def _speaks_of_another(said: str, there: AbstractSet[str]) -> bool:
    return not _MAY_BE_ANOTHER.isdisjoint(there) and _SOMEBODY_ELSE.search(said) is not None


def read_sentence(text: str, today: date) -> Mentioned:
    """Read the facts a message states clearly; whatever is doubtful, approximate, about others or said twice is left out."""
    heard = hear(text, today)
    mentioned: Mentioned = {"benefit": heard.benefit} if heard.benefit else {}
    return mentioned | {name: found.value for name, found in heard.facts.items() if isinstance(found, Read) and found.sure}


def _split(said: str) -> list[str]:
    marked = said if _SPACE_IN_LATIN.search(said) else _marked(said)
    if "多少" in marked or "几" in marked:
        parts = [_QUESTION.sub("", part).strip(_EDGES) for part in _CLAUSES.split(marked)]
    else:
        parts = [part.strip(_EDGES) for part in _CLAUSES.split(marked)]
    return [part for part in parts if part]


def _mark_behind(found: re.Match[str]) -> str:
    return found.group() + "※"


def _mark_before(found: re.Match[str]) -> str:
    return "※" + found.group()


def _marked(said: str) -> str:
    """Chinese with a ※ wherever the next statement begins without a mark."""
    marked = _BEGINS_ANOTHER.sub(_mark_before, _RUN_TOGETHER.sub(_mark_behind, said))
    return _BEGINS_WITH_A_DATE.sub("※", marked) if "月" in marked or "年" in marked else marked


def _readings(clauses: list[str], said: str, there: AbstractSet[str], benefit: str, today: date) -> Iterator[Reading]:
    for name, reading in told(clauses, said, there):
        yield name, reading, said
    events = [
        (name, event) for name, event in _EVENTS.items() if event.search(said) and not (name == "injured_on" and benefit == "hospital")
    ]
    counting = {clause: Statement.of(clause) for clause in clauses if _MAY_COUNT.search(clause)}
    owned = len(clauses) > 1 and any(statement.is_own_payment for statement in counting.values())
    for clause in clauses:
        if _AGE.search(clause):
            yield "age", age_in(clause, today), clause
        elif _BARE_AGE.fullmatch(clause):
            yield "age", Read(int(clause), sure=False), clause
        statement = counting.get(clause)
        if statement is not None and not (owned and statement.is_mere_spending):
            fact, paid = sum_told(statement, benefit)
            if fact:
                yield fact, paid, clause
        for name, event in events:
            if event.search(clause) and (found := day_in_statement(clause, today)) != Unread("none"):
                yield name, found, clause
    if children := _CHILDREN.search(said):
        counted = read_count(children["count"])
        sure = _HURT.search(said) is not None
        yield "children_hurt", Read(counted.value, sure) if isinstance(counted, Read) else counted, children.group()


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
