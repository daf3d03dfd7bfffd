"""The stand-in's template messages: what an account has chosen from WeChat's library, and what WeChat checks before it shows one.

It keeps to what the bot depends on: the placeholders of a template must all be filled; a value is held to the kind in its field's name, as
WeChat's table of kinds has it; the same `client_msg_id` to the same person within ten minutes shows nothing twice.

What it does not check: whether a template's title fits what is sent with it, the values allowed for a `const`, the kinds the bot never
uses, how a card is cut on a small screen, and that the address behind it may be opened in WeChat. The outcome is not told by itself: a
test pushes it with `finish`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

TEMPLATE_ID = "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY"
CONTENT = "办理进度:{{thing1.DATA}}\n申请编号:{{character_string2.DATA}}\n更新时间:{{time3.DATA}}\n"
PLACEHOLDER = re.compile(r"\{\{(\w+)\.DATA\}\}")
ONCE_S = 600.0
PER_DAY = 100_000

LONGEST = 20
"""Letters of any value that has no kind of its own in its name, since May 2023."""

KINDS = {
    "thing": re.compile(r"[^\n\r]{1,20}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "const": re.compile(r"[^\n\r]{1,20}"),
    "time": re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日 |\d{4}-\d{2}-\d{2} )?\d{1,2}:\d{2}(:\d{2})?"),
    "date": re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{2}-\d{2})( \d{1,2}:\d{2})?"),
}


class Refused(Exception):  # noqa: N818 - says what happened
    """An errcode."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Card:
    """A template message as it lies on somebody's phone."""

    person: str
    msgid: int
    values: dict[str, str]
    url: str


@dataclass
class Templates:
    """The templates of an account by their id, and what was sent with them."""

    chosen: dict[str, str] = field(default_factory=lambda: {TEMPLATE_ID: CONTENT})
    cards: list[Card] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)  # people who take none
    left_today: int = PER_DAY
    msgid: int = 200228332
    _sent: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    def of(self, person: str) -> list[Card]:
        """What lies on one phone."""
        return [card for card in self.cards if card.person == person]

    def listed(self) -> Json:
        """The answer of get_all_private_template."""
        more = {"title": "业务办理进度通知", "primary_industry": "", "deputy_industry": "", "example": ""}
        return {"template_list": [{"template_id": name, "content": content, **more} for name, content in self.chosen.items()]}

    def send(self, asked: Json, now: float) -> int:
        """Show it, if all is in order. Returns the msgid; raises Refused."""
        person, data = asked["touser"], asked["data"]
        if asked["template_id"] not in self.chosen:
            raise Refused(40037)
        for name in PLACEHOLDER.findall(self.chosen[asked["template_id"]]):
            _check(name, data.get(name, {}).get("value", ""))
        if person in self.refusing:
            raise Refused(43101)
        if self.left_today <= 0:
            raise Refused(45009)
        once = (person, asked.get("client_msg_id", ""))
        at, msgid = self._sent.get(once, (0.0, 0))
        if once[1] and now - at < ONCE_S:
            return msgid
        self.msgid += 1
        self.left_today -= 1
        self._sent[once] = (now, self.msgid)
        self.cards.append(Card(person, self.msgid, {name: entry["value"] for name, entry in data.items()}, asked.get("url", "")))
        return self.msgid


def _check(name: str, value: object) -> None:
    kind = KINDS.get(re.sub(r"\d+$", "", name), re.compile(rf"[^\n\r]{{1,{LONGEST}}}"))
    if not isinstance(value, str) or not kind.fullmatch(value):
        raise Refused(47003)
