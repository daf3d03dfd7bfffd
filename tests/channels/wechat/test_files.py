"""Pictures people send: stored with their push, fetched by a job."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.wechat.faults import Silence
from bot.documents.errors import Reason, Refused
from bot.documents.tables import uploads
from bot.jobs import Later
from bot.store import Store
from tests.channels.telegram.running import Echo
from tests.channels.wechat.running import running
from tests.fakes.telegram import CutBefore, Status
from tests.fakes.wechat import Code, Fault, WeChatServer
from tests.fakes.wechat_phone import Follower


async def test_a_picture_is_kept_by_its_id_and_fetched_by_it(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, tmp_path: Path
) -> None:
    async with running(sqlite_store, wechat, Echo(), tmp_path) as bot:
        await follower.sends_photo(b"the receipt")
        source = await sqlite_store.read(lambda conn: conn.scalar(select(uploads.c.source)))

        assert source == {"wechat": {"media": "media-1"}}
        assert await bot.channel.fetch(source["wechat"]) == b"the receipt"


@pytest.mark.parametrize("fault", [Code(40001), Code(42001)])
async def test_a_stale_token_is_no_hindrance(sqlite_store: Store, wechat: WeChatServer, tmp_path: Path, fault: Fault) -> None:
    wechat.media["m"] = b"bytes"
    wechat.fail("media/get", fault)
    async with running(sqlite_store, wechat, Echo(), tmp_path) as bot:
        assert await bot.channel.fetch({"media": "m"}) == b"bytes"


@pytest.mark.parametrize("fault", [Status(500), CutBefore()])
async def test_a_call_that_fails_is_the_jobs_to_try_again(sqlite_store: Store, wechat: WeChatServer, tmp_path: Path, fault: Fault) -> None:
    wechat.media["m"] = b"bytes"
    wechat.fail("media/get", fault, fault)  # the client itself may ask a second time
    async with running(sqlite_store, wechat, Echo(), tmp_path) as bot:
        for _ in range(2):
            with suppress(Silence):
                await bot.channel.fetch({"media": "m"})

        assert await bot.channel.fetch({"media": "m"}) == b"bytes"


async def test_a_busy_wechat_is_left_alone_for_a_moment(sqlite_store: Store, wechat: WeChatServer, tmp_path: Path) -> None:
    wechat.fail("media/get", Code(45009))
    async with running(sqlite_store, wechat, Echo(), tmp_path) as bot:
        with pytest.raises(Later):
            await bot.channel.fetch({"media": "m"})


async def test_a_picture_that_wechat_has_no_more_is_gone(sqlite_store: Store, wechat: WeChatServer, tmp_path: Path) -> None:
    async with running(sqlite_store, wechat, Echo(), tmp_path) as bot:
        with pytest.raises(Refused) as refused:
            await bot.channel.fetch({"media": "forgotten"})

    assert refused.value.reason == Reason.GONE


async def test_a_picture_over_20_megabytes_is_refused_without_being_read_to_its_end(
    sqlite_store: Store, wechat: WeChatServer, tmp_path: Path
) -> None:
    wechat.media["m"] = bytes(21 * 1024 * 1024)
    async with running(sqlite_store, wechat, Echo(), tmp_path) as bot:
        with pytest.raises(Refused) as refused:
            await bot.channel.fetch({"media": "m"})

    assert refused.value.reason == Reason.TOO_BIG
