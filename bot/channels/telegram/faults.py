"""What a failed call to Telegram means: whether it may have arrived, and when, if ever, to try again."""

from __future__ import annotations

import random
from datetime import timedelta

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.jobs import Later, Never

LONGEST_WAIT_S = 300.0
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


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
        return Never(f"refused: {error.message}")
    return Later(after_s=backoff_s(failures), counts=False)


def asked_to_wait_s(error: RetryAfter) -> float:
    """The seconds Telegram asks us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def backoff_s(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling from half a second, spread so that not all come back at once."""
    return float(min(LONGEST_WAIT_S, 2.0 ** min(failures - 2, 20)) * random.uniform(0.75, 1.25))  # noqa: S311 - spreads, guards nothing


def name(error: TelegramError) -> str:
    """An error for the log. The message of a refused token would hold the token."""
    return "InvalidToken" if isinstance(error, InvalidToken) else f"{type(error).__name__}: {error.message}"
