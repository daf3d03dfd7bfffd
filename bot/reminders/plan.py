"""When members are written to without having asked: so many days after they left off, and never at night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

BEFORE_DEADLINE = timedelta(days=3)
"""A draft that must be handed in by a day is told of so long before it."""


@dataclass(frozen=True)
class Plan:
    """The days after which a member is reminded, the hours of the zone between which nobody is, and the days a draft is kept."""

    days: tuple[int, ...]
    quiet: tuple[int, int]
    zone: tzinfo
    draft_days: int

    def waking(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it falls into."""
        local, begins, ends = moment.astimezone(self.zone), self.quiet[0], self.quiet[1] % 24
        is_quiet = begins <= local.hour < ends if begins <= ends else local.hour >= begins or local.hour < ends
        if not is_quiet:
            return moment
        day = local.date() + timedelta(days=1) if local.hour >= ends else local.date()
        return datetime.combine(day, time(ends), self.zone)

    def morning(self, day: date) -> datetime:
        """When a day begins for those who sleep at night."""
        return self.waking(datetime.combine(day, time(), self.zone))

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment."""
        return moment.astimezone(self.zone).date()

    def closes(self, since: datetime) -> datetime:
        """When what was last touched then is closed."""
        return since + timedelta(days=self.draft_days)

    def passed(self, since: datetime, hand_in_by: date | None, now: datetime) -> int:
        """How many moments to remind of it have passed."""
        return sum(moment <= now for moment in self._moments(since, hand_in_by))

    def is_last(self, since: datetime, hand_in_by: date | None, now: datetime) -> bool:
        """Whether no moment to remind of it is left."""
        return all(moment <= now for moment in self._moments(since, hand_in_by))

    def next_look(self, since: datetime, hand_in_by: date | None, now: datetime) -> datetime:
        """The next moment to remind of it, or to close it; sooner, if the member could have gone on and left off again by then."""
        ahead = [moment for moment in (*self._moments(since, hand_in_by), self.closes(since)) if moment > now]
        return self.waking(min([*ahead, now + timedelta(days=self.days[0])]))

    def _moments(self, since: datetime, hand_in_by: date | None) -> Iterator[datetime]:
        for days in self.days:
            yield since + timedelta(days=days)
        if hand_in_by is not None and (warned := self.morning(hand_in_by - BEFORE_DEADLINE)) > since:
            yield warned
