"""A person with Telegram open: types, taps, sends photos, and reads what the bot wrote."""

from __future__ import annotations

from typing import Any

from tests.fakes.telegram import PATIENCE_S, Chat, Json, TelegramServer, buttons_of


class Phone:
    """One person's private chat with the bot. Every method that does something returns the update it caused."""

    def __init__(self, telegram: TelegramServer, person: int = 7001, language: str = "zh-hans") -> None:
        self.telegram, self.person = telegram, person
        self.chat = telegram.chats.setdefault(person, Chat(person, language))
        self.read = 0  # messages of the chat already read

    @property
    def user(self) -> Json:
        """The person as Telegram describes them."""
        return {"id": self.person, "is_bot": False, "first_name": "M", "language_code": self.chat.language}

    def replies(self, to: Json, text: str) -> Json:
        """Send a text as a reply to a message of the chat."""
        return self._sends(text=text, reply_to_message=dict(to))

    def types(self, text: str) -> Json:
        """Send a text; one that begins with a slash is marked as a command, as the app does."""
        command = (
            {"entities": [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]} if text.startswith("/") else {}
        )
        return self._sends(text=text, **command)

    def edits(self, update: Json, text: str) -> Json:
        """Change a message sent before: its text, or the words beside its picture."""
        words = {"text" if "text" in update["message"] else "caption": text}
        return self.telegram.update(edited_message=update["message"] | words | {"edit_date": update["message"]["date"] + 1})

    def says_in(self, group: Chat, text: str) -> Json:
        """Write something in a group."""
        command = (
            {"entities": [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]} if text.startswith("/") else {}
        )
        message = self.telegram.new_message(group.id, **{"from": self.user}, text=text, **command)
        return self.telegram.update(message=message | {"chat": in_group(group)})

    def taps_in(self, group: Chat, label: str) -> Json:
        """Tap the newest button with this label in a group, as it was sent."""
        first = self.telegram.first_keyboards
        for message in reversed(group.messages):
            for button in buttons_of(first.get(message["message_id"], {"inline_keyboard": []})):
                if button["text"] == label:
                    seen = dict(message) | {"chat": in_group(group)}
                    query = {"id": self.telegram.new_query(), "from": self.user, "chat_instance": "c", "data": button["callback_data"]}
                    return self.telegram.update(callback_query=query | {"message": seen})
        raise AssertionError(f"no button {label!r} in the group")

    def sends_photo(self, content: bytes, **more: Any) -> Json:
        """Send a picture: Telegram offers it in several sizes."""
        sizes = [(90, self.telegram.keep_file(b"thumbnail")), (1280, self.telegram.keep_file(content))]
        photo = [
            {"file_id": file_id, "file_unique_id": file_id, "width": side, "height": side, "file_size": len(self.telegram.files[file_id])}
            for side, file_id in sizes
        ]
        return self._sends(photo=photo, **more)

    def sends_album(self, *contents: bytes) -> list[Json]:
        """Send several pictures as one album: an update each."""
        return [self.sends_photo(content, media_group_id="album-1") for content in contents]

    def sends_document(self, content: bytes, name: str, *, size: int | None = None) -> Json:
        """Send a file as it is. `size`: what Telegram says of it, if not the truth."""
        file_id = self.telegram.keep_file(content)
        about = {"file_id": file_id, "file_unique_id": file_id, "file_name": name, "file_size": len(content) if size is None else size}
        return self._sends(document=about)

    def sends_sticker(self) -> Json:
        """Send something a form has no use for."""
        sticker = {
            "file_id": "s",
            "file_unique_id": "s",
            "type": "regular",
            "width": 9,
            "height": 9,
            "is_animated": False,
            "is_video": False,
        }
        return self._sends(sticker=sticker)

    def taps(self, label: str) -> Json:
        """Tap the newest button with this label; if none is there any more, as on a phone that has not seen the change yet."""
        first = self.telegram.first_keyboards
        now = [(message["reply_markup"], message) for message in reversed(self.chat.messages) if "reply_markup" in message]
        before = [(first[message["message_id"]], message) for message in reversed(self.chat.messages) if message["message_id"] in first]
        for keyboard, message in now + before:
            for button in buttons_of(keyboard):
                if button["text"] == label:
                    return self.taps_action(button["callback_data"], message | {"reply_markup": keyboard})
        raise AssertionError(f"no button {label!r}; there are {self.buttons()}")

    def taps_action(self, action: str, message: Json | None = None) -> Json:
        """Send what a button would send, forged if need be."""
        under = {"message": dict(message)} if message else {"inline_message_id": "i"}
        query = {"id": self.telegram.new_query(), "from": self.user, "chat_instance": "c", "data": action, **under}
        return self.telegram.update(callback_query=query)

    def blocks(self, *, blocked: bool = True) -> Json:
        """Block the bot, or let it in again."""
        self.chat.blocked = blocked
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        bot = self.telegram.do_getme({})
        return self.telegram.update(
            my_chat_member={
                "chat": {"id": self.person, "type": "private"},
                "from": self.user,
                "date": 1,
                "old_chat_member": _member(bot, before),
                "new_chat_member": _member(bot, after),
            }
        )

    async def hears(self, count: int = 1, seconds: float = PATIENCE_S) -> str:
        """Wait for so many more messages of the bot; the last one's text."""
        wanted = self.read + count
        try:
            await self.telegram.until(lambda: len(self.heard) >= wanted, seconds)
        except TimeoutError:
            raise AssertionError(f"waited for message {wanted}; there are {self.heard}") from None
        self.read = wanted
        return self.heard[wanted - 1]

    @property
    def heard(self) -> list[str]:
        """All texts of the bot so far."""
        return [message["text"] for message in self.chat.messages]

    def buttons(self) -> list[str]:
        """The labels under the bot's last message."""
        last = self.chat.messages[-1] if self.chat.messages else {}
        return [button["text"] for button in buttons_of(last["reply_markup"])] if "reply_markup" in last else []

    def _sends(self, **content: Any) -> Json:
        return self.telegram.update(message=self.telegram.new_message(self.person, **{"from": self.user}, **content))


def in_group(group: Chat) -> Json:
    """A group as an update describes it."""
    return {"id": group.id, "type": "group", "title": "G"}


def _member(user: Json, status: str) -> Json:
    return {"user": user, "status": status} | ({"until_date": 0} if status == "kicked" else {})
