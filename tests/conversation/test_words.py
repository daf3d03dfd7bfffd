"""Every word a member can get, as a newcomer reads it: short, no office language, and only what the place really has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot import wording
from bot.channels import plain
from bot.conversation.going_on import troubles_of
from bot.message import Message, Say
from bot.store import Store
from calculator import load
from calculator.policy import places
from tests.conversation.scene import BOT, MEMBER, ZONE, Scene, names, read, transcripts

LONGEST = {"zh_CN": 120, "en": 400}
"""Characters of one message without its lists. English takes three times as many letters for the same content."""

LISTS = (
    "progress",
    "block.",
    "document.",
    "confirm.item",
    "why.",
    "working.",
    "suppose.",
    "thread.share.fact",
    "news.missing",
    "answer.clause",
    "known.",
)
"""How the keys of lines begin that are no sentences: how far it is, and the items of a list and its head."""

ANSWERS = ("answer.", "help.")
"""Answers to something asked in between: what was asked before is said again after them, as a paragraph of its own."""

OFFICE = re.compile(
    "申领|核定|提交|相关|予以|根据|依据|办理|告知|逾期|凭证|符合|额度|核实|作废|失效|特此|上述|须|务必|以便|进行|差额|算法|承办|受理|审批|呈报|事宜|敬请|知悉|请予|该项|该笔|贵方|兹|即可|如下|如有|若|均|予|暂|未能|尚未|是否|无法"
)
"""Words of forms and notices that plain ones can take the place of."""

QUOTED = re.compile(r"[“《「][^”》」]*[”》」]")
"""What is written on a paper or a button is called by its name."""

MEMBER_FILES = (
    "broadcast",
    "conversation",
    "helper",
    "linking",
    "news",
    "plain",
    "reminders",
    "telegram",
    "thread",
    "topics",
    "web",
    "wechat",
)
NOT_TO_MEMBERS = ("console.", "news.staff.", "group.", "wecom.", "topic.", "example.topic", "button.open_", "telegram.command.")
CANNED = re.compile(r"console\.thread\.canned\.\d")
"""Words that staff send with one tap."""

BUTTON = frozenset({"option.confirm.send"})
"""The one button that is called as such buttons are everywhere."""

FOLDER = Path(wording.FOLDER)


def sentences(locale: str) -> Iterator[tuple[str, str]]:
    """Every key whose words reach a member, with the words."""
    for name in MEMBER_FILES:
        with (FOLDER / locale / f"{name}.po").open("rb") as source:
            for entry in read_po(source, locale=locale):
                key = str(entry.id)
                if key and (not key.startswith(NOT_TO_MEMBERS) or CANNED.fullmatch(key)):
                    yield key, str(entry.string)


async def messages(store: Store, path: Path) -> list[tuple[Message, str]]:
    """All that the bot says in a transcript, each with its language."""
    head, script = read(path)
    scene = Scene(store, locale=head.get("locale", "zh_CN"), policy_place=head.get("place", "changchun"))
    if "day" in head:
        scene.now = datetime.fromisoformat(f"{head['day']}T10:00").replace(tzinfo=ZONE).astimezone(UTC)
    await scene.open()
    said: list[tuple[Message, str]] = []
    for line in script:
        if line.who != BOT:
            await (scene.member if line.who == MEMBER else scene.staff)(line.lines[0])
            said += [(message, scene.locale) for message in await scene.heard()]
    return said


def prose(message: Message) -> list[Say]:
    """A message's sentences without the items of its lists; of an answer in between, only the answer."""
    lines = [line for line in message.lines if not line.key.startswith(LISTS)]
    answer = [line for line in lines if line.key.startswith(ANSWERS)]
    return answer or lines


@pytest.mark.parametrize("path", transcripts(), ids=names)
async def test_every_message_is_short_but_for_its_lists_and_never_speaks_like_an_office(sqlite_store: Store, path: Path) -> None:
    said = await messages(sqlite_store, path)

    texts = [(plain.render(Message(tuple(prose(message))), locale, wording.say).text.replace("\n", ""), locale) for message, locale in said]
    whole = [QUOTED.sub("", plain.render(Message(message.lines), locale, wording.say).text) for message, locale in said]

    assert [text for text, locale in texts if len(text) > LONGEST[locale]] == []
    assert [(found[0], text) for text in whole if (found := OFFICE.search(text))] == []


def test_no_sentence_to_a_member_speaks_like_an_office() -> None:
    words = [(key, QUOTED.sub("", said)) for key, said in sentences("zh_CN") if key not in BUTTON]

    assert [(key, found[0], said) for key, said in words if (found := OFFICE.search(said))] == []


@pytest.mark.parametrize("locale", wording.LOCALES)
def test_no_sentence_to_a_member_is_longer_than_a_message_may_be(locale: str) -> None:
    assert [(key, len(said)) for key, said in sentences(locale) if len(said) > LONGEST[locale]] == []


@pytest.mark.parametrize("place", places())
@pytest.mark.parametrize("key", ["greeting", "help.what", "telegram.description", "answer.benefits", "answer.hello", "answer.how_much"])
def test_what_can_be_done_here_names_the_benefits_of_this_place_alone(place: str, key: str) -> None:
    here = troubles_of(load(place))
    absent = {"hospital", "accident", "fire"} - load(place).keys()

    for locale in wording.LOCALES:
        said = wording.text(key, locale, {"troubles": here})
        assert [trouble for trouble in here if wording.text(f"word.trouble.{trouble}", locale) not in said] == []
        assert [trouble for trouble in absent if wording.text(f"word.trouble.{trouble}", locale) in said] == []
