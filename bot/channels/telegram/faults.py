"""What a failed call to Telegram means: whether it may have arrived, and when, if ever, to try again."""

from __future__ import annotations

import random
from datetime import timedelta

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.jobs import Later, Never

LONGEST_WAIT_S = 300.0
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)

PHRASES = (
    *("Chat not found", "Button_data_invalid", "Peer_id_invalid", "User is deactivated", "Bot was blocked by the user", "Bot was kicked"),
    *("Message is too long", "Message text is empty", "Message is not modified", "Message to edit not found", "Message can't be edited"),
    *("Can't parse entities", "Query is too old", "Not enough rights", "Bot can't initiate conversation", "Group chat was upgraded"),
    *("File is too big", "Wrong file_id", "File is temporarily unavailable", "Terminated by other getUpdates request", "webhook is active"),
    *("Internal Server Error", "Bad Gateway", "Gateway Timeout", "Service Unavailable", "Unauthorized", "Logged out", "Not Found"),
)
"""What Telegram is known to say, word for word."""


def may_have_arrived(error: TelegramError) -> bool:
    """Whether the call may have had its effect: it left, and no answer that says otherwise came back."""
    if isinstance(error.__cause__, httpx.HTTPError):
        return not isinstance(error.__cause__, NEVER_LEFT)
    return type(error) is TelegramError  # an answer that is not JSON


def outcome(error: TelegramError, failures: int) -> Later | Never:
    """What the job does next, if the call surely had no effect. `failures`: how often in a row, this one included."""
    if isinstance(error, RetryAfter):
        return Later(after_s=asked_to_wait_s(error), counts=False)
    if isinstance(error, Forbidden):
        return Never("blocked")
    if isinstance(error, BadRequest | ChatMigrated):
        return Never(f"refused: {said(error) or type(error).__name__}")
    return Later(after_s=backoff_s(failures), counts=False)


def asked_to_wait_s(error: RetryAfter) -> float:
    """The seconds Telegram asks us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def backoff_s(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling from half a second, spread so that not all come back at once."""
    return float(min(LONGEST_WAIT_S, 2.0 ** min(failures - 2, 20)) * random.uniform(0.75, 1.25))  # noqa: S311 - spreads, guards nothing


def name(error: TelegramError) -> str:
    """An error for the log."""
    return ": ".join(filter(None, (type(error).__name__, said(error))))


def said(error: TelegramError) -> str:
    """What Telegram said, if it is one of its set phrases; "" for all else, which may quote a message or the token."""
    if isinstance(error.__cause__, httpx.HTTPError):
        return type(error.__cause__).__name__
    return next((phrase for phrase in PHRASES if phrase.lower() in error.message.lower()), "")
