"""What is left after a siege: what was told, what was kept, and what came twice, beside what is said when nothing happens."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from statistics import median

from bot import jobs
from tests.process.followers import texts_of
from tests.process.members import undisturbed
from tests.process.running import Bot
from tests.process.siege import Siege, doubles, numbers, revisions, told_twice_by_one, updates_by_channel


async def nothing_is_lost(siege: Siege, template: Path, folder: Path) -> str:
    """No answer, no question and no news is lost, none counts twice, and none is said twice by one process. Returns the figures."""
    async with siege.bot.store() as store:
        given_up = await store.read(jobs.dead)
        kept = await store.read(revisions)
        counts = await store.read(updates_by_channel)
    fresh, wecom = databases(template, folder), siege.platforms.wecom
    expected = {tuple(talk.lines): await undisturbed(next(fresh), "wechat", talk.lines) for talk in siege.talks}
    doubled = sum(talk.doubled(expected[tuple(talk.lines)]).total() for talk in siege.talks)
    told = numbers(wecom.group)

    assert {job.reason for job in given_up} <= {"unknown"}  # four deaths over one message; its member heard it, or would still be waiting
    said = {("wechat", talk.follower.member.id): len(talk.lines) for talk in siege.talks}
    said |= {(told.channel, told.chat): told.updates for told in siege.told}
    said |= dict.fromkeys(opened_in_vain(kept, said), 1)
    assert kept == said, set(kept.items()) ^ set(said.items())
    assert counts == totals(said)
    for (channel, *lines), heard in siege.transcripts():
        usual = await undisturbed(next(fresh), channel, lines)
        assert heard == usual, (heard, usual)
    assert [(first, second) for first, second in doubles(siege.platforms.telegram) if first.folder == second.folder] == []
    for talk in siege.talks:
        lost = talk.lost(expected[tuple(talk.lines)])
        assert lost == Counter(), (lost, talk.cut_off, list(texts_of(talk.follower.member)))
        assert talk.doubled_by_one(expected[tuple(talk.lines)]).total() <= talk.cut_off
    assert set(told) == set(siege.claims)
    assert told_twice_by_one(wecom) == set()
    assert numbers(wecom.inbox) == Counter(siege.claims)
    return report(siege, doubled, told.total() - len(told))


def opened_in_vain(kept: Mapping[tuple[str, str], int], said: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Chats greeted on a page that never arrived, for the process died: whoever opened it has opened another since."""
    return [chat for chat, revision in kept.items() if chat not in said and chat[0] == "web" and revision == 1]


def databases(template: Path, folder: Path) -> Iterator[str]:
    """One fresh database after the other."""
    (place := folder / "fresh").mkdir()
    number = 0
    while True:
        number += 1
        yield f"sqlite:///{shutil.copy(template, place / f'{number}.db')}"


def totals(said: dict[tuple[str, str], int]) -> Counter[str]:
    """How many updates there were on each channel."""
    found: Counter[str] = Counter()
    for (channel, _), count in said.items():
        found[channel] += count
    return found


def report(siege: Siege, doubled_on_wechat: int, doubled_in_the_group: int) -> str:
    """The figures."""
    return (
        f"{siege.answers} answers in {len(siege.told) + len(siege.talks)} chats of "
        f"{siege.force.web + siege.force.telegram + siege.force.wechat} members at a time; "
        f"{len(siege.claims)} claims told to staff; {siege.repeats} answers repeated by the page; "
        f"doubled, for the platform's answer was lost: "
        f"{siege.doubled} on Telegram, {doubled_on_wechat} on WeChat, {doubled_in_the_group} in the WeCom group; "
        f"next question at most {siege.longest_wait_s():.1f} s after a restart "
        f"({siege.with_restarts_s():.1f} s with all restarts in between)"
        + (f"; ready after {median(siege.starts):.1f} s (median)\n" if siege.starts else "\n")
    )


def is_whole(bot: Bot) -> bool:
    """What SQLite says of its file."""
    with closing(sqlite3.connect(bot.data / "niangjia.db")) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
