"""News become a card: a title, a few lines, and a button that opens the console. Whose claim it is stands behind the button only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.channels.wecom.doors import Card
from bot.channels.wecom.outbox import MOST_SHOWN, Parcel
from handlers.say import Say

Words = Callable[[Say], str]
Entry = Mapping[str, Any]

LONGEST_VALUE = 26
"""Letters of a line; WeCom cuts what is longer."""


def card(parcel: Parcel, public_url: str, words: Words) -> Card:
    """The template card of the kind text_notice."""
    title, lines, path = _CONTENT[parcel.topic](parcel)
    url = f"{public_url}/console/{path}"
    return {
        "card_type": "text_notice",
        "source": {"desc": words(Say("wecom.source"))},
        "main_title": {"title": words(title)},
        "sub_title_text": words(Say("wecom.more", {"count": parcel.more})) if parcel.more else words(Say("wecom.where")),
        "horizontal_content_list": [{"keyname": words(name), "value": _cut(words(value))} for name, value in lines[:MOST_SHOWN]],
        "jump_list": [{"type": 1, "url": url, "title": words(Say("wecom.open"))}],
        "card_action": {"type": 1, "url": url},
    }


Content = tuple[Say, list[tuple[Say, Say]], str]


def _claims(parcel: Parcel) -> Content:
    if len(parcel.entries) > 1 or parcel.more:
        every = [(Say(f"wecom.{entry['news']}"), Say("wecom.line", _figures(entry))) for entry in parcel.entries]
        return Say("wecom.several", {"count": len(every) + parcel.more}), every, ""
    entry = parcel.entries[0]
    lines = [(Say(f"wecom.{name}"), Say(f"wecom.{name}.value", _figures(entry))) for name in ("benefit", "union", "amount")]
    return Say(f"wecom.{entry['news']}.title", _figures(entry)), lines, f"claims/{entry['claim']}"


def _threads(parcel: Parcel) -> Content:
    count = len(parcel.entries) + parcel.more
    title = Say("wecom.thread.title") if count == 1 else Say("wecom.threads.title", {"count": count})
    lines = [(_thread(entry), Say("wecom.union.value", entry)) for entry in parcel.entries]
    return title, lines, f"threads/{parcel.entries[0]['thread']}" if count == 1 else "threads"


def _thread(entry: Entry) -> Say:
    return Say("wecom.thread.claim", entry) if entry["number"] else Say("wecom.thread.chat", entry)


def _overdue(parcel: Parcel) -> Content:
    entry = parcel.entries[-1]
    lines = [(Say("wecom.waited", {"days": line["days"]}), Say("wecom.line", _figures(line))) for line in entry["lines"]]
    return Say("wecom.overdue.title", {"count": entry["count"], "days": entry["days"]}), lines, ""


def _digest(parcel: Parcel) -> Content:
    entry = parcel.entries[-1]
    counts, sums = entry["counts"], {"estimated": entry["estimated"], "approved_sum": entry["approved"]}
    lines = [(Say(f"wecom.digest.{name}"), Say(f"wecom.digest.{name}.value", {**counts, **sums})) for name in DIGEST]
    oldest = {"number": entry["oldest"], "days": entry["days"]}
    return (
        Say("wecom.digest.title", {"day": entry["day"]}),
        [*lines, (Say("wecom.digest.oldest"), Say("wecom.digest.oldest.value", oldest))] if entry["oldest"] else lines,
        "",
    )


DIGEST = ("undecided", "returned", "to_pay", "estimated", "approved")
_CONTENT: Mapping[str, Callable[[Parcel], Content]] = {"claims": _claims, "threads": _threads, "overdue": _overdue, "digest": _digest}


def _figures(entry: Entry) -> dict[str, Any]:
    return {name: entry[name] for name in ("number", "title", "union", "amount")}


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…"
