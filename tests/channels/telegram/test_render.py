"""How messages look in Telegram."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import wording
from bot.channels.telegram.render import LONGEST_TEXT, marks, render, split
from bot.message import Message, Say
from tests.channels.telegram.running import button, says, words


def test_lines_stand_below_one_another_and_buttons_in_their_rows() -> None:
    message = Message(
        (Say("as_is", {"text": "a"}), Say("as_is", {"text": "b"})), ((button("1", "=1"), button("2", "=2")), (button("3", "=3"),))
    )

    ((text, keyboard),) = render(message, "en", words)

    assert text == "a\nb"
    assert keyboard is not None
    assert [[(key.text, key.callback_data) for key in row] for row in keyboard.inline_keyboard] == [
        [("1", "=1"), ("2", "=2")],
        [("3", "=3")],
    ]


def row(label: str, amount: int) -> Say:
    return Say("block.row", {"label": f"block.label.{label}", "value": {"key": "block.sum", "figures": {"amount": amount}}})


def test_the_amount_stands_out_and_the_picture_under_it_is_a_quote() -> None:
    noted = Say("noted.value", {"value": {"key": "value.text", "figures": {"text": "😀"}}})
    amount = Say("result.eligible", {"amount": 100_000})
    message = Message((noted, amount, row("sum", 100_000), row("fixed", 5_000), Say("result.sample")))

    ((text, _),) = render(message, "zh_CN", wording.say)

    units = text.encode("utf-16-le")
    marked = [
        (mark.type, units[mark.offset * 2 : (mark.offset + mark.length) * 2].decode("utf-16-le"))
        for mark in marks(message, "zh_CN", wording.say)
    ]
    assert marked == [("bold", "可以领，预计 1,000.00 元。"), ("blockquote", "定额　1,000 元\n定额　50 元")]


def test_nothing_stands_out_in_a_question() -> None:
    assert marks(Message((Say("ask.age"),)), "zh_CN", wording.say) == []


def test_a_button_with_an_address_opens_it() -> None:
    ((_, keyboard),) = render(says("x", button("open", url="https://bot.example.org/console/claims/1")), "en", words)

    assert keyboard is not None
    assert keyboard.inline_keyboard[0][0].url == "https://bot.example.org/console/claims/1"


def test_an_address_that_telegram_would_refuse_stands_in_the_text() -> None:
    ((text, keyboard),) = render(says("x", button("open", url="http://localhost:8080/console")), "en", words)

    assert text == "x\nopen: http://localhost:8080/console"
    assert keyboard is None


def test_a_text_of_exactly_the_limit_is_one_message() -> None:
    assert list(split("字" * LONGEST_TEXT)) == ["字" * LONGEST_TEXT]


def test_a_long_text_is_cut_at_line_ends_and_loses_nothing() -> None:
    text = "\n".join(f"{number} " + "字" * 100 for number in range(100))

    pieces = list(split(text))

    assert len(pieces) == 3
    assert "\n".join(pieces) == text
    assert all(len(piece) <= LONGEST_TEXT for piece in pieces)


def test_a_line_longer_than_a_message_is_cut_without_breaking_a_character() -> None:
    text = "😀" * LONGEST_TEXT

    pieces = list(split(text))

    assert "".join(pieces) == text
    assert [len(piece) for piece in pieces] == [LONGEST_TEXT // 2, LONGEST_TEXT // 2]


def test_a_long_text_is_cut_between_paragraphs_where_there_are_any() -> None:
    paragraph = "\n".join(["字" * 400] * 3)
    text = "\n\n".join([paragraph] * 6)

    pieces = list(split(text))

    assert pieces == ["\n\n".join([paragraph] * 3)] * 2


def test_a_paragraph_too_long_for_a_message_is_cut_after_a_sentence() -> None:
    sentence = "字" * 99 + "。"

    pieces = list(split(sentence * 50))

    assert [len(piece) % 100 for piece in pieces] == [0, 0]
    assert "".join(pieces) == sentence * 50


@given(st.text(alphabet="字a😀 \n。", max_size=14_000))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.large_base_example, HealthCheck.data_too_large])
def test_no_piece_is_too_long_or_empty_and_no_word_is_lost(text: str) -> None:
    pieces = list(split("x" + text))

    assert all(0 < len(piece.encode("utf-16-le")) // 2 <= LONGEST_TEXT for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(("x" + text).split())


def test_the_buttons_stand_under_the_last_piece() -> None:
    parts = render(says("字" * 5000, button("yes", "=1")), "en", words)

    assert [keyboard is not None for _, keyboard in parts] == [False, True]
