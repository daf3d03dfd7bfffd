"""What a failed call to WeChat means: whether it may have arrived, and when, if ever, to try again."""

from __future__ import annotations

import random

from bot.jobs import Later, Never

STALE_TOKEN = frozenset({40001, 40014, 42001})
"""The token is not in force any more."""

CLOSED = frozenset({45015, 45047})
"""More than 48 hours have passed, or as many messages were sent as are allowed: nothing goes before the member's next message."""

GONE = frozenset({43004})
"""The member does not follow the account."""

NOT_ALLOWED = frozenset({48001})
"""This account may not write by itself: it can only answer."""

BUSY = frozenset({-1, 45009, 45011})
"""WeChat is busy, or called more often than it likes."""

OURS = frozenset({40013, 40125, 40164, 40243, 41002, 41004, 50002, 61004})
"""The settings are wrong, or this machine's address is not on the account's list: everything waits until somebody mends that."""

WAIT_S = 1800.0
"""What must wait for the member is looked at so often. Their next message takes it along at once."""

OURS_WAIT_S = 60.0
LONGEST_WAIT_S = 300.0


class Refusal(Exception):  # noqa: N818 - says what happened
    """WeChat answered with an error: the call had no effect."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Silence(Exception):  # noqa: N818 - says what happened
    """No answer that can be read."""

    def __init__(self, *, may_have_arrived: bool) -> None:
        super().__init__(may_have_arrived)
        self.may_have_arrived = may_have_arrived


def outcome(refusal: Refusal, failures: int) -> Later | Never:
    """What the job does next. `failures`: how often in a row, this one included."""
    code = refusal.code
    if code in GONE:
        return Never("not following")
    if code in CLOSED | NOT_ALLOWED:
        return Later(WAIT_S, counts=False)
    if code in STALE_TOKEN | OURS:
        return Later(OURS_WAIT_S, counts=False)
    if code in BUSY:
        return Later(backoff_s(failures), counts=False)
    return Never(f"refused: {code}")


def backoff_s(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling from half a second, spread so that not all come back at once."""
    return float(min(LONGEST_WAIT_S, 2.0 ** min(failures - 2, 20)) * random.uniform(0.75, 1.25))  # noqa: S311 - spreads, guards nothing


def name(error: Refusal | Silence) -> str:
    """An error for the log. WeChat's own words are left out: they may hold the token."""
    return f"errcode {error.code}" if isinstance(error, Refusal) else "no answer"
