"""The access token: one for all processes, renewed before it ends, by one at a time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.wechat.faults import Refusal, Silence
from bot.channels.wechat.tokens import EARLY, RENEWING, Renewed, Tokens
from bot.store import Store


@dataclass
class Giver:
    """WeChat as far as tokens go: the same one again, unless it is forced or has ended."""

    asked: list[bool] = field(default_factory=list)
    given: int = 0
    fails: list[BaseException] = field(default_factory=list)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, *, force: bool) -> Renewed:
        self.asked.append(force)
        await self.goes_on.wait()
        if self.fails:
            raise self.fails.pop()
        self.given += force or not self.given
        return Renewed(f"token-{self.given}", 7200)

    def ends(self) -> None:
        """What was given out is not in force any more."""
        self.given += 1


@dataclass
class Time:
    """A clock that a test sets."""

    now: datetime = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, by: timedelta) -> None:
        """So much later."""
        self.now += by


@pytest.fixture
def giver() -> Giver:
    """One that answers at once."""
    made = Giver()
    made.goes_on.set()
    return made


async def test_several_processes_share_one_token_and_one_of_them_asks_for_it(store: Store, giver: Giver) -> None:
    time = Time()
    processes = [Tokens(store, "wx1", giver, time) for _ in range(8)]

    tokens = await asyncio.gather(*(tokens.current() for tokens in processes))

    assert {token.text for token in tokens} == {"token-1"}
    assert giver.asked == [False]


async def test_it_is_renewed_before_it_ends_and_not_sooner(store: Store, giver: Giver) -> None:
    time = Time()
    first, second = Tokens(store, "wx1", giver, time), Tokens(store, "wx1", giver, time)
    await first.current()
    giver.ends()

    time.goes_on(timedelta(seconds=7200) - EARLY - timedelta(seconds=1))
    assert (await second.current()).text == "token-1"
    time.goes_on(timedelta(seconds=2))
    assert (await second.current()).text == "token-2"
    assert (await first.current()).text == "token-2"
    assert len(giver.asked) == 2


async def test_while_one_process_renews_it_the_others_go_on_with_the_old_one(store: Store, giver: Giver) -> None:
    time = Time()
    first, second = Tokens(store, "wx1", giver, time), Tokens(store, "wx1", giver, time)
    await first.current()
    giver.ends()
    giver.goes_on.clear()
    time.goes_on(timedelta(seconds=7200) - EARLY)

    renewing = asyncio.create_task(first.current())
    while len(giver.asked) < 2:  # noqa: ASYNC110 - nothing else tells
        await asyncio.sleep(0.01)
    assert (await second.current()).text == "token-1"

    giver.goes_on.set()
    assert (await renewing).text == "token-2"
    assert (await second.current()).text == "token-2"


async def test_where_the_renewing_process_dies_another_does_it(store: Store, giver: Giver) -> None:
    time = Time()
    giver.goes_on.clear()
    dying = asyncio.create_task(Tokens(store, "wx1", giver, time).current())
    while not giver.asked:  # noqa: ASYNC110 - nothing else tells
        await asyncio.sleep(0.01)
    waiting = asyncio.create_task(Tokens(store, "wx1", giver, time).current())
    assert (await asyncio.wait({waiting}, timeout=0.5))[1] == {waiting}

    time.goes_on(RENEWING)
    giver.goes_on.set()

    assert (await waiting).text == "token-1"
    dying.cancel()


@pytest.mark.parametrize("error", [Refusal(40125), Silence(may_have_arrived=True)])
async def test_a_renewal_that_fails_holds_up_nobody_after_it(store: Store, giver: Giver, error: Exception) -> None:
    giver.fails.append(error)
    tokens = Tokens(store, "wx1", giver, Time())

    with pytest.raises(type(error)):
        await tokens.current()
    assert (await tokens.current()).text == "token-1"


async def test_a_token_refused_in_one_process_is_given_up_by_all(store: Store, giver: Giver) -> None:
    time = Time()
    first, second = Tokens(store, "wx1", giver, time), Tokens(store, "wx1", giver, time)
    old = await first.current()
    await second.current()
    giver.ends()

    await second.refused(old)
    assert (await second.current()).text == "token-2"
    await first.refused(old)  # it hears of it later, and must not end the new one
    assert (await first.current()).text == "token-2"
    assert len(giver.asked) == 2


async def test_one_that_wechat_refuses_and_gives_out_again_is_made_anew(store: Store, giver: Giver) -> None:
    tokens = Tokens(store, "wx1", giver, Time())
    await tokens.refused(await tokens.current())

    assert (await tokens.current()).text == "token-2"
    assert giver.asked == [False, False, True]


async def test_nobody_reads_it_in_the_database(sqlite_store: Store, giver: Giver) -> None:
    await Tokens(sqlite_store, "wx1", giver, Time()).current()

    kept = await sqlite_store.read(lambda conn: conn.exec_driver_sql("SELECT token FROM wechat_tokens").scalar_one())

    assert b"token-1" not in kept
