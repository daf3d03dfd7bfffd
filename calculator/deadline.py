"""By when to hand in: so many days or working days after a fact, or a fixed day of a later year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chinese_calendar import is_workday  # type: ignore[import-untyped]  # it ships no types

from calculator.facts import Known
from calculator.logic import FAILED, MET, REVIEW, UNKNOWN, State
from calculator.nearest import Flip
from calculator.working import Words

HANDED_IN = "handed_in_on"
_ONE_DAY = timedelta(days=1)
_WEEKDAYS = 5


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day to hand in, counted from the day `fact`. Exactly one of `days`, `working_days` and `month_day` is set.

    `month_day` is a (month, day) of the year `years` after it. Too late is refused, or, with `is_reviewed`, for a person to look at.
    """

    id: str
    fact: str
    clause: Words
    is_reviewed: bool
    days: int | None = None
    working_days: int | None = None
    month_day: tuple[int, int] | None = None
    years: int = 0

    def last_day(self, start: date) -> date:
        """The last day on which it is still in time."""
        if self.month_day is not None:
            month, day = self.month_day
            return date(start.year + self.years, month, day)
        if self.working_days is not None:
            return after_working_days(start, self.working_days)
        return start + timedelta(days=self.days or 0)

    def held(self, facts: Known) -> tuple[State, tuple[Flip, ...]]:
        """Whether it was handed in in time, if both days are known; if not, the nearest day that would have been."""
        start, handed_in = facts.get(self.fact), facts.get(HANDED_IN)
        if not (isinstance(start, date) and isinstance(handed_in, date)):
            return UNKNOWN, ()
        last = self.last_day(start)
        if handed_in <= last:
            return MET, ()
        return REVIEW if self.is_reviewed else FAILED, (Flip(HANDED_IN, last, (last - handed_in).days),)


def after_working_days(start: date, count: int) -> date:
    """Count working days from the day after `start`."""
    day = start
    while count:
        day += _ONE_DAY
        count -= _is_working_day(day)
    return day


def _is_working_day(day: date) -> bool:
    """By the yearly list of the State Council; a year it has not published yet has plain weeks."""
    try:
        return bool(is_workday(day))
    except NotImplementedError:
        return day.weekday() < _WEEKDAYS
