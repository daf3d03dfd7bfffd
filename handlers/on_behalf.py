"""Somebody acts for a member: a relative, a workmate, the unit's officer. Who they are is kept beside the member, and both are told."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from handlers.dialogue import ask
from handlers.identity import is_name, is_phone, read_name, read_phone
from handlers.questions import Choice, Option, Question, Text, YesNo
from handlers.questions.question import Words
from handlers.say import Say
from handlers.understanding.choices import read_choice
from handlers.understanding.reading import Read, Unread
from handlers.understanding.sentence import speaks_of_another
from handlers.understanding.yes_no import names_a_deed, read_yes_no

Q = TypeVar("Q", bound=Question[Any])

AGREED, REFUSED, FOR_ANOTHER = "yes", "no", "another"
"""What may be answered to the question for consent."""

RELATIONS = ("spouse", "parent", "child", "relative", "officer", "workmate")
"""Who the member is to the helper; an officer of the member's own union helps its members."""


@dataclass(frozen=True, slots=True)
class Helper:
    """Who files for a member, as they say it."""

    relation: str
    name: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class Consent(Choice):
    """Yes, no, or that it is for somebody else. Any clear yes or no counts, beside the labels; whoever is spoken of is asked about."""

    def read(self, text: str, words: Words) -> Read[str] | Unread:
        chosen = read_choice(text, self.sayings(words))
        if isinstance(chosen, Read) and (chosen.sure or chosen.value == FOR_ANOTHER):
            return chosen
        said = read_yes_no(text)
        if isinstance(said, Read):
            return Read(AGREED if said.value else REFUSED, said.sure and not names_a_deed(text))
        return Read(FOR_ANOTHER, sure=False) if speaks_of_another(text) else chosen


CONSENT = Consent(
    key="consent",
    choices=tuple(Option(value, Say(f"option.consent.{value}")) for value in (AGREED, REFUSED, FOR_ANOTHER)),
)
RELATION = Choice(key="relation", choices=tuple(Option(value, Say(f"option.relation.{value}")) for value in RELATIONS))
MEMBER_AGREED = YesNo(key="member_agreed")
HELPER_NAME = Text(key="helper_name", reader=read_name, fits=is_name, likely="王芳")
HELPER_PHONE = Text(key="helper_phone", reader=read_phone, fits=is_phone, likely="13800000000")


def helping() -> Generator[Question[Any], Any, Helper | None]:
    """Who helps whom, and the helper's word that the member agreed; None without it."""
    relation = yield from ask(RELATION)
    if not (yield from ask(MEMBER_AGREED)):
        return None
    name = yield from ask(HELPER_NAME)
    phone = yield from ask(HELPER_PHONE)
    return Helper(relation, name, phone)


def answers_of(helper: Helper | None) -> Iterator[tuple[Question[Any], Any]]:
    """What the helper told, each under its question."""
    if helper is not None:
        yield from ((RELATION, helper.relation), (HELPER_NAME, helper.name), (HELPER_PHONE, helper.phone))


def addressed(question: Q, helper: Helper | None) -> Q:
    """The same question, asked about the member where somebody else answers."""
    return question if helper is None else replace(question, words=f"{question.key}_of_member")
