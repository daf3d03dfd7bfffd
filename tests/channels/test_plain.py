"""Text alone is enough: choices by number or by words, and every transcript unchanged."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording
from bot.channels import plain
from bot.channels.plain import EARLIER, Choice, chosen, remembered, render, split
from bot.message import Button, Message, Pressed, Say, Text, What
from bot.store import Store
from tests.channels.telling import as_transcript, begins
from tests.conversation.scene import BOT, MEMBER, Line, Scene, names, read, transcripts

PLACES = (
    Choice(1, "现在申请", "claim", True),
    Choice(2, "为什么", "why", True),
    Choice(3, "没领过", "=a.1.paid_this_year.0", False),
    Choice(0, "上一题", "back", True),
    Choice(4, "都不是，交给长春市总工会", "=a.1.union.1", True),
)


@dataclass
class PlainScene(Scene):
    """The same conversation, with a member who sees text and answers in text."""

    choices: tuple[Choice, ...] = ()
    texts: list[str] = field(default_factory=list)

    def shown(self, message: Message) -> tuple[str, ...]:
        """What the text says, as the transcript writes it."""
        said = render(message, self.locale, wording.say)
        self.choices = remembered(said.choices, self.choices)
        self.texts.append(said.text)
        return as_transcript(said.text, super().shown(message))

    def _what(self, line: str) -> What:
        if not line.startswith("["):
            return self._typed(line)
        label = line[1:-1]
        found = next((choice for choice in self.choices if choice.label == label and choice.number > 0), None)
        return self._typed(label if found is None else found.mark)

    def _typed(self, text: str) -> What:
        if text.startswith("/"):
            return super()._what(text)
        action = chosen(text, self.choices)
        return Text(text) if action is None else Pressed(action)


@pytest.mark.parametrize("path", transcripts(), ids=names)
async def test_every_transcript_holds_in_text_alone(sqlite_store: Store, path: Path) -> None:
    head, script = read(path)
    scene = PlainScene(sqlite_store, locale=head.get("locale", "zh_CN"), policy_place=head.get("place", "changchun"))
    scene.now = begins(head, scene.now)
    await scene.open()
    played: list[Line] = []
    for line in script:
        if line.who == BOT:
            continue
        played.append(line)
        await (scene.member if line.who == MEMBER else scene.staff)(line.lines[0])
        for message in await scene.heard():
            played.append(Line(BOT, scene.shown(message)))  # noqa: PERF401 - the choices change with each

    assert played == script


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("1", "claim"),
        (" １。", "claim"),
        ("选2", "why"),
        ("第2个", "why"),
        ("3", "=a.1.paid_this_year.0"),
        ("0", None),
        ("5", None),
        ("45", None),
        ("1号", None),
        ("现在申请", "claim"),
        ("现在", "claim"),
        ("上一", "back"),
        ("领过", None),
        ("没领过", None),
        ("都不是", "=a.1.union.1"),
        ("长春市", None),
        ("么", None),
        ("", None),
    ],
)
def test_a_choice_is_meant_by_its_number_its_words_or_a_part_of_them(said: str, action: str | None) -> None:
    assert chosen(said, PLACES) == action


def test_a_part_that_fits_two_choices_means_neither() -> None:
    two = (Choice(1, "撤回 C-1", "withdraw:1", True), Choice(2, "撤回 C-2", "withdraw:2", True))

    assert chosen("撤回", two) is None
    assert chosen("c-2", two) == "withdraw:2"


@pytest.mark.parametrize(("said", "action"), [("papers", "later"), ("ape", None), ("send the papers later", "later")])
def test_english_is_meant_in_whole_words(said: str, action: str | None) -> None:
    assert chosen(said, (Choice(1, "Send the papers later", "later", True),)) == action


def question(*buttons: Button, key: str = "ask.age") -> Message:
    return Message((Say(key),), (buttons,))


YES = Button(Say("button.yes"), "=a.1.k.yes")
BACK = Button(Say("button.back"), "back")
LINK = Button(Say("button.open_claim"), url="https://bot.example.org/console")


def test_where_a_figure_is_asked_for_no_number_stands_for_anything_else() -> None:
    said = render(question(BACK), "zh_CN", wording.say)

    assert [choice.number for choice in said.choices] == [0]
    assert chosen("1", said.choices) is None
    assert chosen("上一题", said.choices) == "back"
    assert said.text.endswith("（也可以回：上一题）")


@pytest.mark.parametrize("key", ["age", "paid_this_year", "discharged_on"])
@pytest.mark.parametrize("line", ["ask.", "propose."])
def test_where_a_figure_would_do_as_well_the_answers_have_letters(key: str, line: str) -> None:
    none = Button(Say("button.yes"), f"=a.1.{key}.0")
    said = render(Message((Say("button.human" if line == "propose." else f"{line}age"),), ((none, BACK),)), "zh_CN", wording.say)

    assert [choice.number for choice in said.choices] == [1, 0]
    assert chosen("1", said.choices) is None
    assert chosen("a", said.choices) == chosen("选A", said.choices) == f"=a.1.{key}.0"
    assert "\nA. " in said.text
    assert said.text.endswith("（回前面的字母就行，也可以回：上一题）")


def test_answers_have_numbers_and_ways_out_have_words() -> None:
    said = render(question(YES, BACK, key="ask.in_work"), "zh_CN", wording.say)

    assert [(choice.number, choice.action) for choice in said.choices] == [(1, "=a.1.k.yes"), (0, "back")]
    assert said.text.splitlines()[1:] == [f"1. {wording.text('button.yes', 'zh_CN')}", "（回前面的数字就行，也可以回：上一题）"]


def test_on_the_last_look_whose_lines_are_numbered_nothing_else_is() -> None:
    item = Say("confirm.item", {"number": 1, "name": "name.age", "value": {"key": "value.age", "figures": {"count": 45}}})
    said = render(Message((Say("ask.age"), item), ((YES, BACK),)), "zh_CN", wording.say)

    assert [choice.number for choice in said.choices] == [0, 0]


def test_a_link_stands_in_the_text_and_is_no_choice() -> None:
    said = render(Message((Say("button.human"),), ((LINK,),)), "zh_CN", wording.say)

    assert said.choices == ()
    assert "https://bot.example.org/console" in said.text


def test_numbers_go_on_where_a_message_follows_another() -> None:
    said = render(Message((Say("button.human"),), ((YES, BACK),)), "zh_CN", wording.say, first=3)

    assert [choice.number for choice in said.choices] == [3, 4]
    assert re.search(r"^3\. .+\n4\. 上一题$", said.text, re.MULTILINE)


def test_an_earlier_choice_is_meant_by_all_of_its_words_and_never_by_its_number() -> None:
    now = remembered((Choice(1, "回到菜单", "menu", True),), (*PLACES, Choice(5, "回到菜单", "old", True)))

    assert [choice.label for choice in now if choice.number == EARLIER] == ["现在申请", "为什么", "上一题", "都不是，交给长春市总工会"]
    assert chosen("现在申请", now) == "claim"
    assert chosen("现在", now) is None
    assert chosen("2", now) is None
    assert chosen("回到菜单", now) == "menu"


def test_choices_outlive_being_kept() -> None:
    assert tuple(Choice.from_json(choice.to_json()) for choice in PLACES) == PLACES


@given(st.text(st.sampled_from("ab中🙂\n"), max_size=200), st.integers(4, 40))
def test_pieces_are_short_enough_and_lose_nothing_but_line_ends(text: str, longest: int) -> None:
    pieces = list(split(text, longest))

    assert all(len(piece.encode()) <= longest for piece in pieces)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")


def test_it_is_the_labels_of_buttons_that_may_be_meant_loosely() -> None:
    assert plain.LOOSE == ("button.", "menu.", "language.")
