"""What an update of Telegram means to the bot."""

from __future__ import annotations

import pytest
from telegram import Update

from bot.channels.telegram.receive import Blocking, Elsewhere, FileCame, Received, Spoken, Tapped, read
from bot.message import Chat, Command, Edited, Incoming, Pressed, Text, What
from tests.fakes.phone import Phone
from tests.fakes.telegram import Json

HERE = Chat("telegram", "7001")


def meaning(update: Json) -> Received | None:
    return read(Update.de_json(update))


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("我住院自己花了3万2", Text("我住院自己花了3万2")),
        ("/start", Command("start")),
        ("/start claim-17", Command("start", "claim-17")),
        ("/link 123456", Command("link", "123456")),
        ("/Help@niangjia_bot", Command("help")),
        ("/", Text("/")),
        ("/住院", Text("/住院")),
        ("1/2", Text("1/2")),
    ],
)
def test_a_text_is_a_text_or_a_command(phone: Phone, typed: str, what: What) -> None:
    update = phone.types(typed)

    assert meaning(update) == Spoken(Incoming(HERE, str(update["update_id"]), what, "zh-hans"))


def test_an_edited_message_is_said_anew_under_its_own_update(phone: Phone) -> None:
    first = phone.types("4800")
    edited = phone.edits(first, "5800")

    what = Edited("5800", str(first["message"]["message_id"]))
    assert meaning(edited) == Spoken(Incoming(HERE, str(edited["update_id"]), what, "zh-hans"))


def test_a_place_that_is_being_shared_and_goes_on_means_nothing(phone: Phone) -> None:
    place = phone.types("")
    del place["message"]["text"]
    place["message"]["location"] = {"latitude": 43.8, "longitude": 125.3, "live_period": 60}
    moved = phone.telegram.update(edited_message=place["message"] | {"edit_date": 2})

    assert isinstance(meaning(place), Spoken)
    assert meaning(moved) is None


def test_of_a_photo_the_largest_size_is_taken(phone: Phone) -> None:
    update = phone.sends_photo(b"large")

    assert meaning(update) == FileCame(HERE, str(update["update_id"]), "zh-hans", "file-2", "", 5, "file-2")


def test_a_document_keeps_its_name(phone: Phone) -> None:
    update = phone.sends_document(b"%PDF-", "发票.pdf")

    assert meaning(update) == FileCame(HERE, str(update["update_id"]), "zh-hans", "file-1", "发票.pdf", 5, "file-1")


def test_a_sticker_is_an_empty_text_so_that_it_is_answered(phone: Phone) -> None:
    received = meaning(phone.sends_sticker())

    assert isinstance(received, Spoken)
    assert received.incoming.what == Text("")


def test_a_shared_phone_number_is_typed(phone: Phone) -> None:
    update = phone.types("")
    update["message"] |= {"contact": {"phone_number": "13800001111", "first_name": "M"}}

    received = meaning(update)

    assert isinstance(received, Spoken)
    assert received.incoming.what == Text("13800001111")


def test_a_pinned_message_means_nothing(phone: Phone) -> None:
    update = phone.types("")
    del update["message"]["text"]
    update["message"]["message_auto_delete_timer_changed"] = {"message_auto_delete_time": 5}

    assert meaning(update) is None


def test_a_tap_brings_its_action_exactly_and_the_label_that_was_tapped(phone: Phone) -> None:
    keyboard = {"inline_keyboard": [[{"text": "是", "callback_data": "=a.b.c.yes"}, {"text": "否", "callback_data": "=a.b.c.no"}]]}
    message = phone.telegram.new_message(7001, text="?", reply_markup=keyboard)

    update = phone.taps_action("=a.b.c.no", message)

    pressed = Incoming(HERE, str(update["update_id"]), Pressed("=a.b.c.no"), "zh-hans")
    assert meaning(update) == Tapped(pressed, "q1", message["message_id"], "=a.b.c.no", "否")


def test_a_forged_tap_has_no_label(phone: Phone) -> None:
    update = phone.taps_action("=x")

    assert meaning(update) == Tapped(Incoming(HERE, str(update["update_id"]), Pressed("=x"), "zh-hans"), "q1", None, "=x", "")


def test_in_a_group_nothing_private_is_read(phone: Phone) -> None:
    update = phone.types("我的身份证号")
    update["message"]["chat"] = {"id": -100, "type": "group", "title": "G"}

    assert meaning(update) == Elsewhere(Chat("telegram", "-100"), "zh-hans", str(update["update_id"]))


def test_blocking_and_letting_in_again_are_noticed(phone: Phone) -> None:
    assert meaning(phone.blocks()) == Blocking(HERE, blocked=True)
    assert meaning(phone.blocks(blocked=False)) == Blocking(HERE, blocked=False)
