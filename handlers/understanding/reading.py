"""What a reader of typed text hands back: a value, sure or to be echoed first, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

Reason = Literal[
    "none",  # nothing of the kind was found
    "unclear",  # something was found, but it cannot be made out; or the person cannot say
    "several",  # two different values, or a range
    "vague",  # a number without a number: "几千"
    "incomplete",  # a part is missing: a month without a day
    "negative",
    "too_precise",  # finer than a fen
    "not_whole",
    "too_small",
    "too_large",
    "future",
    "too_early",
    "no_such_day",
    "no_such_choice",
    "too_long",  # longer than an answer ever is
    "not_a_name",
    "not_a_certno",
    "certno_birth",  # a day of birth that never was
    "certno_check",  # the last sign does not check the others
    "not_a_phone",
    "not_a_card",
    "look_up",  # the conversation must look it up
    "nothing_found",  # it looked, and there is none
    "send_picture",  # words where a picture is wanted
    "not_confirmed",
]
"""Why nothing was taken: the closed set of keys that the words hang on."""

LONGEST = 400
"""Characters of a message that are looked at as an answer; nobody answers a question with more."""


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """A value understood. One that is not sure must be echoed with yes or no before it is taken."""

    value: T
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """Nothing was taken, and why."""

    reason: Reason


class NotReadError(Exception):
    """Ends a reading inside this package; readers turn it into `Unread`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
