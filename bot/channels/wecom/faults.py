"""What a failed call to WeCom means: whether it may have arrived, and when, if ever, to try again."""

from __future__ import annotations

import random
from datetime import timedelta

from bot.jobs import Later, Never

STALE_TOKEN = frozenset({40001, 40014, 42001})
"""The token is not in force any more. 40001 is said of a wrong secret, too."""

BUSY = frozenset({-1, 45033})
"""WeCom is busy, or has too many of our calls at once."""

LIMIT = frozenset({45009})
"""More than it takes in a minute, an hour or a day."""

OURS = frozenset(
    {
        *(93000, 93004, 93008),  # the robot's address is wrong, the robot was stopped, or taken out of its group
        *(40013, 40056, 40091, 41002, 41004, 41011, 48002, 301002),  # the company, the app, its secret, its permissions
        60020,  # this machine's address is not on the app's list
        81013,  # none of those it should go to may see the app
    }
)
"""The settings, or the app's own on WeCom's pages, are wrong: everything waits until somebody mends that."""

LIMIT_WAIT = timedelta(seconds=60)
OURS_WAIT = timedelta(seconds=120)
LONGEST_WAIT_S = 300.0


class Refusal(Exception):  # noqa: N818 - says what happened
    """WeCom answered with an error: the call had no effect."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Silence(Exception):  # noqa: N818 - says what happened
    """No answer that can be read."""

    def __init__(self, *, may_have_arrived: bool) -> None:
        super().__init__(may_have_arrived)
        self.may_have_arrived = may_have_arrived


def quiet(error: Refusal | Silence) -> timedelta:
    """For how long nothing else would be taken either."""
    if isinstance(error, Silence):
        return timedelta(0)
    return LIMIT_WAIT if error.code in LIMIT else OURS_WAIT if error.code in OURS | STALE_TOKEN else timedelta(0)


def outcome(error: Refusal | Silence, failures: int) -> Later | Never:
    """What the job does next, if the call surely had no effect. `failures`: how often in a row, this one included."""
    if (wait := quiet(error)) > timedelta(0):
        return Later(wait.total_seconds(), counts=False)
    if isinstance(error, Silence) or error.code in BUSY:
        return Later(backoff_s(failures), counts=False)
    return Never(f"refused: {error.code}")


def backoff_s(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling from half a second, spread so that not all come back at once."""
    return float(min(LONGEST_WAIT_S, 2.0 ** min(failures - 2, 20)) * random.uniform(0.75, 1.25))  # noqa: S311 - spreads, guards nothing


def name(error: Refusal | Silence) -> str:
    """An error for the log. WeCom's own words are left out: they may hold the key."""
    return f"errcode {error.code}" if isinstance(error, Refusal) else "no answer"
