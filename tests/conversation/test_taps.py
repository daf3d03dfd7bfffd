"""How many taps or messages it takes to an amount, and how much there is to read on the way; counted on the transcripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import wording
from handlers.understanding.matching import examples_in
from tests.conversation.scene import BOT, FOLDER, MEMBER, Line, names, read, transcripts
from tests.house.test_words import PLACEHOLDER, entries, po_files

LONGEST = {"zh_CN": 120, "en": 200}
OF_MEMBERS = {"conversation.po", "topics.po", "thread.po", "plain.po"}
A_LIST = 3
"""So many lines are a list: one thing a line, to be looked over, not read from end to end."""


def taps(name: str, first: str, amount: str) -> int:
    """What a member says from one line of a transcript to the first amount after it."""
    _, said = read(FOLDER / f"{name}.txt")
    at = next(number for number, line in enumerate(said) if line == Line(MEMBER, (first,)))
    rest = said[at:]
    end = next(number for number, line in enumerate(rest) if line.who == BOT and any(words.startswith(amount) for words in line.lines))
    return sum(line.who == MEMBER for line in rest[:end])


@pytest.mark.parametrize(
    ("name", "first", "at_most"),
    [
        ("hospital_by_taps", "/start", 7),
        ("hospital_one_sentence", "我住院了，自己花了15万2，能领多少", 5),
        ("told_at_once", "我58岁还在上班，住院自己掏了大概三万二，上个月出院", 5),
        ("known_member", "又住院了，自己花了8000", 2),
    ],
)
def test_an_amount_is_so_many_taps_away(name: str, first: str, at_most: int) -> None:
    assert taps(name, first, "可以领，预计") <= at_most


def messages() -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Every message of the bot in every transcript, without its buttons."""
    for path in transcripts():
        head, said = read(path)
        for line in said:
            if line.who == BOT:
                yield path, head["locale"], tuple(words for words in line.lines if not words.startswith("["))


@pytest.mark.parametrize("locale", wording.LOCALES)
def test_no_message_is_long_unless_it_is_a_list(locale: str) -> None:
    found = [(names(path), lines) for path, of, lines in messages() if of == locale and len("".join(lines)) > LONGEST[locale]]

    assert [(name, lines) for name, lines in found if len(lines) < A_LIST] == []


@pytest.mark.parametrize("locale", wording.LOCALES)
def test_no_sentence_for_members_is_long(locale: str) -> None:
    catalogues = [
        catalog for name, catalog in po_files(locale).items() if name in {"conversation.po", "topics.po", "thread.po", "plain.po"}
    ]
    words = {
        key: str(message.string) for catalog in catalogues for key, message in entries(catalog).items() if not key.endswith(".examples")
    }

    assert {key: said for key, said in words.items() if len(PLACEHOLDER.sub("", said)) > LONGEST[locale]} == {}


def test_every_topic_has_words_to_offer_it_and_every_question_an_answer() -> None:
    for locale in wording.LOCALES:
        topics = examples_in(wording.catalogue(locale))

        assert [name for name in topics if not wording.has(f"topic.{name}", locale)] == []
