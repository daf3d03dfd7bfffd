"""What has happened outside is noted however often the database is away, and never twice."""

from __future__ import annotations

import pytest

from bot.jobs import noted, noting
from bot.store.errors import OutcomeUnknown, StoreError, StoreUnavailable


class Away:
    """A write that fails so and so, and then is stored."""

    def __init__(self, *errors: StoreError) -> None:
        self.errors, self.tries, self.stored = list(errors), 0, 0

    async def __call__(self) -> None:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        self.stored += 1


async def test_what_could_not_be_stored_is_written_until_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "FIRST_PAUSE_S", 0.001)
    write = Away(*[StoreUnavailable() for _ in range(5)])

    await noted(write)

    assert (write.tries, write.stored) == (6, 1)


async def test_what_may_have_been_stored_is_not_written_again() -> None:
    write = Away(OutcomeUnknown())

    with pytest.raises(OutcomeUnknown):
        await noted(write)

    assert write.tries == 1
