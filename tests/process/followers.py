"""Members on WeChat who answer, whatever happens to the process: a push is brought again until it is confirmed.

Nobody can know what is still on its way: an old text may come after a new one, two in one, and one a second time. So what a member heard is
counted text by text, without order, and compared with how often each would have been said if nothing had happened.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.channels.telling import said
from tests.fakes.wechat import Member
from tests.fakes.wechat_phone import Follower
from tests.process.members import PATIENCE_S, TRIES_APART_S, Waits

ECHO = "记下了："
"""An answer in words is echoed; where an old text came again, a member answers so."""


@dataclass
class Talk:
    """One conversation of one member, who says the next thing once the last was answered."""

    follower: Follower
    lines: list[str]
    dice: random.Random
    cut_off: int = 0
    """Tries that were not confirmed, as where a slow machine took longer than WeChat waits: their answers may have been lost."""

    async def held(self, waits: Waits) -> None:
        """From the greeting to the estimate."""
        for line in self.lines:
            await asyncio.sleep(self.dice.uniform(0.0, 0.2))  # nobody types faster
            before, sent = len(self.heard), time.monotonic()
            await self._brought(line)
            await self._hears(before + 1)
            waits.note(sent)

    async def _hears(self, count: int) -> None:
        try:
            await self.follower.wechat.until(lambda: len(self.heard) >= count, PATIENCE_S)
        except TimeoutError:
            raise AssertionError(f"waited for {count} texts; there are {self.heard}") from None

    @property
    def heard(self) -> list[str]:
        """What the bot said, each thing once: no two questions of a conversation are the same."""
        return list(dict.fromkeys(text for text, _ in texts_of(self.follower.member)))

    async def _brought(self, line: str) -> None:
        pushed = await (self.follower.picks(line[1:-1]) if line.startswith("[") else self.follower.types(line))
        fields, self.cut_off = self.follower.sent[-1], self.cut_off + pushed.hung_up
        while pushed.status == 0:
            self.cut_off += 1
            await asyncio.sleep(TRIES_APART_S)
            pushed = await self.follower.wechat.try_push(fields)
        assert pushed.status == 200

    def lost(self, expected: Iterable[str]) -> Counter[str]:
        """What should have been said, and was not."""
        return Counter(without_echo(expected)) - Counter(text for text, _ in texts_of(self.follower.member))

    def doubled(self, expected: Iterable[str]) -> Counter[str]:
        """What was said oftener than it should have been."""
        return Counter(text for text, _ in texts_of(self.follower.member)) - Counter(without_echo(expected))

    def doubled_by_one(self, expected: Iterable[str]) -> Counter[str]:
        """The same within the life of one process."""
        wanted, found = Counter(without_echo(expected)), Counter[str]()
        for caller in set(self.follower.member.callers):
            found += Counter(text for text, by in texts_of(self.follower.member) if by == caller) - wanted
        return found


def texts_of(member: Member) -> Iterator[tuple[str, str]]:
    """Each thing that was said, and by which process. Two that came in one text are two."""
    for text, caller in zip(member.texts, member.callers, strict=True):
        yield from ((piece, caller) for piece in without_echo(said(text).split("\n\n")))


def without_echo(texts: Iterable[str]) -> list[str]:
    """Texts without the echo of an answer in words."""
    return ["\n".join(line for line in text.split("\n") if not line.startswith(ECHO)) for text in texts]
