"""When the staff are at their desks, and how soon they answer: said to everybody who asks for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from calculator.deadline import after_working_days

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Answered within so many working days; at work from one full hour to another on working days."""

    days: int = 1
    opens: int = 9
    closes: int = 17

    def are_on(self, here: datetime) -> bool:
        """Whether somebody is at work at this local time, by the yearly list of working days."""
        day = here.date()
        is_working_day = after_working_days(day - ONE_DAY, 1) == day
        return is_working_day and self.opens <= here.hour < self.closes


OFFICE = Hours()
"""What holds where nothing else is set."""
