"""What a button carries: an answer to one question of one chat, or a command. 64 bytes, and nothing in it is trusted."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.state import Conversation, base36

LONGEST = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """A tap on an answer: the chat it was made for, when, and what it says."""

    tag: str
    revision: int
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Order:
    """A tap on a command."""

    name: str
    argument: str


def answer_action(conversation: Conversation, key: str, value: str) -> str:
    """The action of an answer button. Raises ValueError when it would not fit."""
    action = f"={conversation.tag}.{base36(conversation.revision + 1)}.{key}.{value}"
    if len(action.encode()) > LONGEST:
        raise ValueError(action)
    return action


def order_action(name: str, argument: str = "") -> str:
    """The action of a command button."""
    return f"{name}:{argument}" if argument else name


def read_action(action: str) -> Answer | Order | None:
    """What a tap means; None for what no button of ours ever carried."""
    if not action.isprintable() or not 0 < len(action.encode()) <= LONGEST:
        return None
    if not action.startswith("="):
        name, _, argument = action.partition(":")
        return Order(name, argument)
    parts = action[1:].split(".", 3)
    try:
        tag, revision, key, value = parts
        return Answer(tag, int(revision, 36), key, value)
    except ValueError:
        return None
